# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.batch_mrp_orders.models.sale_order_promise import CLOSED_STATUSES

_logger = logging.getLogger(__name__)

SET = 100
# A worker that has not come back by then is gone.
GIVEN_UP = timedelta(minutes=15)
RETRY = timedelta(minutes=5)
MOST_ATTEMPTS = 8


class SaleOrderNotice(models.Model):
    """From the rows to the mails.

    A mail is written in sets, together with its row; it is sent alone. Before it is handed to
    the mail server its row says so, committed. If the worker then dies, nobody knows whether the
    mail went out: the row fails with this reason and a person decides.
    """

    _inherit = "sale.order.notice"

    @api.model
    def _cron_send(self):
        """Find what is to be told, write the mails, send them."""
        commit = self.env["ir.cron"]._commit_progress
        # What went wrong is read by the company's people.
        notices = self.with_context(lang=self.env.company.partner_id.lang)
        notices._give_up_lost()
        notices._collect()
        commit()
        while due := notices._get_due([("mail_id", "=", False)]):
            due._prepare_mails()
            if not commit(len(due)):
                return
        while notice := notices._claim():
            commit()
            reached = notice._deliver()
            if not commit(1) or not reached:
                return

    @api.model
    def _get_due(self, domain):
        now = fields.Datetime.now()
        due = Domain("state", "=", "to_send") & Domain("due_at", "<=", now) & Domain(domain)
        # What another worker has taken is left to it.
        return self.search(due, order="id", limit=SET).try_lock_for_update()

    # ------------------------------------------------------------------- writing
    def _prepare_mails(self):
        """Write the mails of what is still true."""
        outdated = {}
        for notice in self:
            reason = notice._get_objection()
            if reason:
                outdated[notice.id] = reason
        for reason in set(outdated.values()):
            chosen = [key for key, value in outdated.items() if value == reason]
            self.browse(chosen).write({"state": "suppressed", "reason": reason})
        valid = self.browse([key for key in self.ids if key not in outdated])
        for company, notices in valid.grouped("company_id").items():
            groups = notices.with_company(company).grouped(lambda notice: notice._get_template())
            for template, group in groups.items():
                group._write_mails(template)

    def _get_objection(self):
        """Why this is not to be told (any more), or False."""
        self.ensure_one()
        order = self.order_id
        if not order.partner_id.email:
            return "no_address"
        if self.by_hand:
            return False
        if order.state == "cancel":
            return "cancelled"
        if not self._is_true():
            return "outdated"
        if not self.rule_id.enabled:
            return "disabled"
        return False

    def _is_true(self):
        order = self.order_id
        if self.kind == "confirmation":
            return order.state == "sale" and not order.planning_block_reason
        if self.kind == "in_production":
            return order.production_status == "in_production"
        if self.kind == "delayed":
            is_open = order.production_status not in CLOSED_STATUSES
            return is_open and order.is_late and order.promise_date == self.told_date
        if self.kind == "delivered":
            return bool(self.picking_id.delivered_on)
        return self.picking_id.state == "done"

    def _write_mails(self, template):
        """Write the mails of a set; what fails is narrowed down to the single rows."""
        try:
            with self.env.cr.savepoint():
                self._render_mails(template)
                self.env.flush_all()
        except psycopg2.OperationalError:
            raise  # a lock or a conflict: the job is tried again as a whole
        except Exception as error:  # noqa: BLE001 - whatever one has, the others go on
            self.env.invalidate_all(flush=False)
            if len(self) == 1:
                _logger.info("Customer mail %s cannot be written: %s", self.id, error)
                self.write({"state": "failed", "error": str(error)})
                return
            middle = len(self) // 2
            self[:middle]._write_mails(template)
            self[middle:]._write_mails(template)

    def _render_mails(self, template):
        if not template:
            self.write({"state": "failed", "error": self.env._("There is no text for this mail.")})
            return
        documents = self.order_id if self[0].kind == "confirmation" else self
        documents = documents.browse([notice._get_document().id for notice in self])
        mails = template.send_mail_batch(
            documents.ids,
            email_values={"is_order_notice": True, "auto_delete": False, "state": "outgoing"},
        )
        for notice, mail in zip(self, mails, strict=True):
            notice.mail_id = mail
        if self[0].kind != "confirmation":
            mails._show_on_orders(self)

    # ------------------------------------------------------------------- sending
    @api.model
    def _claim(self):
        """Mark the next mail as being sent, for this worker alone; the caller commits."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE sale_order_notice
                   SET state = 'sending', attempted_at = %(now)s, attempts = attempts + 1
                 WHERE id = (SELECT id FROM sale_order_notice
                              WHERE state = 'to_send' AND due_at <= %(now)s
                                AND mail_id IS NOT NULL
                              ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
                RETURNING id
                """,
                now=fields.Datetime.now(),
            )
        )
        self.invalidate_model(["state", "attempted_at", "attempts"], flush=False)
        return self.browse([row[0] for row in rows])

    def _deliver(self):
        """Hand the mail to the mail server and note what became of it.

        :return: whether there was a mail server
        """
        mail = self.mail_id
        mail.with_context(order_notice=True).send()
        if mail.state == "sent":
            self.write({"state": "sent", "error": False, "reason": False})
            if self.kind == "confirmation":
                self.order_id.confirmation_sent_on = fields.Datetime.now()
            return True
        # Without a kind of failure nobody was asked to send anything.
        reached = mail.state == "exception" and bool(mail.failure_type)
        again = not reached and self.attempts < MOST_ATTEMPTS
        error = mail.failure_reason or self.env._("The mail server took no mail.")
        if again:
            mail.state = "outgoing"
            self.due_at = fields.Datetime.now() + RETRY * 2 ** (self.attempts - 1)
        self.write({"state": "to_send" if again else "failed", "error": error})
        return reached

    @api.model
    def _give_up_lost(self):
        """Mails whose worker died: nobody knows whether they went out."""
        limit = fields.Datetime.now() - GIVEN_UP
        lost = self.search([("state", "=", "sending"), ("attempted_at", "<", limit)])
        lost = lost.try_lock_for_update()
        lost.mail_id.state = "cancel"
        lost.write(
            {
                "state": "failed",
                "error": self.env._(
                    "The sending was interrupted, the mail may have gone out. Send it again only "
                    "if the customer does not have it."
                ),
            }
        )


class MailMail(models.Model):
    _inherit = "mail.mail"

    is_order_notice = fields.Boolean(
        readonly=True, help="Sent by the job of the customer mails alone, so that it goes once."
    )

    def send(self, *args, **kwargs):
        mails = self
        if not self.env.context.get("order_notice"):
            mails = self.filtered(lambda mail: not mail.is_order_notice)
        return super(MailMail, mails).send(*args, **kwargs)

    def _show_on_orders(self, notices):
        """Mails stand in the history of their orders, and answers arrive there."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE mail_message message
                   SET model = 'sale.order', res_id = notice.order_id
                  FROM sale_order_notice notice
                  JOIN mail_mail mail ON mail.id = notice.mail_id
                 WHERE message.id = mail.mail_message_id AND notice.id = ANY(%s)
                """,
                notices.ids,
            )
        )
        self.mail_message_id.invalidate_recordset(["model", "res_id"], flush=False)
