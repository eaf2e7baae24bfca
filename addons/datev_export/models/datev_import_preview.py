# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What would become of a Buchungsstapel: rows, sums per account, and what is missing."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from decimal import Decimal

from odoo import Command, fields, models

from ..extf.chart import Chart, TaxRule
from ..extf.drafts import DraftEntry, account_balances, entries_of, obstacle
from ..extf.incoming import IncomingRow, IncomingStack
from ..extf.spec import KEY_NO_AUTOMATIC
from ..extf.text import clean_cost

KINDS_OF_FINDING = [
    ("client", "Another Client"),
    ("account_length", "Account Length"),
    ("chart", "Chart of Accounts"),
    ("currency", "Currency"),
    ("account", "Account"),
    ("personal", "Personal Account"),
    ("key_unknown", "Tax Key"),
    ("state_missing", "EU State"),
    ("key_on_automatic", "Tax Key on Automatic Account"),
    ("automatic_unknown", "Automatic Account"),
    ("two_automatic", "Two Automatic Accounts"),
    ("discount", "Cash Discount"),
    ("cost", "Cost Centre"),
    ("locked", "Locked Period"),
    ("tax_report", "VAT Report"),
]
# What the entries can do without.
WARNINGS = frozenset({"cost", "locked", "tax_report"})


@dataclass
class Place:
    """Where amounts of a number of the file go."""

    account: models.Model
    partner: models.Model
    name: str


@dataclass
class Mapped:
    """A stack in the terms of the company, and what does not fit (kind, value -> lines)."""

    stack: IncomingStack
    chart: Chart
    places: dict[str, Place] = field(default_factory=dict)
    currencies: dict[str, models.Model] = field(default_factory=dict)
    costs: tuple[dict[str, int], dict[str, int]] = field(default_factory=lambda: ({}, {}))
    missing: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    entries: list[DraftEntry] = field(default_factory=list)

    def miss(self, kind: str, value: str, line: int) -> None:
        self.missing[kind, value].append(line)

    @property
    def blocked(self) -> bool:
        return any(kind not in WARNINGS for kind, _value in self.missing)


class DatevImport(models.Model):
    _inherit = "datev.import"

    def _map(self, stack: IncomingStack) -> Mapped:
        """Find accounts, contacts, currencies and cost centres, in a fixed number of queries."""
        self.ensure_one()
        skipped = set(self.row_ids.filtered("skip").mapped("line"))
        rows = tuple(item for item in stack.rows if item.row.line not in skipped)
        mapped = Mapped(replace(stack, rows=rows), self._incoming_chart())
        self._check_header(mapped)
        self._check_period(mapped)
        self._check_tax(mapped)
        clear = [item for item in rows if self._is_clear(mapped, item)]
        mapped.currencies = self._find_currencies({item.row.currency for item in clear})
        digits = {name: record.decimal_places for name, record in mapped.currencies.items()}
        mapped.entries = entries_of(clear, mapped.chart, digits)
        numbers = {line.account for entry in mapped.entries for line in entry.lines}
        mapped.places = self._find_places(numbers)
        self._find_costs(mapped)
        self._note_missing(mapped)
        return mapped

    def _is_clear(self, mapped: Mapped, item: IncomingRow) -> bool:
        found = obstacle(item, mapped.chart)
        if found:
            mapped.miss(found.code, found.value, item.row.line)
        return found is None

    # What is there

    def _incoming_chart(self) -> Chart:
        """Automatikkonten and keys of the company; its taxes tell what further keys do."""
        company = self.company_id
        # Chart and taxes are shared data of the company; the bookkeeper may lack the role.
        accounts = self.env["account.account"].sudo().with_company(company)
        chart = accounts.search(accounts._check_company_domain(company))._datev_chart(company)
        taxes = self.env["account.tax"].sudo().with_context(active_test=False)
        taxes = taxes.search(
            [*taxes._check_company_domain(company), ("datev_tax_key", "not in", (False, ""))]
        )
        keys = dict(chart.keys)
        for tax in taxes.with_company(company):
            rule = tax._datev_rule()
            if rule:
                keys.setdefault(tax.datev_tax_key, rule)
        return replace(chart, keys=keys)

    def _check_header(self, mapped: Mapped) -> None:
        company, stack = self.company_id, mapped.stack
        ours = (company.datev_consultant_number or "", company.datev_client_number or "")
        theirs = (str(stack.consultant), str(stack.client))
        if tuple(number.lstrip("0") for number in ours) != theirs:
            mapped.miss("client", " / ".join(theirs), 1)
        if stack.account_length != mapped.chart.account_length:
            mapped.miss("account_length", str(stack.account_length), 1)
        if stack.chart and company.datev_chart and stack.chart[:2] != company.datev_chart:
            mapped.miss("chart", stack.chart, 1)
        if stack.currency != company.currency_id.name:
            mapped.miss("currency", stack.currency, 1)

    def _check_period(self, mapped: Mapped) -> None:
        company = self.company_id
        locks = [company.fiscalyear_lock_date, company.hard_lock_date]
        lock = max((day for day in locks if day), default=None)
        for item in mapped.stack.rows if lock else ():
            if item.row.day <= lock:
                mapped.miss("locked", fields.Date.to_string(lock), item.row.line)

    def _check_tax(self, mapped: Mapped) -> None:
        """Taxes become amounts on their accounts: the VAT report of Odoo does not count them.

        The advisor's ledger has these bookings, so the return filed from there is complete.
        """
        chart = mapped.chart
        for item in mapped.stack.rows:
            row = item.row
            taxed = row.key and row.key != KEY_NO_AUTOMATIC
            automatic = chart.automatic.keys() & {row.account, row.contra}
            if taxed or (automatic and not row.key):
                mapped.miss("tax_report", "", row.line)

    def _find_currencies(self, names: set[str]) -> dict[str, models.Model]:
        currencies = self.env["res.currency"].search([("name", "in", list(names))])
        return {currency.name: currency for currency in currencies}

    def _find_places(self, numbers: set[str]) -> dict[str, Place]:
        company = self.company_id
        length = company.datev_account_length
        ledger = [number for number in numbers if len(number) <= length]
        # As above: the account list belongs to the company.
        Account = self.env["account.account"].sudo().with_company(company)
        nobody = self.env["res.partner"]
        places = {
            account.code: Place(account, nobody, account.name)
            for account in Account.search(
                [*Account._check_company_domain(company), ("code", "in", ledger)]
            )
        }
        personal = [int(number) for number in numbers if len(number) > length]
        found = self.env["datev.personal.account"].search(
            [("company_id", "=", company.id), ("number", "in", personal)]
        )
        for item in found:
            partner = item.partner_id.with_company(company)
            customer = item.kind == "customer"
            name = f"property_account_{'receivable' if customer else 'payable'}_id"
            places[str(item.number)] = Place(partner.sudo()[name], partner, partner.display_name)
        return places

    def _find_costs(self, mapped: Mapped) -> None:
        """Analytic accounts of the two plans that go to DATEV, by the name they have there."""
        company = self.company_id
        plans = [company.datev_cost_plan_id, company.datev_second_cost_plan_id]
        if not any(plans):
            return
        # Names for bookings of the company; its bookkeeper need not have the analytic role.
        Account = self.env["account.analytic.account"].sudo()
        accounts = Account.search(
            [
                ("root_plan_id", "in", [plan.id for plan in plans if plan]),
                ("company_id", "in", (False, company.id)),
            ]
        )
        for account in accounts:
            name = clean_cost(account.code or account.name)
            for plan, costs in zip(plans, mapped.costs, strict=True):
                if account.root_plan_id == plan:
                    costs.setdefault(name, account.id)

    def _note_missing(self, mapped: Mapped) -> None:
        length = mapped.chart.account_length
        for entry in mapped.entries:
            first = entry.rows[0]
            for line in entry.lines:
                if line.account not in mapped.places:
                    kind = "personal" if len(line.account) > length else "account"
                    mapped.miss(kind, line.account, first)
                if line.currency not in mapped.currencies:
                    mapped.miss("currency", line.currency, first)
                for name, known in zip((line.cost, line.second_cost), mapped.costs, strict=True):
                    if name and name not in known:
                        mapped.miss("cost", name, first)

    # What is shown

    def _show(self, stack: IncomingStack) -> None:
        """Rows (once), sums and findings of the preview."""
        if not self.row_ids:
            self.env["datev.import.row"].create([self._prepare_row(item) for item in stack.rows])
        mapped = self._map(stack)
        sums = [Command.create(vals) for vals in self._prepare_sums(mapped)]
        findings = [
            Command.create(self._prepare_finding(kind, value, lines))
            for (kind, value), lines in mapped.missing.items()
        ]
        self._store(
            {
                "entry_count": len(mapped.entries),
                "sum_ids": [Command.clear(), *sums],
                "finding_ids": [Command.clear(), *findings],
            }
        )

    def _prepare_row(self, item: IncomingRow) -> dict:
        row = item.row
        return {
            "import_id": self.id,
            "line": row.line,
            "day": row.day,
            "document": row.document,
            "text": item.text,
            "amount": float(row.amount * row.sign),
            "foreign": f"{row.foreign} {row.currency}" if row.foreign else False,
            "account_number": row.account,
            "contra_number": row.contra,
            "key": row.key,
            "cost": " / ".join(filter(None, (item.cost, item.second_cost))),
        }

    def _prepare_sums(self, mapped: Mapped) -> list[dict]:
        return [
            {
                "account_number": number,
                "name": mapped.places[number].name if number in mapped.places else False,
                "debit": float(debit),
                "credit": float(credit),
            }
            for number, (debit, credit) in account_balances(mapped.entries).items()
        ]

    def _prepare_finding(self, kind: str, value: str, lines: list[int]) -> dict:
        return {
            "kind": kind,
            "value": value,
            "first_line": min(lines),
            "row_count": len(set(lines)),
            "blocking": kind not in WARNINGS,
            "message": self._finding_text(kind, value),
        }

    def _finding_text(self, kind: str, value: str) -> str:
        company = self.company_id
        texts = {
            "client": lambda: self.env._(
                "The file is for client %(theirs)s, %(company)s is %(ours)s.",
                theirs=value,
                company=company.name,
                ours=f"{company.datev_consultant_number or '–'} / "
                f"{company.datev_client_number or '–'}",
            ),
            "account_length": lambda: self.env._(
                "The accounts of the file have %(theirs)s digits, ours %(ours)s.",
                theirs=value,
                ours=company.datev_account_length,
            ),
            "chart": lambda: self.env._(
                "The file uses chart %(theirs)s, we use %(ours)s.",
                theirs=value,
                ours=company.datev_chart,
            ),
            "currency": lambda: self.env._("The currency %s is not active.", value),
            "account": lambda: self.env._("There is no account %s.", value),
            "personal": lambda: self.env._("The personal account %s has no contact yet.", value),
            "key_unknown": lambda: self.env._(
                "What tax key %s does is not known. Enter it on the tax it stands for.", value
            ),
            "state_missing": lambda: self.env._(
                "Tax key %s needs an EU state and its rate in the row.", value
            ),
            "key_on_automatic": lambda: self.env._(
                "A tax key on the automatic account %s, which DATEV would refuse.", value
            ),
            "automatic_unknown": lambda: self.env._(
                "What the automatic account %s does is not known. Enter its tax key.", value
            ),
            "two_automatic": lambda: self.env._(
                "Two automatic accounts in one row (%s): skip it and post it by hand.", value
            ),
            "discount": lambda: self.env._(
                "A cash discount within the row: skip it and post it by hand."
            ),
            "cost": lambda: self.env._(
                "The cost centre %s is unknown: its rows come without it.", value
            ),
            "tax_report": lambda: self.env._(
                "Rows with tax: the drafts post it to the tax accounts without tax grids. Odoo's "
                "VAT report does not count these entries; the return of the tax advisor does."
            ),
            "locked": lambda: self.env._(
                "The books are locked up to %s: posting moves these entries to a later day.",
                value,
            ),
        }
        return texts[kind]()


class AccountTax(models.Model):
    _inherit = "account.tax"

    def _datev_rule(self) -> TaxRule | None:
        """What the key of this tax must do: its rate and the accounts it posts to."""
        self.ensure_one()
        shares = self.invoice_repartition_line_ids.filtered(
            lambda line: line.repartition_type == "tax" and line.factor_percent
        )
        if self.amount_type != "percent" or any(not line.account_id for line in shares):
            return None
        rate = Decimal(repr(self.amount))
        to = {line.factor_percent: line.account_id.code for line in shares}
        if not shares:
            return TaxRule(rate) if not rate else None
        if set(to) == {100.0} and len(shares) == 1:
            return TaxRule(rate, to[100.0])
        if set(to) == {100.0, -100.0} and len(shares) == 2:
            return TaxRule(rate, to[100.0], to[-100.0])
        return None
