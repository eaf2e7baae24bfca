# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Values the package works on: ledger entries in, booking rows out.

All amounts are EUR with two decimals, exact (`Decimal`). A balance is signed: debit is
positive, credit negative.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

# Kinds of stacks: opening balances are carried through 9000, 9008 and 9009.
OPENING = "opening"
YEAR_END = "year_end"


@dataclass(frozen=True)
class LineTax:
    """Tax as the ledger knows it: identity, rate in percent, and the tax key it should use.

    `rate` is None for a tax that is no percentage. `key` is "" when no key is known; the
    tax is then exported with explicit rows. `country` is the other EU state whose tax it is
    (one-stop shop), as an ISO code with EL for Greece.
    """

    id: int
    name: str
    rate: Decimal | None
    key: str = ""
    country: str = ""


@dataclass(frozen=True)
class CostShare:
    """Part of a line, in percent, that belongs to a cost centre in one or both dimensions."""

    percent: Decimal
    first: str = ""
    second: str = ""


@dataclass(frozen=True)
class EntryLine:
    """One line of a ledger entry, with the account number DATEV shall see.

    `taxes` are the taxes computed on this line (it is a base line then); `tax_id` names the
    tax that produced the line (it is a tax line then). `document` overrides the document
    number of the entry, `counter` marks a receivable, payable or money account. `foreign` is
    the signed amount in `currency` ("" for EUR). `shares` are the cost centres of the line;
    `cost` (first and second dimension) is what the engine makes of them.
    """

    account: str
    balance: Decimal
    taxes: tuple[LineTax, ...] = ()
    tax_id: int | None = None
    counter: bool = False
    document: str = ""
    due: date | None = None
    text: str = ""
    currency: str = ""
    foreign: Decimal = Decimal(0)
    shares: tuple[CostShare, ...] = ()
    cost: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Entry:
    """A posted, balanced ledger entry. `key` comes back on each row it produces.

    `reversal`: the entry takes another one back as a whole (Generalumkehr). `vat_id`: that of
    a customer in another EU state. `link`: identifier of the receipt (Beleglink). `stack`
    names the kind of file the entry belongs in.
    """

    key: int
    day: date
    document: str
    text: str
    lines: tuple[EntryLine, ...]
    service_day: date | None = None
    reversal: bool = False
    vat_id: str = ""
    link: str = ""
    stack: str = ""


@dataclass(frozen=True, slots=True)
class BookingRow:
    """One row of a Buchungsstapel. `side` ("S" debit, "H" credit) is that of `account`.

    A `reversal` row shows the side of the entry it takes back. `foreign` is the amount in
    `currency`, `amount` stays EUR; `rate` is units of the currency per 1 EUR. `eu_rate` is the
    tax rate of the EU state that `vat_id` begins with.
    """

    entry: int
    amount: Decimal
    side: str
    account: str
    contra: str
    day: date
    key: str = ""
    document: str = ""
    text: str = ""
    due: date | None = None
    service_day: date | None = None
    currency: str = ""
    foreign: Decimal | None = None
    rate: Decimal | None = None
    cost: tuple[str, str] = ("", "")
    vat_id: str = ""
    eu_rate: Decimal | None = None
    link: str = ""
    reversal: bool = False


@dataclass(frozen=True)
class Reason:
    """Why an entry could not be booked gross: a code of `booking` and what it is about."""

    code: str
    account: str = ""
    tax: str = ""


@dataclass(frozen=True)
class BookedEntry:
    """Rows of one entry and how they came about.

    `mode`: "gross" (every tax through a key or an Automatikkonto), "mixed" or "net" (some
    or all taxes as explicit rows, see `reasons`), "plain" (no tax), "empty" (no effect).
    """

    entry: Entry
    rows: tuple[BookingRow, ...]
    mode: str
    reasons: tuple[Reason, ...] = ()
    repaired: bool = False


@dataclass(frozen=True)
class StackHeader:
    """What the header line of a Buchungsstapel tells."""

    consultant: int
    client: int
    fiscal_year_start: date
    account_length: int
    first_day: date
    last_day: date
    locked: bool
    chart: str = ""
    label: str = ""
    exported_by: str = ""
    stamp: str = ""
    application: str = ""
    booking_type: str = "1"


Balances = Mapping[tuple[int, str], Decimal]


@dataclass(frozen=True)
class Problem:
    """A rule of the format that a file breaks. Line 1 is the header, `column` is 1-based."""

    line: int
    column: int
    code: str
    message: str
    value: str = field(default="")
