# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models

from ..planning.best_before import ShelfLife


class MrpBom(models.Model):
    """A recipe says how long its goods keep, and whether its ingredients limit that."""

    _inherit = "mrp.bom"

    use_expiration_date = fields.Boolean(related="product_tmpl_id.use_expiration_date")
    product_expiration_time = fields.Integer(
        "Shelf Life of the Product", related="product_tmpl_id.expiration_time"
    )
    shelf_life_days = fields.Integer(
        "Shelf Life",
        tracking=True,
        help="Days from the production date until the goods expire. 0 takes the days of the "
        "product.",
    )
    expiry_cap = fields.Selection(
        [("none", "Not by ingredients"), ("ingredients", "By the first ingredient to expire")],
        "Shelf Life Limited",
        default="none",
        required=True,
        tracking=True,
        help="With “By the first ingredient to expire” the goods expire no later than the lots "
        "that went into them. Ingredients that do not matter can be excepted in the list of "
        "ingredients.",
    )
    expiry_margin_days = fields.Integer(
        "Margin Before Ingredients",
        tracking=True,
        help="Days by which the goods expire before their first ingredient does.",
    )

    _shelf_life_not_negative = models.Constraint(
        "CHECK (shelf_life_days >= 0 AND expiry_margin_days >= 0)",
        "Shelf life and margin cannot be negative.",
    )

    def _get_shelf_life(self, product):
        """What is said about goods of ``product`` that are made by this recipe, if any."""
        own = product.product_tmpl_id == self.product_tmpl_id
        days = (self.shelf_life_days if own else 0) or product.expiration_time
        margin = self.expiry_margin_days if self.expiry_cap == "ingredients" else None
        return ShelfLife(days or None, margin)


class MrpBomLine(models.Model):
    _inherit = "mrp.bom.line"

    limits_expiry = fields.Boolean(
        "Limits Shelf Life",
        default=True,
        help="Whether the goods expire no later than this ingredient, where the recipe limits "
        "their shelf life by its ingredients. Salt, sugar or packaging rarely do.",
    )
