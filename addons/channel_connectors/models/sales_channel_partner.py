# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models


class SalesChannelPartner(models.Model):
    _name = "sales.channel.partner"
    _description = "Customer of a Sales Channel"
    _rec_name = "external_key"
    _check_company_auto = True

    channel_id = fields.Many2one(
        "sales.channel", required=True, ondelete="cascade", index=True, check_company=True
    )
    company_id = fields.Many2one(related="channel_id.company_id", store=True)
    external_key = fields.Char(
        required=True, help="How the channel knows this customer: an account, a company, a guest."
    )
    partner_id = fields.Many2one("res.partner", required=True, ondelete="cascade", index=True)
    is_placeholder = fields.Boolean(
        "Not Known Yet",
        help="The channel withheld who this is. Once it says so, the contact is filled in.",
    )

    _unique_key = models.Constraint(
        "UNIQUE(channel_id, external_key)", "A customer of a channel can be linked only once."
    )
