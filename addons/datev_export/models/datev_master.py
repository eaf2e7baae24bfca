# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Master data files beside the bookings: new and changed contacts, names of used accounts."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from odoo import models

from ..extf.master import (
    AccountRecord,
    PartnerRecord,
    account_values,
    is_customer,
    partner_values,
    write_master,
)
from ..extf.spec_master import ACCOUNTS, PARTNERS, PAYMENT_TERMS, Format
from ..extf.stacks import StackFile
from .datev_files import FileOnDisk
from .datev_payment_term import term_of
from .datev_run import Run

FILE_OF_FORMAT = {PARTNERS: "partners", ACCOUNTS: "accounts", PAYMENT_TERMS: "terms"}
# What has a number by which the advisor knows it.
MODEL_OF_FORMAT = {PARTNERS: "datev.personal.account", PAYMENT_TERMS: "datev.payment.term"}


@dataclass(frozen=True)
class MasterFile:
    """A finished file, and the digest of each number told in it."""

    kind: Format
    content: bytes
    digests: Mapping[str, str]
    # What the rows are about: the number in the first column of each.
    numbers: Sequence[str]


class DatevPersonalAccount(models.Model):
    _name = "datev.personal.account"
    _inherit = ["datev.personal.account", "datev.told"]


class DatevExport(models.Model):
    _inherit = "datev.export"

    def _prove_files(self, run: Run) -> None:
        result = super()._prove_files(run)
        if run.accounts and self.company_id.datev_master_data:
            self._make_masters(run)
        return result

    def _make_masters(self, run: Run) -> None:
        """Check and keep the files; those without rows are none."""
        for file in self._master_files(run):
            if file:
                self._find_master_problems(run, file)
                run.masters.append(file)

    def _master_files(self, run: Run) -> Iterator[MasterFile | None]:
        """Files of the contacts that are new or changed, and of the accounts in the file."""
        yield self._changed_masters(PARTNERS, self._master_partners(run, run.frame.replaced))
        rows = self._master_accounts(run, run.frame.replaced)
        yield self._master_file(ACCOUNTS, rows, {})

    def _changed_masters(self, kind: Format, rows: list[dict[int, str]]) -> MasterFile | None:
        """File of those rows that the advisor does not have like this."""
        digests = {
            row[1]: hashlib.sha256(repr(sorted(row.items())).encode()).hexdigest() for row in rows
        }
        known = self.env[MODEL_OF_FORMAT[kind]]._datev_known(self.company_id) if rows else {}
        changed = [row for row in rows if known.get(row[1]) != digests[row[1]]]
        if not changed:
            return None
        told = {row[1]: digests[row[1]] for row in changed}
        return self._master_file(kind, changed, told)

    def _master_file(self, kind: Format, rows: list[dict[int, str]], told: dict) -> MasterFile:
        content = write_master(kind, self._stack_header(), rows)
        return MasterFile(kind, content, told, [row[1] for row in rows])

    def _master_accounts(self, run: Run, replaced: dict[str, str]) -> list[dict[int, str]]:
        codes = run.frame.accounts
        used = [account_id for account_id, code in codes.items() if code in run.accounts]
        # Names of accounts that entries of the company use, as the advisor reads them.
        accounts = self.env["account.account"].sudo().with_context(lang="de_DE").browse(used)
        return [
            account_values(AccountRecord(codes[account.id], account.name), replaced)
            for account in accounts.sorted(lambda account: codes[account.id])
        ]

    def _master_contacts(self, run: Run) -> list[tuple[str, models.Model]]:
        """Personal account and contact of the customers and suppliers in the file."""
        numbers = {
            number: partner_id
            for (_kind, partner_id), number in run.frame.personal.items()
            if number in run.accounts
        }
        # Contacts of the company's own entries; the bookkeeper need not see all of them.
        contacts = self.env["res.partner"].sudo().with_company(self.company_id)
        partners = {partner.id: partner for partner in contacts.browse(set(numbers.values()))}
        return [(number, partners[partner_id]) for number, partner_id in sorted(numbers.items())]

    def _master_partners(self, run: Run, replaced: dict[str, str]) -> list[dict[int, str]]:
        return [
            partner_values(self._prepare_partner(run, number, partner), replaced)
            for number, partner in self._master_contacts(run)
        ]

    def _prepare_partner(self, run: Run, number: str, partner) -> PartnerRecord:
        bank = partner.bank_ids[:1]
        term = self._term_of_partner(number, partner)
        return PartnerRecord(
            account=number,
            name=partner.name or "",
            company=partner.is_company,
            street=partner.street or "",
            street2=partner.street2 or "",
            postcode=partner.zip or "",
            city=partner.city or "",
            country=partner.country_id.code or "",
            vat=partner.vat or "",
            phone=partner.phone or "",
            email=partner.email or "",
            website=partner.website or "",
            iban=bank.acc_number or "",
            bic=bank.bank_bic or "",
            bank=bank.bank_name or "",
            number=partner.ref or "",
            language=partner.lang or "",
            term=term_of(term),
            term_number=run.terms.get(term.id),
        )

    def _term_of_partner(self, number: str, partner):
        """Payment terms that a contact has as customer, or as supplier."""
        if is_customer(number):
            return partner.property_payment_term_id
        return partner.property_supplier_payment_term_id

    def _store_files(self, run: Run) -> list[int]:
        """The master data files come after the bookings."""
        for file in run.masters:
            head = StackFile(
                self.date_from, self.date_to, 1, b"", (), stack=FILE_OF_FORMAT[file.kind]
            )
            run.files.files.append(FileOnDisk(head, file.content, 1))
            if file.digests:
                self.env[MODEL_OF_FORMAT[file.kind]]._datev_remember(self, file.digests)
        return super()._store_files(run)

    def _withdraw(self, reason: str) -> None:
        """What a withdrawn export told is told again."""
        result = super()._withdraw(reason)
        for model in MODEL_OF_FORMAT.values():
            self.env[model]._datev_forget(self)
        return result
