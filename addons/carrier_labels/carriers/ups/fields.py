# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Values as UPS wants them: all of them text, none longer than its field.

Lengths are of the vendor's OpenAPI files (Shipping and Rating v2409).
"""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_UP, Decimal

LINE, LINES = 35, 3
CITY, STATE, CODE, EMAIL, PHONE, TAX = 30, 5, 9, 50, 15, 15
DESCRIPTION, PARCEL_DESCRIPTION, REFERENCE = 50, 35, 35
# What the label can be printed in, by country: UPS's name and Python's.
CHARACTERS = {
    "BG": ("bul", "cp1251"),
    "CZ": ("ces", "cp1250"),
    "EE": ("est", "cp1257"),
    "GR": ("ell", "cp1253"),
    "HU": ("hun", "cp1250"),
    "LT": ("lit", "cp1257"),
    "LV": ("lav", "cp1257"),
    "PL": ("pol", "cp1250"),
    "RO": ("ron", "cp1250"),
    "SK": ("slk", "cp1250"),
    "TR": ("tur", "cp1254"),
}
PLAIN = "latin-1"


def clean(text: str) -> str:
    """On one line, composed, without what cannot be seen."""
    composed = unicodedata.normalize("NFC", text)
    seen = "".join(" " if unicodedata.category(one)[0] in "CZ" else one for one in composed)
    return " ".join(seen.split())


def wrap(text: str, width: int = LINE) -> list[str]:
    """A text on lines, broken between words; a word that is too long stays as it is."""
    lines: list[str] = []
    for word in clean(text).split():
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def shorten(text: str, width: int) -> str:
    """The first words of a text that may be cut."""
    lines = wrap(text, width)
    return lines[0][:width] if lines else ""


def digits(phone: str) -> str:
    """A phone number without anything else; of +49 (0)341 the zero is not dialled."""
    return "".join(re.findall("[0-9]", phone.replace("(0)", "")))


def postal_code(text: str) -> str:
    """Letters and digits only."""
    return "".join(re.findall("[0-9A-Z]", text.upper()))


def weight(kilograms: Decimal) -> str:
    """In kilograms; never less than it is."""
    return plain(kilograms.quantize(Decimal("0.01"), ROUND_UP))


def centimetres(millimetres: int) -> str:
    """Whole centimetres; never less than it is."""
    return str(-(-millimetres // 10))


def plain(number: Decimal) -> str:
    """A number without an exponent and without zeros at its end."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(amount: Decimal) -> str:
    """An amount with two decimals."""
    return format(amount.quantize(Decimal("0.01")), "f")


def character_set(country: str, text: str) -> str | None:
    """What UPS calls the letters of a text; empty if they are plain, None if it has none."""
    if _fits(text, PLAIN):
        return ""
    name, codec = CHARACTERS.get(country, ("", PLAIN))
    return name if name and _fits(text, codec) else None


def _fits(text: str, codec: str) -> bool:
    try:
        text.encode(codec)
    except UnicodeEncodeError:
        return False
    return True
