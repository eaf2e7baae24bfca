# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import json

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..carriers.registry import PROVIDERS

PAPERS = [
    ("910-300-600", "910-300-600: 103 x 199 mm"),
    ("910-300-400", "910-300-400: 103 x 150 mm"),
    ("910-300-700", "910-300-700: 105 x 205 mm on A5"),
    ("910-300-300", "910-300-300: 105 x 148 mm on A5"),
    ("910-300-610", "910-300-610: 105 x 208 mm"),
    ("910-300-410", "910-300-410: 103 x 150 mm"),
    ("910-300-710", "910-300-710: 105 x 209 mm"),
    ("A4", "A4"),
    ("100x70mm", "100 x 70 mm"),
]


class DeliveryCarrier(models.Model):
    _inherit = "delivery.carrier"

    label_provider = fields.Boolean("Labels Are Bought", compute="_compute_label_provider")
    label_account_id = fields.Many2one(
        "carrier.label.account",
        "Account at the Carrier",
        domain="[('provider', '=', delivery_type)]",
        copy=True,
    )
    label_format = fields.Selection(
        [("pdf", "PDF"), ("zpl", "ZPL (label printer)")], default="pdf", required=True
    )
    label_keep_hours = fields.Integer(
        "Keep Labels (Hours)",
        default=24,
        help="A label that was bought before the delivery was validated is cancelled if it is "
        "not used for so long.",
    )
    label_contact = fields.Selection(
        [
            ("none", "Nothing"),
            ("email", "E-Mail"),
            ("both", "E-Mail and Phone"),
        ],
        "Buyers Agreed to Share",
        default="none",
        required=True,
        help="What the carrier is told to announce a parcel. Buyers have to have agreed to it.",
    )
    label_cost = fields.Float(
        "Cost of a Parcel",
        help="Where the carrier does not tell what a label costs: what your contract says.",
    )
    label_price_by = fields.Selection(
        [("fixed", "Fixed Price"), ("rules", "Rules")],
        "Price for Customers",
        default="fixed",
        required=True,
    )
    label_package_type_id = fields.Many2one(
        "stock.package.type",
        "Usual Package",
        help="Its size is told to the carrier for what was not put in a pack.",
    )

    @api.depends("delivery_type")
    def _compute_label_provider(self):
        for carrier in self:
            carrier.label_provider = carrier.delivery_type in PROVIDERS

    def _label_account(self):
        """The account labels are bought with; says what is missing."""
        self.ensure_one()
        if not self.label_account_id:
            raise UserError(
                self.env._(
                    "Choose the account at the carrier in the delivery method %s.", self.name
                )
            )
        return self.label_account_id

    # What core calls, the same for all providers

    def _label_rate_shipment(self, order):
        """The price for customers: fixed, or by rules; carriers with prices of their own differ."""
        self.ensure_one()
        if self.label_price_by == "rules":
            return self.base_on_rule_rate_shipment(order)
        return self.fixed_rate_shipment(order)

    def _label_send_shipping(self, pickings):
        """Take the label that was bought, or buy it now; one for each delivery."""
        self.ensure_one()
        told = pickings._obtain_labels()
        for picking in pickings:
            if not isinstance(told[picking.id], int):
                raise UserError(told[picking.id])
        return [self._label_take(picking, told[picking.id]) for picking in pickings]

    def _label_take(self, picking, label_id):
        """Put number and documents on a delivery. The label is in no transaction but its own
        yet, so it is read there."""
        with self.env["carrier.label"]._own() as labels:
            label = labels.browse(label_id)
            documents = [(one.name, one.raw) for one in label.document_ids.sorted("id")]
            numbers, warnings = label.numbers, label.warnings
            price, parcels = label.price, label.parcels
            replaced = label._replaced()
        lines = [self.env._("Label: %s", numbers.replace(",", ", "))]
        if replaced:
            text = self.env._("It replaces %s: do not use that one any more.", ", ".join(replaced))
            lines.append(text)
        body = "\n".join(filter(None, (*lines, warnings)))
        picking.message_post(body=body, attachments=documents)
        return {"exact_price": price or self.label_cost * parcels, "tracking_number": numbers}

    def _label_cancel_shipment(self, pickings):
        """The labels are given back after this transaction is committed."""
        labels = pickings.carrier_label_ids.filtered(
            lambda label: label.state in ("bought", "used")
        )
        # sudo: attempts are written by the machinery only, no role may
        labels.sudo()._disown(self.env._("The shipment was cancelled."))

    def _label_tracking_link(self, picking, address):
        """A link for each number: one address, or core's list of names and addresses."""
        numbers = (picking.carrier_tracking_ref or "").split(",")
        links = [[number, address % number] for number in numbers]
        return links[0][1] if len(links) == 1 else json.dumps(links)
