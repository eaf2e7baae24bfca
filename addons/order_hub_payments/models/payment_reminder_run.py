# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

# Customers reminded in one transaction.
CUSTOMER_BATCH = 50


class PaymentReminder(models.Model):
    """Finds what is to be reminded of and does it in sets: safe to repeat."""

    _inherit = "payment.reminder"

    @api.model
    def _cron_send_reminders(self):
        """Remind all customers of all companies, in batches."""
        jobs = self._find_due_batches()
        for position, (company, kind, records) in enumerate(jobs, start=1):
            reminder = self.with_context(lang=company.partner_id.lang)
            reminder._remind_in_sets(company, kind, records)
            self.env["ir.cron"]._commit_progress(1, remaining=len(jobs) - position)

    @api.model
    def action_send_reminders(self):
        """Send now what is due in the companies of the user."""
        self.check_access("create")
        # sudo: an accountant need not be allowed to read orders
        reminder = self.sudo()
        reminders = self.browse()
        failed = 0
        for company, kind, records in reminder._find_due_batches(self.env.companies):
            sent = reminder._remind_in_sets(company, kind, records)
            reminders |= self.browse(sent.ids)
            failed += len(records._get_reminder_partners()) - len(sent)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if failed else "success",
                "title": self.env._("Payment Reminders"),
                "message": self.env._(
                    "%(sent)s customers reminded, %(failed)s failed",
                    sent=len(reminders),
                    failed=failed,
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.model
    def _find_due_batches(self, companies=None):
        """What is to be raised by a level today, as ``[(company, kind, records)]``; all records
        of a customer are in one batch."""
        if companies is None:
            # There are few companies.
            companies = self.env["res.company"].search([])  # pylint: disable=no-search-all
        batches = []
        for company in companies:
            for kind in ("invoice", "prepayment"):
                due = self._find_due(company, kind)
                partners = list(due._get_reminder_partners().values())
                for start in range(0, len(partners), CUSTOMER_BATCH):
                    group = due.browse().union(*partners[start : start + CUSTOMER_BATCH])
                    batches.append((company, kind, group))
        return batches

    @api.model
    def _get_levels(self, company, kind):
        return self.env["payment.reminder.level"].search(
            [("kind", "=", kind), ("company_id", "in", (False, company.id))]
        )

    @api.model
    def _find_due(self, company, kind):
        """The invoices or orders that reach a new level today."""
        levels = self._get_levels(company, kind)
        Record = self.env["account.move" if kind == "invoice" else "sale.order"]
        if not levels:
            return Record
        today = fields.Date.context_today(self)
        records = Record.search(
            Record._get_remindable_domain(company, today)
            & Domain("reminder_line_ids", "not any", [("level_id", "=", levels[-1:].id)])
        )
        return records.filtered(lambda record: record._get_next_reminder_level(levels, today))

    def _remind_in_sets(self, company, kind, records):
        """Remind the customers of these records; one that fails does not stop the others.

        :return: the reminders that were made
        """
        partners = records._get_reminder_partners()
        try:
            with self.env.cr.savepoint():
                reminders = self._remind(company, kind, records)
        except UserError as error:
            if len(partners) == 1:
                [(partner, _currency)] = partners
                partner.reminder_error = str(error)
                return self.browse()
            groups = list(partners.values())
            middle = len(groups) // 2
            halves = (records.browse().union(*half) for half in (groups[:middle], groups[middle:]))
            return self.union(*(self._remind_in_sets(company, kind, half) for half in halves))
        done = reminders.partner_id.commercial_partner_id.filtered("reminder_error")
        if done:
            done.reminder_error = False
        return reminders

    def _remind(self, company, kind, records):
        """Raise the records to their next level and write to each customer once."""
        levels = self._get_levels(company, kind)
        today = fields.Date.context_today(self)
        # Another run may have taken some meanwhile.
        records = records.try_lock_for_update(allow_referencing=True)
        records.invalidate_recordset(["reminder_line_ids"])
        raised = {
            record: level
            for record in records
            if (level := record._get_next_reminder_level(levels, today))
        }
        if not raised:
            return self.browse()
        partners = records.browse().union(*raised)._get_reminder_partners()
        also = records._find_also_overdue(company, partners, today)
        reminders = self.create(
            [
                self._prepare_reminder(company, kind, items, also.get(key), raised, today)
                for key, items in partners.items()
            ]
        )
        for level, group in reminders.grouped("level_id").items():
            group._check_recipients()
            level.mail_template_id.send_mail_batch(group.ids)
        return reminders

    def _check_recipients(self):
        for reminder in self:
            if not reminder.partner_id.email_normalized:
                raise UserError(
                    self.env._("%s has no valid e-mail address.", reminder.partner_id.display_name)
                )

    def _prepare_reminder(self, company, kind, items, also, raised, today):
        """Values of one reminder: what is raised by a level, and what else is overdue."""
        highest = max((raised[item] for item in items), key=lambda row: (row.sequence, row.id))
        others = (also or items.browse()) - items
        lines = [
            {**item._prepare_reminder_item(), "level_id": item in raised and raised[item].id}
            for item in (items | others).sorted(lambda row: (row._get_reminder_due_date(), row.id))
        ]
        return {
            "company_id": company.id,
            "partner_id": items._get_reminder_address().id,
            "date": today,
            "kind": kind,
            "level_id": highest.id,
            "fee_amount": highest.fee_amount,
            "currency_id": items.currency_id[:1].id,
            "line_ids": [Command.create(values) for values in lines],
        }
