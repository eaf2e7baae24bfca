# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models
from odoo.tools import SQL

# What runs will make for an order line, or have made and not yet set aside for it.
ALLOCATED = """
    LEFT JOIN LATERAL (
          SELECT SUM(allocation.quantity) AS quantity
            FROM mrp_production_allocation allocation
           WHERE allocation.sale_line_id = line.id
             AND allocation.product_id = line.product_id
             AND allocation.state = 'planned'
         ) planned ON TRUE
    LEFT JOIN LATERAL (
          SELECT SUM(allocation.quantity - COALESCE(allocation.taken_qty, 0))
                     AS quantity,
                 ARRAY_AGG(allocation.production_id) AS run_ids
            FROM mrp_production_allocation allocation
           WHERE allocation.sale_line_id = line.id
             AND allocation.product_id = line.product_id
             AND allocation.state IN ('pending', 'made')
         ) made ON TRUE
    -- Reserved out of the goods just counted: the lots tell.
    LEFT JOIN LATERAL (
          SELECT SUM(move_line.quantity_product_uom) AS quantity
            FROM stock_move move
            JOIN stock_move_line move_line ON move_line.move_id = move.id
           WHERE made.quantity IS NOT NULL
             AND move.sale_line_id = line.id AND move.product_id = line.product_id
             AND move.state NOT IN ('done', 'cancel', 'draft')
             AND (template.tracking = 'none' OR move_line.lot_id IN (
                  SELECT finished_line.lot_id
                    FROM stock_move finished
                    JOIN stock_move_line finished_line
                      ON finished_line.move_id = finished.id
                   WHERE finished.production_id = ANY(made.run_ids)
                     AND finished.product_id = line.product_id
                     AND finished.state = 'done'
                 ))
         ) served ON TRUE
"""


class MrpDemand(models.Model):
    """What confirmed orders still need and no run, stock or shipment covers."""

    _name = "mrp.demand"
    _description = "Open Demand"
    _auto = False
    _order = "date_due, id"
    _depends = {
        "sale.order": [
            "state",
            "partner_id",
            "ship_by_date",
            "date_order",
            "warehouse_id",
            "company_id",
            "planning_block_reason",
        ],
        "sale.order.line": [
            "order_id",
            "product_id",
            "product_uom_id",
            "product_uom_qty",
            "qty_delivered",
            "customer_lead",
            "is_personal",
        ],
        "stock.move": ["sale_line_id", "product_id", "state", "quantity", "product_uom"],
        "stock.move.line": ["move_id", "lot_id", "quantity_product_uom"],
        "mrp.production.allocation": [
            "sale_line_id",
            "product_id",
            "quantity",
            "taken_qty",
            "state",
            "production_id",
        ],
        "product.template": ["uom_id", "is_storable", "tracking"],
    }

    sale_line_id = fields.Many2one("sale.order.line", "Order Line", readonly=True)
    order_id = fields.Many2one("sale.order", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    product_uom_id = fields.Many2one("uom.uom", "Unit", readonly=True)
    date_due = fields.Date("Due", readonly=True)
    ordered_qty = fields.Float("Ordered", digits="Product Unit", readonly=True)
    delivered_qty = fields.Float("Shipped", digits="Product Unit", readonly=True)
    reserved_qty = fields.Float("Reserved", digits="Product Unit", readonly=True)
    allocated_qty = fields.Float("Allocated", digits="Product Unit", readonly=True)
    open_qty = fields.Float("Open", digits="Product Unit", readonly=True)
    is_personal = fields.Boolean("Personalised", readonly=True)
    blocked = fields.Boolean(readonly=True, help="The order must be released before planning.")

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT demand.*,
                   demand.ordered_qty - demand.delivered_qty - demand.reserved_qty
                       - demand.allocated_qty AS open_qty
              FROM (%s) AS demand
             WHERE demand.ordered_qty - demand.delivered_qty - demand.reserved_qty
                       - demand.allocated_qty > 0.0000005
            """,
            self._get_order_line_query(),
        )

    def _get_order_line_query(self):
        """One row per confirmed order line of a storable product, in the product's unit."""
        return SQL(
            """
            SELECT line.id, line.id AS sale_line_id, line.order_id, sale.partner_id,
                   sale.company_id, sale.warehouse_id, line.product_id,
                   template.uom_id AS product_uom_id,
                   COALESCE(
                       sale.ship_by_date,
                       (sale.date_order + line.customer_lead * INTERVAL '1 day')::date
                   ) AS date_due,
                   sale.planning_block_reason IS NOT NULL AS blocked,
                   COALESCE(line.is_personal, FALSE) AS is_personal,
                   line.product_uom_qty * line_uom.factor / uom.factor AS ordered_qty,
                   COALESCE(line.qty_delivered, 0) * line_uom.factor / uom.factor
                       AS delivered_qty,
                   COALESCE(reserved.quantity, 0) / uom.factor AS reserved_qty,
                   COALESCE(planned.quantity, 0) + GREATEST(
                       COALESCE(made.quantity, 0) - COALESCE(served.quantity, 0), 0
                   ) AS allocated_qty
              FROM sale_order_line line
              JOIN sale_order sale ON sale.id = line.order_id AND sale.state = 'sale'
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template
                ON template.id = product.product_tmpl_id AND template.is_storable
              JOIN uom_uom line_uom ON line_uom.id = line.product_uom_id
              JOIN uom_uom uom ON uom.id = template.uom_id
              LEFT JOIN LATERAL (
                    SELECT SUM(move.quantity * move_uom.factor) AS quantity
                      FROM stock_move move
                      JOIN uom_uom move_uom ON move_uom.id = move.product_uom
                     WHERE move.sale_line_id = line.id AND move.product_id = line.product_id
                       AND move.state NOT IN ('done', 'cancel', 'draft')
                   ) reserved ON TRUE
              %s
             WHERE line.display_type IS NULL
               AND COALESCE(line.qty_delivered, 0) < line.product_uom_qty
            """,
            SQL(ALLOCATED),
        )
