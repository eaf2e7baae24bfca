# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# Whoever has gone to the channel to consent should be back by then.
PATIENCE = timedelta(minutes=15)


class SalesChannelConsent(models.TransientModel):
    """Somebody is at the channel to let us in: what tells that who comes back is the same."""

    _name = "sales.channel.consent"
    _description = "Consent Under Way"

    channel_id = fields.Many2one("sales.channel", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="channel_id.company_id")
    state = fields.Char(required=True, index=True, groups=fields.NO_ACCESS)
    verifier = fields.Char(required=True, groups=fields.NO_ACCESS)
    redirect = fields.Char(required=True)
    used = fields.Boolean()

    @api.model
    def _take(self, state):
        """What is known of a state of this user's, and whether it has been used before.

        In a transaction of its own: once is once, whatever becomes of the request.
        """
        with self.env.registry.cursor() as cr:
            cr.execute(
                SQL(
                    """
                    UPDATE sales_channel_consent consent
                       SET used = TRUE
                      FROM (SELECT id, used FROM sales_channel_consent
                             WHERE state = %s AND create_uid = %s AND create_date > %s
                               FOR UPDATE) before
                     WHERE consent.id = before.id
                    RETURNING consent.channel_id, consent.verifier, consent.redirect, before.used
                    """,
                    state,
                    self.env.uid,
                    fields.Datetime.now() - PATIENCE,
                )
            )
            rows = cr.dictfetchall()
        return rows[0] if rows else None
