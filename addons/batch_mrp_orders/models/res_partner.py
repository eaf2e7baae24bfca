# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    min_remaining_days = fields.Integer(
        "Minimum Remaining Life",
        help="Days the goods must still keep when they reach this customer. A product may ask "
        "for more; the larger number counts. 0 for no demand of its own.",
    )

    _min_remaining_days = models.Constraint(
        "CHECK (min_remaining_days >= 0)", "The minimum remaining life must not be negative."
    )
