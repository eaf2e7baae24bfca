# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.tools import SQL


class SalesChannelStock(models.Model):
    """Stock of one listing at one place of its channel: what we offer, what is there."""

    _name = "sales.channel.stock"
    _description = "Stock in a Sales Channel"
    _order = "channel_id, listing_id, location_id"
    _rec_name = "listing_id"
    _check_company_auto = True

    channel_id = fields.Many2one(
        "sales.channel", required=True, readonly=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="channel_id.company_id", store=True, precompute=True)
    listing_id = fields.Many2one(
        "sales.channel.listing",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    location_id = fields.Many2one(
        "sales.channel.location",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    product_id = fields.Many2one(related="listing_id.product_id")
    offered = fields.Integer(readonly=True, help="What we have to offer, when last computed.")
    present = fields.Integer(
        "In the Channel", readonly=True, help="What the channel had when we last looked or told."
    )
    is_known = fields.Boolean(readonly=True, help="We have seen the channel's quantity.")
    is_dirty = fields.Boolean("To Send", default=True, readonly=True)
    sent_at = fields.Datetime("Told On", readonly=True)
    problem = fields.Text(readonly=True)
    intent_id = fields.Many2one(
        "sales.channel.intent",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="A message about this level whose outcome is not known yet.",
    )

    _unique_level = models.Constraint(
        "UNIQUE(listing_id, location_id)", "A listing has one stock level at a location."
    )
    _dirty = models.Index("(channel_id, id) WHERE is_dirty AND intent_id IS NULL")

    def action_send(self):
        """Compare and send these levels with the next run."""
        self.write({"is_dirty": True})
        for channel in self.channel_id:
            channel._enqueue_outgoing("stock")


class SalesChannelStockChange(models.Model):
    """Products whose stock has changed, for each channel that offers stock.

    Transactions that move goods only add rows here, so they never wait for each other or
    for the run that sends: it takes the rows away.
    """

    _name = "sales.channel.stock.change"
    _description = "Stock Change to be Sent to a Sales Channel"
    _log_access = False

    channel_id = fields.Many2one("sales.channel", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="channel_id.company_id")
    product_id = fields.Many2one("product.product", required=True, ondelete="cascade")

    @api.model
    def _note(self, products):
        """Remember that these products have more or less to offer, at the end of the
        transaction and with one statement, however often it is called.
        """
        if not products or not self.env["sales.channel"]._get_pushing_ids():
            return
        precommit = self.env.cr.precommit
        key = "sales.channel.stock.change"
        if key not in precommit.data:
            precommit.data[key] = set()
            precommit.add(self._flush_changes)
        precommit.data[key].update(products.ids)

    @api.model
    def _flush_changes(self):
        product_ids = self.env.cr.precommit.data.pop("sales.channel.stock.change", set())
        if not product_ids:
            return
        # sudo: goods are moved by people who know nothing of channels
        channels = (
            self.env["sales.channel"].sudo().browse(self.env["sales.channel"]._get_pushing_ids())
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO sales_channel_stock_change (channel_id, product_id)
                SELECT channel.id, product.id
                  FROM sales_channel channel, product_product product
                 WHERE channel.id = ANY(%s) AND product.id = ANY(%s)
                """,
                channels.ids,
                sorted(product_ids),
            )
        )
        channels._enqueue_stock()
