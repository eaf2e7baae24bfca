# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    promise_shipping_days = fields.Integer(
        related="company_id.promise_shipping_days", readonly=False
    )
    promise_hold_hours = fields.Integer(related="company_id.promise_hold_hours", readonly=False)
