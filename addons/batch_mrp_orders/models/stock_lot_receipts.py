# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from decimal import Decimal

from odoo import models
from odoo.tools import SQL

from ..tracing.shipment import Receipt
from .stock_lot_genealogy import MOVE, PRODUCT_UNIT


class StockLot(models.Model):
    _inherit = "stock.lot"

    def _get_receipt_lines(self):
        """What was received of these lots themselves from vendors and other companies.

        One query for all lots.

        :return: list of ``tracing.shipment.Receipt``, the oldest first
        """
        if not self._origin.ids:
            return []
        self._flush_goods()
        self.env["purchase.order.line"].flush_model(["order_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.lot_id, line.product_id, (%(uom)s), line.id, picking.id, partner.id,
                       purchase.id, line.quantity_product_uom::text, line.date
                  FROM stock_move_line line
                  JOIN stock_location source ON source.id = line.location_id
                 CROSS JOIN %(moves)s move
                  LEFT JOIN purchase_order_line bought ON bought.id = move.purchase_line_id
                  LEFT JOIN LATERAL %(pickings)s picking ON TRUE
                  LEFT JOIN LATERAL %(purchases)s purchase ON TRUE
                  LEFT JOIN LATERAL %(partners)s partner ON TRUE
                 WHERE line.lot_id = ANY(%(lots)s) AND %(counts)s
                   AND (source.usage = 'supplier'
                        OR source.usage = 'transit' AND source.company_id IS NULL)
                 ORDER BY line.date, line.id
                """,
                uom=SQL(PRODUCT_UNIT, SQL("line.product_id")),
                moves=SQL(MOVE, SQL("line.move_id")),
                pickings=self._look_up("stock.picking", SQL("line.picking_id"), "partner_id"),
                purchases=self._look_up("purchase.order", SQL("bought.order_id"), "partner_id"),
                partners=self._look_up(
                    "res.partner",
                    SQL("COALESCE(purchase.partner_id, picking.partner_id, move.partner_id)"),
                ),
                lots=self._origin.ids,
                counts=self._get_done_condition("line"),
            )
        )
        return [Receipt(*row[:7], Decimal(row[7]), row[8]) for row in rows]
