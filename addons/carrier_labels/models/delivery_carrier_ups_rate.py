# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models
from odoo.exceptions import UserError

from ..carriers.base.errors import CarrierError
from ..carriers.base.types import LabelOrder, Parcel, Services


class DeliveryCarrier(models.Model):
    _inherit = "delivery.carrier"

    def _ups_rate(self, order):
        """What UPS wants for an order, in the currency of the order, without taxes."""
        self.ensure_one()
        account = self._label_account()
        client = account._client()
        try:
            wanted = self._ups_rate_order(order)
            if problems := client.check(wanted):
                return _failed("\n".join(map(account._sentence, problems)))
            price = client.rate(wanted)
        except UserError as error:
            return _failed(str(error))
        except CarrierError as error:
            return _failed(account._sentence(error))
        currency = self.env["res.currency"].search([("name", "=", price.currency)], limit=1)
        if not currency:
            return _failed(self.env._("The currency %s of UPS is not active.", price.currency))
        amount = currency._convert(
            float(price.amount),
            order.currency_id,
            order.company_id,
            order.date_order or fields.Date.context_today(self),
        )
        return {
            "success": True,
            "price": amount,
            "error_message": False,
            "warning_message": "\n".join(price.warnings) or False,
        }

    def _ups_rate_order(self, order):
        """What would be sent for an order, as it is quoted."""
        sender = order.warehouse_id.partner_id or order.company_id.partner_id
        buyer = order.partner_shipping_id
        company = buyer.commercial_partner_id.is_company
        packages = self._get_packages_from_order(order, self.label_package_type_id)
        return LabelOrder(
            reference="",
            product=self.ups_product or "",
            sender=self._label_address(sender, order.company_id.name, contact="both"),
            recipient=self._label_address(buyer, "", contact=self.label_contact),
            parcels=tuple(
                Parcel(
                    self._label_weight(package.weight),
                    *(
                        self._label_length(package.dimension[side])
                        for side in ("length", "width", "height")
                    ),
                )
                for package in packages
            ),
            ship_date=fields.Date.context_today(self),
            billing=self._label_account()._ups_billing(),
            services=self._ups_services(Services(age=_age(order))),
            options=self._ups_options(residential=not company),
        )


def _age(order):
    """The age the products of an order need; see ``_label_services``."""
    ages = order.order_line.product_id.mapped("label_age_check")
    return max((int(age) for age in ages if age), default=0)


def _failed(text):
    return {"success": False, "price": 0.0, "error_message": text, "warning_message": False}
