# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The way of an export to the advisor: one ZIP, by download or by e-mail."""

import tempfile
from contextlib import contextmanager
from pathlib import PurePosixPath

from markupsafe import Markup

from odoo import Command, fields, models
from odoo.exceptions import LockError, UserError

from odoo.addons.base.models.ir_mail_server import MailDeliveryException

from ..receipts.bundle import RECEIPTS, SHEET, Part, folder_of, write_bundle
from ..receipts.package import digest

WAYS = [("download", "Download"), ("email", "E-mail"), ("other", "Another way")]
# A mail server counts what it gets: base64, four bytes for three.
MEGABYTE = 1_000_000


class DatevExport(models.Model):
    _name = "datev.export"
    _inherit = ["datev.export", "mail.activity.mixin"]

    handed_over_by_id = fields.Many2one("res.users", copy=False, readonly=True)
    handed_over_how = fields.Selection(WAYS, string="Handed Over by", copy=False, readonly=True)
    handed_over_to = fields.Char(copy=False, readonly=True)
    sheet_id = fields.Many2one(
        "ir.attachment", string="Advisor Sheet", copy=False, readonly=True, ondelete="set null"
    )

    # The ZIP

    def _bundle_name(self) -> str:
        client = self.company_id.datev_client_number
        return f"DATEV_{client}_{self.date_from:%Y-%m}_{self.id:05d}.zip"

    def _parts(self, receipts: bool = True) -> list[Part]:
        """Sheet, packages of receipts and DATEV files, each opened when its turn comes."""
        sheet = self._get_sheet()
        parts = [Part(SHEET, sheet.name, sheet._datev_opener())]
        if receipts:
            parts += [Part(RECEIPTS, package.name, package._open) for package in self.package_ids]
        parts += [
            Part(folder_of(file.name), file.name, file._datev_opener())
            for file in self.attachment_ids
        ]
        return parts

    @contextmanager
    def _open_bundle(self, password: str = "", receipts: bool = True):
        """The ZIP of everything as a temporary file on disk, at its beginning."""
        self.ensure_one()
        self._require_state("exported", "handed_over", "withdrawn")
        with tempfile.TemporaryFile() as target:
            write_bundle(target, self._parts(receipts), password)
            target.seek(0)
            yield target

    def action_download(self):
        """Everything in one ZIP; the same bytes each time."""
        self.ensure_one()
        self._require_state("exported", "handed_over", "withdrawn")
        return self._download_action()

    def _download_action(self, encrypted: bool = False):
        return {
            "type": "ir.actions.act_url",
            "url": f"/datev_export/bundle/{self.id}" + ("?encrypted=1" if encrypted else ""),
            "target": "self",
        }

    # Handing over

    def action_open_handover(self):
        """Ask how the advisor gets the files."""
        self.ensure_one()
        self._require_manager()
        self._require_state("exported")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hand Over to the Tax Advisor"),
            "res_model": "datev.handover",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_export_id": self.id},
        }

    def action_hand_over(self):
        """The advisor has the files, on a way this system does not know."""
        for export in self:
            export._hand_over("other")
        return True

    def _lock_handover(self) -> None:
        """Nobody else hands this export over meanwhile; raise if somebody does or did."""
        self._require_manager()
        try:
            self.lock_for_update(allow_referencing=True)
        except LockError:
            raise UserError(
                self.env._("Somebody else is handing over this export right now.")
            ) from None
        self.invalidate_recordset(["state"])
        self._require_state("exported")

    def _hand_over(self, how: str, to: str = "") -> None:
        """Note who handed over, when, how and what."""
        self.ensure_one()
        self._lock_handover()
        self._store(
            {
                "state": "handed_over",
                "handed_over_on": fields.Datetime.now(),
                "handed_over_by_id": self.env.uid,
                "handed_over_how": how,
                "handed_over_to": to or False,
            }
        )
        self.message_post(body=self._handover_note(how, to))

    def _handover_note(self, how: str, to: str) -> Markup:
        ways = dict(self._fields["handed_over_how"]._description_selection(self.env))
        head = self.env._("Handed over to the tax advisor: %(way)s", way=ways[how])
        if to:
            head = f"{head} ({to})"
        files = Markup().join(
            Markup("<li>%s<br/><small>SHA-256 %s</small></li>") % (name, sha256)
            for name, _size, sha256 in self._file_digests()
        )
        return Markup("<p>%s</p><ul>%s</ul>") % (head, files)

    def _file_digests(self) -> list[tuple[str, int, str]]:
        """(name, bytes, SHA-256) of each file, in the order in which the advisor takes them."""
        files = [(package.name, package.size, package.sha256) for package in self.package_ids]
        for attachment in self._files().sorted(lambda file: (folder_of(file.name), file.id)):
            with attachment._datev_opener()() as source:
                files.append((attachment.name, attachment.file_size, digest(source)))
        return files

    # By e-mail

    def _advisor_email(self) -> str:
        advisor = self.company_id.datev_advisor_id
        if not advisor.email_normalized:
            raise UserError(
                self.env._("The settings name no tax advisor with a valid e-mail address.")
            )
        return advisor.email_normalized

    def _hand_over_by_mail(
        self, encrypt: bool = True, receipts: bool = True, again: bool = False
    ) -> None:
        """Send the ZIP; if the mail server refuses, nothing has happened.

        The sending is the last thing: whatever could fail in the database has been written
        before, so that a mail that went out is also noted. `again` sends although a mail may
        have gone out before.
        """
        self.ensure_one()
        self._lock_handover()
        if not again:
            self._refuse_second_mail()
        recipient = self._advisor_email()
        password = self.company_id._get_datev_zip_password() if encrypt else ""
        content = self._mail_content(password, receipts)
        self._hand_over("email", recipient)
        template = self.env.ref("datev_export.mail_template_handover")
        # Sent in the name of the company: an accounting administrator need not write mails.
        mails = self.env["mail.mail"].sudo()
        attachment = self._mail_attachment(content, encrypt)
        mail = mails.browse(
            template.sudo()
            .with_context(datev_encrypted=encrypt, datev_receipts=receipts)
            .send_mail(
                self.id,
                email_values={
                    "attachment_ids": [Command.set(attachment.ids)],
                    "auto_delete": False,
                },
            )
        )
        self.env.flush_all()
        with self._attempt():
            self._send_now(mail)
        mail.unlink()
        attachment.unlink()

    def _send_now(self, mail) -> None:
        """Send, or raise with what the mail server said."""
        try:
            mail.send(raise_exception=True)
            reason = mail.state != "sent" and (mail.failure_reason or mail.state)
        except MailDeliveryException as error:
            reason = " ".join(map(str, error.args))
        if reason:
            raise UserError(
                self.env._("The mail server did not take the e-mail: %(reason)s", reason=reason)
            )

    def _mail_content(self, password: str, receipts: bool) -> bytes:
        limit = self.company_id.datev_mail_limit * MEGABYTE
        with self._open_bundle(password, receipts) as file:
            size = file.seek(0, 2)
            if size * 4 > limit * 3:
                raise UserError(
                    self.env._(
                        "The files have %(size)s MB and are too large for an e-mail (limit "
                        "%(limit)s MB). Download them, or send the bookings without receipts.",
                        size=-(-size // MEGABYTE),
                        limit=self.company_id.datev_mail_limit,
                    )
                )
            file.seek(0)
            return file.read()

    def _mail_attachment(self, content: bytes, encrypted: bool):
        name = PurePosixPath(self._bundle_name())
        # For this one mail; it goes when the mail has gone.
        return (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": f"{name.stem}_AES.zip" if encrypted else str(name),
                    "raw": content,
                    "mimetype": "application/zip",
                }
            )
        )

    # The advisor sheet

    def _get_sheet(self):
        """The sheet as it was first made; later downloads have the same one."""
        self.ensure_one()
        if not self.sheet_id:
            # Whoever downloads first makes the sheet, also without rights to write.
            export = self.sudo()
            content, kind = export._render_sheet()
            sheet = (
                self.env["ir.attachment"]
                .sudo()
                .create(
                    {
                        "name": f"Beiblatt_{self.date_from:%Y-%m}_{self.id:05d}.{kind}",
                        "raw": content,
                        "mimetype": "application/pdf" if kind == "pdf" else "text/html",
                        "res_model": self._name,
                        "res_id": self.id,
                    }
                )
            )
            export._store({"sheet_id": sheet.id})
        # Belongs to an export the user may read.
        return self.sheet_id.sudo()

    def _render_sheet(self) -> tuple[bytes, str]:
        """PDF, or HTML on an installation that cannot make PDFs."""
        reports = self.env["ir.actions.report"]
        name = "datev_export.report_datev_sheet"
        if reports.get_wkhtmltopdf_state() in ("install", "broken"):
            return reports._render_qweb_html(name, self.ids)[0], "html"
        return reports._render_qweb_pdf(name, self.ids)
