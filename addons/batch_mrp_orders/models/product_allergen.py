# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models


class ProductAllergen(models.Model):
    """A substance that must be named on food, Regulation (EU) No 1169/2011, Annex II."""

    _name = "product.allergen"
    _description = "Allergen"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(help="Number in Annex II of Regulation (EU) No 1169/2011.")
    sequence = fields.Integer(default=100)
    active = fields.Boolean(default=True)
    description = fields.Text(translate=True, help="What belongs to it and what is exempt.")

    _unique_code = models.UniqueIndex(
        "(code) WHERE code IS NOT NULL", "Another allergen has this code."
    )
