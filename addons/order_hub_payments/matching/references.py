"""Numbers in the remittance information of a transfer, as people and banks really write them.

Banks break the text after 27 or 35 characters, in the middle of a number too, and people leave
out or add separators: invoice ``RE/2026/00012`` arrives as ``RE-2026-00012`` or ``RE2026 00012``.
So numbers are compared by letters and digits only, and neighbouring pieces of the text are also
tried as one.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

# A shorter run of characters is found in any text by accident.
SHORTEST = 4
LONGEST = 40
# "RE/2026/00012" has three pieces, two more for line breaks within it.
MOST_PIECES = 5
# Up to this length a text is read; SEPA allows 140 characters, a camt file could hold anything.
LONGEST_TEXT = 2000

_PIECE = re.compile(r"[A-Z0-9]+")


@dataclass(frozen=True)
class Found:
    """A possible number in a text."""

    reference: str
    """Letters and digits only, in capitals."""
    is_whole: bool
    """Whether it stood there without a blank or line break inside."""


def normalise_reference(number: str) -> str:
    """Return the letters and digits of a number in capitals."""
    return re.sub(r"[^A-Z0-9]", "", number.upper())


def find_references(texts: Iterable[str]) -> dict[str, Found]:
    """Return all runs of characters that may be a number; each holds at least one digit."""
    found: dict[str, Found] = {}
    for text in texts:
        _collect(text[:LONGEST_TEXT].upper(), found)
    return found


def _collect(text: str, found: dict[str, Found]) -> None:
    pieces = list(_PIECE.finditer(text))
    for start in range(len(pieces)):
        joined = ""
        is_whole = True
        for index in range(start, min(start + MOST_PIECES, len(pieces))):
            if index > start:
                between = text[pieces[index - 1].end() : pieces[index].start()]
                is_whole = is_whole and not any(character.isspace() for character in between)
            joined += pieces[index].group()
            if len(joined) > LONGEST:
                break
            if len(joined) >= SHORTEST and any(character.isdigit() for character in joined):
                known = found.get(joined)
                if known is None or (is_whole and not known.is_whole):
                    found[joined] = Found(joined, is_whole)


_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_TITLES = {"herr", "frau", "dr", "prof", "familie", "fam"}


def normalise_name(name: str) -> str:
    """Return a name in a form in which the same person is equal.

    Banks write ``MUELLER, ANNA`` for *Dr. Anna Müller*: case, umlauts, accents, titles, punctuation
    and the order of the words do not count.
    """
    plain = unicodedata.normalize("NFC", name).casefold().translate(_LETTERS)
    plain = "".join(
        character
        for character in unicodedata.normalize("NFKD", plain)
        if not unicodedata.combining(character)
    )
    words = [word for word in re.findall(r"[^\W_]+", plain) if word not in _TITLES]
    return " ".join(sorted(words))
