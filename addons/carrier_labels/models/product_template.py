# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    label_age_check = fields.Selection(
        [("16", "From 16"), ("18", "From 18")],
        "Age Check on Delivery",
        help="The carrier looks at the age of the recipient before a parcel with this product "
        "is handed over.",
    )
