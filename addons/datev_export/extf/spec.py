# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Columns of the DATEV format 700: header and Buchungsstapel (category 21, version 13).

Facts about the format, in our own words. Lengths of numbers count the digits before the
decimal comma, as DATEV's own description does.
"""

import re
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

FORMAT_MARK = "EXTF"
HEADER_VERSION = 700
CATEGORY_BOOKINGS = 21
NAME_BOOKINGS = "Buchungsstapel"
VERSION_BOOKINGS = 13
ENCODING = "cp1252"
LINE_END = "\r\n"
SEPARATOR = ";"
QUOTE = '"'
MAX_ROWS = 99_999
MAX_HEADER_LENGTH = 1_000
FILE_NAME = re.compile(r"EXTF_.{0,51}\.csv")
# Lifts the automatic tax of an account: the amount of the row is then posted as it stands.
KEY_NO_AUTOMATIC = "40"
# Keys that leave the rate open (it stands in the row), and those of another EU state.
STATE_KEYS = frozenset({"10", "240", "250"})
RATE_KEYS = STATE_KEYS | {"100", "101", "400", "401"}
KEY_OPEN_FUNCTION = "49"
# Prefixes of VAT numbers: EL is Greece, XI Northern Ireland.
EU_STATES = frozenset(
    # fmt: off
    (
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "EL",
        "ES",
        "FI",
        "FR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
        "XI",
    )
    # fmt: on
)
# A spreadsheet runs a cell that starts with one of these.
FORMULA_STARTS = ("=", "+", "-", "@")


class Kind(Enum):
    """How a value is written: only TEXT is quoted."""

    TEXT = "text"
    NUMBER = "number"
    AMOUNT = "amount"
    ACCOUNT = "account"
    DAY_MONTH = "day_month"  # TTMM
    DATE = "date"  # TTMMJJJJ
    ISO_DATE = "iso_date"  # JJJJMMTT, header only
    STAMP = "stamp"  # JJJJMMTThhmmssmmm, header only
    EMPTY = "empty"


@dataclass(frozen=True)
class Column:
    """One column: its place (1-based), heading and the rules its values obey."""

    nr: int
    name: str
    kind: Kind
    length: int
    decimals: int = 0
    required: bool = False
    zero_is_empty: bool = False
    pattern: str = ""
    allowed: tuple[str, ...] = ()

    @cached_property
    def quoted(self) -> bool:
        return self.kind is Kind.TEXT

    @cached_property
    def empty(self) -> str:
        """How a value that is not there is written."""
        return '""' if self.quoted else ""

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """Expression a filled value must match in full."""
        return pattern_of(self)


_DAY = "(0[1-9]|[12][0-9]|3[01])"
_MONTH = "(0[1-9]|1[0-2])"
_ISO_DATE = f"20[0-9]{{2}}{_MONTH}{_DAY}"
_DATE = f"{_DAY}{_MONTH}20[0-9]{{2}}"
# The prose of the format allows no underscore, though its expression does.
_DOCUMENT = r"[A-Za-z0-9$&%*+\-/]*"
_WORD = r"\w*"

DEFAULT_PATTERN = {
    Kind.TEXT: "[^\x00-\x1f\x7f]*",
    Kind.ACCOUNT: r"(?!0+$)[0-9]+",
    Kind.DAY_MONTH: _DAY + _MONTH,
    Kind.DATE: _DATE,
    Kind.ISO_DATE: _ISO_DATE,
    Kind.STAMP: _ISO_DATE + r"([01][0-9]|2[0-3])[0-5][0-9][0-5][0-9][0-9]{3}",
    Kind.EMPTY: "",
}


def pattern_of(column: Column) -> re.Pattern[str]:
    """Expression a filled value must match in full (length is checked apart)."""
    if column.pattern:
        return re.compile(column.pattern)
    if column.kind is Kind.NUMBER or column.kind is Kind.AMOUNT:
        fraction = rf",[0-9]{{{column.decimals}}}" if column.decimals else ""
        return re.compile(rf"[0-9]{{1,{column.length}}}{fraction}")
    return re.compile(DEFAULT_PATTERN[column.kind])


def _text(nr: int, name: str, length: int, **rules) -> Column:
    return Column(nr, name, Kind.TEXT, length, **rules)


def _number(nr: int, name: str, length: int, **rules) -> Column:
    return Column(nr, name, Kind.NUMBER, length, **rules)


def _header() -> tuple[Column, ...]:
    empty = Kind.EMPTY
    return (
        _text(1, "Kennzeichen", 4, required=True, allowed=("EXTF",)),
        _number(2, "Versionsnummer", 3, required=True, allowed=("700",)),
        _number(3, "Formatkategorie", 2, required=True, allowed=("21",)),
        _text(4, "Formatname", 40, required=True, allowed=(NAME_BOOKINGS,)),
        _number(5, "Formatversion", 3, required=True, allowed=("13",)),
        Column(6, "Erzeugt am", Kind.STAMP, 17, required=True),
        Column(7, "Importiert", empty, 0),
        _text(8, "Herkunft", 2, pattern=_WORD),
        _text(9, "Exportiert von", 25, pattern=_WORD),
        _text(10, "Importiert von", 25, pattern=_WORD),
        _number(11, "Beraternummer", 7, required=True, pattern="[0-9]{4,7}"),
        _number(12, "Mandantennummer", 5, required=True, pattern="[0-9]{1,5}"),
        Column(13, "WJ-Beginn", Kind.ISO_DATE, 8, required=True),
        _number(14, "Sachkontenlänge", 1, required=True, pattern="[4-8]"),
        Column(15, "Datum von", Kind.ISO_DATE, 8, required=True),
        Column(16, "Datum bis", Kind.ISO_DATE, 8, required=True),
        _text(17, "Bezeichnung", 30, pattern=r"[\w.\-/ ]*"),
        _text(18, "Diktatkürzel", 4, pattern="([A-Z]{2}){0,2}"),
        _number(19, "Buchungstyp", 1, allowed=("1", "2")),
        _number(20, "Rechnungslegungszweck", 2, allowed=("0", "30", "40", "50", "64")),
        _number(21, "Festschreibung", 1, required=True, allowed=("0", "1")),
        _text(22, "WKZ", 3, required=True, pattern="[A-Z]{3}"),
        Column(23, "Reserviert", empty, 0),
        _text(24, "Derivatskennzeichen", 0),
        Column(25, "Reserviert", empty, 0),
        Column(26, "Reserviert", empty, 0),
        _text(27, "Sachkontenrahmen", 4, pattern="([0-9]{2}){0,2}"),
        _number(28, "ID der Branchenlösung", 4),
        Column(29, "Reserviert", empty, 0),
        _text(30, "Reserviert", 0),
        _text(31, "Anwendungsinformation", 16),
    )


def _pairs(first: int, kind_label: str, content_label: str, count: int) -> list[Column]:
    """`count` pairs of (kind, content) columns from number `first` on."""
    columns = []
    for index in range(count):
        nr = first + 2 * index
        columns.append(_text(nr, f"{kind_label} {index + 1}", 20))
        columns.append(_text(nr + 1, f"{content_label} {index + 1}", 210))
    return columns


def _booking_core() -> list[Column]:
    money = r"(?!0+,00$)[0-9]{1,10},[0-9]{2}"
    return [
        Column(1, "Umsatz (ohne Soll/Haben-Kz)", Kind.AMOUNT, 10, 2, required=True, pattern=money),
        _text(2, "Soll/Haben-Kennzeichen", 1, required=True, allowed=("S", "H")),
        _text(3, "WKZ Umsatz", 3, pattern="[A-Z]{3}"),
        _number(
            4,
            "Kurs",
            4,
            decimals=6,
            zero_is_empty=True,
            pattern=r"(?!0+,0+$)[0-9]{1,4},[0-9]{2,6}",
        ),
        Column(5, "Basis-Umsatz", Kind.AMOUNT, 10, 2, zero_is_empty=True, pattern=money),
        _text(6, "WKZ Basis-Umsatz", 3, pattern="[A-Z]{3}"),
        Column(7, "Konto", Kind.ACCOUNT, 9, required=True),
        Column(8, "Gegenkonto (ohne BU-Schlüssel)", Kind.ACCOUNT, 9, required=True),
        _text(9, "BU-Schlüssel", 4, zero_is_empty=True, pattern="[0-9]+"),
        Column(10, "Belegdatum", Kind.DAY_MONTH, 4, required=True),
        _text(11, "Belegfeld 1", 36, pattern=_DOCUMENT),
        _text(12, "Belegfeld 2", 12, pattern=_DOCUMENT),
        Column(13, "Skonto", Kind.AMOUNT, 8, 2, zero_is_empty=True, pattern=r"[0-9]{1,8},[0-9]{2}"),
        _text(14, "Buchungstext", 60),
        _number(15, "Postensperre", 1, zero_is_empty=True, allowed=("1",)),
        _text(16, "Diverse Adressnummer", 9, pattern=_WORD),
        _number(17, "Geschäftspartnerbank", 3, zero_is_empty=True),
        _number(18, "Sachverhalt", 2, zero_is_empty=True, allowed=("31", "40")),
        _number(19, "Zinssperre", 1, zero_is_empty=True, allowed=("1",)),
        _text(20, "Beleglink", 210, pattern=r"[A-Z]{4} \"[0-9A-Za-z-]{1,36}\""),
    ]


def _booking_tax() -> list[Column]:
    return [
        _text(37, "KOST1 - Kostenstelle", 36, pattern=r"[\w ]*"),
        _text(38, "KOST2 - Kostenstelle", 36, pattern=r"[\w ]*"),
        _number(39, "Kost-Menge", 12, zero_is_empty=True, pattern=r"[0-9]{1,12},[0-9]{1,4}"),
        _text(40, "EU-Land u. UStID (Bestimmung)", 15, pattern="[A-Z]{2}[0-9A-Za-z+*]{0,13}"),
        _number(41, "EU-Steuersatz (Bestimmung)", 2, decimals=2),
        _text(42, "Abw. Versteuerungsart", 1, allowed=("I", "K", "P", "S")),
        _number(43, "Sachverhalt L+L", 3, zero_is_empty=True),
        _number(44, "Funktionsergänzung L+L", 3, zero_is_empty=True),
        _number(45, "BU 49 Hauptfunktionstyp", 1, zero_is_empty=True),
        _number(46, "BU 49 Hauptfunktionsnummer", 2, zero_is_empty=True),
        _number(47, "BU 49 Funktionsergänzung", 3, zero_is_empty=True),
    ]


def _booking_rest() -> list[Column]:
    return [
        _number(88, "Stück", 8, zero_is_empty=True),
        _number(89, "Gewicht", 8, decimals=2, zero_is_empty=True),
        _number(90, "Zahlweise", 2, zero_is_empty=True),
        _text(91, "Forderungsart", 10, pattern=_WORD),
        _number(92, "Veranlagungsjahr", 4, zero_is_empty=True, pattern="20[0-9]{2}"),
        Column(93, "Zugeordnete Fälligkeit", Kind.DATE, 8, zero_is_empty=True),
        _number(94, "Skontotyp", 1, zero_is_empty=True, allowed=("1", "2")),
        _text(95, "Auftragsnummer", 30),
        _text(96, "Buchungstyp", 2, allowed=("AA", "AG", "AV", "SR", "SU", "SG", "SO")),
        _number(97, "USt-Schlüssel (Anzahlungen)", 2),
        _text(98, "EU-Land (Anzahlungen)", 2, pattern="[A-Z]{2}"),
        _number(99, "Sachverhalt L+L (Anzahlungen)", 3, zero_is_empty=True),
        _number(100, "EU-Steuersatz (Anzahlungen)", 2, decimals=2, zero_is_empty=True),
        Column(101, "Erlöskonto (Anzahlungen)", Kind.ACCOUNT, 8),
        _text(102, "Herkunft-Kz", 2, pattern="[A-Z]{2}"),
        _text(103, "Buchungs GUID", 36),
        Column(104, "KOST-Datum", Kind.DATE, 8),
        _text(105, "SEPA-Mandatsreferenz", 35),
        _number(106, "Skontosperre", 1, allowed=("0", "1")),
        _text(107, "Gesellschaftername", 76),
        _number(108, "Beteiligtennummer", 4, zero_is_empty=True, pattern="[0-9]{4}"),
        _text(109, "Identifikationsnummer", 11),
        _text(110, "Zeichnernummer", 20),
        Column(111, "Postensperre bis", Kind.DATE, 8),
        _text(112, "Bezeichnung SoBil-Sachverhalt", 30),
        _number(113, "Kennzeichen SoBil-Buchung", 2, zero_is_empty=True),
        # Required by us: an empty value would lock the whole stack at the advisor.
        _number(114, "Festschreibung", 1, required=True, allowed=("0", "1")),
        Column(115, "Leistungsdatum", Kind.DATE, 8, zero_is_empty=True),
        Column(116, "Datum Zuord. Steuerperiode", Kind.DATE, 8, zero_is_empty=True),
        Column(117, "Fälligkeit", Kind.DATE, 8, zero_is_empty=True),
        _text(118, "Generalumkehr (GU)", 1, allowed=("0", "1")),
        _number(119, "Steuersatz", 2, decimals=2),
        _text(120, "Land", 2, pattern="[A-Z]{2}"),
        _text(121, "Abrechnungsreferenz", 50),
        _number(122, "BVV-Position", 1, allowed=("1", "2", "3", "4", "5")),
        _text(123, "EU-Land u. UStID (Ursprung)", 15, pattern="[A-Z]{2}[0-9A-Za-z+*]{0,13}"),
        _number(124, "EU-Steuersatz (Ursprung)", 2, decimals=2),
        Column(125, "Abw. Skontokonto", Kind.ACCOUNT, 8),
    ]


HEADER: tuple[Column, ...] = _header()
# Pairs that are only valid when both columns are filled.
PAIRS: tuple[tuple[int, int], ...] = tuple(
    (nr, nr + 1) for nr in (*range(21, 37, 2), *range(48, 88, 2))
)
BOOKING: tuple[Column, ...] = (
    *_booking_core(),
    *_pairs(21, "Beleginfo - Art", "Beleginfo - Inhalt", 8),
    *_booking_tax(),
    *_pairs(48, "Zusatzinformation - Art", "Zusatzinformation- Inhalt", 20),
    *_booking_rest(),
)
