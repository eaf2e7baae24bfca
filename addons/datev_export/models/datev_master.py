# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Master data files beside the bookings: new and changed contacts, names of used accounts."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from odoo import fields, models
from odoo.tools import SQL

from ..extf.check_master import check_master
from ..extf.master import (
    AccountRecord,
    PartnerRecord,
    account_values,
    partner_values,
    write_master,
)
from ..extf.spec_master import ACCOUNTS, PARTNERS, Format
from ..extf.stacks import StackFile
from .datev_files import FileOnDisk
from .datev_run import Run

FILE_OF_FORMAT = {PARTNERS: "partners", ACCOUNTS: "accounts"}


@dataclass(frozen=True)
class MasterFile:
    """A finished file, and the digest of each personal account in it."""

    kind: Format
    content: bytes
    digests: Mapping[str, str]


class DatevPersonalAccount(models.Model):
    _inherit = "datev.personal.account"

    exported_digest = fields.Char(
        readonly=True, copy=False, help="SHA-256 of the master data the tax advisor has."
    )
    master_export_id = fields.Many2one(
        "datev.export",
        string="Master Data in",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="The export that told the tax advisor the master data of this account.",
    )


class DatevExport(models.Model):
    _inherit = "datev.export"

    def _prove_files(self, run: Run) -> None:
        result = super()._prove_files(run)
        if run.accounts and self.company_id.datev_master_data:
            self._make_masters(run)
        return result

    def _make_masters(self, run: Run) -> None:
        """Files of the contacts that are new or changed, and of the accounts in the file."""
        header = self._stack_header()
        replaced = run.frame.replaced
        partners = self._master_partners(run, replaced)
        digests = {
            row[1]: hashlib.sha256(repr(sorted(row.items())).encode()).hexdigest()
            for row in partners
        }
        known = self._known_digests()
        changed = [row for row in partners if known.get(row[1]) != digests[row[1]]]
        told = {row[1]: digests[row[1]] for row in changed}
        accounts = self._master_accounts(run, replaced)
        for kind, rows, kept in ((PARTNERS, changed, told), (ACCOUNTS, accounts, {})):
            if rows:
                file = MasterFile(kind, write_master(kind, header, rows), kept)
                self._find_master_problems(run, kind, check_master(file.content, kind), rows)
                run.masters.append(file)

    def _known_digests(self) -> dict[str, str]:
        """What the advisor has of each personal account."""
        accounts = self.env["datev.personal.account"].search_read(
            [("company_id", "=", self.company_id.id), ("exported_digest", "!=", False)],
            ["number", "exported_digest"],
            load=False,
        )
        return {str(account["number"]): account["exported_digest"] for account in accounts}

    def _master_accounts(self, run: Run, replaced: dict[str, str]) -> list[dict[int, str]]:
        codes = run.frame.accounts
        used = [account_id for account_id, code in codes.items() if code in run.accounts]
        # Names of accounts that entries of the company use, as the advisor reads them.
        accounts = self.env["account.account"].sudo().with_context(lang="de_DE").browse(used)
        return [
            account_values(AccountRecord(codes[account.id], account.name), replaced)
            for account in accounts.sorted(lambda account: codes[account.id])
        ]

    def _master_partners(self, run: Run, replaced: dict[str, str]) -> list[dict[int, str]]:
        numbers = {
            number: (kind, partner_id)
            for (kind, partner_id), number in run.frame.personal.items()
            if number in run.accounts
        }
        # Contacts of the company's own entries; the bookkeeper need not see all of them.
        contacts = self.env["res.partner"].sudo().with_company(self.company_id)
        ids = {partner_id for _kind, partner_id in numbers.values()}
        partners = {partner.id: partner for partner in contacts.browse(ids)}
        return [
            partner_values(self._prepare_partner(number, partners[partner_id]), replaced)
            for number, (_kind, partner_id) in sorted(numbers.items())
        ]

    def _prepare_partner(self, number: str, partner) -> PartnerRecord:
        bank = partner.bank_ids[:1]
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
            days=self._days_until_due(partner.property_payment_term_id),
        )

    def _days_until_due(self, term) -> int | None:
        """Days of a term that is one payment after so many days; None for any other."""
        line = term.line_ids
        if len(line) != 1 or line.delay_type != "days_after":
            return None
        return line.nb_days

    def _store_files(self, run: Run) -> list[int]:
        """The master data files come after the bookings."""
        for file in run.masters:
            head = StackFile(
                self.date_from, self.date_to, 1, b"", (), stack=FILE_OF_FORMAT[file.kind]
            )
            run.files.files.append(FileOnDisk(head, file.content, 1))
            self._remember_masters(file.digests)
        return super()._store_files(run)

    def _remember_masters(self, digests: Mapping[str, str]) -> None:
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE datev_personal_account a
                SET exported_digest = d.digest, master_export_id = %(export)s
                FROM UNNEST(%(numbers)s::integer[], %(digests)s::text[]) AS d (number, digest)
                WHERE a.company_id = %(company)s AND a.number = d.number
                """,
                export=self.id,
                company=self.company_id.id,
                numbers=[int(number) for number in digests],
                digests=list(digests.values()),
            )
        )
        self.env["datev.personal.account"].invalidate_model(["exported_digest", "master_export_id"])

    def _withdraw(self, reason: str) -> None:
        """What a withdrawn export told of its contacts is told again."""
        result = super()._withdraw(reason)
        accounts = self.env["datev.personal.account"].search([("master_export_id", "in", self.ids)])
        accounts.write({"exported_digest": False, "master_export_id": False})
        return result
