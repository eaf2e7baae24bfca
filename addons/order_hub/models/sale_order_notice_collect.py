# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What customers are to be told, found in the documents: one statement for each kind of mail."""

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.batch_mrp_orders.models.sale_order_promise import CLOSED_STATUSES

from .sale_order_notice_rule import NOTICE_KINDS

# The rule for an order: of its channel, else of its company unless the channel mails itself.
RULE_OF_ORDER = SQL(
    """
    JOIN sale_order_notice_rule rule
      ON rule.company_id = o.company_id AND rule.enabled
     AND (rule.channel_id = o.channel_id
          OR (rule.channel_id IS NULL
              AND NOT EXISTS (SELECT 1 FROM sale_order_notice_rule own
                               WHERE own.channel_id = o.channel_id AND own.kind = rule.kind)
              AND NOT EXISTS (SELECT 1 FROM sales_channel channel
                               WHERE channel.id = o.channel_id AND channel.informs_buyers)))
    """
)


class SaleOrderNotice(models.Model):
    _inherit = "sale.order.notice"

    @api.model
    def _collect(self):
        """Add a row for each thing that has to be told and was not."""
        self.env.flush_all()
        for kind, _label in NOTICE_KINDS:
            getattr(self, f"_collect_{kind}")()

    @api.model
    def _collect_confirmation(self, orders=None):
        """Confirmed orders that nothing blocks, with the mail of nobody else.

        :param orders: only these, which somebody wants to confirm just now
        """
        if orders is None:
            only = SQL("o.date_order >= rule.enabled_on AND o.planning_block_reason IS NULL")
        else:
            only = SQL("o.id = ANY(%s)", orders.ids)
        self._insert(
            "confirmation",
            SQL(
                """
                SELECT o.id AS order_id, '-' AS subject, NULL::date AS told_date,
                       NULL::integer AS picking_id, rule.*
                  FROM sale_order o %s
                 WHERE rule.kind = 'confirmation' AND o.state = 'sale'
                   AND o.confirmation_sent_on IS NULL AND %s
                """,
                RULE_OF_ORDER,
                only,
            ),
        )

    @api.model
    def _collect_in_production(self):
        self._insert(
            "in_production",
            SQL(
                """
                SELECT o.id AS order_id, '-' AS subject, NULL::date AS told_date,
                       NULL::integer AS picking_id, rule.*
                  FROM sale_order o %s
                  JOIN sale_order_stage_log log ON log.order_id = o.id AND log.left_on IS NULL
                 WHERE rule.kind = 'in_production' AND o.production_status = 'in_production'
                   AND log.entered_on >= rule.enabled_on
                """,
                RULE_OF_ORDER,
            ),
        )

    @api.model
    def _collect_delayed(self, rules=None, skip=False):
        """Open orders whose date has moved, beyond what was agreed and what was told last.

        :param skip: note these as known, without a mail
        """
        self.env.flush_all()
        only = SQL("rule.id = ANY(%s)", rules.ids) if rules else SQL("TRUE")
        self._insert(
            "delayed",
            SQL(
                """
                SELECT o.id AS order_id, o.promise_date::text AS subject,
                       o.promise_date AS told_date, NULL::integer AS picking_id, rule.*
                  FROM sale_order o %s
                  LEFT JOIN LATERAL (
                       SELECT told.told_date FROM sale_order_notice told
                        WHERE told.order_id = o.id AND told.kind = 'delayed'
                          AND told.reason IS DISTINCT FROM 'outdated'
                        ORDER BY told.due_at DESC, told.id DESC LIMIT 1) last ON TRUE
                 WHERE rule.kind = 'delayed' AND o.is_late AND o.state = 'sale'
                   AND o.production_status NOT IN %s AND o.promise_date - rule.days
                       > GREATEST(last.told_date, o.promise_date - o.promise_delay_days)
                   AND %s
                """,
                RULE_OF_ORDER,
                CLOSED_STATUSES,
                only,
            ),
            skip=skip,
        )

    @api.model
    def _collect_shipped(self):
        """Deliveries that have left; with a carrier they wait for the tracking number."""
        self._collect_deliveries(
            "shipped",
            SQL(
                """p.date_done >= rule.enabled_on
                   AND (p.carrier_id IS NULL OR p.carrier_tracking_ref IS NOT NULL
                        OR p.date_done <= %s - rule.tracking_hours * INTERVAL '1 hour')""",
                fields.Datetime.now(),
            ),
        )

    @api.model
    def _collect_delivered(self):
        self._collect_deliveries(
            "delivered",
            SQL(
                """p.delivered_on >= rule.enabled_on
                   AND p.delivered_on <= %s - rule.days * INTERVAL '1 day'""",
                fields.Datetime.now(),
            ),
        )

    @api.model
    def _collect_deliveries(self, kind, due):
        """A row for each delivery to a customer that is done and for which ``due`` is true."""
        self._insert(
            kind,
            SQL(
                """
                SELECT o.id AS order_id, p.id::text AS subject, NULL::date AS told_date,
                       p.id AS picking_id, rule.*
                  FROM stock_picking p
                  JOIN sale_order o ON o.id = p.sale_id
                  JOIN stock_location place ON place.id = p.location_dest_id %s
                 WHERE rule.kind = %s AND p.state = 'done' AND place.usage = 'customer' AND %s
                """,
                RULE_OF_ORDER,
                kind,
                due,
            ),
        )

    @api.model
    def _insert(self, kind, found, skip=False):
        """Add what is not there yet; what was not sent because it was no longer true, and is
        true again, comes back. Two workers at once add each row once.
        """
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO sale_order_notice AS notice
                       (order_id, company_id, kind, subject, told_date, picking_id, rule_id,
                        state, reason, due_at, attempts, by_hand, create_date, write_date,
                        create_uid, write_uid)
                SELECT found.order_id, found.company_id, %(kind)s, found.subject,
                       found.told_date, found.picking_id, found.id, %(state)s, %(reason)s,
                       %(now)s + found.wait_minutes * INTERVAL '1 minute', 0, FALSE,
                       %(now)s, %(now)s, %(uid)s, %(uid)s
                  FROM (%(found)s) found
                  JOIN sale_order o ON o.id = found.order_id
                 WHERE o.channel_is_test IS NOT TRUE
                   AND NOT EXISTS (SELECT 1 FROM sale_order_notice told
                                    WHERE told.order_id = found.order_id
                                      AND told.kind = %(kind)s
                                      AND told.subject = found.subject
                                      AND told.reason IS DISTINCT FROM 'outdated')
                    ON CONFLICT (order_id, kind, subject) DO UPDATE
                       SET state = EXCLUDED.state, reason = EXCLUDED.reason,
                           due_at = EXCLUDED.due_at, write_date = EXCLUDED.write_date
                     WHERE notice.state = 'suppressed' AND notice.reason = 'outdated'
                """,
                kind=kind,
                found=found,
                state="suppressed" if skip else "to_send",
                reason="before" if skip else None,
                now=fields.Datetime.now(),
                uid=self.env.uid,
            )
        )
        self.invalidate_model(flush=False)
