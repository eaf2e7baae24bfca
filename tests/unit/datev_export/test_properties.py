# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Whatever is posted: the file obeys the format, and expanded it is the ledger."""

import os
import tempfile
from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extf.expand import account_sums
from extf.model import EntryLine
from extf.reader import read_stack

from .datev_ledger import (
    AUSTRIA,
    FREE,
    IN7,
    IN19,
    OUT7,
    OUT19,
    REVERSE,
    SKR03,
    entry,
    invoice_lines,
    run,
)

SOAK = bool(os.environ.get("SOAK"))
cents = st.integers(-500_000, 500_000).map(lambda value: Decimal(value) / 100)
small_cents = st.integers(-300, 300).map(lambda value: Decimal(value) / 100)

sale_line = st.tuples(
    st.sampled_from(["8400", "8300", "8200", "8125", "8410", "8736"]),
    st.one_of(cents, small_cents),
    st.sampled_from([OUT19, OUT19, OUT7, FREE, AUSTRIA, None]),
)
purchase_line = st.tuples(
    st.sampled_from(["3400", "3300", "4930", "4210", "3425", "0420"]),
    st.one_of(cents, small_cents),
    st.sampled_from([IN19, IN19, IN7, REVERSE, None]),
)


@st.composite
def invoices(draw):
    """Sales and purchases, refunds, discounts, several due dates, either rounding."""
    selling = draw(st.booleans())
    lines = draw(st.lists(sale_line if selling else purchase_line, min_size=1, max_size=12))
    ledger = invoice_lines(
        lines,
        counter="10001" if selling else "70001",
        per_line=draw(st.booleans()),
        sign=draw(st.sampled_from([-1, 1])),
    )
    receivable, *rest = ledger
    share = draw(st.sampled_from([None, Decimal("0.3"), Decimal("0.5")]))
    if share:
        first = (receivable.balance * share).quantize(Decimal("0.01"))
        receivables = [
            replace(receivable, balance=first),
            replace(receivable, balance=receivable.balance - first, due=date(2026, 12, 4)),
        ]
    else:
        receivables = [receivable]
    return [*receivables, *rest]


@st.composite
def manual_entries(draw):
    """Any balanced entry: automatic, personal, bank and tax accounts in any mixture."""
    accounts = st.sampled_from(
        ["1200", "1360", "10001", "10002", "70001", "8400", "8300", "8315", "1776", "4930", "4970"]
    )
    lines = draw(
        st.lists(
            st.builds(
                EntryLine,
                accounts,
                st.one_of(cents, small_cents),
                counter=st.booleans(),
                document=st.sampled_from(["", "RE1", "RE2"]),
            ),
            min_size=1,
            max_size=8,
        )
    )
    return [*lines, EntryLine(draw(accounts), -sum(line.balance for line in lines))]


def assert_exact(entries):
    outcome = run(entries)
    assert not outcome.problems
    assert outcome.proof.holds, outcome.proof.differences
    return outcome


@settings(max_examples=1_500 if SOAK else 250, deadline=None)
@given(st.lists(st.one_of(invoices(), manual_entries()), min_size=1, max_size=5))
def test_expanded_file_equals_ledger(ledgers):
    assert_exact([entry(key, lines) for key, lines in enumerate(ledgers, start=1)])


@settings(max_examples=1_500 if SOAK else 150, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["8400", "8200", "8410"]),
            st.integers(100, 90_000).map(lambda value: Decimal(value) / 100),
            st.just(OUT19),
        ),
        min_size=1,
        max_size=15,
    ),
    st.booleans(),
)
def test_domestic_sales_are_always_gross(lines, per_line):
    """Whatever the rounding, no domestic invoice falls back to net rows."""
    outcome = assert_exact([entry(1, invoice_lines(lines, per_line=per_line))])
    assert outcome.booked[0].mode == "gross"
    assert not outcome.booked[0].reasons


@settings(max_examples=600 if SOAK else 40, deadline=None)
@given(st.lists(st.one_of(invoices(), manual_entries()), min_size=1, max_size=4))
def test_independent_reader_agrees(ledgers):
    """The reader of another project sums the unexpanded rows as ours does."""
    datev = pytest.importorskip(
        "mloda.community.feature_groups.experimental.german_ledger.datev",
        reason="the independent reader is not installed",
    )
    outcome = run([entry(key, lines) for key, lines in enumerate(ledgers, start=1)])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "EXTF_test.csv"
        path.write_bytes(outcome.content)
        header, legs = datev.read_batch(str(path))
    assert header.festschreibung is False
    sums = defaultdict(Decimal)
    for account, amount in zip(legs["Konto"], legs["Betrag"], strict=True):
        sums[account] += amount
    assert dict(sums) == account_sums(read_stack(outcome.content).rows)


def test_charts_do_not_share_state():
    assert SKR03.automatic["8400"].account == "1776"
