# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What a scanned code says.

A scanner types like a keyboard, so a code is text. GS1 element strings are taken apart by the GS1
General Specifications, section 3: application identifiers (AI) of fixed length follow each other
directly, data of variable length ends at a separator (FNC1, sent as the character 29) or at the
end of the code. Scanners that cannot send it are mostly set to send # in its place.
"""

import re
from dataclasses import dataclass

SEPARATORS = "\x1d#"
SYMBOLOGY = re.compile(r"\](C1|e0|d2|Q3|J1)")  # what scanners may put in front of a GS1 code
# Length of the data behind an AI, by how the AI begins (figure 3.2-1); others are variable.
FIXED = {
    **{"00": 18, "01": 14, "02": 14, "03": 14, "04": 16, "20": 2},
    **dict.fromkeys(("11", "12", "13", "15", "16", "17"), 6),
    **dict.fromkeys(("310", "311", "312", "313", "314", "315", "316"), 7),
    **dict.fromkeys(("320", "330", "340", "350", "360"), 7),
    "41": 14,
}
# Variable ones that are on goods and parcels, with the longest data they may have.
VARIABLE = {"10": 20, "21": 20, "22": 20, "30": 8, "37": 8, "240": 30, "400": 30, "401": 30}
READABLE = re.compile(r"\((\d{2,4})\)([^(]*)")
TRACKING = re.compile(r"[A-Z0-9]{10,39}")
LEAST_DIGITS = 8  # in a tracking number


@dataclass(frozen=True, slots=True)
class Scan:
    """A code, and the number of the product, the lot or the shipping unit that is in it."""

    text: str
    gtin: str = ""
    lot: str = ""
    sscc: str = ""

    @property
    def product_codes(self) -> tuple[str, ...]:
        """The ways in which the number of the product may be written in its master data."""
        if not self.gtin:
            return (self.text,)
        short = self.gtin.lstrip("0")
        widths = [width for width in (8, 12, 13, 14) if width >= len(short)]
        return tuple(short.zfill(width) for width in widths)


def parse(text: str) -> Scan:
    """What is in a code; of one that is no GS1 element string only the text."""
    text = text.strip(" \r\n\t")
    elements = _elements(text)
    if not elements:
        return Scan(text)
    serial = elements.get("10") or elements.get("21", "")
    return Scan(text, elements.get("01") or elements.get("02", ""), serial, elements.get("00", ""))


def looks_like_tracking(text: str) -> bool:
    """Whether a code can be the number of a parcel, and not that of an article."""
    code = text.replace(" ", "").upper()
    if not TRACKING.fullmatch(code) or sum(map(str.isdigit, code)) < LEAST_DIGITS:
        return False
    return not (code.isdigit() and len(code) in (13, 14) and _checks(code))


def _elements(text: str) -> dict[str, str]:
    """Data by AI; empty unless the whole code is made of elements, the first a number of goods."""
    if text.startswith("("):
        found = dict(READABLE.findall(text))
    else:
        found = _split(SYMBOLOGY.sub("", text, count=1).strip(SEPARATORS))
    keys = found.keys() & {"00", "01", "02"}
    if not keys or any(not found[ai].isdigit() or not _checks(found[ai]) for ai in keys):
        return {}
    return found


def _split(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    while text:
        ai, length = _next_ai(text)
        if not ai:
            return {}
        data = text[len(ai) :]
        if length:
            data = data[:length]
            if len(data) < length:
                return {}
        else:
            data = re.split(f"[{SEPARATORS}]", data, maxsplit=1)[0]
            if not 1 <= len(data) <= VARIABLE[ai]:
                return {}
        found.setdefault(ai, data)
        text = text[len(ai) + len(data) :].lstrip(SEPARATORS)
    return found


def _next_ai(text: str) -> tuple[str, int]:
    """The AI a code begins with and the length of its data, 0 if that is variable."""
    for start, length in FIXED.items():
        if text.startswith(start):
            return text[: len(start)], length
    for ai in VARIABLE:
        if text.startswith(ai):
            return ai, 0
    return "", 0


def _checks(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (weights 3, 1, 3 from the right)."""
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits[:-1])))
    return str(-total % 10) == digits[-1]
