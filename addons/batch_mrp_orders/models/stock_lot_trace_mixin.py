# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models
from odoo.tools import SQL

from ..tracing.genealogy import Direction
from .stock_lot_genealogy import depends_on_user


class StockLotTraceMixin(models.AbstractModel):
    """A document that moved lots shows them, and where they came from or went."""

    _name = "stock.lot.trace.mixin"
    _description = "Document With Lots"

    traced_lot_ids = fields.Many2many(
        "stock.lot",
        string="Lots Moved",
        compute="_compute_traced_lot_ids",
        compute_sudo=True,
        help="Lots that this document has moved.",
    )
    traced_lot_count = fields.Integer(
        "Number of Lots", compute="_compute_traced_lot_ids", compute_sudo=True
    )

    @depends_on_user
    def _compute_traced_lot_ids(self):
        """One query; what it finds is what the user may read, see ``stock.lot``."""
        lots = self.env["stock.lot"].sudo(False)
        found = {}
        if documents := self._origin.ids:
            lots._flush_goods()
            found = dict(
                self.env.execute_query(
                    SQL(
                        """
                        SELECT %(document)s, array_agg(DISTINCT line.lot_id)
                          FROM stock_move_line line
                          JOIN stock_move move ON move.id = line.move_id
                          %(joins)s
                         WHERE %(document)s = ANY(%(documents)s)
                           AND %(counts)s AND EXISTS %(readable)s
                         GROUP BY 1
                        """,
                        document=self._get_traced_column(),
                        joins=self._get_traced_joins(),
                        documents=documents,
                        counts=lots._get_done_condition("line"),
                        readable=lots._look_up("stock.lot", SQL("line.lot_id")),
                    )
                )
            )
        for document in self:
            document.traced_lot_ids = lots.sudo().browse(found.get(document._origin.id, []))
            document.traced_lot_count = len(document.traced_lot_ids)

    def _get_traced_column(self):
        """Column of ``line``, ``move`` or a joined table with the id of the document."""
        raise NotImplementedError

    def _get_traced_joins(self):
        return SQL()

    def action_trace_upstream(self):
        """What is in the lots of this document, down to the vendors."""
        return self.env["stock.lot.trace"]._open(self.traced_lot_ids, Direction.UPSTREAM)

    def action_trace_downstream(self):
        """What became of the lots of this document, down to the customers."""
        return self.env["stock.lot.trace"]._open(self.traced_lot_ids, Direction.DOWNSTREAM)


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = ["stock.picking", "stock.lot.trace.mixin"]

    def _get_traced_column(self):
        return SQL("line.picking_id")


class MrpProduction(models.Model):
    """A run shows the lots it has made."""

    _name = "mrp.production"
    _inherit = ["mrp.production", "stock.lot.trace.mixin"]

    def _get_traced_column(self):
        return SQL("move.production_id")


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "stock.lot.trace.mixin"]

    def _get_traced_column(self):
        return SQL("sold.order_id")

    def _get_traced_joins(self):
        return SQL("JOIN sale_order_line sold ON sold.id = move.sale_line_id")


class PurchaseOrder(models.Model):
    _name = "purchase.order"
    _inherit = ["purchase.order", "stock.lot.trace.mixin"]

    def _get_traced_column(self):
        return SQL("bought.order_id")

    def _get_traced_joins(self):
        return SQL("JOIN purchase_order_line bought ON bought.id = move.purchase_line_id")


class StockLot(models.Model):
    _inherit = "stock.lot"

    def action_trace_upstream(self):
        """What is in these lots, down to the vendors."""
        return self.env["stock.lot.trace"]._open(self, Direction.UPSTREAM)

    def action_trace_downstream(self):
        """What became of these lots, down to the customers."""
        return self.env["stock.lot.trace"]._open(self, Direction.DOWNSTREAM)

    def action_view_customers(self):
        """Who has received this lot or anything made from it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Recipients of %s", self.display_name),
            "res_model": "res.partner",
            "view_mode": "list,kanban,form",
            "domain": [("id", "in", self.customer_ids.ids)],
            "context": {"create": False, "active_test": False},
        }
