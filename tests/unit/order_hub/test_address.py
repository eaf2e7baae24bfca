# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Flaws of postal addresses."""

import pytest
from checks.address import POSTCODES, Address, Flaw, find_flaws
from hypothesis import given
from hypothesis import strategies as st


def flaws(**values):
    good = {
        "name": "Hofladen Probe",
        "street": "Lindenweg 4",
        "postcode": "79098",
        "city": "Freiburg",
        "country": "DE",
    }
    return find_flaws(Address(**{**good, **values}))


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"street": "Packstation 145"},
        {"street": "Postfiliale 502"},
        {"street": "Lindenweg Haus 3 c/o Meier"},
        {"postcode": "D-79098"},
        {"postcode": " 79098 "},
        {"country": "AT", "postcode": "1010", "city": "Wien"},
        {"country": "AT", "postcode": "A-1010", "city": "Wien"},
        {"country": "CH", "postcode": "CH-8001", "city": "Zürich"},
        {"country": "LI", "postcode": "9490", "city": "Vaduz"},
        {"country": "NL", "postcode": "1012 ab", "city": "Amsterdam", "street": "Damrak 1"},
        {"country": "GB", "postcode": "SW1A 1AA", "city": "London", "street": "The Old Mill"},
        {"country": "PL", "postcode": "00-001", "city": "Warszawa"},
        {"country": "JP", "postcode": "100-0001", "city": "東京"},
    ],
)
def test_good_addresses(values):
    assert flaws(**values) == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"street": "", "city": " "}, [Flaw.NO_STREET, Flaw.NO_CITY]),
        ({"name": ""}, [Flaw.NO_NAME]),
        ({"postcode": ""}, [Flaw.NO_POSTCODE]),
        ({"country": ""}, [Flaw.NO_COUNTRY]),
        ({"postcode": "7909"}, [Flaw.BAD_POSTCODE]),
        ({"postcode": "79098-1"}, [Flaw.BAD_POSTCODE]),
        ({"postcode": "1010"}, [Flaw.BAD_POSTCODE]),
        ({"street": "Lindenweg"}, [Flaw.NO_HOUSE_NUMBER]),
        ({"city": "79098"}, [Flaw.BAD_CITY]),
        ({"country": "LI", "postcode": "8001"}, [Flaw.BAD_POSTCODE]),
    ],
)
def test_flaws(values, expected):
    assert flaws(**values) == expected


@given(st.text(), st.text(), st.text(), st.text(), st.sampled_from(["", "ZZ", *POSTCODES]))
def test_any_text_is_answered(name, street, postcode, city, country):
    """Hostile or odd input never raises, and what is empty is always named."""
    found = find_flaws(Address(name, street, postcode, city, country))
    assert (Flaw.NO_STREET in found) == (not street.strip())
