# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What the advisor sheet says, in the terms of its page."""

from collections import defaultdict
from decimal import Decimal

from odoo import models
from odoo.tools import formatLang

from ..extf.reader import read_stack
from ..receipts.bundle import BOOKINGS, folder_of
from .datev_receipt_package import megabytes


class DatevExport(models.Model):
    _inherit = "datev.export"

    def _get_sheet_data(self) -> dict:
        """Everything on the sheet."""
        self.ensure_one()
        findings = self.finding_ids
        return {
            "files": [
                {"name": name, "size": megabytes(self.env, size), "sha256": sha256}
                for name, size, sha256 in self._file_digests()
            ],
            "accounts": self._sheet_accounts(),
            "keys": self._sheet_keys(),
            "fallbacks": self._sheet_fallbacks(),
            "replaced": findings.filtered(lambda f: f.code == "characters").mapped("message"),
            "renamed": findings.filtered(lambda f: f.code == "document_renamed").mapped("message"),
            "left_out": findings.filtered(lambda f: f.severity == "left_out").mapped("message"),
            "receipts": findings.filtered(lambda f: f.code.startswith("receipt_")).mapped(
                "message"
            ),
        }

    def _sheet_amount(self, amount) -> str:
        return formatLang(self.env, float(amount), currency_obj=self.currency_id)

    def _sheet_accounts(self) -> list[dict]:
        """Debit and credit per account; personal accounts as one line per kind."""
        length = self.company_id.datev_account_length
        ledger, personal = [], {"customer": [0, 0, 0], "supplier": [0, 0, 0]}
        for line in self.proof_line_ids:
            number = line.account_number
            if len(number) <= length:
                ledger.append((number, line.name or "", line.file_debit, line.file_credit))
                continue
            sums = personal["supplier" if number[0] >= "7" else "customer"]
            sums[0] += 1
            sums[1] += line.file_debit
            sums[2] += line.file_credit
        texts = {
            "customer": self.env._("Customers (%(count)s accounts)", count=personal["customer"][0]),
            "supplier": self.env._("Suppliers (%(count)s accounts)", count=personal["supplier"][0]),
        }
        ledger += [
            ("", texts[kind], debit, credit)
            for kind, (count, debit, credit) in personal.items()
            if count
        ]
        total = [sum(row[2] for row in ledger), sum(row[3] for row in ledger)]
        ledger.append(("", self.env._("Total"), *total))
        return [
            {
                "number": number,
                "name": name,
                "debit": self._sheet_amount(debit),
                "credit": self._sheet_amount(credit),
            }
            for number, name, debit, credit in ledger
        ]

    def _sheet_keys(self) -> list[dict]:
        """Rows and gross sum per tax key, read from the files themselves."""
        sums: dict[str, list] = defaultdict(lambda: [0, Decimal()])
        for attachment in self.attachment_ids:
            if folder_of(attachment.name) != BOOKINGS:
                continue
            with attachment._datev_opener()() as source:
                stack = read_stack(source.read())
            for row in stack.rows:
                sums[row.key][0] += 1
                sums[row.key][1] += row.amount
        names = self._sheet_key_names()
        return [
            {
                "key": key,
                "name": names.get(key, ""),
                "rows": count,
                "amount": self._sheet_amount(amount),
            }
            for key, (count, amount) in sorted(sums.items())
        ]

    def _sheet_key_names(self) -> dict[str, str]:
        # Taxes are shared data of the company.
        taxes = self.env["account.tax"].sudo().with_context(active_test=False)
        names: dict[str, list[str]] = defaultdict(list)
        for tax in taxes.search(
            [("company_id", "parent_of", self.company_id.id), ("datev_tax_key", "!=", False)]
        ):
            names[tax.datev_tax_key].append(tax.name)
        return {
            "": self.env._("without key (Automatikkonten, or no tax)"),
            "40": self.env._("lifts the automatic tax of an account"),
            **{key: ", ".join(sorted(set(found))) for key, found in names.items()},
        }

    def _sheet_fallbacks(self) -> list[dict]:
        """Why entries were not exported gross, and how many."""
        groups = self.env["datev.export.entry"]._read_group(
            [("export_id", "=", self.id), ("mode", "in", ("mixed", "net"))],
            ["reason"],
            ["__count"],
            order="__count DESC, reason",
        )
        return [{"reason": reason or "", "count": count} for reason, count in groups]
