# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import fields, models

from .sales_channel_intent import OPEN_STATES

READER = "channel_connectors.group_channel_reader"
SLOW = timedelta(hours=1)


class SalesChannel(models.Model):
    """How a channel is doing, on one look."""

    _inherit = "sales.channel"

    outgoing_count = fields.Integer(
        "To Send", compute="_compute_outgoing", groups=READER, help="Messages that wait."
    )
    outgoing_problem_count = fields.Integer(
        "Not Sent", compute="_compute_outgoing", groups=READER, help="Messages with a problem."
    )
    outgoing_since = fields.Datetime("Waiting Since", compute="_compute_outgoing", groups=READER)
    outgoing_done_at = fields.Datetime("Last Sent", compute="_compute_outgoing", groups=READER)
    stock_dirty_count = fields.Integer("Stock to Send", compute="_compute_outgoing", groups=READER)
    difference_count = fields.Integer(
        "Open Differences", compute="_compute_outgoing", groups=READER
    )
    health = fields.Selection(
        [("good", "In Order"), ("slow", "Behind"), ("bad", "Needs Attention")],
        compute="_compute_outgoing",
        groups=READER,
    )

    def _compute_outgoing(self):
        """From the messages themselves: jobs that run side by side write no common row."""
        self.outgoing_count = self.outgoing_problem_count = 0
        self.stock_dirty_count = self.difference_count = 0
        self.outgoing_since = self.outgoing_done_at = False
        intents = self.env["sales.channel.intent"]
        mine = [("channel_id", "in", self.ids)]
        for channel, count, since in intents._read_group(
            [*mine, ("state", "in", OPEN_STATES)], ["channel_id"], ["__count", "create_date:min"]
        ):
            channel.outgoing_count = count
            channel.outgoing_since = since
        for channel, count in intents._read_group(
            [
                *mine,
                "|",
                ("state", "=", "failed"),
                "&",
                ("state", "in", OPEN_STATES),
                ("error", "!=", False),
            ],
            ["channel_id"],
            ["__count"],
        ):
            channel.outgoing_problem_count = count
        for channel, done_at in intents._read_group(
            [*mine, ("state", "=", "done")], ["channel_id"], ["done_at:max"]
        ):
            channel.outgoing_done_at = done_at
        for model, domain, name in (
            ("sales.channel.stock", ("is_dirty", "=", True), "stock_dirty_count"),
            ("sales.channel.difference", ("state", "=", "open"), "difference_count"),
        ):
            groups = self.env[model]._read_group([*mine, domain], ["channel_id"], ["__count"])
            for channel, count in groups:
                channel[name] = count
        late = fields.Datetime.now() - SLOW
        for channel in self:
            if channel.last_error or channel.outgoing_problem_count or channel.difference_count:
                channel.health = "bad"
            elif channel.outgoing_since and channel.outgoing_since < late:
                channel.health = "slow"
            else:
                channel.health = "good"

    def _action_outgoing(self, xmlid, **context):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(f"channel_connectors.{xmlid}")
        action["domain"] = [("channel_id", "=", self.id)]
        action["context"] = {f"search_default_{name}": 1 for name, on in context.items() if on}
        return action

    def action_view_outgoing(self):
        return self._action_outgoing("action_sales_channel_intent", open=True)

    def action_view_outgoing_problems(self):
        return self._action_outgoing("action_sales_channel_intent", problems=True)

    def action_view_stock(self):
        return self._action_outgoing("action_sales_channel_stock")

    def action_view_payouts(self):
        return self._action_outgoing("action_sales_channel_payout")
