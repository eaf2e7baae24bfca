# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models
from odoo.tools import SQL

from .order_complaint_report import SOURCES


class OrderComplaintSupplier(models.Model):
    """The same by supplier: goods count for everybody whose ingredients are in their lot.

    A lot with ingredients of three suppliers stands in three rows, so totals over all
    suppliers mean nothing.
    """

    _name = "order.complaint.supplier"
    _inherit = "order.complaint.rate"
    _description = "Complaints by Supplier of the Ingredients"
    _auto = False
    _order = "complaint_qty desc, id"
    _rec_name = "supplier_id"
    _depends = SOURCES

    supplier_id = fields.Many2one("res.partner", readonly=True)
    ingredient_id = fields.Many2one("product.product", readonly=True)
    ingredient_lot_id = fields.Many2one("stock.lot", "Lot of the Ingredient", readonly=True)
    lot_id = fields.Many2one("stock.lot", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)

    @property
    def _table_query(self):
        """Down from what suppliers have delivered, along the links between move lines."""
        return SQL(
            """
            WITH RECURSIVE made(supplier_id, company_id, root_id, lot_id) AS (
                SELECT partner.commercial_partner_id, line.company_id, line.lot_id, line.lot_id
                  FROM stock_move_line line
                  JOIN stock_location source ON source.id = line.location_id
                  JOIN stock_picking picking ON picking.id = line.picking_id
                  JOIN res_partner partner ON partner.id = picking.partner_id
                 WHERE line.state = 'done' AND source.usage = 'supplier'
                   AND line.lot_id IS NOT NULL
                UNION
                SELECT made.supplier_id, made.company_id, made.root_id, product_line.lot_id
                  FROM made
                  JOIN stock_move_line used
                    ON used.lot_id = made.lot_id AND used.state = 'done'
                   AND used.company_id = made.company_id
                  JOIN stock_move_line_consume_rel link ON link.produce_line_id = used.id
                  JOIN stock_move_line product_line ON product_line.id = link.consume_line_id
                 WHERE product_line.state = 'done' AND product_line.lot_id IS NOT NULL
            )
            SELECT row_number() OVER (ORDER BY made.supplier_id, made.root_id, made.lot_id) AS id,
                   made.supplier_id, made.company_id, root.product_id AS ingredient_id,
                   made.root_id AS ingredient_lot_id, made.lot_id, lot.product_id,
                   figures.complaint_count, figures.complaint_qty, figures.shipped_qty,
                   CASE WHEN figures.shipped_qty > 0
                        THEN 1000000 * figures.complaint_qty / figures.shipped_qty
                        ELSE 0 END AS ppm
              FROM made
              JOIN stock_lot root ON root.id = made.root_id
              JOIN stock_lot lot ON lot.id = made.lot_id
              JOIN (SELECT lot_id, company_id, SUM(complaint_count)::integer AS complaint_count,
                           SUM(complaint_qty) AS complaint_qty, SUM(shipped_qty) AS shipped_qty
                      FROM (%s UNION ALL %s) source
                     WHERE lot_id IS NOT NULL GROUP BY lot_id, company_id) figures
                ON figures.lot_id = made.lot_id AND figures.company_id = made.company_id
            """,
            self.env["order.complaint.report"]._get_complaints(),
            self.env["order.complaint.report"]._get_shipments(),
        )
