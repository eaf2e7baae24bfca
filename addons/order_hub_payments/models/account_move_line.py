# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    prepayment_order_id = fields.Many2one(
        "sale.order",
        "Prepaid Order",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
        help="The order that the customer has paid with this before it was invoiced.",
    )
