# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    datev_consultant_number = fields.Char(
        related="company_id.datev_consultant_number", readonly=False
    )
    datev_client_number = fields.Char(related="company_id.datev_client_number", readonly=False)
    datev_lock = fields.Boolean(related="company_id.datev_lock", readonly=False)
    datev_account_length = fields.Integer(related="company_id.datev_account_length")
    datev_chart = fields.Char(related="company_id.datev_chart")
