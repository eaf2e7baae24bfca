# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..tracing.genealogy import Direction


class StockRecallIngredients(models.TransientModel):
    """Backward first: which ingredient lots do the suspicious lots have in common?"""

    _name = "stock.recall.ingredients"
    _description = "Ingredients in Common"

    recall_id = fields.Many2one("stock.recall", required=True, ondelete="cascade")
    line_ids = fields.One2many(
        "stock.recall.ingredients.line",
        "wizard_id",
        "Ingredients",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )

    @api.depends("recall_id")
    def _compute_line_ids(self):
        for wizard in self:
            suspicious = wizard.recall_id.lot_ids
            reached = defaultdict(dict)
            for step in suspicious._get_genealogy(Direction.UPSTREAM):
                if step.lot_id:
                    reached[step.lot_id].setdefault(step.root_id, step.level)
            common = sorted(
                reached.items(), key=lambda item: (-len(item[1]), max(item[1].values()), item[0])
            )
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {
                            "lot_id": lot_id,
                            "level": max(roots.values()),
                            "suspicious_count": len(roots),
                            "suspicious_total": len(suspicious),
                        }
                    )
                    for lot_id, roots in common
                ),
            ]

    def action_use(self):
        """Go forward from the ingredients that were ticked, beside the lots chosen so far."""
        self.ensure_one()
        chosen = self.line_ids.filtered("chosen").lot_id
        if not chosen:
            raise UserError(self.env._("Tick the ingredients that are to be recalled."))
        self.recall_id.lot_ids |= chosen
        return {"type": "ir.actions.act_window_close"}


class StockRecallIngredientsLine(models.TransientModel):
    _name = "stock.recall.ingredients.line"
    _description = "Ingredient in Common"

    wizard_id = fields.Many2one("stock.recall.ingredients", required=True, ondelete="cascade")
    chosen = fields.Boolean("Recall")
    lot_id = fields.Many2one("stock.lot", required=True, readonly=True)
    product_id = fields.Many2one(related="lot_id.product_id")
    supplier_lot = fields.Char(related="lot_id.supplier_lot")
    level = fields.Integer("Levels Back", readonly=True)
    suspicious_count = fields.Integer("In Suspicious Lots", readonly=True)
    suspicious_total = fields.Integer("Of", readonly=True)
