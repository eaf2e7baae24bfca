# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models


class RmaOperation(models.Model):
    """What a customer gets; OCA's actions say whether goods come back and when money flows."""

    _inherit = "rma.operation"

    customer_gets = fields.Selection(
        [("credit", "Credit Note"), ("replacement", "Replacement"), ("nothing", "Nothing")],
        required=True,
        default="nothing",
    )
