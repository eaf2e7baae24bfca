# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, models
from odoo.fields import Domain

from .sales_channel_offer import TOLD_OF_STOCK


class SalesChannel(models.Model):
    """Stock is offered of all products of a channel, also of those that are new there."""

    _inherit = "sales.channel"

    @api.model
    def _cron_reconcile_stock(self):
        """Once products have been fetched, new ones are found before stock is compared."""
        channels = self.search(TOLD_OF_STOCK & Domain("products_fetched_at", "!=", False))
        for channel in channels.filtered("has_products"):
            description = self.env._("Fetch products of %s", channel.name)
            channel._in_background("products", description)._job_fetch_products()
        return super()._cron_reconcile_stock()
