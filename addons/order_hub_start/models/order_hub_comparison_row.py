# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.tools import float_compare

from .order_hub_comparison import DIGITS

REASONS = [
    ("rounding", "Cents of rounding"),
    ("tax", "Other tax rate, or without tax"),
    ("unshipped", "Not shipped here yet"),
    ("cancelled_here", "Cancelled here only"),
    ("cancelled_there", "Cancelled in the old system only"),
    ("lots", "Same quantity of the product, other lots"),
    ("double", "Here twice"),
    ("prefix", "Number with another prefix"),
]


class OrderHubComparisonRow(models.Model):
    """A difference between the old system's list and what is here."""

    _name = "order.hub.comparison.row"
    _description = "Difference to the Old System"
    _order = "is_acknowledged, difference_kind, name, id"
    _check_company_auto = True

    comparison_id = fields.Many2one(
        "order.hub.comparison", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="comparison_id.company_id", store=True, index=True)
    kind = fields.Selection(related="comparison_id.kind", string="List", store=True)
    subject = fields.Char(required=True, readonly=True)
    name = fields.Char("About", required=True, readonly=True)
    difference_kind = fields.Selection(
        [
            ("missing_here", "Missing Here"),
            ("missing_there", "Missing in the Old System"),
            ("different", "Different"),
        ],
        "Kind",
        required=True,
        readonly=True,
    )
    theirs = fields.Float("In the Old System", digits=DIGITS, readonly=True)
    ours = fields.Float("Here", digits=DIGITS, readonly=True)
    difference = fields.Float(
        compute="_compute_difference", store=True, digits=DIGITS, help="Here less the old system."
    )
    reason = fields.Selection(REASONS, "Proposed Reason", readonly=True)
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", readonly=True)
    note = fields.Char(help="Why this difference is right as it is.")
    is_acknowledged = fields.Boolean("Acknowledged", readonly=True)
    acknowledged_by_id = fields.Many2one("res.users", readonly=True)
    acknowledged_at = fields.Datetime("Acknowledged On", readonly=True)

    _unique_subject = models.Constraint(
        "UNIQUE(comparison_id, subject)", "A difference is listed only once."
    )

    @api.depends("theirs", "ours")
    def _compute_difference(self):
        for row in self:
            row.difference = row.ours - row.theirs

    def _update_values(self, vals):
        """Take what another comparison found; other values have to be looked at again."""
        self.ensure_one()
        changed = any(
            float_compare(self[name], vals[name], precision_digits=DIGITS[1])
            for name in ("theirs", "ours")
        )
        new = {name: vals[name] for name in ("reason", "res_model", "res_id")}
        if changed:
            new.update(theirs=vals["theirs"], ours=vals["ours"], **self._prepare_open())
        if any(self[name] != value for name, value in new.items()):
            self.write(new)

    def _prepare_open(self):
        return {"is_acknowledged": False, "acknowledged_by_id": False, "acknowledged_at": False}

    def action_acknowledge(self):
        """It is right as it is; it comes back if its values change."""
        self.write(
            {
                "is_acknowledged": True,
                "acknowledged_by_id": self.env.uid,
                "acknowledged_at": fields.Datetime.now(),
            }
        )

    def action_reopen(self):
        self.write(self._prepare_open())

    def action_view_record(self):
        """Our record the difference is about."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }
