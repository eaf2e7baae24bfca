# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.channel_connectors.models.sales_channel_intent import OPEN_STATES

from .order_hub_card import CardSource

OPEN_STATUSES = (
    "quotation",
    "blocked",
    "to_plan",
    "planned",
    "materials_reserved",
    "in_production",
    "ready",
    "partially_shipped",
)
BEING_MADE = ("planned", "materials_reserved", "in_production")
# Whose business a card is; more people may read the orders behind it.
SALES = "sales_team.group_sale_salesman"
PRODUCTION = "mrp.group_mrp_user"
WAREHOUSE = "stock.group_stock_user"
EXPIRES_SOON = timedelta(days=14)


class OrderHubCard(models.Model):
    """What the cards of the order hub count."""

    _inherit = "order.hub.card"

    @api.model
    def _get_sources(self):
        today = fields.Date.context_today(self)
        return (
            super()._get_sources()
            | self._get_order_sources(today)
            | self._get_found_source()
            | self._get_stock_sources(today)
            | self._get_channel_sources()
            | self._get_money_sources(today)
        )

    @api.model
    def _get_order_sources(self, today):
        is_open = Domain("production_status", "in", OPEN_STATUSES)
        confirmed = is_open & Domain("state", "=", "sale")
        due = Domain("ship_by_date", "<=", today)
        found = Domain("check_note", "!=", False) & Domain("ignore_exception", "=", False)

        def source(domain, urgent, level="warning", group=f"{SALES},{PRODUCTION}"):
            action = "order_hub.sale_order_action_hub"
            amount = "amount_total"
            return CardSource("sale.order", action, domain, urgent, level, amount, group=group)

        def status(*values):
            return Domain("production_status", "in", values)

        return {
            "check": source(is_open & found | status("blocked"), status("blocked"), group=SALES),
            "short": source(confirmed & Domain("material_state", "=", "short"), due),
            "late": source(
                confirmed & (Domain("is_late", "=", True) | Domain("ship_by_date", "<", today)),
                Domain.TRUE,
                group=f"{SALES},{WAREHOUSE}",
            ),
            "to_plan": source(status("to_plan"), due),
            "in_production": source(status(*BEING_MADE), due, "info"),
            "ready": source(
                status("ready", "partially_shipped"), due, group=f"{SALES},{WAREHOUSE}"
            ),
        }

    @api.model
    def _get_found_source(self):
        """Orders that the search of the page finds; there is none without a search."""
        terms = self._get_search_terms()
        if not terms:
            return {}
        found = Domain.OR(Domain("hub_search", "ilike", term) for term in terms)
        action = "order_hub.sale_order_action_hub"
        return {
            "found": CardSource("sale.order", action, found, level="info", amount="amount_total")
        }

    @api.model
    def _get_search_terms(self):
        terms = self.env.context.get("hub_search") or []
        return [term for term in terms if isinstance(term, str) and term.strip()]

    @api.model
    def _search_order_search(self, operator, value):
        """What is searched for comes in the context of the search field."""
        return Domain("code", "=", "found") if self._get_search_terms() else Domain.FALSE

    @api.model
    def _get_stock_sources(self, today):
        midnight = self.env.tz.localize(datetime.combine(today, time.min))
        midnight = midnight.astimezone(pytz.utc).replace(tzinfo=None)
        outgoing = Domain("picking_type_id.code", "=", "outgoing")
        action = "stock.action_picking_tree_outgoing"
        return {
            "runs": CardSource(
                "mrp.production",
                "mrp.mrp_production_action",
                Domain("state", "in", ("confirmed", "progress", "to_close")),
                Domain("date_finished", "<", fields.Datetime.now()),
                "info",
                group=PRODUCTION,
            ),
            "to_ship": CardSource(
                "stock.picking",
                action,
                outgoing & Domain("state", "=", "assigned"),
                Domain("scheduled_date", "<", midnight + timedelta(days=1)),
                group=WAREHOUSE,
            ),
            "shipped_today": CardSource(
                "stock.picking",
                action,
                outgoing & Domain("state", "=", "done") & Domain("date_done", ">=", midnight),
                level="success",
                group=f"{SALES},{WAREHOUSE}",
            ),
            "expiring": CardSource(
                "stock.expiry.risk",
                "batch_mrp_orders.stock_expiry_risk_action",
                Domain("risk_qty", ">", 0),
                Domain("last_day", "<=", today + EXPIRES_SOON),
                amount="risk_value",
            ),
        }

    @api.model
    def _get_channel_sources(self):
        unsent = Domain("state", "=", "failed") | (
            Domain("state", "in", OPEN_STATES) & Domain("error", "!=", False)
        )
        return {
            "channel_orders": CardSource(
                "sales.channel.order",
                "channel_connectors.action_sales_channel_order",
                Domain("state", "=", "attention"),
                Domain.TRUE,
                amount="amount_total",
            ),
            "channel_unsent": CardSource(
                "sales.channel.intent",
                "channel_connectors.action_sales_channel_intent",
                unsent,
                Domain.TRUE,
            ),
        }

    @api.model
    def _get_money_sources(self, today):
        return {
            "invoices": CardSource(
                "account.move",
                "account.action_move_out_invoice_type",
                Domain("move_type", "=", "out_invoice")
                & Domain("state", "=", "posted")
                & Domain("payment_state", "in", ("not_paid", "partial")),
                Domain("invoice_date_due", "<", today),
                "info",
                "amount_residual_signed",
                "company_currency_id",
            ),
        } | self._get_datev_source(today)

    @api.model
    def _get_datev_source(self, today):
        """Only where the addon of the DATEV export is installed."""
        if "datev.export" not in self.env:
            return {}
        last_month = today.replace(day=1) - timedelta(days=1)
        return {
            "datev": CardSource(
                "order.hub.datev.month",
                "order_hub.order_hub_datev_month_action",
                Domain.TRUE,
                Domain("date_from", "<", last_month.replace(day=1)),
            ),
        }


class StockPicking(models.Model):
    _inherit = "stock.picking"

    _hub_done = models.Index("(date_done) WHERE state = 'done'")
    _hub_ready = models.Index("(scheduled_date) WHERE state = 'assigned'")


class SalesChannelIntent(models.Model):
    _inherit = "sales.channel.intent"

    _hub_failed = models.Index("(channel_id) WHERE state = 'failed'")


class AccountMove(models.Model):
    _inherit = "account.move"

    _hub_open = models.Index(
        "(company_id, invoice_date_due) WHERE move_type = 'out_invoice' AND state = 'posted' "
        "AND payment_state IN ('not_paid', 'partial')"
    )
