# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.batch_mrp_orders.models.sale_order import PRODUCTION_STATUS


class SaleOrderStageLog(models.Model):
    """How long an order stayed in a status: a row for each stay.

    Written by the database where the status is written; nobody edits it.
    """

    _name = "sale.order.stage.log"
    _description = "Stay of an Order in a Status"
    _order = "entered_on desc, id desc"
    _log_access = False

    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    stage = fields.Selection(PRODUCTION_STATUS, required=True, readonly=True)
    entered_on = fields.Datetime(required=True, readonly=True, index=True)
    left_on = fields.Datetime(readonly=True, help="Empty as long as the order is there.")

    _one_open_stay = models.UniqueIndex(
        "(order_id) WHERE left_on IS NULL", "An order is in one status at a time."
    )


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _write_multi(self, vals_list):
        """Whatever writes the status, a recomputation most of all, comes this way."""
        res = super()._write_multi(vals_list)
        changed = [
            order.id
            for order, vals in zip(self, vals_list, strict=True)
            if "production_status" in vals
        ]
        if changed:
            self._log_stages(changed)
        return res

    def _log_stages(self, order_ids):
        """End the stays of these orders and begin new ones, in one statement.

        In a status that the next step of the same transaction overwrites nobody has waited: its
        row is renamed.
        """
        self.env.cr.execute(
            SQL(
                """
                WITH now AS (SELECT id, company_id, production_status AS stage, %(now)s AS moment
                               FROM sale_order
                              WHERE id = ANY(%(ids)s) AND production_status IS NOT NULL),
                renamed AS (
                    UPDATE sale_order_stage_log log SET stage = now.stage
                      FROM now
                     WHERE log.order_id = now.id AND log.left_on IS NULL
                       AND log.entered_on = now.moment),
                ended AS (
                    UPDATE sale_order_stage_log log SET left_on = now.moment
                      FROM now
                     WHERE log.order_id = now.id AND log.left_on IS NULL
                       AND log.entered_on != now.moment AND log.stage != now.stage
                    RETURNING log.order_id)
                INSERT INTO sale_order_stage_log (order_id, company_id, stage, entered_on)
                SELECT now.id, now.company_id, now.stage, now.moment
                  FROM now
                  LEFT JOIN sale_order_stage_log log
                         ON log.order_id = now.id AND log.left_on IS NULL
                 WHERE log.id IS NULL OR log.order_id IN (SELECT order_id FROM ended)
                """,
                ids=list(order_ids),
                now=self.env.cr.now().replace(microsecond=0),
            )
        )
        self.env["sale.order.stage.log"].invalidate_model(flush=False)
