# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Take over the personal accounts the advisor has: read, show, and only then assign."""

import base64
import io
import struct
import zipfile
import zlib
from collections import Counter, defaultdict

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..extf.number_list import NumberRow, UnreadableList, read_csv, read_table
from ..models.datev_personal_account import number_range

OUTCOMES = [
    ("new", "Will Be Assigned"),
    ("same", "Assigned Already"),
    ("unknown", "No Contact Found"),
    ("conflict", "Conflict"),
]
MAX_BYTES = 20_000_000
# What openpyxl raises on files that are not what they say (ParseError is a SyntaxError).
_BROKEN = (
    zipfile.BadZipFile, InvalidFileException, zlib.error, struct.error, ArithmeticError,
    AttributeError, EOFError, LookupError, NotImplementedError, OSError, RuntimeError,
    SyntaxError, TypeError, ValueError,
)  # fmt: skip


class DatevPersonalImport(models.TransientModel):
    _name = "datev.personal.import"
    _description = "Import Personal Accounts"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    file = fields.Binary(help="CSV or XLSX with headings: Konto, Name, Kundennummer, USt-IdNr.")
    file_name = fields.Char()
    line_ids = fields.One2many("datev.personal.import.line", "wizard_id", string="Accounts")
    new_count = fields.Integer(compute="_compute_counts")
    same_count = fields.Integer(compute="_compute_counts")
    unknown_count = fields.Integer(compute="_compute_counts")
    conflict_count = fields.Integer(compute="_compute_counts")

    @api.depends("line_ids.outcome")
    def _compute_counts(self):
        for wizard in self:
            counts = Counter(wizard.line_ids.mapped("outcome"))
            for outcome, _label in OUTCOMES:
                wizard[f"{outcome}_count"] = counts[outcome]

    def action_read(self):
        """Show what the list would assign; nothing is assigned yet."""
        self.ensure_one()
        self.env["datev.setup"]._require_manager()
        if not self.file:
            raise UserError(self.env._("Choose a file first."))
        rows = self._read_rows()
        partners = self._match(rows)
        self.line_ids = [
            Command.clear(),
            *(
                Command.create(
                    {
                        "line": row.line,
                        "number": row.number,
                        "name": row.name or row.ref or row.vat,
                        "partner_id": partners[row.line] or False,
                    }
                )
                for row in rows
            ),
        ]
        return self._reopen()

    def action_assign(self):
        """Assign the numbers without conflict; nothing that exists is changed."""
        self.ensure_one()
        self.env["datev.setup"]._require_manager()
        new = self.line_ids.filtered(lambda line: line.outcome == "new")
        if not new:
            raise UserError(self.env._("There is no number to assign."))
        self.env["datev.personal.account"].create(
            [
                {
                    "company_id": self.company_id.id,
                    "partner_id": line.partner_id.commercial_partner_id.id,
                    "kind": line.kind,
                    "number": line.number,
                }
                for line in new
            ]
        )
        self.line_ids.invalidate_recordset(["outcome", "reason"])
        self.invalidate_recordset([f"{outcome}_count" for outcome, _label in OUTCOMES])
        return self._reopen()

    def action_close(self):
        """Back to the assistant."""
        return self.env["datev.setup"].action_open()

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Personal Accounts"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "current",
        }

    # Reading

    def _read_rows(self) -> list[NumberRow]:
        content = base64.b64decode(self.with_context(bin_size=False).file)
        if len(content) > MAX_BYTES:
            raise UserError(self.env._("The list is larger than 20 MB."))
        try:
            if zipfile.is_zipfile(io.BytesIO(content)):
                return read_table(_sheet(content))
            return read_csv(content)
        except UnreadableList as error:
            raise UserError(self._problem_text(error)) from None

    def _problem_text(self, error: UnreadableList) -> str:
        texts = {
            "no_list": self.env._("This is neither a CSV nor an XLSX file."),
            "no_heading": self.env._(
                "No line has a heading for the account number, such as “Konto”."
            ),
            "empty": self.env._("There is no account in the list."),
            "too_many": self.env._("A list may have 100,000 accounts."),
            "no_number": self.env._(
                "Line %(line)s: “%(value)s” is no account number.",
                line=error.line,
                value=error.value,
            ),
        }
        return texts[error.code]

    # Whose account it is

    def _match(self, rows: list[NumberRow]) -> dict[int, int]:
        """Line -> contact, where exactly one has the reference, VAT number, e-mail or name."""
        partners: dict[int, int] = defaultdict(int)
        for attribute, column in (
            ("ref", "ref"),
            ("vat", "vat"),
            ("email", "email_normalized"),
            ("name", "name"),
        ):
            left = [row for row in rows if not partners[row.line] and getattr(row, attribute)]
            owners = self._owners(column, {getattr(row, attribute) for row in left})
            for row in left:
                owner = owners.get(_key(getattr(row, attribute)), set())
                if len(owner) == 1:
                    partners[row.line] = next(iter(owner))
        return partners

    def _owners(self, column: str, values: set[str]) -> dict[str, set[int]]:
        """Value in small letters -> commercial contacts that have it."""
        owners: dict[str, set[int]] = defaultdict(set)
        if not values:
            return owners
        wanted = {_key(value) for value in values}
        domain = [
            (column, "!=", False),
            ("company_id", "in", (False, self.company_id.id)),
        ]
        fields_read = [column, "commercial_partner_id"]
        for partner in self.env["res.partner"].search_fetch(domain, fields_read):
            key = _key(partner[column])
            if key in wanted:
                owners[key].add(partner.commercial_partner_id.id)
        return owners


class DatevPersonalImportLine(models.TransientModel):
    _name = "datev.personal.import.line"
    _description = "Personal Account to Import"
    _order = "wizard_id, line"
    _rec_name = "number"

    wizard_id = fields.Many2one(
        "datev.personal.import", required=True, index=True, ondelete="cascade"
    )
    line = fields.Integer(readonly=True, aggregator=None)
    number = fields.Integer(readonly=True, aggregator=None)
    name = fields.Char(string="In the List", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Contact")
    kind = fields.Selection(
        [("customer", "Customer"), ("supplier", "Supplier")], compute="_compute_kind"
    )
    outcome = fields.Selection(OUTCOMES, compute="_compute_outcome")
    reason = fields.Char(compute="_compute_outcome")

    @api.depends("number", "wizard_id.company_id")
    def _compute_kind(self):
        for line in self:
            length = line.wizard_id.company_id.datev_account_length
            line.kind = next(
                (
                    kind
                    for kind in ("customer", "supplier")
                    if (bounds := number_range(kind, length))[0] <= line.number <= bounds[1]
                ),
                False,
            )

    @api.depends("number", "partner_id", "kind", "wizard_id.line_ids.partner_id")
    def _compute_outcome(self):
        for wizard, lines in self.grouped("wizard_id").items():
            found = self.env["datev.personal.account"].search(
                [("company_id", "=", wizard.company_id.id)]
            )
            owner_of = {account.number: account.partner_id for account in found}
            number_of = {(a.kind, a.partner_id): a.number for a in found}
            numbers = Counter(wizard.line_ids.mapped("number"))
            contacts = Counter(
                (line.kind, line.partner_id.commercial_partner_id)
                for line in wizard.line_ids
                if line.partner_id
            )
            for line in lines:
                partner = line.partner_id.commercial_partner_id
                line.outcome, line.reason = line._judge(
                    partner,
                    owner_of.get(line.number),
                    number_of.get((line.kind, partner)),
                    numbers[line.number] > 1,
                    contacts[line.kind, partner] > 1,
                )

    def _judge(self, partner, owner, number, number_twice, contact_twice) -> tuple[str, str]:
        """What becomes of the line, and why."""
        if not self.kind:
            return "conflict", self.env._("The number is in no range of personal accounts.")
        if number_twice:
            return "conflict", self.env._("The number is in the list twice.")
        if owner and owner != partner:
            return "conflict", self.env._("The number belongs to %s.", owner.display_name)
        if not partner:
            return "unknown", self.env._("Choose the contact, or leave the line out.")
        if owner:
            return "same", ""
        if number:
            return "conflict", self.env._("The contact has the number %s already.", number)
        if contact_twice:
            return "conflict", self.env._("The contact is in the list twice.")
        return "new", ""


def _key(text: str) -> str:
    return " ".join(text.casefold().split())


def _sheet(content: bytes):
    """Cells of the first sheet of an XLSX file, row by row."""
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        yield from book.worksheets[0].iter_rows(values_only=True)
    except _BROKEN:
        raise UnreadableList("no_list") from None
