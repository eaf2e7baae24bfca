# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict
from datetime import datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from odoo import models
from odoo.fields import Domain

from ..start.comparing.engine import Entry
from ..start.comparing.lists import quantity_entry


def exact(value):
    """Give the number that is stored, to six decimals."""
    return Decimal(f"{value:.6f}")


class OrderHubComparison(models.Model):
    """Our side of a comparison, read in a constant number of queries."""

    _inherit = "order.hub.comparison"

    def _get_period_domain(self, name):
        """Domain of a moment in the period, whose days are those of the company's country."""
        zone = ZoneInfo(self.company_id.partner_id.tz or self.env.user.tz or "Europe/Berlin")
        first, last = (
            datetime.combine(day, time.min, zone).astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
            for day in (self.date_from, self.date_to + timedelta(days=1))
        )
        return Domain(name, ">=", first) & Domain(name, "<", last)

    def _get_orders(self, names):
        """Confirmed and cancelled orders of the period, and those the list names: an order may
        have another day there.
        """
        domain = Domain("company_id", "=", self.company_id.id)
        domain &= Domain("state", "in", ("sale", "cancel"))
        if self.channel_id:
            domain &= Domain("channel_id", "=", self.channel_id.id)
        named = Domain.OR(
            [Domain(field, "in", names) for field in ("name", "client_order_ref", "origin")]
        )
        domain &= self._get_period_domain("date_order") | named
        return (
            self.env["sale.order"]
            .with_context(active_test=False)
            .search_fetch(
                domain,
                ["name", "client_order_ref", "origin", "amount_total", "state"],
                order="id",
            )
        )

    def _get_orders_entries(self, theirs):
        return [
            Entry(
                order.name,
                exact(order.amount_total),
                tuple(filter(None, (order.name, order.client_order_ref, order.origin))),
                cancelled=order.state == "cancel",
                record=order.id,
            )
            for order in self._get_orders([name for entry in theirs for name in entry.names])
        ]

    def _get_shipped_entries(self, theirs):
        """Pieces delivered by order and product; an order has the number it has in the list."""
        numbers = {entry.group for entry in theirs}
        orders = self._get_orders(list(numbers))
        lines = self.env["sale.order.line"].search_fetch(
            [
                ("order_id", "in", orders.ids),
                ("display_type", "=", False),
                ("product_id.type", "=", "consu"),
            ],
            ["order_id", "product_id", "product_uom_id", "qty_delivered"],
        )
        delivered = defaultdict(float)
        for line in lines:
            unit = line.product_id.uom_id
            quantity = line.product_uom_id._compute_quantity(line.qty_delivered, unit, round=False)
            delivered[line.order_id, line.product_id] += quantity
        entries = []
        for (order, product), quantity in delivered.items():
            names = (order.name, order.client_order_ref, order.origin)
            number = next((name for name in names if name in numbers), order.name)
            sku = product.default_code or product.name
            entries.append(quantity_entry(number, sku, exact(quantity), order.id))
        return entries

    def _get_stock_entries(self, theirs):
        """What is in the company's internal locations now, by product and lot."""
        groups = self.env["stock.quant"]._read_group(
            [("company_id", "=", self.company_id.id), ("location_id.usage", "=", "internal")],
            ["product_id", "lot_id"],
            ["quantity:sum"],
        )
        return [
            quantity_entry(
                product.default_code or product.name, lot.name or "", exact(quantity), product.id
            )
            for product, lot, quantity in groups
        ]

    def _get_invoices_entries(self, theirs):
        """Posted customer invoices of the period, and those the list names."""
        names = [name for entry in theirs for name in entry.names]
        domain = Domain("company_id", "=", self.company_id.id)
        domain &= Domain("move_type", "=", "out_invoice") & Domain("state", "=", "posted")
        if self.channel_id:
            domain &= Domain("line_ids.sale_line_ids.order_id.channel_id", "=", self.channel_id.id)
        period = Domain("invoice_date", ">=", self.date_from)
        period &= Domain("invoice_date", "<=", self.date_to)
        named = [Domain(field, "in", names) for field in ("name", "ref", "invoice_origin")]
        moves = self.env["account.move"].search_fetch(
            domain & (period | Domain.OR(named)),
            ["name", "ref", "invoice_origin", "amount_total"],
            order="id",
        )
        return [
            Entry(
                move.name,
                exact(move.amount_total),
                tuple(filter(None, (move.name, move.ref, move.invoice_origin))),
                record=move.id,
            )
            for move in moves
        ]
