# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models
from odoo.tools import SQL


class StockPickingType(models.Model):
    _inherit = "stock.picking.type"

    planning_serial = fields.Integer(
        readonly=True, copy=False, help="Counts the plans that made runs of this type."
    )

    def _lock_planning(self):
        """Let no other transaction plan runs for these companies until this one ends.

        As with promises, the row is changed and not only locked: a planner who waited
        fails with a serialization error and is repeated by the server, and so sees what
        the other one has planned. All manufacturing types of a company are taken, for
        they may share work centres. Who sells, ships or produces does not wait.
        """
        self.env.cr.execute(
            SQL(
                """
                UPDATE stock_picking_type SET planning_serial = COALESCE(planning_serial, 0) + 1
                 WHERE id IN (
                    SELECT id FROM stock_picking_type
                     WHERE company_id IN %s AND code = 'mrp_operation'
                     ORDER BY id FOR NO KEY UPDATE
                 )
                """,
                tuple(self.company_id.ids),
            ),
            log_exceptions=False,
        )
        self.invalidate_model(["planning_serial"])
