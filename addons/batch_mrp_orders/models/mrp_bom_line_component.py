# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models

from ..planning.formula import Formula, Line
from ..planning.quantity import exact
from ..planning.scaling import round_up


class MrpBom(models.Model):
    _inherit = "mrp.bom"

    def _get_formula(self):
        """The head of the recipe, exact.

        :rtype: odoo.addons.batch_mrp_orders.planning.formula.Formula
        """
        return Formula(
            id=self.id,
            quantity=exact(self.product_qty),
            unit=self.product_uom_id._get_unit(),
            stock_unit=self.product_tmpl_id.uom_id._get_unit(),
            digits=self.env["decimal.precision"].precision_get("Product Unit"),
            yield_percent=exact(self.yield_percent),
            is_kit=self.type == "phantom",
            weighing_step=self._get_weighing_step(),
        )


class MrpBomLine(models.Model):
    """Recipe lines as the planning engine and the runs of core see them: one rule for both."""

    _inherit = "mrp.bom.line"

    def _get_formula_line(self):
        return Line(
            product=self.product_id.id,
            quantity=exact(self.product_qty),
            unit=self.product_uom_id._get_unit(),
            stock_unit=self.product_id.uom_id._get_unit(),
            loss_percent=exact(self.loss_percent),
            min_days=self.product_id.min_remaining_days,
        )

    def _get_unit_ratio(self):
        """How many units of the product one unit of the line is."""
        return self._get_formula_line().ratio

    def _get_component(self):
        """The line for one unit of the recipe's output, with loss and yield.

        :rtype: odoo.addons.batch_mrp_orders.planning.recipe.Component
        """
        self.ensure_one()
        return self.bom_id._get_formula().component(self._get_formula_line())

    def _get_gross_quantity(self):
        """Exact quantity for the whole recipe with loss and yield, in the line's unit."""
        return self.bom_id._get_formula().gross(self._get_formula_line())

    def _prepare_line_done_values(
        self, quantity, product, original_quantity, parent_line, boms_done
    ):
        values = super()._prepare_line_done_values(
            quantity, product, original_quantity, parent_line, boms_done
        )
        values["recipe_trail"] = self._get_recipe_trail(parent_line, boms_done)
        return values

    def _get_recipe_trail(self, parent_line, boms_done):
        """The kit lines above this one, from the run's own recipe down.

        Core takes kits apart depth first, so that the last entry of a kit is the one
        whose lines are being read.
        """
        trail = []
        line = parent_line
        while line:
            trail.append(line)
            line = next(
                values["parent_line"] for bom, values in reversed(boms_done) if bom == line.bom_id
            )
        return trail[::-1]

    def _get_kit_quantity(self, output, trail):
        """What a run of ``output`` takes of this line of a kit in its recipe.

        :param output: exact, in the unit of the run's product
        :param trail: kit lines from the recipe down to the kit of this line
        """
        quantity = output
        for line in [*trail, self]:
            quantity *= line._get_component().quantity
        return float(round_up(quantity, self._get_component().step) / self._get_unit_ratio())
