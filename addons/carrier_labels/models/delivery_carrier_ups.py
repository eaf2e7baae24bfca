# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from dataclasses import replace
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..carriers.base.errors import CarrierError
from ..carriers.ups.products import OWN_PACKAGING, PRODUCTS

LINK = "https://www.ups.com/track?loc=de_DE&tracknum=%s"
# A label the customer prints.
PRINT_RETURN = "9"


class DeliveryCarrier(models.Model):
    _inherit = "delivery.carrier"

    delivery_type = fields.Selection(
        selection_add=[("ups", "UPS")], ondelete={"ups": "set default"}
    )
    ups_product = fields.Selection(list(PRODUCTS.items()), "UPS Service", default="11")
    ups_price_by = fields.Selection(
        [("ups", "Prices of UPS"), ("own", "Our Prices")], "Prices From", default="ups"
    )
    ups_negotiated = fields.Boolean(
        "Prices of the Contract",
        default=True,
        help="Else those of the public price list. UPS tells them to apps with this right only.",
    )
    ups_signature = fields.Boolean("Signature on Delivery (UPS)")
    ups_adult = fields.Boolean(
        "Signature of an Adult",
        help="For all parcels; else for those with a product that needs a check of age.",
    )
    ups_named_person = fields.Boolean("Addressee Only")
    ups_no_neighbour = fields.Boolean("This Address Only")
    ups_bulky = fields.Boolean("Additional Handling")
    ups_insurance = fields.Float("Declared Value", help="Of each parcel, in euros.")
    ups_notify = fields.Boolean(
        "UPS Mails the Recipient",
        help="When a parcel is on its way and when it was delivered. Only with an e-mail address "
        "the buyer has agreed to share.",
    )
    ups_own_phone = fields.Boolean(
        "Our Phone Number Abroad",
        default=True,
        help="UPS wants a phone number of the recipient outside of the customs union: ours, "
        "where the one of the buyer is not known or not shared.",
    )
    ups_duty_paid = fields.Boolean("We Pay Duties")
    ups_export_type = fields.Selection(
        [
            ("COMMERCIAL_GOODS", "Goods for sale"),
            ("COMMERCIAL_SAMPLE", "Sample of goods"),
            ("PRESENT", "Present"),
            ("DOCUMENT", "Documents"),
            ("RETURN_OF_GOODS", "Returned goods"),
            ("OTHER", "Other"),
        ],
        "Reason for Export",
        default="COMMERCIAL_GOODS",
    )
    ups_export_description = fields.Char(
        "Goods in Words", help="For customs; else the names of the products. Needed for other."
    )
    ups_terms = fields.Selection(
        [("DAP", "DAP: the recipient pays duties"), ("DDP", "DDP: we pay duties")],
        "Terms of Delivery (UPS)",
    )

    @api.depends("delivery_type")
    def _compute_can_generate_return(self):
        told = super()._compute_can_generate_return()
        self.filtered(lambda carrier: carrier.delivery_type == "ups").can_generate_return = True
        return told

    # What core calls

    def ups_rate_shipment(self, order):
        """UPS's prices, or ours. See ``delivery_carrier_ups_rate``."""
        if self.ups_price_by == "ups":
            return self._ups_rate(order)
        return self._label_rate_shipment(order)

    def ups_send_shipping(self, pickings):
        """With a return label beside it where the delivery method says so."""
        told = self._label_send_shipping(pickings)
        if self.return_label_on_delivery:
            self.get_return_label(pickings)
        return told

    def ups_cancel_shipment(self, pickings):
        """See ``_label_cancel_shipment``."""
        self._label_cancel_shipment(pickings)

    def ups_get_tracking_link(self, picking):
        """The page for customers."""
        return self._label_tracking_link(picking, LINK)

    def _ups_get_default_custom_package_code(self):
        return OWN_PACKAGING

    def ups_get_return_label(self, pickings, tracking_number=None, origin_date=None):
        """A label the buyer sends goods back with. UPS charges for it when it is used, so that
        one too many does no harm.
        """
        account = self._label_account()
        client = account._client()
        for picking in pickings:
            order = self._ups_return_order(picking)
            if problems := client.check(order):
                raise UserError("\n".join(map(account._sentence, problems)))
            (bought,) = client.buy([order])
            if isinstance(bought, CarrierError):
                raise UserError(account._sentence(bought)) from bought
            prefix = self.get_return_label_prefix()
            picking.message_post(
                body=self.env._("Return label: %s", bought.numbers[0]),
                attachments=[
                    (f"{prefix}-{one.number}.{one.format}", one.content) for one in bought.documents
                ],
            )

    def _ups_return_order(self, picking):
        """The delivery the other way: from the buyer to us."""
        order = self._prepare_label_order(picking)
        customs = order.customs and replace(order.customs, kind="RETURN_OF_GOODS")
        return replace(
            order,
            reference=self.env["carrier.label"]._new_reference(picking.name),
            sender=order.recipient,
            recipient=order.sender,
            services=replace(order.services, age=0, signature=False, duty_paid=False),
            customs=customs,
            options={"return": PRINT_RETURN, "negotiated": order.options["negotiated"]},
        )

    # What is bought

    def _ups_label_order(self, picking, order):
        """An order for UPS: service, account number and customs."""
        customs = self._ups_customs(picking)
        recipient = order.recipient
        if customs and self.ups_own_phone and not recipient.phone:
            recipient = replace(recipient, phone=order.sender.phone)
        company = picking.partner_id.commercial_partner_id.is_company
        return replace(
            order,
            recipient=recipient,
            product=self.ups_product or "",
            billing=self._label_account()._ups_billing(),
            services=self._ups_services(order.services),
            customs=customs,
            options=self._ups_options(residential=not company),
        )

    def _ups_options(self, *, residential):
        return {
            "negotiated": "yes" if self.ups_negotiated else "",
            "residential": "yes" if residential else "",
            "notify": "yes" if self.ups_notify else "",
        }

    def _ups_services(self, services):
        return replace(
            services,
            age=max(services.age, 18 if self.ups_adult else 0),
            signature=self.ups_signature,
            named_person=self.ups_named_person,
            no_neighbour=self.ups_no_neighbour,
            bulky=self.ups_bulky,
            insurance=Decimal(str(self.ups_insurance)).quantize(Decimal("0.01")),
            duty_paid=self.ups_duty_paid,
        )

    def _ups_customs(self, picking):
        return self._label_customs(
            picking,
            kind=self.ups_export_type,
            description=self.ups_export_description,
            terms=self.ups_terms,
        )
