# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models


class SalesChannel(models.Model):
    _inherit = "sales.channel"

    relisting = fields.Selection(
        [("ask", "Ask"), ("always", "Always"), ("never", "Never")],
        "Reactivate Sold-Out Listings",
        required=True,
        default="ask",
        help="The channel charges a fee for offering again what was sold out.",
    )
    has_relisting_fee = fields.Boolean(compute="_compute_has_relisting_fee")
    relisting_count = fields.Integer(
        "Sold Out, to Decide",
        compute="_compute_relisting_count",
        groups="channel_connectors.group_channel_reader",
    )

    @api.depends("channel_type")
    def _compute_has_relisting_fee(self):
        for channel in self:
            channel.has_relisting_fee = channel._adapter_class().capabilities.relisting_fee

    def _compute_relisting_count(self):
        counts = self._count("sales.channel.stock", [("relisting", "=", "asked")])
        for channel in self:
            channel.relisting_count = counts[channel]

    def write(self, vals):
        result = super().write(vals)
        if "relisting" in vals:
            # What was decided under another rule is decided again.
            self.env["sales.channel.stock"].search(
                [("channel_id", "in", self.ids), ("relisting", "!=", False)]
            ).relisting = False
            self._touch_stock()
        return result

    def action_view_relisting(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "channel_connectors.action_sales_channel_relisting"
        )
        action["domain"] = [("channel_id", "=", self.id)]
        return action


class SalesChannelStock(models.Model):
    _inherit = "sales.channel.stock"

    relisting = fields.Selection(
        [("asked", "To Decide"), ("agreed", "Reactivate"), ("declined", "Leave Sold Out")],
        "Reactivation",
        readonly=True,
        help="There are goods again, but the listing was sold out in the channel: offering it "
        "again costs a fee there.",
    )

    def action_relist(self):
        """Offer it again and bear the fee."""
        self._decide_relisting("agreed")

    def action_leave(self):
        """Leave it sold out until it is offered again in the channel."""
        self._decide_relisting("declined")

    def _decide_relisting(self, decision):
        """The fee is for the whole listing, so is the decision."""
        for level in self:
            same = self.search(
                [
                    ("channel_id", "=", level.channel_id.id),
                    ("relisting", "!=", False),
                    (
                        "listing_id.external_product_id",
                        "=",
                        level.listing_id.external_product_id,
                    ),
                ]
            )
            (same | level).write({"relisting": decision, "is_dirty": True})
        self.channel_id._enqueue_stock()

    def _settle_equal(self, seen=True):
        result = super()._settle_equal(seen)
        for level in self:
            if level.relisting and not level.is_dirty:
                level.relisting = False
        return result

    def _get_sendable(self, adapter):
        """Leave out what may only be offered again if somebody agrees to the fee."""
        levels = super()._get_sendable(adapter)
        if not levels or not adapter.capabilities.relisting_fee:
            return levels
        asleep = levels.filtered(lambda level: not level.present and level.offered)
        items = adapter.ended_items(set(asleep.listing_id.mapped("inventory_item_id")))
        ended = asleep.filtered(lambda level: level.listing_id.inventory_item_id in items)
        (levels - ended).filtered("relisting").relisting = False
        return levels - ended.filtered(lambda level: not level._may_relist())

    def _may_relist(self):
        """Whether the fee was agreed to; asks if that has not been decided."""
        self.ensure_one()
        policy = self.channel_id.relisting
        if policy == "always" or (policy == "ask" and self.relisting == "agreed"):
            self.relisting = "agreed"
            return True
        problem = self.env._("Sold out in the channel. Offering it again costs a fee there.")
        decision = "declined" if policy == "never" else self.relisting or "asked"
        self.write({"is_dirty": False, "problem": problem, "relisting": decision})
        return False
