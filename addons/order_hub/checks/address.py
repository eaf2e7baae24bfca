# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What is missing from or implausible about a postal address."""

import re
from dataclasses import dataclass
from enum import Enum

# Patterns of postcodes, by ISO country code. A leading country code ("D-79098") is dropped
# before; countries that are not listed are not checked.
POSTCODES = {
    **dict.fromkeys(("DE", "FR", "IT", "ES", "FI", "EE", "HR"), r"\d{5}"),
    **dict.fromkeys(("AT", "CH", "BE", "LU", "DK", "NO", "SI", "BG", "HU"), r"\d{4}"),
    **dict.fromkeys(("CZ", "SK", "SE", "GR"), r"\d{3} ?\d{2}"),
    "LI": r"94[89]\d",
    "NL": r"[1-9]\d{3} ?[A-Z]{2}",
    "PL": r"\d{2}-\d{3}",
    "PT": r"\d{4}-\d{3}",
    "RO": r"\d{6}",
    "GB": r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}",
    "IE": r"[A-Z]\d[\dW] ?[A-Z\d]{4}",
    "US": r"\d{5}(-\d{4})?",
}
# Where a street without a number does not reach anybody.
NUMBERED = ("DE", "AT", "CH", "LI")


class Flaw(Enum):
    """What is wrong with an address."""

    NO_NAME = "no_name"
    NO_STREET = "no_street"
    NO_POSTCODE = "no_postcode"
    NO_CITY = "no_city"
    NO_COUNTRY = "no_country"
    BAD_POSTCODE = "bad_postcode"
    NO_HOUSE_NUMBER = "no_house_number"
    BAD_CITY = "bad_city"


@dataclass(frozen=True, slots=True)
class Address:
    """``street`` with all that belongs to it, ``country`` as ISO code."""

    name: str
    street: str
    postcode: str
    city: str
    country: str


def find_flaws(address: Address) -> list[Flaw]:
    """All flaws, what is missing first."""
    missing = [
        flaw
        for flaw, value in (
            (Flaw.NO_NAME, address.name),
            (Flaw.NO_STREET, address.street),
            (Flaw.NO_POSTCODE, address.postcode),
            (Flaw.NO_CITY, address.city),
            (Flaw.NO_COUNTRY, address.country),
        )
        if not value.strip()
    ]
    if missing:
        return missing
    flaws = []
    if not _is_postcode(address.postcode, address.country):
        flaws.append(Flaw.BAD_POSTCODE)
    if address.country in NUMBERED and not re.search(r"\d", address.street):
        flaws.append(Flaw.NO_HOUSE_NUMBER)
    if not re.search(r"[^\W\d_]", address.city):
        flaws.append(Flaw.BAD_CITY)
    return flaws


def _is_postcode(value: str, country: str) -> bool:
    pattern = POSTCODES.get(country)
    if pattern is None:
        return True
    text = value.strip().upper()
    text = re.sub(rf"^({country}|{country[0]})[- ]+(?=\d)", "", text)
    return re.fullmatch(pattern, text) is not None
