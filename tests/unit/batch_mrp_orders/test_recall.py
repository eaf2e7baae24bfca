# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The arithmetic and the file of a recall, against simple walks and a CSV reader."""

import csv
import io
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from recall.csv_table import number_text, write_table
from recall.recovery import Shipped, recovery_rate
from recall.spread import affected_lots
from tracing.genealogy import Step

LOTS = st.integers(1, 12)


def step(parent: int, lot: int | None) -> Step:
    one = Decimal(1)
    return Step(1, 1, parent, lot, 1, 1, one, one, 1, None, datetime(2026, 1, 1))


@given(
    st.sets(LOTS, min_size=1),
    st.lists(st.tuples(LOTS, st.one_of(st.none(), LOTS)), max_size=40),
    st.sets(LOTS),
)
def test_affected_is_what_a_walk_reaches(roots, edges, cleared):
    reached, before = set(roots), None
    while before != reached:
        before = set(reached)
        reached |= {lot for parent, lot in edges if parent in before - cleared and lot is not None}
    found = affected_lots(roots, [step(*edge) for edge in edges], cleared)
    assert set(found) == reached - roots
    for level, last in found.values():
        if level > 1:
            assert found[last.parent_id][0] == level - 1
        else:
            assert last.parent_id in roots


@given(st.lists(st.text(max_size=12), min_size=1, max_size=5))
def test_no_cell_is_a_formula_and_no_text_is_lost(cells):
    content = write_table(["Head"] * len(cells), [cells]).decode("utf-8-sig")
    _header, row = csv.reader(io.StringIO(content, newline=""), delimiter=";")
    for cell, text in zip(row, cells, strict=True):
        assert not cell.lstrip(" \n\u00a0").startswith(("=", "+", "-", "@", "\t", "\r"))
        assert cell in (text, f"'{text}")


@given(st.integers(-(10**9), 10**9), st.integers(0, 6))
def test_numbers_are_exact_and_stay_numbers(number, decimals):
    text = number_text(Fraction(number, 10**decimals), ",")
    assert Fraction(Decimal(text.replace(",", "."))) == Fraction(number, 10**decimals)


def test_recovery_counts_units_apart():
    kilograms = Shipped("kg", Fraction(10), Fraction(10))
    jars = Shipped("Units", Fraction(30), Fraction(6))
    assert recovery_rate([kilograms]) == 1
    assert recovery_rate([kilograms, jars]) == Fraction(1, 5)
    assert recovery_rate([]) is None
