# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Receipts in an export: links in the bookings, packages, findings, guard."""

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..receipts import choose, rules
from ..receipts.checker import check_links, links_of
from ..receipts.model import INCOMING, OUTGOING
from ..receipts.package import split

# A list of work has an end; the rest comes with the next check.
MOST_FINDINGS = 200
# PDFs made in one go while somebody waits.
MOST_DOCUMENTS = 50
CONTENT_FIELDS = frozenset({"raw", "datas", "db_datas", "store_fname"})


class DatevLedger(models.AbstractModel):
    _inherit = "datev.ledger"

    @api.model
    def _pieces(self, frame):
        source = self.env["datev.receipt.source"]
        for piece in super()._pieces(frame):
            ids = [move.id for move in piece.moves]
            piece.links = source._links(frame.company, ids, keep=frame.lock)
            yield piece


class DatevExport(models.Model):
    _inherit = "datev.export"

    package_ids = fields.One2many(
        "datev.receipt.package", "export_id", string="Packages", copy=False, readonly=True
    )
    receipt_count = fields.Integer(string="Receipts", compute="_compute_receipt_count")
    receipts_missing = fields.Boolean(compute="_compute_receipts_missing")

    @api.depends("package_ids.document_count")
    def _compute_receipt_count(self):
        for export in self:
            export.receipt_count = sum(export.package_ids.mapped("document_count"))

    @api.depends("finding_ids.code")
    def _compute_receipts_missing(self):
        for export in self:
            export.receipts_missing = "receipt_invoices" in export.finding_ids.mapped("code")

    def _run(self, keep):
        run = super()._run(keep)
        if self.company_id.datev_receipts:
            self._find_receipts(run)
            self._find_late_receipts(run)
            self._store_findings(run)
        return run

    def action_export(self):
        result = super().action_export()
        for export in self:
            if export.state == "exported":
                export._make_packages()
        return result

    # Findings

    def _open_invoices(self) -> list[int]:
        """Posted invoices and bills of the period that no export holds."""
        self.env["account.move"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT id FROM account_move
                WHERE company_id IN %s AND state = 'posted' AND date BETWEEN %s AND %s
                  AND datev_export_id IS NULL AND move_type != 'entry' AND amount_total != 0
                ORDER BY date, id
                """,
                tuple(self.company_id._datev_branches().ids),
                self.date_from,
                self.date_to,
            )
        )
        return [row[0] for row in self.env.cr.fetchall()]

    def _find_receipts(self, run) -> None:
        """List bills without a receipt, invoices without a PDF, files DATEV does not take."""
        without_pdf = 0
        found: list[tuple[str, str, int]] = []
        for heads, choices in self.env["datev.receipt.source"]._pages(self._open_invoices()):
            for head in heads:
                choice = choices[head.id]
                for candidate, why in choice.refused:
                    text = self._refusal_text(head.name, candidate.name, why)
                    found.append(("receipt_refused", text, head.id))
                if choice.files:
                    continue
                if head.kind == OUTGOING:
                    without_pdf += 1
                elif head.kind == INCOMING:
                    text = self.env._("%(entry)s has no receipt attached.", entry=head.name)
                    found.append(("receipt_missing", text, head.id))
        for code, text, move_id in found[:MOST_FINDINGS]:
            run.find("warning", code, text, move_id=move_id)
        if len(found) > MOST_FINDINGS:
            more = len(found) - MOST_FINDINGS
            run.find(
                "warning",
                "receipt_more",
                self.env._("%(count)s more findings on receipts.", count=more),
            )
        if without_pdf:
            run.find(
                "warning",
                "receipt_invoices",
                self.env._(
                    "Customer invoices without PDF: %(count)s. Their bookings go without receipt.",
                    count=without_pdf,
                ),
            )

    def _find_late_receipts(self, run) -> None:
        """Name the receipts that came after the export of their entry."""
        late = self.env["datev.receipt.source"]._late(self)
        for head in late[:MOST_FINDINGS]:
            run.find(
                "info",
                "receipt_late",
                self.env._(
                    "%(entry)s got its receipt after it was exported; the receipt comes along "
                    "with this export. The advisor assigns it to the booking by its number.",
                    entry=head.name,
                ),
                move_id=head.id,
            )
        if len(late) > MOST_FINDINGS:
            run.find(
                "info",
                "receipt_late_more",
                self.env._(
                    "%(count)s more receipts came after the export of their entries.",
                    count=len(late) - MOST_FINDINGS,
                ),
            )

    def _refusal_text(self, entry: str, file: str, why: str) -> str:
        reasons = {
            rules.WRONG_KIND: self.env._("DATEV does not take files of this kind"),
            rules.TOO_LARGE: self.env._("the file is larger than 20 MB"),
            rules.EMPTY: self.env._("the file is empty"),
            choose.TOO_MANY: self.env._("a receipt has 50 files at most"),
        }
        return self.env._(
            "%(entry)s: the file “%(file)s” is not handed over: %(reason)s.",
            entry=entry,
            file=file,
            reason=reasons[why],
        )

    def _invoices_without_pdf(self):
        """Customer invoices of the period that would go without a receipt."""
        missing: list[int] = []
        for heads, choices in self.env["datev.receipt.source"]._pages(self._open_invoices()):
            missing += [
                head.id for head in heads if head.kind == OUTGOING and not choices[head.id].files
            ]
        return self.env["account.move"].browse(missing)

    def action_view_missing_documents(self):
        """The invoices without a PDF."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Invoices without PDF"),
            "res_model": "account.move",
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", self._invoices_without_pdf().ids)],
        }

    def action_view_receipts(self):
        """The receipts of all packages."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Receipts"),
            "res_model": "datev.receipt",
            "views": [(False, "list"), (False, "form")],
            "domain": [("package_ids", "in", self.package_ids.ids)],
        }

    def action_make_documents(self):
        """Make the missing PDFs (and e-invoices) the way core does, without sending them."""
        self.ensure_one()
        self.check_access("write")
        self._require_state("draft", "checked")
        missing = self._invoices_without_pdf()
        now = missing[:MOST_DOCUMENTS]
        send = self.env["account.move.send"]
        # As core's own sending does: rendering needs no rights on the templates.
        data = {
            move.sudo(): send._get_default_sending_settings(move, sending_methods=[])
            for move in now
        }
        send._generate_invoice_documents(data)
        errors = [
            f"{move.name}: {send._format_error_text(values['error'])}"
            for move, values in data.items()
            if values.get("error")
        ]
        if errors:
            raise UserError("\n".join(errors))
        self.action_check()
        left = len(missing) - len(now)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if left else "success",
                "message": self.env._(
                    "%(made)s PDFs made, %(left)s to go.", made=len(now), left=left
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    # Packages

    def _make_packages(self) -> None:
        """Bind the receipts of the exported entries into packages and check them."""
        self.ensure_one()
        if not self.company_id.datev_receipts:
            return
        self.env["datev.export.entry"].flush_model()
        self.env["datev.receipt"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT e.move_id FROM datev_export_entry e
                WHERE e.export_id = %s AND e.active
                  AND EXISTS (SELECT FROM datev_receipt r WHERE r.move_id = e.move_id)
                """,
                self.id,
            )
        )
        source = self.env["datev.receipt.source"]
        receipts = source._stored(row[0] for row in self.env.cr.fetchall())
        late = source._keep_late(self)
        receipts = (receipts | late).sorted(lambda receipt: (receipt.day, receipt.id))
        by_guid = {receipt.guid: receipt for receipt in receipts}
        # Packages are nobody's to edit; this is the code that keeps them.
        packages = (
            self.env["datev.receipt.package"]
            .sudo()
            .create(
                [
                    self._prepare_package(part, [by_guid[receipt.guid] for receipt in values])
                    for part, values in enumerate(split(receipts._values()), start=1)
                ]
            )
        )
        delivered: set[str] = set()
        for package in packages:
            delivered |= package._seal()
        linked: set[str] = set()
        for content in self._files()._datev_contents():
            linked |= links_of(content)
        # Bookings exported earlier cannot point to what came later.
        if problems := check_links(linked, delivered - set(late.mapped("guid"))):
            raise UserError(
                self.env._(
                    "Bookings and receipts do not match (%(guid)s). Check the export again.",
                    guid=problems[0].place,
                )
            )

    def _prepare_package(self, part: int, receipts: list) -> dict:
        return {
            "export_id": self.id,
            "part": part,
            "name": f"Belege_{self.date_from:%Y%m}_{self.id:05d}_{part}.zip",
            "made_on": self.exported_on,
            "description": f"Belege {self.date_from:%d.%m.%Y} - {self.date_to:%d.%m.%Y}",
            "filing": self.company_id.datev_receipt_filing,
            "receipt_ids": [Command.set([receipt.id for receipt in receipts])],
            "document_count": len(receipts),
            "file_count": sum(len(receipt.file_ids) for receipt in receipts),
        }


class DatevFinding(models.Model):
    _inherit = "datev.finding"

    def action_fix(self):
        if self.code == "receipt_invoices":
            return self.export_id.action_view_missing_documents()
        return super().action_fix()


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    def _datev_refuse_receipt_change(self):
        """Raise if a file of `self` is with the advisor: the package must stay as it is."""
        sheets = self.filtered(lambda attachment: attachment.res_model == "datev.export")
        # The guard holds for everybody, also without access to exports.
        if sheets and self.env["datev.export"].sudo().search_count(
            [("sheet_id", "in", sheets.ids)], limit=1
        ):
            raise UserError(self.env._("The advisor sheet of an export stays as it is."))
        files = self.filtered(lambda attachment: attachment.res_model == "account.move")
        if not files:
            return
        # The guard holds for everybody, also without access to receipts.
        packed = self.env["datev.receipt.file"].sudo()
        if packed.search_count(
            [
                ("attachment_id", "in", files.ids),
                ("receipt_id.package_ids.export_id.state", "in", ("exported", "handed_over")),
            ],
            limit=1,
        ):
            raise UserError(
                self.env._("A receipt that was exported to DATEV cannot be changed or deleted.")
            )

    def write(self, vals):
        if CONTENT_FIELDS & vals.keys():
            self._datev_refuse_receipt_change()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_datev_receipt(self):
        self._datev_refuse_receipt_change()
