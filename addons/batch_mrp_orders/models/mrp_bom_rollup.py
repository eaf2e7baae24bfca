# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models

from ..planning.quantity import exact
from ..planning.rollup import CostSheet, unit_costs


class MrpBom(models.Model):
    """What is carried up over all levels of a recipe: its cost and its allergens."""

    _inherit = "mrp.bom"

    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    unit_cost = fields.Float(
        "Cost per Unit",
        digits="Product Price",
        compute="_compute_unit_cost",
        help="Cost of one unit of the product over all recipe levels: costs of what is bought, "
        "with loss and yield, and of the operations.",
    )
    batch_cost = fields.Monetary(
        "Cost of the Recipe", compute="_compute_unit_cost", help="For the quantity of the recipe."
    )
    allergen_ids = fields.Many2many(
        "product.allergen",
        compute="_compute_allergen_ids",
        string="Allergens",
        help="In the ingredients, over all recipe levels.",
    )

    @api.depends("company_id")
    def _compute_currency_id(self):
        for bom in self:
            bom.currency_id = (bom.company_id or self.env.company).currency_id

    def _get_used_products(self, product):
        # filtered() would forget that the lines were read together with those of others.
        return self.env["product.product"].union(
            *(line.product_id for line in self.bom_line_ids if not line._skip_bom_line(product))
        )

    # ---------------------------------------------------------------------- cost
    @api.depends_context("company")
    @api.depends(
        "product_qty",
        "product_uom_id",
        "yield_percent",
        "bom_line_ids.product_qty",
        "bom_line_ids.product_uom_id",
        "bom_line_ids.loss_percent",
        "bom_line_ids.product_id.standard_price",
        "operation_ids.cost",
        "byproduct_ids.cost_share",
    )
    def _compute_unit_cost(self):
        for company, boms in self.grouped("company_id").items():
            costs, sheets = boms.with_company(company)._get_cost_roll_up()
            for bom in boms:
                sheet = sheets.get(bom)
                bom.unit_cost = float(sheet.unit_cost(costs.__getitem__)) if sheet else 0.0
                bom.batch_cost = float(sheet.batch_cost(costs.__getitem__)) if sheet else 0.0

    def _get_cost_roll_up(self, product=None, expand=None):
        """Exact cost by product id of all that goes into these recipes, and their cost sheets.

        :param product: the variant that is made, by default the first one of each recipe
        :param expand: recipes by which ingredients are rolled up, None for all of them;
            every other ingredient counts with the cost on its product
        """
        sheets = {
            bom: bom._get_cost_sheet(made)
            for bom in self
            if bom.product_qty and (made := product or bom._get_finished_products()[:1])
        }
        Product = self.env["product.product"]
        used = Product.browse({part for sheet in sheets.values() for part, _qty in sheet.parts})
        recipes, reached = self._get_all_levels(used, company_id=self[:1].company_id.id)
        inner = {
            product.id: bom._get_cost_sheet(product)
            for product, bom in recipes.items()
            if expand is None or bom in expand
        }
        prices = {product.id: exact(product.standard_price) for product in reached}
        return unit_costs(used.ids, inner, prices), sheets

    def _get_cost_sheet(self, product):
        """What one recipe quantity costs, as the engine sees it."""
        lines = self.bom_line_ids.filtered(
            lambda line: line.product_id and not line._skip_bom_line(product)
        )
        operations = self.operation_ids.filtered(
            lambda operation: not operation._skip_operation_line(product)
        )
        return CostSheet(
            output=self._get_output(),
            parts=tuple(
                (line.product_id.id, line._get_gross_quantity() * line._get_unit_ratio())
                for line in lines
            ),
            operations=sum(exact(operation.cost) for operation in operations) + exact(0),
            byproduct_share=sum(exact(line.cost_share) for line in self.byproduct_ids) + exact(0),
        )

    def action_update_product_cost(self):
        """Write the rolled-up cost to the products, ingredients made in-house first."""
        everything = self.browse()
        for bom in self:
            recipes, _reached = self._get_all_levels(
                bom._get_finished_products(), company_id=bom.company_id.id
            )
            everything |= self.union(*recipes.values())
        for bom in self:
            for product in bom._get_finished_products():
                product.standard_price = product._compute_bom_price(bom, everything)
        return True

    # ----------------------------------------------------------------- allergens
    @api.depends("bom_line_ids.product_id.contained_allergen_ids", "product_tmpl_id.allergen_ids")
    def _compute_allergen_ids(self):
        for bom in self:
            bom.allergen_ids = (
                bom.product_tmpl_id.allergen_ids
                | bom.bom_line_ids.product_id.contained_allergen_ids
            )

    @api.model
    def _forget_allergens(self):
        """Drop what was computed: recipes of any level above may have changed with this."""
        for model, field in (
            ("product.product", "contained_allergen_ids"),
            ("product.template", "contained_allergen_ids"),
            ("mrp.bom", "allergen_ids"),
            ("mrp.bom.line", "allergen_ids"),
        ):
            self.env[model].invalidate_model([field], flush=False)

    def write(self, vals):
        res = super().write(vals)
        self._forget_allergens()
        return res


class MrpBomLine(models.Model):
    _inherit = "mrp.bom.line"

    currency_id = fields.Many2one(related="bom_id.currency_id")
    cost = fields.Monetary(
        compute="_compute_cost", help="Gross quantity at cost, rolled up over its own recipe."
    )
    allergen_ids = fields.Many2many(related="product_id.contained_allergen_ids", string="Allergens")

    @api.depends_context("company")
    @api.depends("product_id", "product_qty", "product_uom_id", "loss_percent", "bom_id.unit_cost")
    def _compute_cost(self):
        for company, lines in self.grouped("company_id").items():
            costs, _sheets = lines.bom_id.with_company(company)._get_cost_roll_up()
            for line in lines:
                amount = line._get_gross_quantity() * (
                    line._get_unit_ratio() if line.product_id and line.product_uom_id else 0
                )
                line.cost = float(amount * costs.get(line.product_id.id, 0))

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        self.env["mrp.bom"]._forget_allergens()
        return lines

    def write(self, vals):
        res = super().write(vals)
        self.env["mrp.bom"]._forget_allergens()
        return res

    def unlink(self):
        res = super().unlink()
        self.env["mrp.bom"]._forget_allergens()
        return res
