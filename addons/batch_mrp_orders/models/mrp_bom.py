# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_compare

from ..planning.quantity import exact
from ..planning.scaling import scale_parts

SHARE_DIGITS = 4
# Run quantities come as float factors; what is finer than this is noise of the division.
NOISE_DIGITS = 9


class MrpBom(models.Model):
    """A recipe: what goes into a batch, to the gram."""

    _inherit = "mrp.bom"

    yield_percent = fields.Float(
        "Yield (%)",
        digits=(5, 2),
        default=100.0,
        help="How much of what goes in comes out. A run takes correspondingly more of every "
        "ingredient.",
    )
    minimum_qty = fields.Float(
        "Minimum Quantity",
        digits="Product Unit",
        help="The planner never plans a run smaller than this.",
    )
    weighing_step = fields.Float(
        "Weighing Step (g)",
        digits=(12, 3),
        help="Smallest step of the scale in grams. Ingredients of a run are rounded to it so "
        "that their sum stays right; those below ten steps are weighed finely. "
        "0 weighs as finely as the units allow.",
    )
    made_by_mass = fields.Boolean(
        compute="_compute_share_total", help="The recipe makes a quantity by mass."
    )
    share_total = fields.Float(
        "Sum of Shares (%)",
        digits=(16, SHARE_DIGITS),
        compute="_compute_share_total",
        help="What the ingredients measured in the kind of unit of the recipe add up to.",
    )
    share_warning = fields.Boolean(compute="_compute_share_total")

    _yield_percent = models.Constraint(
        "CHECK (yield_percent > 0)", "The yield of a recipe must be more than 0 %."
    )
    _minimum_qty = models.Constraint(
        "CHECK (minimum_qty >= 0)", "The minimum quantity must not be negative."
    )
    _weighing_step = models.Constraint(
        "CHECK (weighing_step >= 0)", "The weighing step must not be negative."
    )

    @api.depends("product_uom_id", "bom_line_ids.share")
    def _compute_share_total(self):
        for bom in self:
            bom.made_by_mass = bom.product_uom_id._is_mass()
            bom.share_total = sum(bom.bom_line_ids.mapped("share"))
            bom.share_warning = bool(
                bom.made_by_mass
                and bom.bom_line_ids
                and float_compare(bom.share_total, 100, precision_digits=2)
            )

    @api.constrains("product_uom_id", "product_tmpl_id", "product_id")
    def _check_unit_family(self):
        for bom in self:
            bom.product_uom_id._check_converts_to(bom.product_tmpl_id)

    @api.constrains("type", "yield_percent", "bom_line_ids")
    def _check_kit_without_loss(self):
        for bom in self.filtered(lambda bom: bom.type == "phantom"):
            if bom.yield_percent != 100 or any(bom.bom_line_ids.mapped("loss_percent")):
                raise ValidationError(
                    self.env._(
                        "%s is a kit: it is taken apart, not made, and has neither yield nor loss.",
                        bom.display_name,
                    )
                )

    @api.constrains("minimum_qty", "batch_size", "enable_batch_size")
    def _check_minimum_quantity(self):
        for bom in self.filtered("enable_batch_size"):
            if bom.product_uom_id.compare(bom.minimum_qty, bom.batch_size) > 0:
                raise ValidationError(
                    self.env._(
                        "The batch size of %s is below its minimum quantity.", bom.display_name
                    )
                )

    # ------------------------------------------------------------ run quantities
    def _get_output(self):
        """What the recipe makes, exact and in the product's unit."""
        return self._get_formula().output

    def _get_weighing_step(self):
        return self._get_scale_step(self.weighing_step, self.product_uom_id._get_unit())

    @api.model
    def _get_scale_step(self, weighing_step, unit):
        """Step of the scale in grams, exact; None for recipes that are not made by mass."""
        return exact(weighing_step) if weighing_step and unit.is_mass else None

    @api.model
    def _round_last_line_done(self, lines_done):
        """Turn the net quantities of an explosion into what a run takes.

        This is the one place that core's runs get their quantities from, however they
        are made; planning nets with the same components and the same scaling.
        """
        lines_done = super()._round_last_line_done(lines_done)
        if self.type != "normal" or not lines_done or self.env.context.get("recipe_net"):
            return lines_done
        factor = exact(lines_done[0][1]["original_qty"])
        output = round(factor * self._get_output(), NOISE_DIGITS)
        own = [(line, values) for line, values in lines_done if not values["parent_line"]]
        components = [line._get_component() for line, _values in own]
        amounts = scale_parts(components, output, self._get_weighing_step())
        for (line, values), amount in zip(own, amounts, strict=True):
            values["qty"] = float(amount / line._get_unit_ratio())
        for line, values in lines_done:
            if values["parent_line"]:
                values["qty"] = line._get_kit_quantity(output, values["recipe_trail"])
        return lines_done


class MrpBomLine(models.Model):
    _inherit = "mrp.bom.line"

    loss_percent = fields.Float(
        "Loss (%)",
        digits=(5, 2),
        help="Part of the ingredient that is lost before it counts (peel, dust, residue in the "
        "drum). A run takes correspondingly more of it.",
    )
    share = fields.Float(
        "Share (%)",
        digits=(16, SHARE_DIGITS),
        compute="_compute_share",
        inverse="_inverse_share",
        help="Part of the recipe's quantity, where both are measured in the same kind of unit. "
        "Entering it sets the quantity.",
    )
    has_share = fields.Boolean(compute="_compute_share")
    gross_qty = fields.Float(
        "Gross",
        digits="Product Unit",
        compute="_compute_gross_qty",
        help="What goes into a run of the recipe's quantity, with loss and yield.",
    )

    _loss_percent = models.Constraint(
        "CHECK (loss_percent >= 0 AND loss_percent < 100)",
        "The loss of an ingredient must be at least 0 % and below 100 %.",
    )

    @api.depends("product_qty", "product_uom_id", "bom_id.product_qty", "bom_id.product_uom_id")
    def _compute_share(self):
        for line in self:
            line.has_share = line._is_in_recipe_family()
            line.share = float(line._get_share())

    def _is_in_recipe_family(self):
        unit, recipe_unit = self.product_uom_id, self.bom_id.product_uom_id
        return bool(
            unit
            and recipe_unit
            and self.bom_id.product_qty
            and unit._get_family() == recipe_unit._get_family()
        )

    def _get_share(self):
        """Exact share in %, 0 for a line that is not measured as the recipe is."""
        if not self._is_in_recipe_family():
            return Fraction(0)
        whole = exact(self.bom_id.product_qty) * exact(self.bom_id.product_uom_id.factor)
        return exact(self.product_qty) * exact(self.product_uom_id.factor) * 100 / whole

    def _inverse_share(self):
        for line in self:
            line._set_quantity_from_share()

    @api.onchange("share")
    def _onchange_share(self):
        self._set_quantity_from_share()

    def _set_quantity_from_share(self):
        """Set the quantity by the share, unless it has that share already.

        A share has fewer digits than a quantity: the quantity of an unchanged share
        must not be rounded.
        """
        if not self._is_in_recipe_family():
            return
        if float_compare(float(self._get_share()), self.share, precision_digits=SHARE_DIGITS):
            bom = self.bom_id
            whole = exact(bom.product_qty) * exact(bom.product_uom_id.factor)
            quantity = whole * exact(self.share) / 100 / exact(self.product_uom_id.factor)
            self.product_qty = float(quantity)

    @api.depends(
        "product_id",
        "product_qty",
        "product_uom_id",
        "loss_percent",
        "bom_id.product_qty",
        "bom_id.product_uom_id",
        "bom_id.yield_percent",
        "bom_id.weighing_step",
        "bom_id.type",
        "bom_id.bom_line_ids.product_qty",
    )
    def _compute_gross_qty(self):
        self.gross_qty = 0
        for bom, lines in self.grouped("bom_id").items():
            ready = lines.filtered(lambda line: line.product_id and line.product_uom_id)
            if not bom.product_qty or not bom.product_tmpl_id:
                continue
            components = [line._get_component() for line in ready]
            amounts = scale_parts(components, bom._get_output(), bom._get_weighing_step())
            for line, amount in zip(ready, amounts, strict=True):
                line.gross_qty = float(amount / line._get_unit_ratio())

    @api.constrains("product_uom_id", "product_id")
    def _check_unit_family(self):
        for line in self:
            line.product_uom_id._check_converts_to(line.product_id)

    @api.constrains("loss_percent", "bom_id")
    def _check_kit_without_loss(self):
        self.bom_id._check_kit_without_loss()


class MrpBomByproduct(models.Model):
    _inherit = "mrp.bom.byproduct"

    @api.constrains("product_uom_id", "product_id")
    def _check_unit_family(self):
        for byproduct in self:
            byproduct.product_uom_id._check_converts_to(byproduct.product_id)
