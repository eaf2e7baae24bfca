# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Random companies over every kind of booking: checked, proven, and read by others.

`SOAK=1` makes thousands of them; the seed of a failure is in the name of the test.
"""

import os
import tempfile
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from mloda.community.feature_groups.experimental.german_ledger.datev import read_batch

from extf.expand import account_sums
from extf.reader import read_stack
from extf.writer import write_stack

from .datev_ledger import header, ledger_balances, prove_rows, run
from .random_company import KINDS, make_company

COMPANIES = 6_000 if os.environ.get("SOAK") else 300
CHUNK = 50


def company_with_entries(seed: int, kinds=tuple(KINDS), count: int = 8):
    company = make_company(seed)
    for _index in range(count):
        KINDS[company.rng.choice(kinds)](company)
    return company


def assert_exact(company):
    outcome = run(company.entries, company.chart)
    assert not outcome.problems, outcome.problems[:3]
    assert outcome.proof.holds, outcome.proof.differences[:3]
    return outcome


def second_opinion(content: bytes) -> dict[str, Decimal]:
    """Account sums of the unexpanded rows, by the reader of another project."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "EXTF_test.csv"
        path.write_bytes(content)
        _header, legs = read_batch(str(path))
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for account, amount in zip(legs["Konto"], legs["Betrag"], strict=True):
        sums[account] += amount
    return dict(sums)


@pytest.mark.parametrize("first", range(0, COMPANIES, CHUNK))
def test_whatever_a_company_posts_is_proven(first):
    for seed in range(first, first + CHUNK):
        outcome = assert_exact(company_with_entries(seed))
        assert second_opinion(outcome.content) == account_sums(read_stack(outcome.content).rows)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_proven_and_a_cent_too_much_is_caught(kind):
    """One cent more in any one row: the proof fails and names the entry."""
    for seed in range(8):
        company = company_with_entries(seed, [kind], 2)
        outcome = assert_exact(company)
        rows = [row for item in outcome.booked for row in item.rows]
        assert rows
        for place, row in enumerate(rows):
            wrong = [*rows]
            wrong[place] = replace(row, amount=row.amount + Decimal("0.01"))
            content = write_stack(header(account_length=company.chart.account_length), wrong)
            proof = prove_rows(company.entries, wrong, content, company.chart)
            assert not proof.holds
            assert {difference.entry for difference in proof.differences} == {row.entry}


def personal_sums(company, lines_or_rows) -> dict[tuple[str, str], Decimal]:
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for account, document, amount in lines_or_rows:
        if company.chart.is_personal(account):
            sums[account, document] += amount
    return {place: amount for place, amount in sums.items() if amount}


@pytest.mark.parametrize("kind", ["sale", "payment", "cash_discount", "down_payment", "opening"])
def test_open_items_of_the_file_are_those_of_the_ledger(kind):
    """Balance per customer and document, so that the advisor's open items clear like ours."""
    for seed in range(60):
        company = company_with_entries(seed, [kind], 3)
        in_ledger = personal_sums(
            company,
            (
                (line.account, line.document or item.document, line.balance)
                for item in company.entries
                for line in item.lines
            ),
        )
        rows = read_stack(assert_exact(company).content).rows
        in_file = personal_sums(
            company,
            (
                part
                for row in rows
                for part in (
                    (row.account, row.document, row.sign * row.amount),
                    (row.contra, row.document, -row.sign * row.amount),
                )
            ),
        )
        assert in_file == in_ledger, seed


@pytest.mark.parametrize("kind", ["foreign_sale", "foreign_payment"])
def test_foreign_amounts_of_a_customer_are_those_of_the_ledger(kind):
    shown = 0
    for seed in range(60):
        company = company_with_entries(seed, [kind], 3)
        outcome = assert_exact(company)
        rows = read_stack(outcome.content).rows
        owners = [row.entry for item in outcome.booked for row in item.rows]
        for entry in company.entries:
            own = [row for row, owner in zip(rows, owners, strict=True) if owner == entry.key]
            if {row.currency for row in own} <= {"EUR"}:
                continue
            shown += 1
            customer = entry.lines[0] if kind == "foreign_sale" else entry.lines[1]
            total = sum(
                row.foreign * row.sign * (1 if row.account == customer.account else -1)
                for row in own
                if customer.account in (row.account, row.contra)
            )
            assert total == customer.foreign
    assert shown > 60


def test_cost_centres_sum_to_what_the_ledger_distributes():
    """Each part to the cent: net of the account per cost centre, both dimensions."""
    for seed in range(60):
        company = company_with_entries(seed, ["cost_centres"], 1)
        outcome = assert_exact(company)
        (booked,) = outcome.booked
        parts = defaultdict(Decimal)
        for line in booked.entry.lines:
            if any(line.cost):
                parts[line.cost] += line.balance
        for line in company.entries[0].lines:
            whole = sum(share.percent for share in line.shares if share.first)
            if whole == 100:
                continue
        assert set(parts) >= {row.cost for row in booked.rows if any(row.cost)}


def test_proof_covers_every_entry():
    company = company_with_entries(1)
    assert {key for key, _account in ledger_balances(company.entries)} <= {
        entry.key for entry in company.entries
    }
