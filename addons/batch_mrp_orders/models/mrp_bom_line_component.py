# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from fractions import Fraction

from odoo import models

from ..planning.quantity import exact
from ..planning.recipe import Component
from ..planning.scaling import gross, round_up


class MrpBomLine(models.Model):
    """Recipe lines as the planning engine and the runs of core see them: one rule for both."""

    _inherit = "mrp.bom.line"

    def _get_unit_ratio(self):
        """How many units of the product one unit of the line is."""
        return exact(self.product_uom_id.factor) / exact(self.product_id.uom_id.factor)

    def _get_component(self):
        """The line for one unit of the recipe's output, with loss and yield.

        :rtype: odoo.addons.batch_mrp_orders.planning.netting.Component
        """
        self.ensure_one()
        bom = self.bom_id
        ratio = self._get_unit_ratio()
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        weighed = bom.type == "normal" and all(
            unit._is_mass() for unit in (bom.product_uom_id, self.product_uom_id)
        )
        return Component(
            product=self.product_id.id,
            quantity=self._get_gross_quantity() * ratio / bom._get_output(),
            # Both the line's unit and the one the product is stocked in must know it.
            step=max(ratio, Fraction(1)) / 10**digits,
            mass=exact(self.product_id.uom_id.factor) if weighed else None,
            min_days=self.product_id.min_remaining_days,
        )

    def _get_gross_quantity(self):
        """Exact quantity for the whole recipe with loss and yield, in the line's unit."""
        net = exact(self.product_qty)
        if self.bom_id.type == "phantom":
            return net
        return gross(net, exact(self.loss_percent), exact(self.bom_id.yield_percent))

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
