# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models


class DatevProofLine(models.Model):
    _name = "datev.proof.line"
    _description = "DATEV Proof per Account"
    _order = "account_number, id"
    _rec_name = "account_number"

    export_id = fields.Many2one("datev.export", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="export_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="export_id.currency_id")
    account_number = fields.Char(string="Account", required=True)
    name = fields.Char()
    ledger_debit = fields.Monetary()
    ledger_credit = fields.Monetary()
    file_debit = fields.Monetary()
    file_credit = fields.Monetary()
    difference = fields.Monetary(help="Balance in the file less balance in the ledger.")
