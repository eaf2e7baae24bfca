# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models


class SalesChannelListing(models.Model):
    _name = "sales.channel.listing"
    _description = "Product of a Sales Channel"
    _order = "channel_id, sku, id"
    _rec_name = "title"
    _check_company_auto = True

    channel_id = fields.Many2one(
        "sales.channel", required=True, ondelete="cascade", index=True, check_company=True
    )
    company_id = fields.Many2one(related="channel_id.company_id", store=True)
    external_key = fields.Char(
        required=True, readonly=True, help="The variant's id in the channel, or its SKU."
    )
    external_product_id = fields.Char("Channel Product", readonly=True)
    sku = fields.Char("SKU")
    title = fields.Char()
    product_id = fields.Many2one("product.product", index="btree_not_null", check_company=True)
    is_gift_card = fields.Boolean(readonly=True)
    is_mapped = fields.Boolean(
        compute="_compute_is_mapped",
        store=True,
        help="Has its product, or needs none: gift cards are booked on that of the channel.",
    )

    _unique_variant = models.Constraint(
        "UNIQUE(channel_id, external_key)", "A variant of a channel can be listed only once."
    )

    @api.depends("product_id", "is_gift_card")
    def _compute_is_mapped(self):
        for listing in self:
            listing.is_mapped = bool(listing.product_id or listing.is_gift_card)

    def write(self, vals):
        newly_mapped = self.filtered(lambda listing: not listing.product_id)
        result = super().write(vals)
        if vals.get("product_id") and newly_mapped and not self._is_linking():
            newly_mapped._after_mapping()
        return result

    def _is_linking(self):
        """True while many listings get their products: what follows is done once, at the end."""
        return bool(self.env.context.get("channel_linking"))

    def _after_mapping(self):
        """Listings have a product now: the orders that waited for it go on."""
        self.channel_id._release_waiting("product")

    @api.model
    def _set_products(self, products):
        """Give each listing its product, with what follows from it done once for all."""
        listings = self.concat(*products)
        for listing, product in products.items():
            listing.with_context(channel_linking=True).product_id = product
        if listings:
            listings._after_mapping()
