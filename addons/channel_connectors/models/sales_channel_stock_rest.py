# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models


class SalesChannelStock(models.Model):
    """Where a channel takes no level of nothing, what is sold out goes off sale."""

    _inherit = "sales.channel.stock"

    is_resting = fields.Boolean(
        "Off Sale",
        readonly=True,
        help="Nothing was left, so we took it off sale. It is put on sale again by itself.",
    )

    def _get_resting(self):
        """Items we took off sale because nothing was left of them."""
        return set(self.filtered("is_resting").listing_id.mapped("inventory_item_id"))


class SalesChannelIntent(models.Model):
    _inherit = "sales.channel.intent"

    def _get_rest(self, commit):
        """What notes that items go off sale for want of stock: before they do, so that they
        are put on sale again whatever happens to this worker.
        """

        def rest(items):
            self.channel_id.stock_ids.filtered(
                lambda level: level.listing_id.inventory_item_id in items
            ).is_resting = True
            self.channel_id._keep(commit)

        return rest

    def _note_awake(self, levels):
        """With one of its products all of a listing is on sale again."""
        products = set(levels.listing_id.mapped("external_product_id"))
        self.channel_id.stock_ids.filtered(
            lambda level: level.is_resting and level.listing_id.external_product_id in products
        ).is_resting = False
