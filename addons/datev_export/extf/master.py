# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Master data for the advisor: customers and suppliers, names of accounts, terms of payment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from .chart import FIRST_SUPPLIER_DIGIT
from .model import StackHeader
from .spec import ENCODING, LINE_END, SEPARATOR
from .spec_master import Format
from .text import clean_text, clean_vat
from .writer import header_values, line_of, write_amount

# What the format calls a language.
LANGUAGES = {"de": "1", "fr": "4", "en": "5", "es": "10", "it": "19"}
_COMPANY, _PERSON = "2", "1"
_STREET = 36
_MOST_DAYS = 999
_MOST_FIRST_DAYS = 99
_MOST_PERCENT = 100


@dataclass(frozen=True)
class TermRecord:
    """Due in `days`; with a cash discount in percent if paid in `discount_days`."""

    number: int
    name: str
    days: int
    discount: Decimal = Decimal(0)
    discount_days: int = 0


@dataclass(frozen=True)
class PartnerRecord:
    """A customer or supplier. `country` and `language` are ISO codes.

    `term_number` is the number under which the advisor gets the term itself.
    """

    account: str
    name: str
    company: bool = True
    street: str = ""
    street2: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""
    vat: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""
    iban: str = ""
    bic: str = ""
    bank: str = ""
    number: str = ""
    language: str = ""
    term: TermRecord | None = None
    term_number: int | None = None


@dataclass(frozen=True)
class AccountRecord:
    """Name of a ledger account."""

    account: str
    name: str


class _Values:
    """Column number -> cleaned value, with the characters replaced on the way."""

    def __init__(self, replaced: dict[str, str]):
        self.values: dict[int, str] = {}
        self.replaced = replaced

    def text(self, column: int, text: str, length: int) -> None:
        cleaned, replaced = clean_text(text, length)
        self.replaced.update(replaced)
        self.values[column] = cleaned


def partner_values(record: PartnerRecord, replaced: dict[str, str]) -> dict[int, str]:
    """Values of a customer or supplier."""
    values = _Values(replaced)
    values.values[1] = record.account
    _name(values, record)
    vat = clean_vat(record.vat)
    values.values[9], values.values[10] = vat[:2], vat[2:]
    _address(values, record)
    # A leading plus would look like a formula.
    phone = "00" + record.phone[1:] if record.phone.startswith("+") else record.phone
    values.text(29, phone, 60)
    values.text(33, record.email, 60)
    values.text(35, record.website, 60)
    _bank(values, record)
    values.text(99, record.number, 15)
    values.values[101] = LANGUAGES.get(record.language[:2], "")
    if record.term_number:
        values.values[109] = str(record.term_number)
    elif record.term:
        values.values.update(_term_columns(record.account, record.term))
    return values.values


def is_customer(account: str) -> bool:
    """Whether a personal account is a customer's."""
    return account[0] < FIRST_SUPPLIER_DIGIT


def is_term(record: TermRecord) -> bool:
    """Whether the columns of the format hold the term."""
    return (
        0 <= record.days <= _MOST_DAYS
        and 0 <= record.discount_days <= _MOST_DAYS
        and 0 <= record.discount < _MOST_PERCENT
        and record.discount == round(record.discount, 2)
    )


def _term_columns(account: str, term: TermRecord) -> dict[int, str]:
    """A term told with the contact: of a customer without the days of the discount, for which
    there is no column; of a supplier the discount as first date and the whole as third."""
    percent = write_amount(term.discount) if term.discount else ""
    if is_customer(account):
        return {110: str(term.days), 111: percent}
    values = {116: str(term.days)}
    if percent and term.discount_days <= _MOST_FIRST_DAYS:
        values |= {112: str(term.discount_days), 113: percent}
    return values


def _name(values: _Values, record: PartnerRecord) -> None:
    values.values[7] = _COMPANY if record.company else _PERSON
    if record.company:
        values.text(2, record.name, 50)
        return
    first, _blank, last = record.name.strip().rpartition(" ")
    values.text(4, last, 30)
    values.text(5, first, 30)


def _address(values: _Values, record: PartnerRecord) -> None:
    street = record.street or record.street2
    more = record.street2 if record.street else ""
    if street:
        values.values[15] = "STR"
    values.text(16, street, _STREET)
    # What is cut off the street goes before the second line.
    values.text(22, f"{street[_STREET:]} {more}", 36)
    postcode = "".join(record.postcode.split())
    # The column takes digits only; any other code stands before the town, as on a letter.
    digits = postcode.isascii() and postcode.isdigit()
    values.values[18] = postcode[:10] if digits else ""
    values.text(19, record.city if digits else f"{record.postcode} {record.city}", 30)
    values.values[20] = record.country if len(record.country) == 2 else ""


def _bank(values: _Values, record: PartnerRecord) -> None:
    iban = "".join(record.iban.split()).upper()
    if not valid_iban(iban):
        return
    values.text(42, record.bank, 30)
    values.values[44] = iban[:2]
    values.values[45] = iban
    bic = "".join(record.bic.split()).upper()
    values.values[47] = bic if len(bic) in (8, 11) and bic.isascii() and bic.isalnum() else ""
    values.values[49] = "1"


def valid_iban(iban: str) -> bool:
    """Check digits of an IBAN without blanks (ISO 13616, modulo 97)."""
    if not (iban.isascii() and iban.isalnum() and 15 <= len(iban) <= 34):
        return False
    if not (iban[:2].isalpha() and iban[2:4].isdigit()):
        return False
    digits = "".join(str(int(character, 36)) for character in iban[4:] + iban[:4])
    return int(digits) % 97 == 1


def account_values(record: AccountRecord, replaced: dict[str, str]) -> dict[int, str]:
    """Values of the name of an account; a long one is given in full, too."""
    values = _Values(replaced)
    values.values[1] = record.account
    values.text(2, record.name, 40)
    values.values[3] = "de-DE"
    if len(record.name) > 40:
        values.text(4, record.name, 300)
    return values.values


def term_values(record: TermRecord, replaced: dict[str, str]) -> dict[int, str]:
    """Values of a term of payment; percents are hundredths without a comma there."""
    values = _Values(replaced)
    values.values[1] = str(record.number)
    values.text(2, record.name, 40)
    values.values[3] = "1"
    if record.discount:
        values.values[4] = str(int(record.discount * 100))
        values.values[5] = str(record.discount_days)
    values.values[8] = str(record.days)
    return values.values


def write_master(kind: Format, header: StackHeader, rows: Iterable[Mapping[int, str]]) -> bytes:
    """The file of a category of master data."""
    head = header_values(header) | {3: str(kind.category), 4: kind.name, 5: str(kind.version)}
    for column in (15, 16, 17, 19, 20, 21, 22):
        head[column] = ""
    lines = [
        line_of(kind.header, head),
        SEPARATOR.join(column.name for column in kind.columns),
        *(line_of(kind.columns, row) for row in rows),
    ]
    return b"".join((line + LINE_END).encode(ENCODING) for line in lines)
