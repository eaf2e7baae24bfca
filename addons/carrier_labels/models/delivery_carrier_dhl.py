# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from dataclasses import replace
from decimal import Decimal

from odoo import api, fields, models

from ..carriers.dhl.products import HOME, PRODUCTS, RETURNS, choose
from .delivery_carrier import PAPERS

LINK = "https://www.dhl.de/de/privatkunden/pakete-empfangen/verfolgen.html?piececode=%s"


class DeliveryCarrier(models.Model):
    _inherit = "delivery.carrier"

    delivery_type = fields.Selection(
        selection_add=[("dhl_de", "DHL Parcel DE")], ondelete={"dhl_de": "set default"}
    )
    dhl_product = fields.Selection(
        lambda self: [(code, product.name) for code, product in PRODUCTS.items()],
        "DHL Product",
        help="Empty: the smallest product for destination, weight and size that you have a "
        "billing number for.",
    )
    dhl_paper = fields.Selection(PAPERS, "Paper", default="910-300-700")
    dhl_return_paper = fields.Selection(PAPERS, "Paper of Return Labels")
    dhl_age = fields.Selection(
        [("16", "From 16"), ("18", "From 18")],
        "Age Check",
        help="For all parcels; else for those with a product that needs it.",
    )
    dhl_named_person = fields.Boolean("Named Person Only")
    dhl_signature = fields.Boolean("Signed for by the Recipient")
    dhl_no_neighbour = fields.Boolean("No Delivery to Neighbours")
    dhl_bulky = fields.Boolean("Bulky Goods")
    dhl_insurance = fields.Float(
        "Additional Insurance", help="Insured value of each parcel, in euros."
    )
    dhl_premium = fields.Boolean("Premium", help="Parcels abroad.")
    dhl_closest_drop_point = fields.Boolean("Closest Drop Point", help="Parcels abroad.")
    dhl_duty_paid = fields.Boolean("Duties Paid by Us", help="Postal Delivered Duty Paid.")
    dhl_endorsement = fields.Selection(
        [("RETURN", "Return it"), ("ABANDON", "Abandon it")],
        "If It Cannot Be Delivered Abroad",
        default="RETURN",
    )
    dhl_return_label = fields.Boolean(
        "Return Label in the Parcel", help="DHL Retoure: costs only if it is used."
    )
    dhl_must_encode = fields.Boolean(
        "Only Addresses DHL Knows",
        default=True,
        help="German addresses that cannot be routed are refused. Else DHL charges for them.",
    )
    dhl_export_type = fields.Selection(
        [
            ("COMMERCIAL_GOODS", "Goods for sale"),
            ("COMMERCIAL_SAMPLE", "Sample of goods"),
            ("PRESENT", "Present"),
            ("DOCUMENT", "Documents"),
            ("RETURN_OF_GOODS", "Returned goods"),
            ("OTHER", "Other"),
        ],
        "Content for Customs",
        default="COMMERCIAL_GOODS",
    )
    dhl_export_description = fields.Char("Content in Words", help="Needed for other content.")
    dhl_terms = fields.Selection(
        [("DAP", "DAP: the recipient pays duties"), ("DDP", "DDP: we pay duties")],
        "Terms of Delivery",
        help="Only for DHL Europaket.",
    )

    @api.depends("delivery_type")
    def _compute_can_generate_return(self):
        told = super()._compute_can_generate_return()
        self.filtered(lambda carrier: carrier.delivery_type == "dhl_de").can_generate_return = True
        return told

    # What core calls

    def dhl_de_rate_shipment(self, order):
        """DHL tells no prices: ours."""
        return self._label_rate_shipment(order)

    def dhl_de_send_shipping(self, pickings):
        """See ``_label_send_shipping``."""
        return self._label_send_shipping(pickings)

    def dhl_de_cancel_shipment(self, pickings):
        """See ``_label_cancel_shipment``."""
        self._label_cancel_shipment(pickings)

    def dhl_de_get_tracking_link(self, picking):
        """The page for customers."""
        return self._label_tracking_link(picking, LINK)

    def _dhl_de_get_default_custom_package_code(self):
        return False

    # What is bought

    def _dhl_de_label_order(self, picking, order):
        """An order for DHL: product, billing numbers, services and customs."""
        account = self._label_account()
        billing = account._dhl_billing()
        services = self._dhl_services(order)
        contracts = set(billing) - {RETURNS}
        product = self.dhl_product or choose(
            order.recipient.country, order.parcels, services, contracts
        )
        return replace(
            order,
            product=product,
            billing=billing,
            services=services,
            customs=self._dhl_customs(picking),
            options={
                "paper": self.dhl_paper or "",
                "return_paper": self.dhl_return_paper or "",
                "must_encode": "true" if self.dhl_must_encode else "false",
            },
        )

    def _dhl_services(self, order):
        abroad = order.recipient.country != HOME
        services = replace(
            order.services,
            age=max(order.services.age, int(self.dhl_age or 0)),
            insurance=Decimal(str(self.dhl_insurance)).quantize(Decimal("0.01")),
            bulky=self.dhl_bulky,
        )
        if abroad:
            return replace(
                services,
                premium=self.dhl_premium,
                closest_drop_point=self.dhl_closest_drop_point,
                duty_paid=self.dhl_duty_paid,
                endorsement=self.dhl_endorsement or "",
            )
        return replace(
            services,
            named_person=self.dhl_named_person,
            signature=self.dhl_signature,
            no_neighbour=self.dhl_no_neighbour,
            return_label=self.dhl_return_label,
            return_address=replace(order.sender, email="", phone="")
            if self.dhl_return_label
            else None,
        )

    def _dhl_customs(self, picking):
        return self._label_customs(
            picking,
            kind=self.dhl_export_type,
            description=self.dhl_export_description,
            terms=self.dhl_terms,
        )
