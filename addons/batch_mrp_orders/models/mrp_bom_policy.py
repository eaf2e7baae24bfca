# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import ValidationError

PLANNING_POLICIES = [
    ("order", "At Confirmation"),
    ("pool", "From the Pool"),
    ("stock", "To Stock"),
]


class MrpBom(models.Model):
    """A product has one planner: orders, the pool, or a reordering rule."""

    _inherit = "mrp.bom"

    planning_policy = fields.Selection(
        PLANNING_POLICIES,
        default="pool",
        required=True,
        help="When runs are planned: when an order is confirmed; by the planner or the nightly "
        "job for the open demand of many orders; or by reordering rules.",
    )

    @api.constrains("planning_policy", "type", "active", "product_id", "product_tmpl_id")
    def _check_one_planner(self):
        recipes = self.filtered(
            lambda bom: bom.active and bom.type == "normal" and bom.planning_policy != "stock"
        )
        products = recipes._get_finished_products()
        if products:
            # Whoever edits recipes may not see the rules of every warehouse.
            self.env["stock.warehouse.orderpoint"].sudo().search(
                [("product_id", "in", products.ids)]
            )._check_one_planner()

    def _get_finished_products(self):
        products = self.product_id
        for bom in self:
            if not bom.product_id:
                products |= bom.product_tmpl_id.product_variant_ids
        return products


class StockWarehouseOrderpoint(models.Model):
    _inherit = "stock.warehouse.orderpoint"

    def _is_planner(self):
        """Whether the rule makes goods of its own accord.

        The replenishment report keeps manual rules without quantities for whatever is
        short; these plan nothing.
        """
        keeps_stock = self.product_min_qty > 0 or self.product_max_qty > 0
        return (self.trigger == "auto" or keeps_stock) and "manufacture" in self.rule_ids.mapped(
            "action"
        )

    @api.constrains(
        "active",
        "product_id",
        "trigger",
        "product_min_qty",
        "product_max_qty",
        "route_id",
        "bom_id",
    )
    def _check_one_planner(self):
        Bom = self.env["mrp.bom"].sudo()  # buyers keep rules without access to recipes
        for company, orderpoints in self.grouped("company_id").items():
            recipes = Bom._bom_find(
                orderpoints.product_id, company_id=company.id, bom_type="normal"
            )
            for orderpoint in orderpoints.filtered("active"):
                recipe = orderpoint.bom_id or recipes[orderpoint.product_id]
                if recipe and recipe.planning_policy != "stock" and orderpoint._is_planner():
                    raise ValidationError(orderpoint._get_two_planners_message(recipe))

    def _get_two_planners_message(self, recipe):
        labels = dict(recipe._fields["planning_policy"]._description_selection(self.env))
        return self.env._(
            "%(product)s would have two planners: its recipe is planned “%(policy)s”, and the "
            "reordering rule %(rule)s makes it, too. Set the planning of the recipe to "
            "“%(stock)s”, or archive the reordering rule.",
            product=self.product_id.display_name,
            policy=labels[recipe.planning_policy],
            rule=self.name,
            stock=labels["stock"],
        )
