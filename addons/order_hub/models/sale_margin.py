# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# Bills of suppliers, payouts and credit notes come late: as long as an order is this young, its
# margin is computed anew once a day.
LATE_DAYS = 120
REFRESH_HOURS = 20
ORDERS_AT_ONCE = 1000


class SaleMargin(models.Model):
    """What is left of an order line. Computed in sets; nobody edits it."""

    _name = "sale.margin"
    _description = "Margin of an Order Line"
    _order = "date desc, id desc"
    _rec_name = "order_line_id"
    _log_access = False

    order_line_id = fields.Many2one(
        "sale.order.line", required=True, readonly=True, ondelete="cascade"
    )
    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    channel_id = fields.Many2one("sales.channel", "Sales Channel", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    categ_id = fields.Many2one("product.category", "Product Category", readonly=True)
    date = fields.Datetime("Ordered", readonly=True, index=True)
    quantity = fields.Float(
        digits="Product Unit", readonly=True, help="Delivered, and still to be delivered."
    )
    revenue = fields.Monetary(
        readonly=True,
        help="Net, in company currency: invoices less credit notes. What is not invoiced yet "
        "counts as it was ordered.",
    )
    goods_cost = fields.Monetary(
        "Goods",
        readonly=True,
        help="The very lots that were delivered, each at its actual cost: its run, or its receipt. "
        "What came back is taken off. What is not delivered yet counts as the last run of the "
        "product, or with the product's cost.",
    )
    channel_fees = fields.Monetary(
        readonly=True, help="From the channel's payouts: sale, listing, advertising, and their VAT."
    )
    payment_fees = fields.Monetary(
        readonly=True, help="From the channel's payouts: fees for processing the payment."
    )
    shipping_cost = fields.Monetary(
        "Shipping", readonly=True, help="What the labels cost, split over the goods of the order."
    )
    margin = fields.Monetary(
        readonly=True, help="Revenue - goods - channel fees - payment fees - shipping."
    )
    margin_rate = fields.Float(
        "Margin (%)", readonly=True, aggregator="avg", help="Margin to revenue."
    )
    target_rate = fields.Float(
        "Target Margin (%)",
        readonly=True,
        aggregator=None,
        help="Of the product category, or of the nearest one above it.",
    )
    below_target = fields.Boolean("Below Target Margin", readonly=True)
    revenue_estimated = fields.Boolean(readonly=True, help="Not everything is invoiced.")
    goods_estimated = fields.Boolean(
        readonly=True,
        help="Not everything is delivered, or the cost of a lot is not known for certain.",
    )
    fees_estimated = fields.Boolean(
        readonly=True,
        help="The payment is in no payout yet: the channel's share of the last months is taken.",
    )
    shipping_estimated = fields.Boolean(
        readonly=True,
        help="Not shipped yet, or the carrier told no price.",
    )
    is_estimate = fields.Boolean(
        "Estimate", readonly=True, help="At least one of the figures is not known yet."
    )
    computed_on = fields.Datetime("Computed", readonly=True)

    _unique_line = models.Constraint("UNIQUE(order_line_id)", "An order line has one margin.")

    @api.model
    def _read_group_select(self, aggregate_spec, query):
        """The margin of a group is that of its sums, not the average of its lines."""
        if aggregate_spec == "margin_rate:avg":
            table = SQL.identifier(self._table)
            return SQL("SUM(%(t)s.margin) / NULLIF(SUM(%(t)s.revenue), 0)", t=table)
        return super()._read_group_select(aggregate_spec, query)

    @api.model
    def _cron_refresh(self):
        """Compute what is missing, what has changed, and once a day what may still change."""
        while orders := self._get_stale_orders(ORDERS_AT_ONCE):
            self._compute_orders(orders)
            remaining = ORDERS_AT_ONCE if len(orders) == ORDERS_AT_ONCE else 0
            if not self.env["ir.cron"]._commit_progress(len(orders), remaining=remaining):
                break

    @api.model
    def _get_stale_orders(self, limit=None):
        """Orders whose margin is missing or old. Delivering and invoicing write on the line."""
        self.env.flush_all()
        now = self.env.cr.now()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.order_id
                  FROM sale_order_line line
                  LEFT JOIN sale_margin margin ON margin.order_line_id = line.id
                 WHERE (margin.id IS NULL AND line.state = 'sale' AND line.display_type IS NULL
                        AND line.is_downpayment IS NOT TRUE)
                    OR line.write_date > margin.computed_on
                    OR (margin.date > %(young)s AND margin.computed_on < %(refresh)s)
                 GROUP BY line.order_id
                 ORDER BY line.order_id
                 LIMIT %(limit)s
                """,
                young=now - timedelta(days=LATE_DAYS),
                refresh=now - timedelta(hours=REFRESH_HOURS),
                limit=limit,
            )
        )
        return self.env["sale.order"].browse([order for (order,) in rows])

    def action_view_order(self):
        return self.order_id.get_formview_action()
