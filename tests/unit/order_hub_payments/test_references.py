# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Numbers and names as they arrive in bank statements."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matching import find_references, normalise_name, normalise_reference


@pytest.mark.parametrize(
    ("text", "is_whole"),
    [
        ("RE/2026/00012", True),
        ("Rechnung RE-2026-00012 vom 01.11.", True),
        ("rechnung:re2026/00012,kunde 5", True),
        ("Danke fuer den Honig RE2026 00012", False),
        ("ZAHLUNG RE/2026/0\n0012 DANKE", False),
    ],
)
def test_a_number_is_found_as_people_and_banks_write_it(text, is_whole):
    found = find_references([text])["RE202600012"]
    assert found.is_whole == is_whole


@pytest.mark.parametrize("text", ["RE/2026/000123", "XRE/2026/00012", "RE/2026/0001", "12"])
def test_a_part_of_another_number_is_not_this_number(text):
    assert "RE202600012" not in find_references([text])


def test_words_and_short_runs_are_no_numbers():
    assert not find_references(["Vielen Dank, Ihre Anna, 12"]).keys() & {"VIELEN", "DANK", "12"}


@given(st.text(max_size=300))
def test_any_text_is_read(text):
    for reference in find_references([text]):
        assert reference == normalise_reference(reference)
        assert any(character.isdigit() for character in reference)


def test_a_long_text_costs_no_more_than_its_beginning():
    assert len(find_references(["A1 " * 100_000])) < 10


@given(
    st.from_regex(r"[A-Z]{1,3}[0-9]{4,8}", fullmatch=True),
    st.sampled_from([" ", "\n", "-", "/", ""]),
    st.integers(1, 6),
)
def test_a_number_is_found_wherever_it_is_broken(number, separator, position):
    broken = number[:position] + separator + number[position:]
    assert number in find_references([f"Bestellung {broken}, danke"])


@pytest.mark.parametrize(
    "name", ["Anna Müller", "MUELLER, ANNA", "Dr. Anna  Mueller", "Frau Anna Müller", "müller anna"]
)
def test_one_person_in_many_spellings(name):
    assert normalise_name(name) == "anna mueller"


def test_other_people_are_others():
    assert normalise_name("Anne Müller") != normalise_name("Anna Müller")
    assert normalise_name("José") == normalise_name("JOSE")
