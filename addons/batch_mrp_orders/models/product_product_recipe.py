# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.fields import Domain

from ..planning.quantity import exact
from ..planning.rollup import carry_up


class ProductTemplate(models.Model):
    _inherit = "product.template"

    allergen_ids = fields.Many2many(
        "product.allergen",
        string="Allergens of Its Own",
        help="What the product contains by itself. What comes in over its recipe is added.",
    )
    contained_allergen_ids = fields.Many2many(
        "product.allergen",
        compute="_compute_contained_allergen_ids",
        search="_search_contained_allergen_ids",
        string="Allergens",
        help="Of its own and from all levels of its recipe.",
    )
    min_remaining_days = fields.Integer(
        "Minimum Remaining Life",
        help="Days the goods must still keep when they reach a customer. A customer may ask for "
        "more; the larger number counts.",
    )

    _min_remaining_days = models.Constraint(
        "CHECK (min_remaining_days >= 0)", "The minimum remaining life must not be negative."
    )

    @api.depends("allergen_ids", "product_variant_ids.contained_allergen_ids")
    def _compute_contained_allergen_ids(self):
        for template in self:
            template.contained_allergen_ids = (
                template.allergen_ids | template.product_variant_ids.contained_allergen_ids
            )

    @api.model
    def _search_contained_allergen_ids(self, operator, value):
        return self.env["product.product"]._get_allergen_domain(operator, value, "product_tmpl_id")

    def write(self, vals):
        res = super().write(vals)
        if "allergen_ids" in vals:
            self.env["mrp.bom"]._forget_allergens()
        return res

    @api.constrains("uom_id")
    def _check_recipe_unit_family(self):
        """A product in recipes keeps the kind of its unit."""
        # Recipes of every company count, whoever edits the product.
        env = self.sudo().with_context(active_test=False).env
        lines = env["mrp.bom.line"].search([("product_tmpl_id", "in", self.ids)])
        recipes = env["mrp.bom"].search([("product_tmpl_id", "in", self.ids)])
        for record in (*lines, *recipes):
            record.product_uom_id._check_converts_to(record.product_id or record.product_tmpl_id)


class ProductProduct(models.Model):
    _inherit = "product.product"

    contained_allergen_ids = fields.Many2many(
        "product.allergen",
        compute="_compute_contained_allergen_ids",
        search="_search_contained_allergen_ids",
        string="Allergens",
        help="Of its own and from all levels of its recipe.",
    )

    # What lies further down is watched by _forget_allergens: a field that depends on
    # itself is computed record by record.
    @api.depends_context("recipe_date")
    @api.depends("product_tmpl_id.allergen_ids", "product_tmpl_id.bom_ids.bom_line_ids.product_id")
    def _compute_contained_allergen_ids(self):
        # Allergens are told to everybody who sees the product, recipes are not.
        products = self._origin.sudo()
        recipes, reached = self.env["mrp.bom"].sudo()._get_all_levels(products)
        contained = carry_up(
            products.ids,
            {product.id: bom._get_used_products(product).ids for product, bom in recipes.items()},
            {product.id: frozenset(product.allergen_ids.ids) for product in reached},
        )
        Allergen = self.env["product.allergen"]
        for product in self:
            found = Allergen.browse(contained.get(product._origin.id, ()))
            product.contained_allergen_ids = product.sudo().allergen_ids | found

    @api.model
    def _search_contained_allergen_ids(self, operator, value):
        return self._get_allergen_domain(operator, value, "id")

    @api.model
    def _get_allergen_domain(self, operator, value, field):
        """Products that contain one of the allergens in ``value``, from the ingredients up."""
        if operator != "in":
            return NotImplemented
        Bom = self.env["mrp.bom"].sudo()
        products = level = self.sudo().search([("product_tmpl_id.allergen_ids", "in", value)])
        while level:
            recipes = Bom.search(
                Domain("bom_line_ids.product_id", "in", level.ids)
                & Bom._get_in_force_domain(Bom._get_recipe_date())
            )
            level = recipes._get_finished_products() - products
            products |= level
        ids = products.ids if field == "id" else products.product_tmpl_id.ids
        return Domain("id", "in", ids)

    def _get_min_remaining_days(self, partner):
        """Days the goods must keep after they are delivered to ``partner``."""
        self.ensure_one()
        return max(
            self.min_remaining_days,
            partner.min_remaining_days,
            partner.commercial_partner_id.min_remaining_days,
        )

    def _compute_bom_price(self, bom, boms_to_recompute=False, byproduct_bom=False):
        """The price core computes from a recipe, with what loss and yield take more."""
        self.ensure_one()
        if not bom:
            return 0
        expand = boms_to_recompute or self.env["mrp.bom"]
        costs, sheets = bom._get_cost_roll_up(product=self, expand=expand)
        sheet = sheets[bom]
        if not byproduct_bom:
            return float(sheet.unit_cost(costs.__getitem__))
        lines = bom.byproduct_ids.filtered(lambda line: line.product_id == self and line.cost_share)
        made = sum(
            exact(line.product_qty) * line.product_uom_id._get_exact_ratio(self.uom_id)
            for line in lines
        )
        share = sum(exact(line.cost_share) for line in lines)
        return float(sheet.batch_cost(costs.__getitem__) * share / 100 / made) if made else 0.0
