# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models

from ..extf.model import OPENING, YEAR_END


class AccountJournal(models.Model):
    _inherit = "account.journal"

    datev_stack = fields.Selection(
        [(OPENING, "Opening Balances"), (YEAR_END, "Year-End Closing")],
        string="DATEV Stack",
        help="Entries of this journal come to the tax advisor in files of their own: opening "
        "balances through the accounts 9000, 9008 and 9009, year-end entries marked as such. "
        "The opening entry of the company is recognised by itself.",
    )
