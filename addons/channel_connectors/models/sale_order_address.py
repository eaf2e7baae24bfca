# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    """Orders whose channel withholds the address: they are made, but not sent nor invoiced."""

    _inherit = "sale.order"

    channel_address_missing = fields.Boolean(
        "Address Missing",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The channel does not tell where the goods go. They can be made, but neither be "
        "sent nor invoiced: the tax depends on the country.",
    )

    def action_enter_channel_address(self):
        """Enter the address the channel withholds."""
        self.ensure_one()
        return self.channel_order_id.action_complete_address()

    def _create_invoices(self, grouped=False, final=False, date=None):
        if missing := self.filtered("channel_address_missing"):
            raise UserError(
                self.env._(
                    "The channel withholds the address of %s, and the tax depends on it. Enter "
                    "the address first.",
                    ", ".join(missing.mapped("name")),
                )
            )
        return super()._create_invoices(grouped=grouped, final=final, date=date)


class StockPicking(models.Model):
    _inherit = "stock.picking"

    channel_address_missing = fields.Boolean(related="sale_id.channel_address_missing")

    def action_enter_channel_address(self):
        """Enter the address the channel withholds."""
        return self.sale_id.action_enter_channel_address()

    def _action_done(self):
        """Nothing leaves for nowhere."""
        # sudo: whoever ships need not be allowed to see the order
        missing = self.sudo().filtered(
            lambda picking: (
                picking.picking_type_code == "outgoing"
                and any(picking.move_ids.sale_line_id.order_id.mapped("channel_address_missing"))
            )
        )
        if missing:
            raise UserError(
                self.env._(
                    "The channel withholds the address of %s. Enter it, or fill it from the "
                    "channel's file, then the goods can leave.",
                    ", ".join(missing.sale_id.mapped("name")),
                )
            )
        return super()._action_done()


class SalesChannelOrder(models.Model):
    _inherit = "sales.channel.order"

    is_address_missing = fields.Boolean(related="sale_order_id.channel_address_missing")

    def action_complete_address(self):
        """Enter the address the channel withholds."""
        return self._action_complete_address()

    def _apply_completion(self, parts):
        """Keep what was added to the address of each row, and bring the order up to it."""
        for row in self:
            row.completion = parts[row]
        for channel, rows in self.grouped("channel_id").items():
            if not channel._lock_import():
                raise UserError(self.env._("An import of this channel is already running."))
            rows.write({"state": "new"})
            rows.with_company(channel.company_id).with_context(
                channel_address_entered=True
            )._process()
