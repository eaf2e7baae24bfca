# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Comparing lists of the old system with ours, against an independent oracle."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from start.comparing.engine import (
    Entry,
    compare_documents,
    compare_quantities,
)
from start.comparing.lists import LISTS, quantity_entry
from start.reader import read
from tests.unit.order_hub_start.files import make_csv

SIDES = {"missing_here": "missing_there", "missing_there": "missing_here"}


def document(name, value, *names, cancelled=False):
    return Entry(name, Decimal(value), (name, *names), cancelled=cancelled)


def quantity(first, second, value):
    return quantity_entry(first, second, Decimal(value))


NAMES = st.sampled_from(("A", "B", "C", "a ", "D"))
AMOUNTS = st.decimals(0, 3, places=1)
QUANTITIES = st.lists(
    st.builds(quantity, NAMES, st.sampled_from(("", "L1", "L2")), AMOUNTS), max_size=8
)
DOCUMENTS = st.lists(st.builds(document, st.text("XYZ", min_size=1, max_size=2), AMOUNTS),
                     max_size=6, unique_by=lambda entry: entry.name)  # fmt: skip


def totals(entries):
    result = Counter()
    for entry in entries:
        result[entry.name.strip().lower().replace("  ", " ").replace(" /", "/")] += entry.value
    return result


@given(QUANTITIES, QUANTITIES, st.sampled_from((Decimal(0), Decimal("0.5"))))
def test_quantities_differ_where_their_sums_do(theirs, ours, tolerance):
    found = compare_quantities(theirs, ours, tolerance, stock=True).differences
    old, new = totals(theirs), totals(ours)
    wanted = {
        name: new[name] - old[name]
        for name in {*old, *new}
        if abs(new[name] - old[name]) > tolerance
    }
    gaps = {
        one.name.strip().lower().replace("  ", " ").replace(" /", "/"): (
            (one.ours or Decimal(0)) - (one.theirs or Decimal(0))
        )
        for one in found
    }
    assert gaps == wanted
    assert len(found) == len(wanted)


@given(DOCUMENTS, DOCUMENTS, st.sampled_from((Decimal(0), Decimal("0.5"))))
def test_documents_by_name(theirs, ours, tolerance):
    old = {entry.name: entry.value for entry in theirs}
    new = {entry.name: entry.value for entry in ours}
    result = compare_documents(theirs, ours, tolerance)
    found = {(one.kind, one.name) for one in result.differences}
    both = {*old} & {*new}
    different = {name for name in both if abs(old[name] - new[name]) > tolerance}
    assert found == {
        *(("missing_here", name) for name in {*old} - {*new}),
        *(("missing_there", name) for name in {*new} - {*old}),
        *(("different", name) for name in different),
    }
    assert result.agreeing == len(both) - len(different)
    mirrored = compare_documents(ours, theirs, tolerance).differences
    assert {(SIDES.get(one.kind, one.kind), one.name) for one in mirrored} == found


@pytest.mark.parametrize(
    ("theirs", "ours", "reason"),
    [
        (("1", "119.00"), ("1", "119.02"), "rounding"),
        (("1", "119.00"), ("1", "107.00"), "tax"),
        (("1", "100.00"), ("1", "119.00"), "tax"),
        (("1", "100.00"), ("1", "90.00"), ""),
        (("AB-2001", "50"), ("S2001", "50"), "prefix"),
    ],
)
def test_reason_of_a_document(theirs, ours, reason):
    (found,) = compare_documents([document(*theirs)], [document(*ours)]).differences
    assert (found.kind, found.reason) == ("different", reason)


def test_other_names_pair_only_what_is_left():
    theirs = [document("R1", "10", "A1"), document("R2", "20", "A1")]
    ours = [document("I1", "20", "A1"), document("I2", "10", "A1")]
    result = compare_documents(theirs, ours)
    assert not result.differences
    assert result.agreeing == 2


def test_an_order_made_twice():
    ours = [document("S1", "10", "#1"), document("S2", "10", "#1")]
    (found,) = compare_documents([document("#1", "10")], ours).differences
    assert (found.kind, found.name, found.reason) == ("missing_there", "S2", "double")


def test_cancelled_on_one_side():
    live, gone = document("A", "10"), document("A", "10", cancelled=True)
    (here,) = compare_documents([live], [gone]).differences
    (there,) = compare_documents([gone], [live]).differences
    assert (here.reason, there.reason) == ("cancelled_here", "cancelled_there")
    assert not compare_documents([gone], [gone]).differences
    assert not compare_documents([gone], []).differences
    assert not compare_documents([], [gone]).differences


def test_swapped_lots_and_what_is_not_shipped():
    theirs = [quantity("P", "L1", "5"), quantity("P", "L2", "3"), quantity("Q", "L3", "1")]
    ours = [quantity("P", "L1", "3"), quantity("P", "L2", "5")]
    found = compare_quantities(theirs, ours, stock=True).differences
    assert [(one.name, one.reason) for one in found] == [
        ("P / L1", "lots"),
        ("P / L2", "lots"),
        ("Q / L3", ""),
    ]
    (late,) = compare_quantities([quantity("S1", "P", "2")], [quantity("S1", "P", "0")]).differences
    assert late.reason == "unshipped"


@pytest.mark.parametrize(
    ("kind", "heading", "row", "wanted"),
    [
        ("orders", ["belegnr", "internet", "gesamtsumme", "status"],
         ["200001", "#1001", "1.190,50", "storniert"], ("200001", "1190.50", True)),
        ("shipped", ["Auftragsnummer", "nummer", "geliefert_menge"],
         ["200001", "100", "3"], ("200001 / 100", "3", False)),
        ("stock", ["Artikelnummer", "Charge", "Lagerbestand"],
         ["100", "C1", "2,5"], ("100 / C1", "2.5", False)),
        ("invoices", ["belegnr", "auftrag", "soll"],
         ["400001", "200001", "119,00"], ("400001", "119", False)),
    ],
)  # fmt: skip
def test_lists_are_read_by_the_names_of_xentral(kind, heading, row, wanted):
    result = read(make_csv([heading, row]), LISTS[kind])
    assert not result.problems
    entry = result.rows[0].entry()
    assert (entry.name, entry.value, entry.cancelled) == (wanted[0], Decimal(wanted[1]), wanted[2])
