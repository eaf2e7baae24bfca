# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models
from odoo.tools import SQL

from .mrp_bom_policy import PLANNING_POLICIES

# What still has to leave the stock for order lines: one row per line, product (the
# components of a kit have moves of their own) and warehouse, in the product's unit.
NEEDED = """
    SELECT MIN(move.id) AS id, move.sale_line_id, move.product_id,
           warehouse.id AS warehouse_id,
           SUM(move.product_qty) AS needed_qty,
           SUM(move.quantity * move_uom.factor) AS reserved_qty
      FROM stock_move move
      JOIN uom_uom move_uom ON move_uom.id = move.product_uom
      JOIN stock_location source ON source.id = move.location_id
      JOIN stock_location dest ON dest.id = move.location_dest_id
      JOIN stock_warehouse warehouse ON warehouse.id = source.warehouse_id
      JOIN stock_location stock ON stock.id = warehouse.lot_stock_id
     WHERE move.sale_line_id IS NOT NULL
       AND move.state IN ('waiting', 'confirmed', 'partially_available', 'assigned')
       -- A negative move is a decrease on its way into the move it lowers.
       AND move.product_qty > 0
       AND source.parent_path LIKE stock.parent_path || '%%'
       AND dest.parent_path NOT LIKE stock.parent_path || '%%'
       AND dest.usage != 'inventory'
     GROUP BY move.sale_line_id, move.product_id, warehouse.id
"""
# What has left the stock already, less what came back.
DELIVERED = """
    LEFT JOIN LATERAL (
          SELECT SUM(
                     CASE WHEN source.parent_path LIKE stock.parent_path || '%%'
                          THEN move.quantity ELSE -move.quantity END * move_uom.factor
                 ) AS quantity
            FROM stock_move move
            JOIN uom_uom move_uom ON move_uom.id = move.product_uom
            JOIN stock_location source ON source.id = move.location_id
            JOIN stock_location dest ON dest.id = move.location_dest_id
            JOIN stock_location stock ON stock.id = warehouse.lot_stock_id
           WHERE move.sale_line_id = needed.sale_line_id
             AND move.product_id = needed.product_id
             AND move.state = 'done' AND dest.usage != 'inventory'
             AND (source.parent_path LIKE stock.parent_path || '%%')
                 != (dest.parent_path LIKE stock.parent_path || '%%')
         ) delivered ON TRUE
"""
# What runs will make for an order line, or have made and not yet set aside for it.
ALLOCATED = """
    LEFT JOIN LATERAL (
          SELECT SUM(allocation.quantity) AS quantity
            FROM mrp_production_allocation allocation
           WHERE allocation.sale_line_id = needed.sale_line_id
             AND allocation.product_id = needed.product_id
             AND allocation.warehouse_id = needed.warehouse_id
             AND allocation.state = 'planned'
         ) planned ON TRUE
    LEFT JOIN LATERAL (
          SELECT SUM(allocation.quantity - COALESCE(allocation.taken_qty, 0))
                     AS quantity,
                 ARRAY_AGG(allocation.production_id) AS run_ids
            FROM mrp_production_allocation allocation
           WHERE allocation.sale_line_id = needed.sale_line_id
             AND allocation.product_id = needed.product_id
             AND allocation.warehouse_id = needed.warehouse_id
             AND allocation.state IN ('pending', 'made')
         ) made ON TRUE
    -- Reserved out of the goods just counted: the lots tell.
    LEFT JOIN LATERAL (
          SELECT SUM(move_line.quantity_product_uom) AS quantity
            FROM stock_move move
            JOIN stock_move_line move_line ON move_line.move_id = move.id
           WHERE made.quantity IS NOT NULL
             AND move.sale_line_id = needed.sale_line_id
             AND move.product_id = needed.product_id
             AND move.state NOT IN ('done', 'cancel', 'draft')
             AND (template.tracking = 'none' OR move_line.lot_id IN (
                  SELECT finished_line.lot_id
                    FROM stock_move finished
                    JOIN stock_move_line finished_line
                      ON finished_line.move_id = finished.id
                   WHERE finished.production_id = ANY(made.run_ids)
                     AND finished.product_id = needed.product_id
                     AND finished.state = 'done'
                 ))
         ) served ON TRUE
"""
# The policy of the recipe that a run would be made from, as mrp.bom finds it.
POLICY = """
    LEFT JOIN LATERAL (
          SELECT bom.planning_policy
            FROM mrp_bom bom
           WHERE bom.active AND bom.type = 'normal'
             AND bom.product_tmpl_id = template.id
             AND (bom.product_id = product.id OR bom.product_id IS NULL)
             AND (bom.company_id = sale.company_id OR bom.company_id IS NULL)
             AND (bom.picking_type_id = warehouse.manu_type_id OR bom.picking_type_id IS NULL)
             AND (bom.valid_from IS NULL OR bom.valid_from <= %(today)s)
             AND (bom.valid_until IS NULL OR bom.valid_until > %(today)s)
           ORDER BY bom.sequence, bom.product_id, bom.id
           LIMIT 1
         ) recipe ON TRUE
"""


class MrpDemand(models.Model):
    """What confirmed orders still need and no run, stock or shipment covers.

    A row is so much of a product for an order line: of the ordered product, or of each
    component of a kit.
    """

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
            "company_id",
            "planning_block_reason",
        ],
        "sale.order.line": ["order_id", "customer_lead", "is_personal"],
        "stock.move": [
            "sale_line_id",
            "product_id",
            "state",
            "quantity",
            "product_qty",
            "product_uom",
            "location_id",
            "location_dest_id",
        ],
        "stock.move.line": ["move_id", "lot_id", "quantity_product_uom"],
        "mrp.production.allocation": [
            "sale_line_id",
            "product_id",
            "quantity",
            "taken_qty",
            "state",
            "production_id",
            "warehouse_id",
        ],
        "mrp.bom": [
            "active",
            "type",
            "planning_policy",
            "product_id",
            "product_tmpl_id",
            "company_id",
            "picking_type_id",
            "sequence",
            "valid_from",
            "valid_until",
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
    kit_id = fields.Many2one(
        "product.product", readonly=True, help="The ordered kit the product is a part of."
    )
    date_due = fields.Date("Due", readonly=True)
    ordered_qty = fields.Float("Ordered", digits="Product Unit", readonly=True)
    delivered_qty = fields.Float(
        "Shipped",
        digits="Product Unit",
        readonly=True,
        help="What has left the stock for the customer.",
    )
    reserved_qty = fields.Float("Reserved", digits="Product Unit", readonly=True)
    allocated_qty = fields.Float("Allocated", digits="Product Unit", readonly=True)
    open_qty = fields.Float("Open", digits="Product Unit", readonly=True)
    is_personal = fields.Boolean("Personalised", readonly=True)
    blocked = fields.Boolean(readonly=True, help="The order must be released before planning.")
    planning_policy = fields.Selection(
        PLANNING_POLICIES,
        "Planning",
        readonly=True,
        help="Who plans the runs: a job when the order is confirmed, the planner or the nightly "
        "job from the pool, or a reordering rule. Personalised goods are never made to stock.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT demand.*,
                   demand.needed_qty + demand.delivered_qty AS ordered_qty,
                   demand.needed_qty - demand.reserved_qty - demand.allocated_qty AS open_qty
              FROM (%s) AS demand
             WHERE demand.needed_qty - demand.reserved_qty - demand.allocated_qty > 0.0000005
            """,
            self._get_order_line_query(),
        )

    def _get_order_line_query(self):
        """One row per open need of a confirmed order, in the product's unit."""
        return SQL(
            """
            SELECT needed.id, needed.sale_line_id, line.order_id, sale.partner_id,
                   sale.company_id, needed.warehouse_id, needed.product_id,
                   template.uom_id AS product_uom_id,
                   CASE WHEN line.product_id != needed.product_id THEN line.product_id END
                       AS kit_id,
                   COALESCE(
                       sale.ship_by_date,
                       (sale.date_order + line.customer_lead * INTERVAL '1 day')::date
                   ) AS date_due,
                   sale.planning_block_reason IS NOT NULL AS blocked,
                   COALESCE(line.is_personal, FALSE) AS is_personal,
                   CASE WHEN line.is_personal AND recipe.planning_policy = 'stock' THEN 'pool'
                        ELSE COALESCE(recipe.planning_policy, 'pool') END AS planning_policy,
                   needed.needed_qty,
                   COALESCE(delivered.quantity, 0) / uom.factor AS delivered_qty,
                   COALESCE(needed.reserved_qty, 0) / uom.factor AS reserved_qty,
                   COALESCE(planned.quantity, 0) + GREATEST(
                       COALESCE(made.quantity, 0) - COALESCE(served.quantity, 0), 0
                   ) AS allocated_qty
              FROM (%(needed)s) needed
              JOIN sale_order_line line ON line.id = needed.sale_line_id
              JOIN sale_order sale ON sale.id = line.order_id AND sale.state = 'sale'
              JOIN product_product product ON product.id = needed.product_id
              JOIN product_template template
                ON template.id = product.product_tmpl_id AND template.is_storable
              JOIN uom_uom uom ON uom.id = template.uom_id
              JOIN stock_warehouse warehouse ON warehouse.id = needed.warehouse_id
              %(delivered)s
              %(allocated)s
              %(policy)s
            """,
            needed=SQL(NEEDED),
            delivered=SQL(DELIVERED),
            allocated=SQL(ALLOCATED),
            policy=SQL(POLICY, today=fields.Date.context_today(self)),
        )
