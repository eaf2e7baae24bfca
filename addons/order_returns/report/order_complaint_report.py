# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models
from odoo.tools import SQL

from ..models.order_complaint_reason import SEVERITIES

# What is to be written to the database before the tables are read.
SOURCES = {
    "rma": ["state", "date", "product_uom_qty", "product_uom", "lot_id", "reason_id", "severity"],
    "stock.move.line": ["state", "quantity_product_uom", "lot_id", "location_dest_id"],
    "stock.picking": ["partner_id"],
}
RATE = "COALESCE(1000000 * SUM(%s) / NULLIF(SUM(%s), 0), 0)"


class OrderComplaintRate(models.AbstractModel):
    """Parts per million: what was complained about in relation to what was shipped."""

    _name = "order.complaint.rate"
    _description = "Rate of Complaints"

    complaint_count = fields.Integer("Complaints", readonly=True)
    complaint_qty = fields.Float("Complained About", digits="Product Unit", readonly=True)
    shipped_qty = fields.Float("Shipped", digits="Product Unit", readonly=True)
    ppm = fields.Float(
        "ppm",
        readonly=True,
        aggregator="avg",
        digits=(16, 0),
        help="Pieces complained about for a million pieces shipped. 10,000 ppm are 1 %.",
    )

    def _read_group_select(self, aggregate_spec, query):
        """The rate of a group is that of its sums, not the average of its rows."""
        if aggregate_spec != "ppm:avg":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            RATE,
            self._field_to_sql(self._table, "complaint_qty", query),
            self._field_to_sql(self._table, "shipped_qty", query),
        )


class OrderComplaintReport(models.Model):
    """Complaints and shipments in one table, one row each, in the unit of the product."""

    _name = "order.complaint.report"
    _inherit = "order.complaint.rate"
    _description = "Complaints in Relation to Shipments"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "product_id"
    _depends = SOURCES

    date = fields.Datetime(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    categ_id = fields.Many2one("product.category", "Product Category", readonly=True)
    lot_id = fields.Many2one("stock.lot", readonly=True)
    reason_id = fields.Many2one("order.complaint.reason", readonly=True)
    severity = fields.Selection(SEVERITIES, readonly=True)
    rma_id = fields.Many2one("rma", "Complaint", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT source.*, template.categ_id,
                   CASE WHEN source.shipped_qty > 0
                        THEN 1000000 * source.complaint_qty / source.shipped_qty
                        ELSE 0 END AS ppm
              FROM (%s UNION ALL %s) source
              JOIN product_product product ON product.id = source.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
            """,
            self._get_complaints(),
            self._get_shipments(),
        )

    def _get_complaints(self):
        return SQL(
            """
            SELECT rma.id * 2 AS id, rma.date, rma.company_id, rma.partner_id, rma.product_id,
                   rma.lot_id, rma.reason_id, rma.severity, rma.id AS rma_id,
                   1 AS complaint_count,
                   rma.product_uom_qty * unit.factor / product_unit.factor AS complaint_qty,
                   0.0 AS shipped_qty
              FROM rma
              JOIN product_product product ON product.id = rma.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
              JOIN uom_uom unit ON unit.id = rma.product_uom
              JOIN uom_uom product_unit ON product_unit.id = template.uom_id
             WHERE rma.state NOT IN ('draft', 'cancelled')
            """
        )

    def _get_shipments(self):
        return SQL(
            """
            SELECT line.id * 2 + 1, line.date, line.company_id, picking.partner_id,
                   line.product_id, line.lot_id, NULL::integer, NULL::varchar, NULL::integer,
                   0, 0.0, line.quantity_product_uom
              FROM stock_move_line line
              JOIN stock_location source ON source.id = line.location_id
              JOIN stock_location destination ON destination.id = line.location_dest_id
              LEFT JOIN stock_picking picking ON picking.id = line.picking_id
             WHERE line.state = 'done' AND destination.usage = 'customer'
               AND source.usage != 'customer'
            """
        )
