# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import datetime, timedelta, timezone

from odoo import fields, models

from ..channels.base.errors import ChannelError


class SalesChannel(models.Model):
    """Channels that tell nothing by themselves are read again every night, further back than
    the import looks: what it has missed for any reason comes then.
    """

    _inherit = "sales.channel"

    address_missing_count = fields.Integer(
        compute="_compute_address_missing_count", groups="channel_connectors.group_channel_user"
    )

    def _compute_address_missing_count(self):
        counts = self._count(
            "sale.order", [("channel_address_missing", "=", True), ("state", "!=", "cancel")]
        )
        for channel in self:
            channel.address_missing_count = counts[channel]

    def action_view_address_missing(self):
        """Orders whose address the channel withholds."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("sale.action_orders")
        action["domain"] = [("channel_id", "=", self.id), ("state", "!=", "cancel")]
        action["context"] = {"search_default_address_missing": 1}
        return action

    def action_fill_addresses(self):
        """Fill addresses from the channel's file."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "channel_connectors.action_sales_channel_address_import"
        )
        return {**action, "context": {"default_channel_id": self.id}}

    def _store_payloads(self, adapter, payloads):
        """Orders also show what the channel lets us see."""
        result = super()._store_payloads(adapter, payloads)
        if adapter.capabilities.abilities:
            for ability, (allowed, example) in adapter.abilities_shown(payloads).items():
                self._note_ability(ability, allowed, example)
        return result

    def _cron_sweep_orders(self):
        """Queue one sweep for each channel that needs it."""
        for channel in self.search([("auto_import", "=", True)]):
            if channel._adapter_class().capabilities.sweep_days:
                description = self.env._("Read the last weeks of %s again", channel.name)
                channel._in_background("sweep", description)._job_sweep_orders()

    def _job_sweep_orders(self):
        """Read the orders of the last weeks again; what has not changed is left alone."""
        self.ensure_one()
        self._take_import()
        channel = self.with_company(self.company_id)
        days = channel._adapter_class().capabilities.sweep_days
        adapter = channel._adapter()
        try:
            for page in adapter.order_pages(datetime.now(timezone.utc) - timedelta(days=days)):
                channel._store_payloads(adapter, page.payloads)
                channel._process_waiting(commit=True)
                channel._commit_step(True)
        except ChannelError as error:
            return channel._give_up(error)
        return False
