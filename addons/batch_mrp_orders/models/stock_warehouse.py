# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models
from odoo.tools import SQL


class StockWarehouse(models.Model):
    _inherit = "stock.warehouse"

    promise_serial = fields.Integer(
        readonly=True, copy=False, help="Counts the promises that hold something here."
    )

    def _lock_promises(self):
        """Let no other transaction promise from these warehouses until this one ends.

        Transactions see the database as it was when they began. Changing the row, instead
        of only locking it, makes the one that waited fail with a serialization error and
        be repeated by the server, so that it sees what the other one holds. The company's
        other warehouses are taken too: they may share its work centres.
        """
        if not self:
            return
        self.env.cr.execute(
            SQL(
                """
                UPDATE stock_warehouse SET promise_serial = COALESCE(promise_serial, 0) + 1
                 WHERE id IN (
                    SELECT id FROM stock_warehouse WHERE company_id IN %s
                     ORDER BY id FOR NO KEY UPDATE
                 )
                """,
                tuple(self.company_id.ids),
            ),
            log_exceptions=False,
        )
        self.invalidate_model(["promise_serial"])
