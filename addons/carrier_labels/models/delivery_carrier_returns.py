# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from dataclasses import replace

from odoo import models
from odoo.exceptions import UserError

from ..carriers.base.countries import ALPHA3
from ..carriers.base.errors import CarrierError


class DeliveryCarrier(models.Model):
    _inherit = "delivery.carrier"

    def dhl_de_send_shipping(self, pickings):
        """With a return label beside it where the delivery method says so."""
        told = super().dhl_de_send_shipping(pickings)
        if self.return_label_on_delivery:
            self.get_return_label(pickings)
        return told

    def dhl_de_get_return_label(self, pickings, tracking_number=None, origin_date=None):
        """A label the buyer sends goods back with: it costs only if it is used, so that one
        too many does no harm.
        """
        account = self._label_account()
        client = account._client()
        for picking in pickings:
            order = self._prepare_return_order(picking)
            home = order.sender.country == "DE"
            receiver = account.dhl_return_receiver if home else ALPHA3[order.sender.country].lower()
            try:
                bought = client.return_label(order, receiver)
            except CarrierError as error:
                raise UserError(account._sentence(error)) from error
            prefix = self.get_return_label_prefix()
            picking.message_post(
                body=self.env._("Return label: %s", bought.numbers[0]),
                attachments=[
                    (f"{prefix}-{one.number}.{one.format}", one.content) for one in bought.documents
                ],
            )

    def _prepare_return_order(self, picking):
        """The delivery the other way: from the buyer to us."""
        order = self._prepare_label_order(picking)
        name = (picking.origin or picking.name)[:30]
        return replace(order, reference=name, sender=order.recipient, recipient=order.sender)
