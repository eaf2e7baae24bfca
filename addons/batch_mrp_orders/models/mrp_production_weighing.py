# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..planning.quantity import exact


class MrpProductionWeighing(models.Model):
    """A quantity of one lot that somebody has put on the scale for a run."""

    _name = "mrp.production.weighing"
    _inherit = "mrp.batch.record.entry"
    _description = "Weighing"

    move_id = fields.Many2one(
        "stock.move", "Ingredient Line", readonly=True, index=True, ondelete="set null"
    )
    product_id = fields.Many2one("product.product", "Ingredient", required=True, readonly=True)
    lot_id = fields.Many2one("stock.lot", readonly=True, index="btree_not_null")
    quantity = fields.Float("Weighed", digits="Product Unit", required=True, readonly=True)
    uom_id = fields.Many2one("uom.uom", "Unit", required=True, readonly=True)
    product_qty = fields.Float(
        "Weighed (Stock Unit)",
        digits="Product Unit",
        readonly=True,
        help="The weighed quantity in the unit of the product.",
    )
    target_qty = fields.Float(
        "Target",
        digits="Product Unit",
        readonly=True,
        help="What the run needed of the ingredient at that moment, in the unit of the scale.",
    )
    total_qty = fields.Float(
        "Total",
        digits="Product Unit",
        readonly=True,
        help="All that was weighed of the ingredient until then, in the unit of the scale.",
    )
    tolerance_percent = fields.Float("Tolerance (%)", digits=(5, 2), readonly=True)
    is_last = fields.Boolean("Complete", readonly=True, help="Nothing more was to follow.")
    is_scanned = fields.Boolean("Scanned", readonly=True)
    is_explained = fields.Boolean("Explained", readonly=True)
    passed_lot_id = fields.Many2one("stock.lot", "Older Lot Passed Over", readonly=True)
    state = fields.Selection(
        [("weighed", "Weighed"), ("void", "Void")],
        required=True,
        default="weighed",
        readonly=True,
    )
    void_reason = fields.Char(readonly=True)
    void_user_id = fields.Many2one("res.users", "Voided By", readonly=True)
    void_date = fields.Datetime("Voided At", readonly=True)
    token = fields.Char(readonly=True, copy=False, help="The same entry sent twice is one entry.")

    _one_per_token = models.UniqueIndex(
        "(token) WHERE token IS NOT NULL", "This weighing is already in the record."
    )
    _quantity = models.Constraint(
        "CHECK (quantity >= 0)", "A weighed quantity must not be negative."
    )

    @api.depends("product_id", "lot_id")
    def _compute_display_name(self):
        for weighing in self:
            names = weighing.product_id.display_name, weighing.lot_id.name
            weighing.display_name = ", ".join(name for name in names if name)

    def _get_in_unit(self, unit):
        """What these weighings are together, exact, in ``unit``."""
        return sum(
            exact(weighing.quantity) * weighing.uom_id._get_exact_ratio(unit) for weighing in self
        )

    def action_open_void(self):
        self.ensure_one()
        return self.production_id._get_reason_action(
            self.env._("Void the Weighing"), "void_weighing", weighing_id=self.id
        )

    def _void(self, reason):
        """Take a weighing back: it stays in the record, with the reason."""
        self.ensure_one()
        run = self.production_id
        run._lock_for_entry()
        if self.state == "void":
            return
        if run.state in ("done", "cancel"):
            raise UserError(self.env._("%s is closed: nothing can be weighed back.", run.name))
        run._log_deviation(
            "void",
            reason,
            self.env._(
                "Weighing of %(product)s taken back: %(quantity)s",
                product=self.display_name,
                quantity=self.uom_id._get_quantity_text(self.quantity),
            ),
            product_id=self.product_id.id,
            lot_id=self.lot_id.id,
            target=self.quantity,
            uom_id=self.uom_id.id,
        )
        # Entries are changed by this action only, whoever may do it.
        self.sudo().write(
            {
                "state": "void",
                "void_reason": reason.strip(),
                "void_user_id": self.env.uid,
                "void_date": fields.Datetime.now(),
            }
        )
        self.move_id._book_weighings()
