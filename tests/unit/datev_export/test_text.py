# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Text and document numbers as the format allows them."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from extf.documents import Match, credit_note_documents, cut_by_document
from extf.spec import BOOKING, pattern_of
from extf.text import clean_document, clean_text, clean_word, distinct_documents


@given(st.text(max_size=120))
def test_cleaned_text_fits_the_column(text):
    cleaned, replaced = clean_text(text, 60)
    assert len(cleaned) <= 60
    cleaned.encode("cp1252")
    assert pattern_of(BOOKING[13]).fullmatch(cleaned)
    assert not cleaned.startswith(("=", "+", "-", "@"))
    assert all(new == "" or new.encode("cp1252") for new in replaced.values())


@given(st.text(max_size=80))
def test_cleaned_document_fits_the_column(text):
    cleaned = clean_document(text)
    assert len(cleaned) <= 36
    assert pattern_of(BOOKING[10]).fullmatch(cleaned)


def test_text_keeps_what_fits_and_reports_what_does_not():
    assert clean_text("Müller – 5 €", 60) == ("Müller – 5 €", {})
    assert clean_text("Łódź\n東", 60) == ("Lódz", {"Ł": "L", "ź": "z", "東": ""})
    assert clean_text("=SUMME(A1)", 60)[0] == "'=SUMME(A1)"
    assert clean_text("e\u0301t\u00e9", 60) == ("été", {})


def test_documents():
    assert clean_document("RE 2026/0001.A_ü") == "RE2026/0001A-ue"
    assert clean_document("x" * 40 + "END").endswith("END")
    assert clean_word("Jörg O. Test", 25) == "JorgOTest"
    numbers = [(1, "A 1"), (2, "A.1"), (3, "A1"), (4, "B"), (5, ""), (6, "")]
    assert distinct_documents(numbers, {"B"}) == {
        1: "A1",
        2: "A1-2",
        3: "A1-3",
        4: "B-2",
        5: "",
        6: "",
    }
    long = "9" * 36
    assert distinct_documents([(1, long), (2, long)])[2] == "9" * 34 + "-2"


def test_credit_note_takes_the_number_of_its_only_invoice():
    invoices = {7: {1}, 8: {1, 2}, 9: {3}}
    assert credit_note_documents(invoices, {1: "RE1", 2: "RE2"}) == {7: "RE1"}


def test_line_is_cut_by_what_it_is_matched_with():
    matches = [
        Match(1, 10, Decimal(100)),
        Match(1, 11, Decimal(150)),
        Match(1, 10, Decimal(20)),
        Match(1, 99, Decimal(5)),
    ]
    numbers = {10: "RE10", 11: "RE11"}
    assert cut_by_document(Decimal(-300), matches, numbers) == [
        (Decimal(-120), "RE10"),
        (Decimal(-150), "RE11"),
        (Decimal(-30), ""),
    ]
    assert cut_by_document(Decimal(-10), matches, numbers) == [(Decimal(-10), "")]
