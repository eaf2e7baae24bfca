# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    restricted_country_ids = fields.Many2many(
        "res.country",
        "product_template_restricted_country_rel",
        string="Not Shipped To",
        help="Countries to which this product must not be shipped. Orders are held back by "
        "the order check.",
    )
