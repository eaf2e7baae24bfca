# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from contextlib import contextmanager

from odoo import models
from odoo.exceptions import UserError

from ..channels.base.errors import ChannelError

PREVIEW_LIMIT = 200


class _Undo(Exception):
    """Ends a savepoint whose work is not to be kept."""


class SalesChannelOrder(models.Model):
    """What an import would do, found out by doing it and taking it back."""

    _inherit = "sales.channel.order"

    @contextmanager
    def _undone(self):
        """Whatever happens inside is taken back at the end."""
        self.env.flush_all()
        try:
            with self.env.cr.savepoint():
                yield
                raise _Undo
        except _Undo:
            self.env.invalidate_all()

    def _collect_preview(self):
        """Import these rows for a trial; only to be called inside ``_undone()``."""
        self.env.cr.execute("SELECT COALESCE(max(id), 0) FROM res_partner")
        newest = self.env.cr.fetchone()[0]
        known = {row.id: row.content for row in self if row.sale_order_id}
        self.write({"state": "new"})
        self.with_context(channel_preview=True)._process()
        self.env.flush_all()
        return [row._prepare_preview(newest, known) for row in self]

    def _prepare_preview(self, newest, known):
        """What became of one row, in plain values."""
        order = self.sale_order_id
        vals = {
            "name": self.name,
            "channel_order": self.external_id,
            "customer": self.customer_name,
            "reason_code": self.reason_code,
            "details": self.reason,
            "amount_total": self.amount_total,
            "amount_tax": self.amount_tax,
            "currency_id": self.currency_id.id,
            "outcome": self.state if self.state in ("attention", "ignored") else "create",
        }
        if self.state == "imported":
            if self.id in known:
                vals["outcome"] = "unchanged" if known[self.id] == self.content else "follow"
            vals |= {
                "customer_state": "new" if order.partner_id.id > newest else "known",
                "details": "\n".join(self._describe_order(order)),
            }
        return vals

    def _describe_order(self, order):
        """The order line by line, as a person reads it."""
        address = order.partner_shipping_id._display_address(without_company=False)
        yield self.env._("Customer: %s", order.partner_id.display_name)
        yield self.env._("Delivery: %s", ", ".join(filter(None, address.split("\n"))))
        for line in order.order_line:
            taxes = ", ".join(line.tax_ids.mapped("name")) or self.env._("no tax")
            yield (
                f"{line.product_uom_qty:g} × {line.product_id.display_name}: "
                f"{order.currency_id.format(line.price_total)} ({taxes})"
            )
        if order.fiscal_position_id:
            yield self.env._("Fiscal position: %s", order.fiscal_position_id.display_name)
        if order.channel_method_id:
            yield self.env._("Paid by: %s", order.channel_method_id.display_name)
        if order.payment_term_id:
            yield self.env._("Payment terms: %s", order.payment_term_id.display_name)
        if order.carrier_id:
            yield self.env._("Sent by: %s", order.carrier_id.display_name)
        if order.state == "cancel":
            yield self.env._("Cancelled in the channel.")

    def action_preview(self):
        """Show what the import of these orders would do."""
        rows = self[:PREVIEW_LIMIT]
        with rows._undone():
            facts = [
                vals
                for channel, own in rows.grouped("channel_id").items()
                for vals in own.with_company(channel.company_id)._collect_preview()
            ]
        return self.env["sales.channel.preview"]._open(rows.channel_id[:1], facts)


class SalesChannel(models.Model):
    _inherit = "sales.channel"

    def action_preview_import(self):
        """Show what an import would do: of what waits, or else of the shop's next orders."""
        self.ensure_one()
        self._require_setup()
        if not self._lock_import():
            raise UserError(self.env._("An import of this channel is already running."))
        channel = self.with_company(self.company_id)
        rows = channel.env["sales.channel.order"]
        with rows._undone():
            domain = [("channel_id", "=", self.id), ("state", "in", ("new", "attention"))]
            rows = rows.search(domain, limit=PREVIEW_LIMIT)
            if not rows:
                channel._store_first_page()
                rows = rows.search(domain, limit=PREVIEW_LIMIT)
            facts = rows._collect_preview()
        return self.env["sales.channel.preview"]._open(self, facts)

    def _store_first_page(self):
        adapter = self._adapter()
        try:
            page = next(iter(adapter.order_pages(self._get_import_start())), None)
        except ChannelError as error:
            raise UserError(self._explain(error)) from error
        if page:
            self._store_payloads(adapter, page.payloads)
