# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The monthly hand-over: check, export, send; or an activity that says why not."""

import logging

from odoo import api, fields, models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)


class DatevExport(models.Model):
    _inherit = "datev.export"

    @api.model
    def _cron_hand_over(self):
        """Take on the month before for each company whose day has come."""
        today = fields.Date.context_today(self)
        companies = self.env["res.company"].search([("datev_schedule", "=", True)])
        month = self._last_month()[0]
        due = companies.filtered(
            lambda company: (
                company.datev_schedule_day <= today.day
                and (not company.datev_schedule_month or company.datev_schedule_month < month)
            )
        )
        self.env["ir.cron"]._commit_progress(remaining=len(due))
        for company in due:
            lang = company.partner_id.lang
            exports = self.with_company(company).with_context(
                lang=lang, allowed_company_ids=company.ids
            )
            exports._hand_over_month(company.with_env(exports.env), month)
            self.env["ir.cron"]._commit_progress(1)

    def _hand_over_month(self, company, month) -> None:
        """One company's month. It is noted as taken on before anything leaves the house, so
        that a crash never sends a month twice; the activity stays until the mail has gone."""
        last = self._last_month()[1]
        export = self.search(
            [
                ("company_id", "=", company.id),
                ("date_from", "=", month),
                ("date_to", "=", last),
                ("state", "in", ("draft", "checked", "exported")),
            ],
            limit=1,
        ) or self.create({"company_id": company.id, "date_from": month, "date_to": last})
        company.datev_schedule_month = month
        if export.state != "exported":
            export.action_export()
        activity = export._plan_handover_activity()
        self.env["ir.cron"]._commit_progress()
        if export.state != "exported":
            activity.action_notify()
            return
        try:
            with self.env.cr.savepoint():
                export._hand_over_by_mail(encrypt=company.datev_mail_encrypt)
        except UserError as error:
            _logger.info("%s was not handed over: %s", export.display_name, error)
            activity.note = self.env._(
                "The export was made but not sent: %(reason)s", reason=str(error)
            )
            activity.action_notify()
            return
        activity.unlink()

    def _plan_handover_activity(self):
        """What the bookkeeper finds if the hand-over does not come to its end."""
        if self.state == "exported":
            note = self.env._(
                "The hand-over began and did not end. Ask the tax advisor whether the e-mail has "
                "arrived before you hand over again."
            )
        elif self.blocking_count:
            note = self.env._(
                "%(count)s findings block the export. Work through them, then export and hand "
                "over.",
                count=self.blocking_count,
            )
        else:
            note = self.env._("There is nothing to hand over.")
        # Without a mail: most of the time it is done in a moment.
        return self.with_context(mail_activity_quick_update=True).activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=self.company_id.datev_bookkeeper_id.id or self.env.uid,
            summary=self.env._("Monthly hand-over to the tax advisor"),
            note=note,
        )
