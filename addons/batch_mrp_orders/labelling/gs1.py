# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""GS1 element strings for GS1-128 and GS1 DataMatrix.

GS1 General Specifications, sections 3 (application identifiers), 7.8 (FNC1), 7.9 (check
digit), 7.11 (character set 82) and 7.12 (century of dates).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

SEPARATOR = "\x1d"
# reportlab, which draws Code 128 for Odoo, reads this character as FNC1.
CODE128_FNC1 = "\xf1"
LONGEST_GS1_128 = 48
CHARSET_82 = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]*")
GTIN_LENGTHS = (8, 12, 13, 14)
MEASURE_DIGITS = 6

# Application identifiers by their first two digits whose length is predefined: they are
# the only ones that no separator follows (figure 7.8.5-2).
PREDEFINED = frozenset(
    ("00", "01", "02", "03", "04", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20")
    + ("31", "32", "33", "34", "35", "36", "41")
)


class Gs1Error(ValueError):
    """What is wrong with ``value`` of ``ai``: ``reason`` is gtin, characters, length, date,
    measure, count or symbol."""

    def __init__(self, reason: str, ai: str, value: str, limit: int = 0) -> None:
        super().__init__(f"({ai}) {value!r}: {reason}")
        self.reason = reason
        self.ai = ai
        self.value = value
        self.limit = limit


@dataclass(frozen=True, slots=True)
class Element:
    """One application identifier with its data, already in the form of the code."""

    ai: str
    data: str

    @property
    def readable(self) -> str:
        return f"({self.ai}){self.data}"


def check_digit(digits: str) -> str:
    """Check digit for ``digits`` without it: weights 3, 1, 3, ... from the right."""
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits)))
    return str(-total % 10)


def is_gtin(code: str) -> bool:
    """A GTIN-8, -12, -13 or -14 with the right check digit."""
    return _looks_like_gtin(code) and check_digit(code[:-1]) == code[-1]


def _looks_like_gtin(code: str) -> bool:
    return code.isascii() and code.isdigit() and len(code) in GTIN_LENGTHS


def gtin(code: str) -> Element:
    """(01) from a GTIN of any length."""
    if not is_gtin(code):
        raise Gs1Error("gtin", "01", code)
    return Element("01", code.zfill(14))


def lot(name: str) -> Element:
    """(10), at most 20 characters of the set GS1 allows."""
    return _text("10", name, 20)


def _text(ai: str, value: str, longest: int) -> Element:
    if not 1 <= len(value) <= longest:
        raise Gs1Error("length", ai, value, longest)
    if not CHARSET_82.fullmatch(value):
        raise Gs1Error("characters", ai, value)
    return Element(ai, value)


def best_before(day: date, today: date) -> Element:
    return _date("15", day, today)


def use_by(day: date, today: date) -> Element:
    return _date("17", day, today)


def _date(ai: str, day: date, today: date) -> Element:
    """YYMMDD; readers take the century so that the year lies within -49 and +50 years."""
    if not -49 <= day.year - today.year <= 50:
        raise Gs1Error("date", ai, day.isoformat())
    return Element(ai, f"{day.year % 100:02}{day.month:02}{day.day:02}")


def net_weight(kilograms: Fraction) -> Element:
    """(310n), see :func:`_measure`."""
    return _measure("310", kilograms)


def net_volume(litres: Fraction) -> Element:
    """(315n), see :func:`_measure`."""
    return _measure("315", litres)


def _measure(ai: str, quantity: Fraction) -> Element:
    """Six digits, n of them decimals, as many as the quantity leaves room for.

    What is finer than that is rounded half up. Decimals that say nothing are left out,
    but not those of grams and millilitres.
    """
    for decimals in range(5, -1, -1):
        scaled = int(quantity * 10**decimals + Fraction(1, 2))
        if 0 < scaled < 10**MEASURE_DIGITS:
            while decimals > 3 and scaled % 10 == 0:
                scaled, decimals = scaled // 10, decimals - 1
            return Element(f"{ai}{decimals}", f"{scaled:06}")
    raise Gs1Error("measure", ai, str(float(quantity)))


def content(code: str) -> Element:
    """(02), the trade items inside; goes with :func:`count`."""
    if not is_gtin(code):
        raise Gs1Error("gtin", "02", code)
    return Element("02", code.zfill(14))


def count(pieces: int) -> Element:
    """(37), how many of them: at most eight digits."""
    if not 1 <= pieces < 10**8:
        raise Gs1Error("count", "37", str(pieces))
    return Element("37", str(pieces))


def payload(elements: Iterable[Element]) -> str:
    """The element string: a separator only after data of no predefined length.

    The elements of predefined length come first, so that few separators are needed.
    """
    ordered = sorted(elements, key=lambda element: element.ai[:2] not in PREDEFINED)
    text = "".join(
        element.ai + element.data + ("" if element.ai[:2] in PREDEFINED else SEPARATOR)
        for element in ordered
    )
    return text.removesuffix(SEPARATOR)


def code128(text: str) -> str:
    """``payload`` as the value of a GS1-128, at most 48 characters."""
    if len(text) > LONGEST_GS1_128:
        raise Gs1Error("symbol", "", text, LONGEST_GS1_128)
    return CODE128_FNC1 + text.replace(SEPARATOR, CODE128_FNC1)
