# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""A mail that may have gone out: noted before it goes, whatever happens afterwards.

A mail cannot be taken back when the transaction that sent it fails. So each sending is noted in
a transaction of its own first. If the export is still not handed over when somebody wants to
send it again, the mail may be with the advisor: that person decides, no second mail goes out by
itself.
"""

from contextlib import contextmanager

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime


class DatevHandoverAttempt(models.Model):
    _name = "datev.handover.attempt"
    _description = "Sending of a DATEV Export That Began"
    _order = "id desc"

    export_id = fields.Many2one("datev.export", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="export_id.company_id", store=True, index=True)
    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    begun_on = fields.Datetime(required=True, default=fields.Datetime.now)


class DatevExport(models.Model):
    _inherit = "datev.export"

    def _unfinished_attempt(self):
        """The last sending of an export that is not handed over."""
        self.ensure_one()
        # Nobody writes these; whoever may hand over may know of them.
        attempts = self.env["datev.handover.attempt"].sudo()
        if self.state != "exported":
            return attempts
        return attempts.search([("export_id", "=", self.id)], limit=1)

    def _refuse_second_mail(self) -> None:
        """Raise if the advisor may have the mail already."""
        attempt = self._unfinished_attempt()
        if attempt:
            raise UserError(
                self.env._(
                    "%(user)s began to send this export on %(time)s, and it is not known whether "
                    "the e-mail went out. Ask the tax advisor; then note the hand-over as done "
                    "another way, or send it again.",
                    user=attempt.user_id.name,
                    time=format_datetime(self.env, attempt.begun_on),
                )
            )

    @contextmanager
    def _attempt(self):
        """Send within this: the note goes only if the mail server surely has nothing."""
        with self.env.registry.cursor() as cr:
            attempts = self.env(cr=cr)["datev.handover.attempt"]
            # Written by this code alone, see above.
            attempt_id = attempts.sudo().create({"export_id": self.id, "user_id": self.env.uid}).id
        try:
            yield
        except UserError:
            with self.env.registry.cursor() as cr:
                attempts = self.env(cr=cr)["datev.handover.attempt"]
                attempts.sudo().browse(attempt_id).unlink()
            raise
