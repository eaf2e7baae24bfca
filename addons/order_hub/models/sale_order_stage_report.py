# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.batch_mrp_orders.models.sale_order import PRODUCTION_STATUS

SECONDS_OF_DAY = 86400


class SaleOrderStageReport(models.Model):
    """Throughput and lead time by status: what passed, how long it took, where it waits."""

    _name = "sale.order.stage.report"
    _description = "Throughput and Lead Time"
    _auto = False
    _order = "entered_on desc, id desc"
    _rec_name = "order_id"

    order_id = fields.Many2one("sale.order", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    channel_id = fields.Many2one("sales.channel", "Sales Channel", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)
    stage = fields.Selection(PRODUCTION_STATUS, "Status", readonly=True)
    entered_on = fields.Datetime("Entered", readonly=True)
    left_on = fields.Datetime("Left", readonly=True)
    is_open = fields.Boolean("Still There", readonly=True)
    days = fields.Float(
        "Days There",
        readonly=True,
        digits=(16, 1),
        aggregator="avg",
        help="Of orders that are still there, until now.",
    )
    days_total = fields.Float("Days Altogether", readonly=True, digits=(16, 1))

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT log.id, log.order_id, log.company_id, log.stage, log.entered_on, log.left_on,
                   log.left_on IS NULL AS is_open, stay.days, stay.days AS days_total,
                   o.partner_id, o.channel_id, o.warehouse_id
              FROM sale_order_stage_log log
              JOIN sale_order o ON o.id = log.order_id
             CROSS JOIN LATERAL (
                   SELECT EXTRACT(EPOCH FROM COALESCE(log.left_on, NOW() AT TIME ZONE 'UTC')
                                  - log.entered_on)::float8 / %s AS days) stay
             WHERE log.stage NOT IN ('shipped', 'delivered', 'done', 'cancelled')
            """,
            SECONDS_OF_DAY,
        )

    def action_view_order(self):
        return self.order_id.get_formview_action()


class SaleOrderDeliveryReport(models.Model):
    """Promised against shipped: a row for each order that has left completely."""

    _name = "sale.order.delivery.report"
    _description = "On-Time Rate"
    _auto = False
    _order = "shipped_on desc, id desc"
    _rec_name = "order_id"

    order_id = fields.Many2one("sale.order", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    channel_id = fields.Many2one("sales.channel", "Sales Channel", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)
    date_order = fields.Datetime("Ordered", readonly=True)
    ship_by_date = fields.Date("Ship By", readonly=True)
    shipped_on = fields.Datetime("Shipped", readonly=True)
    punctual = fields.Float(
        "On Time",
        readonly=True,
        digits=(16, 2),
        aggregator="avg",
        help="Share of the orders that left on the last day for it or before.",
    )
    days_late = fields.Integer(readonly=True, aggregator="avg")
    lead_days = fields.Float(
        "Days to Ship",
        readonly=True,
        digits=(16, 1),
        aggregator="avg",
        help="From the order to the last of its shipments.",
    )

    @property
    def _table_query(self):
        """Days are those of the company; orders without a delivery date have no ship-by day.

        The row of an order is its last shipment, the one that none follows, and not the maximum of
        all: so a filter on the day reads the shipments of these days, not of all orders ever.
        """
        return SQL(
            """
            SELECT o.id, o.id AS order_id, o.company_id, o.partner_id, o.channel_id,
                   o.warehouse_id, o.date_order, o.ship_by_date, picking.date_done AS shipped_on,
                   (shipped.day <= o.ship_by_date)::integer::float8 AS punctual,
                   GREATEST(shipped.day - o.ship_by_date, 0) AS days_late,
                   EXTRACT(EPOCH FROM picking.date_done - o.date_order)::float8 / %s AS lead_days
              FROM stock_picking picking
              JOIN stock_picking_type kind ON kind.id = picking.picking_type_id
              JOIN sale_order o ON o.id = picking.sale_id
              JOIN res_company company ON company.id = o.company_id
              JOIN res_partner address ON address.id = company.partner_id
              LEFT JOIN resource_calendar calendar ON calendar.id = company.resource_calendar_id
             CROSS JOIN LATERAL (
                   SELECT (picking.date_done AT TIME ZONE 'UTC'
                           AT TIME ZONE COALESCE(calendar.tz, address.tz, 'UTC'))::date AS day
                   ) shipped
             WHERE o.production_status IN ('shipped', 'delivered', 'done')
               AND picking.state = 'done' AND picking.date_done IS NOT NULL
               AND kind.code = 'outgoing'
               AND NOT EXISTS (
                   SELECT 1
                     FROM stock_picking later
                     JOIN stock_picking_type later_kind
                       ON later_kind.id = later.picking_type_id
                      AND later_kind.code = 'outgoing'
                    WHERE later.sale_id = picking.sale_id AND later.state = 'done'
                      AND (later.date_done, later.id) > (picking.date_done, picking.id))
            """,
            SECONDS_OF_DAY,
        )

    def action_view_order(self):
        return self.order_id.get_formview_action()
