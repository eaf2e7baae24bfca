# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Text as the format allows it: Windows-1252, no control characters, limited length."""

import unicodedata
from collections.abc import Iterable

from .spec import ENCODING, EU_STATES, FORMULA_STARTS

# Letters that Unicode does not decompose, and signs with an accepted spelling.
_SPELLING = {
    "Ł": "L",
    "ł": "l",
    "Đ": "D",
    "đ": "d",
    "ħ": "h",
    "ı": "i",
    "ŋ": "n",
    "ẞ": "SS",
    "−": "-",
    "‑": "-",
    "→": "->",
    "≤": "<=",
    "≥": ">=",
    "№": "Nr.",
    "₂": "2",
    "\u202f": " ",
    "\u2009": " ",
}
_DOCUMENT_SPELLING = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "AE", "Ö": "OE", "Ü": "UE", "ß": "ss", "_": "-"}
)
_DOCUMENT_CHARACTERS = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789$&%*+-/"
)


def _fits(character: str) -> bool:
    try:
        character.encode(ENCODING)
    except UnicodeEncodeError:
        return False
    return True


def transliterate(character: str) -> str:
    """Closest spelling of a character in Windows-1252; "" when there is none."""
    if _fits(character):
        return character
    if character in _SPELLING:
        return _SPELLING[character]
    plain = unicodedata.normalize("NFKD", character)
    return "".join(part for part in plain if _fits(part) and not unicodedata.combining(part))


def clean_text(text: str, length: int) -> tuple[str, dict[str, str]]:
    """`text` for a quoted column, with the characters that had to be replaced.

    Control characters and line breaks become one blank. A leading sign that a spreadsheet
    would take for a formula gets an apostrophe in front.
    """
    replaced: dict[str, str] = {}
    parts = []
    for character in unicodedata.normalize("NFC", text):
        if character.isspace() or unicodedata.category(character) in {"Cc", "Cf"}:
            parts.append(" ")
            continue
        fitting = transliterate(character)
        if fitting != character:
            replaced[character] = fitting
        parts.append(fitting)
    cleaned = " ".join("".join(parts).split())
    if cleaned.startswith(FORMULA_STARTS):
        cleaned = "'" + cleaned
    return cleaned[:length].rstrip(), replaced


def clean_document(number: str, length: int = 36) -> str:
    """Invoice number for Belegfeld 1: letters, digits and $ & % * + - / only.

    The end of a number tells more than its beginning, so a long one loses its front.
    """
    spelled = unicodedata.normalize("NFC", number).translate(_DOCUMENT_SPELLING)
    plain = unicodedata.normalize("NFKD", spelled)
    allowed = "".join(part for part in plain if part in _DOCUMENT_CHARACTERS)[-length:]
    return allowed.lstrip("+-")


def clean_cost(name: str, length: int = 36) -> str:
    """Cost centre: letters, digits, underscores and single blanks."""
    words = "".join(
        part if part.isalnum() or part == "_" else " "
        for part in map(transliterate, unicodedata.normalize("NFC", name))
    )
    return " ".join(words.split())[:length].rstrip()


def clean_vat(number: str) -> str:
    """VAT number with its country prefix, without blanks and signs; "" if it is none."""
    plain = "".join(part for part in number.upper() if part.isascii() and part.isalnum())
    prefix = "EL" if plain.startswith("GR") else plain[:2]
    return (prefix + plain[2:])[:15] if prefix in EU_STATES and len(plain) > 2 else ""


def clean_word(text: str, length: int) -> str:
    """Letters, digits and underscores only, for header fields such as "Exportiert von"."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(part for part in plain if part.isascii() and part.isalnum())[:length]


def distinct_documents(
    numbers: Iterable[tuple[object, str]], taken: Iterable[str] = ()
) -> dict[object, str]:
    """Document number per owner such that no two owners share one.

    A number that collides after cleaning gets "-2", "-3", ... in the given order, so the
    caller passes a stable order. Numbers in `taken` are in use already.
    """
    used = set(taken)
    result: dict[object, str] = {}
    for owner, number in numbers:
        base = candidate = clean_document(number)
        count = 1
        while candidate and candidate in used:
            count += 1
            suffix = f"-{count}"
            candidate = base[-(36 - len(suffix)) :] + suffix
        used.add(candidate)
        result[owner] = candidate
    return result
