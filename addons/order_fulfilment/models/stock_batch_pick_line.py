# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.tools import SQL, format_date


def _place(line):
    """What lies in one place and is fetched in one go."""
    return line.location_id, line.product_id, line.lot_id, line.package_id


class StockBatchPickLine(models.Model):
    """What to take from one place for a batch: a product, a lot, and the boxes it goes into.

    The lots are those that are reserved, first expired first and what was made for an order for
    that order only.
    """

    _name = "stock.batch.pick.line"
    _description = "Line of a Pick List"
    _auto = False
    _depends = {
        "stock.move.line": [
            "location_id",
            "lot_id",
            "package_id",
            "picked",
            "picking_id",
            "product_id",
            "quantity",
            "quantity_product_uom",
            "state",
        ],
        "stock.picking": ["batch_id", "batch_sequence", "company_id"],
    }
    _order = "batch_id, route, product_name, lot_name, id"

    batch_id = fields.Many2one("stock.picking.batch", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    location_id = fields.Many2one("stock.location", "From", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    lot_id = fields.Many2one("stock.lot", readonly=True)
    package_id = fields.Many2one("stock.package", readonly=True)
    quantity = fields.Float(digits="Product Unit", readonly=True)
    uom_id = fields.Many2one(related="product_id.uom_id")
    picked = fields.Boolean(readonly=True)
    boxes = fields.Char(readonly=True, help="Box: pieces")
    route = fields.Char(readonly=True)
    product_name = fields.Char(readonly=True)
    lot_name = fields.Char(readonly=True)
    best_before = fields.Char(compute="_compute_best_before")
    lot_blocked = fields.Boolean(related="lot_id.is_blocked", string="Lot Blocked")

    @api.depends("lot_id")
    def _compute_best_before(self):
        for line in self:
            day = line.lot_id and line.lot_id._get_best_before()
            line.best_before = format_date(self.env, day) if day else False

    @property
    def _table_query(self):
        """One row for each place, product, lot and package of a batch."""
        return SQL(
            """
            SELECT min(line.id) AS id, picking.batch_id, picking.company_id, line.location_id,
                   line.product_id, line.lot_id, line.package_id,
                   sum(line.quantity_product_uom) AS quantity, bool_and(line.picked) AS picked,
                   string_agg(
                       picking.batch_sequence || ': ' || trim_scale(line.quantity_product_uom),
                       ',  ' ORDER BY picking.batch_sequence, line.id) AS boxes,
                   min(place.complete_name) AS route,
                   min(product.default_code || '') || min(template.name->>'en_US') AS product_name,
                   min(lot.name) AS lot_name
              FROM stock_move_line line
              JOIN stock_picking picking ON picking.id = line.picking_id
              JOIN stock_location place ON place.id = line.location_id
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
              LEFT JOIN stock_lot lot ON lot.id = line.lot_id
             WHERE picking.batch_id IS NOT NULL AND line.quantity > 0
               AND line.state NOT IN ('done', 'cancel')
             GROUP BY picking.batch_id, picking.company_id, line.location_id, line.product_id,
                      line.lot_id, line.package_id
            """
        )

    def _get_move_lines(self):
        """The move lines of these lines."""
        found = self.env["stock.move.line"]
        by_batch = {}
        for line in found.search(
            [("picking_id.batch_id", "in", self.batch_id.ids), ("quantity", ">", 0)]
        ):
            key = (line.picking_id.batch_id, *_place(line))
            by_batch.setdefault(key, []).append(line.id)
        return found.browse(
            line_id for line in self for line_id in by_batch.get((line.batch_id, *_place(line)), ())
        )

    def action_toggle_picked(self):
        """Tick off, or take the tick away."""
        for picked, lines in self.grouped("picked").items():
            lines._get_move_lines().picked = not picked
        self.env.flush_all()
        self.invalidate_model()
        return True
