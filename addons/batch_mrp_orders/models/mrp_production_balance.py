# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from fractions import Fraction

from odoo import api, fields, models

from ..planning.quantity import exact
from ..tracing.balance import Input, balance_run


class MrpProduction(models.Model):
    """What went into a run against what came out of it, by mass."""

    _inherit = "mrp.production"

    balance_uom_id = fields.Many2one(
        "uom.uom", "Unit of the Balance", compute="_compute_mass_balance"
    )
    input_mass = fields.Float("Input", digits="Product Unit", compute="_compute_mass_balance")
    output_mass = fields.Float("Output", digits="Product Unit", compute="_compute_mass_balance")
    expected_output_mass = fields.Float(
        "Expected Output",
        digits="Product Unit",
        compute="_compute_mass_balance",
        help="What the recipe makes of this input, with its losses and its yield.",
    )
    output_difference = fields.Float(
        "Difference",
        digits="Product Unit",
        compute="_compute_mass_balance",
        help="Output beyond what was expected of the input; negative where goods are missing.",
    )
    loss_percent = fields.Float("Loss (%)", digits=(16, 2), compute="_compute_mass_balance")
    expected_loss_percent = fields.Float(
        "Expected Loss (%)", digits=(16, 2), compute="_compute_mass_balance"
    )

    @api.depends(
        "state",
        "bom_id",
        "product_uom_id",
        "move_raw_ids.state",
        "move_raw_ids.quantity",
        "move_finished_ids.state",
        "move_finished_ids.quantity",
    )
    def _compute_mass_balance(self):
        for run in self:
            unit, balance, grams = run.product_uom_id, balance_run([], Fraction(0)), Fraction(1)
            if unit._is_mass():
                balance = run._get_mass_balance()
                grams = self._get_grams(unit)
            run.balance_uom_id = unit._is_mass() and unit
            run.input_mass = float(balance.input / grams)
            run.output_mass = float(balance.output / grams)
            run.expected_output_mass = float(balance.expected_output / grams)
            run.output_difference = float(balance.difference / grams)
            run.loss_percent = float(balance.loss_percent or 0)
            run.expected_loss_percent = float(balance.expected_loss_percent or 0)

    def _get_mass_balance(self):
        """Input and output of this run so far, exact; ingredients in their own units.

        :rtype: odoo.addons.batch_mrp_orders.tracing.balance.RunBalance
        """
        self.ensure_one()
        made = {}
        for move in self.move_finished_ids.filtered(self._is_run_output):
            made.setdefault(move.product_id, Fraction(0))
            made[move.product_id] += self._get_moved_quantity(move)
        output = sum(
            (
                quantity * (self._get_grams(product.uom_id) or 0)
                for product, quantity in made.items()
            ),
            Fraction(0),
        )
        inputs = [
            self._get_balance_input(product, moves, made.get(self.product_id, Fraction(0)))
            for product, moves in self._get_done_raw_moves().grouped("product_id").items()
        ]
        return balance_run(inputs, output, exact(self.bom_id.yield_percent or 100))

    @api.model
    def _is_run_output(self, move):
        return move.state == "done" and move.location_dest_id.usage != "inventory"

    def _get_done_raw_moves(self):
        return self.move_raw_ids.filtered(
            lambda move: move.state == "done" and move.location_dest_id.usage == "production"
        )

    def _get_balance_input(self, product, moves, made):
        """What was used of an ingredient, and what the recipe takes of it for ``made``."""
        lines = moves.bom_line_id
        own = lines.filtered(lambda line: line.bom_id == self.bom_id)
        expected = None
        if own and own == lines:
            expected = sum(line._get_component().quantity * made for line in own)
        return Input(
            product=product.id,
            used=sum((self._get_moved_quantity(move) for move in moves), Fraction(0)),
            expected=expected,
            grams=self._get_grams(product.uom_id),
            loss_percent=exact(max(own.mapped("loss_percent"), default=0)),
        )

    @api.model
    def _get_moved_quantity(self, move):
        """Exact quantity moved, in the unit of the product."""
        return sum((exact(line.quantity_product_uom) for line in move.move_line_ids), Fraction(0))

    @api.model
    def _get_grams(self, unit):
        """Grams of one ``unit`` of mass, None of any other unit."""
        if not unit._is_mass():
            return None
        return unit._get_exact_ratio(unit._get_gram())
