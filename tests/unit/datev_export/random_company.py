# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Random companies and their entries: each kind of booking the product knows, from a seed.

What a ledger entry looks like is told here a second time, apart from the engine: taxes are
computed per line or per document, spread over rounding, currencies and cost centres.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from extf import skr03, skr04
from extf.chart import Chart, lengthen
from extf.model import OPENING, CostShare, Entry, EntryLine, LineTax

from .datev_ledger import chart_of

# What the entries call an account, in SKR03 and SKR04.
ACCOUNTS = {
    "sales19": ("8400", "4400"),
    "sales7": ("8300", "4300"),
    "sales": ("8200", "4200"),
    "sales_eu": ("8125", "4125"),
    "export": ("8120", "4120"),
    "goods19": ("3400", "5400"),
    "goods7": ("3300", "5300"),
    "goods_eu": ("3425", "5425"),
    "goods": ("3200", "5200"),
    "expense": ("4930", "6815"),
    "rent": ("4210", "6310"),
    "fee": ("4970", "6855"),
    "asset": ("0420", "0640"),
    "unknown": ("8315", "4315"),
    "given19": ("8736", "4736"),
    "given7": ("8731", "4731"),
    "taken19": ("3736", "5736"),
    "deposit19": ("1718", "3272"),
    "bank": ("1200", "1800"),
    "clearing": ("1360", "1460"),
    "transit": ("1361", "1461"),
    "loss": ("2150", "6880"),
    "gain": ("2660", "4840"),
    "ust19": ("1776", "3806"),
    "ust7": ("1771", "3801"),
    "vst19": ("1576", "1406"),
    "vst7": ("1571", "1401"),
    "ust_eu19": ("1774", "3804"),
    "vst_eu19": ("1574", "1404"),
    "ust_13b": ("1787", "3837"),
    "vst_13b": ("1577", "1407"),
    "ust_13b_eu": ("1768", "3818"),
    "import": ("1588", "1433"),
    "import_due": ("1788", "3850"),
    "oss": ("1767", "3817"),
    "equity": ("0800", "2900"),
}
# name -> (rate, keys it may have, accounts of the tax: with a minus the side of the tax due)
TAXES = {
    "ust19": ("19", ["3"], ["ust19"]),
    "ust7": ("7", ["2"], ["ust7"]),
    "ust16": ("16", [""], ["ust19"]),
    "vst19": ("19", ["9"], ["vst19"]),
    "vst7": ("7", ["8"], ["vst7"]),
    "eu_sale": ("0", ["", "11"], []),
    "export": ("0", ["", "1"], []),
    "eu19": ("19", ["", "19"], ["vst_eu19", "-ust_eu19"]),
    "13b": ("19", ["", "94"], ["vst_13b", "-ust_13b"]),
    # The ledger posts to other accounts than the key does.
    "13b_eu": ("19", ["", "94"], ["vst_13b", "-ust_13b_eu"]),
    "import": ("19", [""], ["import", "-import_due"]),
    "oss_at": ("20", ["", "240"], ["oss"]),
    "oss_fr": ("5.5", ["", "240"], ["oss"]),
}
COUNTRIES = {"oss_at": "AT", "oss_fr": "FR"}
CENT = Decimal("0.01")


def euro(value) -> Decimal:
    return Decimal(value).quantize(CENT, ROUND_HALF_UP)


@dataclass
class Company:
    """A chart with tax settings, and a stream of entries."""

    rng: Random
    chart: Chart
    four: int
    taxes: dict[str, LineTax]
    entries: list[Entry] = field(default_factory=list)

    def account(self, name: str) -> str:
        return lengthen(ACCOUNTS[name][self.four], self.chart.account_length)

    def partner(self, kind: str = "customer") -> str:
        first = 10_000 if kind == "customer" else 70_000
        return lengthen(str(first + self.rng.randrange(3)), self.chart.account_length + 1)

    def money(self, most: int = 200_000) -> Decimal:
        return Decimal(self.rng.choice([self.rng.randint(1, most), self.rng.randint(1, 300)])) / 100

    def add(self, lines: list[EntryLine], **values) -> Entry:
        key = len(self.entries) + 1
        day = date(2026, 10, self.rng.randint(1, 31))
        given = {"day": day, "document": f"RE{key}", "text": f"Buchung {key}"} | values
        self.entries.append(Entry(key, lines=tuple(lines), **given))
        return self.entries[-1]


def make_company(seed: int) -> Company:
    rng = Random(seed)
    four = rng.randrange(2)
    chart = chart_of((skr03, skr04)[four].PRESET, rng.choice([4, 4, 5, 6, 8]))
    taxes = {
        name: LineTax(number, name, Decimal(rate), rng.choice(keys), COUNTRIES.get(name, ""))
        for number, (name, (rate, keys, _accounts)) in enumerate(TAXES.items(), start=1)
    }
    return Company(rng, chart, four, taxes)


def document_lines(
    company: Company,
    lines: list[tuple[str, Decimal, str]],
    sign: int,
    partner: str,
    currency: str = "",
    shared: bool = False,
    due: date | None = date(2026, 11, 4),
) -> list[EntryLine]:
    """An invoice (sign -1 sold, 1 bought) of (account, net, tax) with its tax lines."""
    rng = company.rng
    per_line = rng.random() < 0.5
    rate = Decimal(rng.choice(["1.0837", "0.8612", "163.25"])) if currency else Decimal(1)
    ledger: list[EntryLine] = []
    sums: dict[str, Decimal] = defaultdict(Decimal)

    def line(account: str, amount: Decimal, **values) -> None:
        foreign = {"currency": currency, "foreign": amount} if currency else {}
        ledger.append(EntryLine(account, euro(amount / rate), **foreign, **values))

    for name, net, tax in lines:
        taxes = (company.taxes[tax],) if tax else ()
        shares = cost_shares(rng) if shared else ()
        line(company.account(name), sign * euro(net), taxes=taxes, shares=shares)
        if tax:
            amount = euro(net) * company.taxes[tax].rate / 100
            sums[tax] += euro(amount) if per_line else amount
    for tax, amount in sums.items():
        for target in TAXES[tax][2]:
            side = -sign if target.startswith("-") else sign
            account = company.account(target.lstrip("-"))
            line(account, side * euro(amount), tax_id=company.taxes[tax].id)
    total = -sum((item.balance for item in ledger), Decimal(0))
    abroad = -sum((item.foreign for item in ledger), Decimal(0))
    parts = [(total, abroad, due)]
    if due and not currency and rng.random() < 0.3:
        first = euro(total * Decimal("0.3"))
        parts = [(first, Decimal(0), due), (total - first, Decimal(0), due + timedelta(30))]
    receivables = [
        EntryLine(partner, part, counter=True, due=day, currency=currency, foreign=foreign)
        for part, foreign, day in parts
    ]
    return [*receivables, *ledger]


def cost_shares(rng: Random) -> tuple[CostShare, ...]:
    """Nothing, one, several, or two dimensions; in thirds, too."""
    one = CostShare(Decimal(100), "Filiale 1")
    third = Decimal("33.33")
    return rng.choice(
        [
            (),
            (one,),
            (CostShare(Decimal(60), "A"), CostShare(Decimal(40), "B")),
            (CostShare(third, "A"), CostShare(third, "B"), CostShare(third, "C")),
            (CostShare(Decimal("12.5"), "A", "X"), CostShare(Decimal(50), "B", "Y")),
            (one, CostShare(Decimal(70), "", "X"), CostShare(Decimal(30), "", "Y")),
        ]
    )


def _some(company: Company, choices: list[tuple[str, str]], most: int = 6):
    return [(*company.rng.choice(choices), 0) for _index in range(company.rng.randint(1, most))]


def _document(company, choices, sign, kind, most=6, **values) -> list[EntryLine]:
    lines = [
        (name, company.money() * company.rng.choice([1, 1, 1, 1, -1]), tax)
        for name, tax, _zero in _some(company, choices, most)
    ]
    return document_lines(company, lines, sign, company.partner(kind), **values)


SOLD = [("sales19", "ust19"), ("sales19", "ust19"), ("sales7", "ust7"), ("sales", "ust19")]
BOUGHT = [("goods19", "vst19"), ("goods7", "vst7"), ("expense", "vst19"), ("rent", "")]


def sale(company: Company) -> None:
    company.add(_document(company, SOLD, company.rng.choice([-1, -1, 1]), "customer", 12))


def purchase(company: Company) -> None:
    sign = company.rng.choice([1, 1, -1])
    company.add(_document(company, BOUGHT, sign, "supplier"))


def odd_sale(company: Company) -> None:
    """A tax on an account with another automatic, and a rate without a key."""
    choices = [*SOLD, ("sales7", "ust19"), ("unknown", "ust19"), ("sales", "ust16")]
    company.add(_document(company, choices, -1, "customer"))


def reverse_charge(company: Company) -> None:
    tax = company.rng.choice(["13b", "13b_eu"])
    company.add(_document(company, [("expense", tax), ("fee", tax)], 1, "supplier"))


def eu_purchase(company: Company) -> None:
    choices = [("goods_eu", "eu19"), ("goods", "eu19")]
    company.add(_document(company, choices, 1, "supplier"))


def eu_sale(company: Company) -> None:
    choices = [("sales_eu", "eu_sale"), ("sales", "eu_sale")]
    company.add(_document(company, choices, -1, "customer"), vat_id="ATU12345678")


def one_stop_shop(company: Company) -> None:
    choices = [("sales", "oss_at"), ("sales", "oss_fr"), ("sales19", "ust19")]
    company.add(_document(company, choices, -1, "customer"))


def export_sale(company: Company) -> None:
    choices = [("export", "export"), ("sales", "export")]
    company.add(_document(company, choices, -1, "customer"))


def import_vat(company: Company) -> None:
    company.add(_document(company, [("goods", "import")], 1, "supplier"))


def foreign_sale(company: Company) -> None:
    currency = company.rng.choice(["USD", "CHF", "GBP"])
    company.add(_document(company, SOLD, -1, "customer", currency=currency))


def foreign_payment(company: Company) -> None:
    """Paid to the bank in EUR; the exchange difference is an entry of its own."""
    abroad, home, drift = company.money(), company.money(), company.money(500)
    partner = company.partner()
    company.add(
        [
            EntryLine(company.account("bank"), home, counter=True),
            EntryLine(
                partner, -home, counter=True, document="RE1", currency="USD", foreign=-abroad
            ),
        ]
    )
    difference = company.rng.choice(["loss", "gain"])
    signed = drift if difference == "gain" else -drift
    company.add(
        [
            EntryLine(partner, signed, counter=True, document="RE1", currency="USD"),
            EntryLine(company.account(difference), -signed),
        ]
    )


def cash_discount(company: Company) -> None:
    """2 % off what is paid: with the tax taken back on the discount account."""
    rng = company.rng
    sold = rng.random() < 0.6
    rate, account, tax, owed = rng.choice(
        [("19", "given19", "ust19", "ust19"), ("7", "given7", "ust7", "ust7")]
        if sold
        else [("19", "taken19", "vst19", "vst19")]
    )
    sign = 1 if sold else -1
    gross = company.money() + 1
    off = euro(gross * Decimal("0.02"))
    tax_off = euro(off * Decimal(rate) / (100 + Decimal(rate)))
    partner = company.partner("customer" if sold else "supplier")
    company.add(
        [
            EntryLine(company.account("bank"), sign * (gross - off), counter=True),
            EntryLine(company.account(account), sign * (off - tax_off), (company.taxes[tax],)),
            EntryLine(company.account(owed), sign * tax_off, tax_id=company.taxes[tax].id),
            EntryLine(partner, -sign * gross, counter=True, document="RE7"),
        ]
    )


def payment(company: Company) -> None:
    """One payment for several invoices and credit notes, in part and with a rest."""
    partner = company.partner()
    parts = [
        (company.money() * company.rng.choice([1, 1, 1, -1]), f"RE{number}")
        for number in range(company.rng.randint(1, 5))
    ]
    lines = [EntryLine(partner, -part, counter=True, document=doc) for part, doc in parts]
    total = sum((part for part, _doc in parts), Decimal(0))
    company.add([EntryLine(company.account("bank"), total, counter=True), *lines])


def payout(company: Company) -> None:
    """A channel pays out: sales of many customers less fees under reverse charge."""
    rng = company.rng
    tax = company.taxes["13b"]
    fee = company.money(5_000)
    charged = euro(fee * Decimal(19) / 100)
    lines = [
        EntryLine(company.account("fee"), fee, (tax,)),
        EntryLine(company.account("vst_13b"), charged, tax_id=tax.id),
        EntryLine(company.account("ust_13b"), -charged, tax_id=tax.id),
    ]
    lines += [
        EntryLine(company.account("clearing"), -company.money(), counter=True)
        for _index in range(rng.randint(1, 4))
    ]
    total = -sum(line.balance for line in lines)
    company.add([*lines, EntryLine(company.account("bank"), total, counter=True)])


def reversal(company: Company) -> None:
    """Any entry so far, taken back."""
    if not company.entries:
        sale(company)
    original = company.rng.choice(company.entries)
    turned = [
        replace(line, balance=-line.balance, foreign=-line.foreign, due=None)
        for line in original.lines
    ]
    company.add(
        turned,
        reversal=True,
        document=original.document,
        vat_id=original.vat_id,
        stack=original.stack,
    )


def down_payment(company: Company) -> None:
    """Paid in advance, then taken off the final invoice."""
    partner, part = company.partner(), company.money()
    whole = part + company.money()
    company.add(document_lines(company, [("deposit19", part, "ust19")], -1, partner))
    final = [("sales19", whole, "ust19"), ("deposit19", -part, "ust19")]
    company.add(document_lines(company, final, -1, partner))


def cost_centres(company: Company) -> None:
    sold = company.rng.random() < 0.5
    choices, sign, kind = (SOLD, -1, "customer") if sold else (BOUGHT, 1, "supplier")
    company.add(_document(company, choices, sign, kind, shared=True))


def service_date(company: Company) -> None:
    company.add(_document(company, SOLD, -1, "customer"), service_day=date(2026, 9, 30))


def opening(company: Company) -> None:
    """Balances of the year before, receivables per invoice."""
    lines = [
        EntryLine(company.account("asset"), company.money()),
        EntryLine(company.account("bank"), company.money(), counter=True),
        EntryLine(company.account("unknown"), company.money()),
        EntryLine(company.partner(), company.money(), counter=True, document="RE25-1"),
        EntryLine(company.partner("supplier"), -company.money(), counter=True, document="L25"),
    ]
    rest = -sum(line.balance for line in lines)
    company.add([*lines, EntryLine(company.account("equity"), rest)], stack=OPENING)


def manual(company: Company) -> None:
    """Any balanced entry over accounts of every kind."""
    rng = company.rng
    names = [*ACCOUNTS]
    lines = [
        EntryLine(
            rng.choice([company.account(rng.choice(names)), company.partner()]),
            company.money() * rng.choice([1, -1]),
            counter=rng.random() < 0.3,
            document=rng.choice(["", "RE1", "RE2"]),
            shares=cost_shares(rng) if rng.random() < 0.3 else (),
        )
        for _index in range(rng.randint(1, 8))
    ]
    rest = -sum(line.balance for line in lines)
    company.add([*lines, EntryLine(company.account(rng.choice(names)), rest)])


KINDS: dict[str, Callable[[Company], None]] = {
    function.__name__: function
    for function in (
        sale,
        purchase,
        odd_sale,
        reverse_charge,
        eu_purchase,
        eu_sale,
        one_stop_shop,
        export_sale,
        import_vat,
        foreign_sale,
        foreign_payment,
        cash_discount,
        payment,
        payout,
        reversal,
        down_payment,
        cost_centres,
        service_date,
        opening,
        manual,
    )
}
