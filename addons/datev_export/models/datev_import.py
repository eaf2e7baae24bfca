# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..extf.incoming import Fault, IncomingError, IncomingStack, read_incoming

# More of them would only hide the first.
MOST_FAULTS = 5
FILE_FIELDS = frozenset({"file", "company_id", "sha256", "state"})


class DatevImport(models.Model):
    """A Buchungsstapel of the tax advisor: first a preview, then draft entries."""

    _name = "datev.import"
    _description = "Bookings of the Tax Advisor"
    _inherit = ["mail.thread"]
    _order = "id desc"
    _rec_name = "file_name"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    file = fields.Binary(required=True, attachment=True, copy=False)
    file_name = fields.Char(required=True, default="EXTF.csv", copy=False)
    sha256 = fields.Char(
        string="SHA-256",
        readonly=True,
        copy=False,
        help="Fingerprint of the file: the same file is not taken over twice.",
    )
    journal_id = fields.Many2one(
        "account.journal",
        required=True,
        check_company=True,
        domain=[("type", "=", "general")],
        default=lambda self: self._default_journal_id(),
        help="The entries are made in this journal.",
    )
    state = fields.Selection(
        [("preview", "Preview"), ("imported", "Taken Over")],
        required=True,
        readonly=True,
        default="preview",
        copy=False,
        tracking=True,
    )
    date_from = fields.Date(string="From", readonly=True, copy=False)
    date_to = fields.Date(string="To", readonly=True, copy=False)
    label = fields.Char(string="Designation", readonly=True, copy=False)
    row_ids = fields.One2many("datev.import.row", "import_id", string="Rows", copy=False)
    sum_ids = fields.One2many("datev.import.sum", "import_id", string="Accounts", copy=False)
    finding_ids = fields.One2many(
        "datev.import.finding", "import_id", string="Findings", copy=False
    )
    move_ids = fields.One2many("account.move", "datev_import_id", string="Entries", copy=False)
    row_count = fields.Integer(string="Rows in the File", readonly=True, copy=False)
    entry_count = fields.Integer(string="Entries to Make", readonly=True, copy=False)
    move_count = fields.Integer(compute="_compute_move_count")
    blocking_count = fields.Integer(compute="_compute_blocking_count")

    _file_once = models.Constraint(
        "UNIQUE(company_id, sha256)", "This file of the tax advisor was read already."
    )

    def _default_journal_id(self):
        return self.env["account.journal"].search(
            [
                *self.env["account.journal"]._check_company_domain(self.env.company),
                ("type", "=", "general"),
            ],
            limit=1,
        )

    @api.depends("move_ids")
    def _compute_move_count(self):
        for record in self:
            record.move_count = len(record.move_ids)

    @api.depends("finding_ids.blocking")
    def _compute_blocking_count(self):
        for record in self:
            record.blocking_count = len(record.finding_ids.filtered("blocking"))

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        for record in records:
            record._take_file()
        return records

    def write(self, vals):
        if FILE_FIELDS & vals.keys():
            raise UserError(self.env._("A file that was read stays as it is. Read another one."))
        return super().write(vals)

    def _store(self, vals):
        """Write what only the import itself may, beside the guard on `write`."""
        return super().write(vals)  # pylint: disable=super-method-mismatch

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_entries(self):
        if self.move_ids:
            raise UserError(
                self.env._("Delete the draft entries first: posted ones stay, as does their file.")
            )

    # Reading

    def _raw(self) -> bytes:
        # The file of a record the user may read; attachments of fields have no access of their
        # own.
        attachment = self.env["ir.attachment"].sudo()
        return attachment.search(
            [("res_model", "=", self._name), ("res_field", "=", "file"), ("res_id", "=", self.id)],
            limit=1,
        ).raw

    def _take_file(self) -> None:
        """Read the file of a new record, and show what would become of it."""
        content = self._raw() or b""
        digest = hashlib.sha256(content).hexdigest()
        self._refuse_known(content, digest)
        stack = self._read(content)
        self._store(
            {
                "sha256": digest,
                "date_from": stack.first_day,
                "date_to": stack.last_day,
                "label": stack.label,
                "row_count": len(stack.rows),
            }
        )
        self._show(stack)

    def _read(self, content: bytes) -> IncomingStack:
        try:
            return read_incoming(content)
        except IncomingError as error:
            texts = [self._fault_text(fault) for fault in error.faults[:MOST_FAULTS]]
            if len(error.faults) > MOST_FAULTS:
                texts.append(self.env._("… and %s more", len(error.faults) - MOST_FAULTS))
            raise UserError(
                self.env._(
                    "%(file)s cannot be taken over:\n%(faults)s",
                    file=self.file_name,
                    faults="\n".join(texts),
                )
            ) from None

    def _refuse_known(self, content: bytes, digest: str) -> None:
        """Raise if the file was read before, or is one of our own."""
        known = self.search([("company_id", "=", self.company_id.id), ("sha256", "=", digest)])
        if known:
            raise UserError(
                self.env._(
                    "This file was read already: %(file)s, on %(day)s.",
                    file=known.file_name,
                    day=fields.Date.to_string(known.create_date),
                )
            )
        # Only whether there is one; the bookkeeper may see all exports of the company.
        own = self.env["ir.attachment"].sudo()
        checksum = own._compute_checksum(content)
        found = own.search(
            [("res_model", "=", "datev.export"), ("checksum", "=", checksum)], limit=1
        )
        if found:
            raise UserError(
                self.env._(
                    "%(file)s is a file of your own export; its entries are in the books.",
                    file=self.file_name,
                )
            )

    def _fault_text(self, fault: Fault) -> str:
        text = self._fault_texts()[fault.code]
        if fault.value:
            text = self.env._("%(problem)s: “%(value)s”", problem=text, value=fault.value)
        if not fault.line:
            return text
        return self.env._("Line %(line)s: %(problem)s", line=fault.line, problem=text)

    @api.model
    def _fault_texts(self) -> dict[str, str]:
        """What keeps a file from being read, by code."""
        return {
            "not_a_stack": self.env._("this is no file in DATEV format (EXTF or DTVF)"),
            "header_version": self.env._("only version 700 of the DATEV format can be read"),
            "category": self.env._("this is no Buchungsstapel (category 21)"),
            "header_number": self.env._("no number in the header"),
            "header_date": self.env._("no date in the header"),
            "period": self.env._("the period must end after it begins, within a year"),
            "heading_missing": self.env._("a column is missing"),
            "heading_twice": self.env._("a column is there twice"),
            "too_large": self.env._("the file is larger than 100 MB"),
            "too_many_rows": self.env._("a Buchungsstapel has no more than 99,999 rows"),
            "no_rows": self.env._("there is no booking in the file"),
            "encoding": self.env._("characters are neither Windows-1252 nor UTF-8"),
            "quotes": self.env._("a quotation mark is not closed"),
            "width": self.env._("the row has not as many columns as there are headings"),
            "side": self.env._("the side is neither S (debit) nor H (credit)"),
            "reversal": self.env._("the mark of the Generalumkehr is neither 0 nor 1"),
            "amount": self.env._("no amount above zero like 1234,56"),
            "base_amount": self.env._("a foreign currency without its amount in EUR"),
            "currency": self.env._("no currency code"),
            "account": self.env._("no account number of this length"),
            "key": self.env._("no tax key"),
            "day": self.env._("no day (TTMM) within the period of the file"),
            "due": self.env._("no due date"),
            "tax_rate": self.env._("no rate of tax, or two different ones"),
        }

    # Making entries

    def action_check(self):
        """Look again, after accounts or settings were put right."""
        for record in self:
            record._require_preview()
            record._show(record._read(record._raw()))

    def action_import(self):
        """Make the draft entries."""
        self.check_access("write")
        for record in self:
            record._require_preview()
            record._make_entries(record._read(record._raw()))
        return self.action_view_entries()

    def _require_preview(self) -> None:
        self.ensure_one()
        if self.state != "preview":
            raise UserError(self.env._("%s is taken over already.", self.file_name))

    def action_view_entries(self):
        """The entries made of the file."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Entries of the Tax Advisor"),
            "res_model": "account.move",
            "views": [(False, "list"), (False, "form")],
            "domain": [("datev_import_id", "in", self.ids)],
        }
