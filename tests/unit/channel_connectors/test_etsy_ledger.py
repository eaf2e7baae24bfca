# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Whatever stands in Etsy's ledger, payouts add up to the cent and nothing is dropped."""

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.base.outgoing import check_payout
from channels.base.parcels import Parcel, ParcelState, Tracking, parcels_of, untold
from channels.etsy.carriers import carrier_name
from channels.etsy.ledger import EntryKind, Links, cut, kind_of, lines_of, pair_refunds, read_entry

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "channels" / "samples" / "etsy"
START = 1_794_800_000
# Words seen in ledgers, and some nobody has seen.
WORDS = (
    "payment",
    "refund",
    "sales_tax",
    "transaction",
    "listing",
    "renew_sold_auto",
    "offsite_ads_fee",
    "transaction_refund",
    "vat_seller_services",
    "prolist",
    "gift_card_dispute",
    "",
)


def ledger(rows, opening=0):
    """Entries of Etsy's form from (word, cents); the balance is kept as Etsy keeps it."""
    nodes, balance = [], opening
    for number, (word, amount) in enumerate(rows, start=1):
        amount = -balance if amount is None else amount
        balance += amount
        nodes.append(
            {
                "entry_id": 8000 + number,
                "sequence_number": 14000 + number,
                "amount": amount,
                "currency": "EUR",
                "description": word,
                "balance": balance,
                "create_date": START + number,
                "created_timestamp": START + number,
                "ledger_type": word,
                "reference_type": "payment" if word in ("payment", "refund") else "etsy",
                "reference_id": str(number),
                "payment_adjustments": [],
            }
        )
    return nodes


@given(
    st.lists(
        st.one_of(
            st.tuples(st.sampled_from(WORDS), st.integers(-50_000, 50_000)),
            st.just(("DISBURSE2", None)),
            st.tuples(st.just("DISBURSE2"), st.integers(-50_000, 50_000)),
        ),
        max_size=40,
    ),
    st.integers(-1000, 1000),
    st.randoms(use_true_random=False),
)
def test_payouts_add_up(rows, opening, random):
    nodes = ledger(rows, opening)
    random.shuffle(nodes)
    statements = cut(read_entry(node) for node in nodes)
    assert len(statements) == sum(word == "DISBURSE2" for word, _amount in rows)
    links = Links({str(number): f"35{number}" for number in range(100)})
    seen = []
    for statement in statements:
        lines = lines_of(statement, links)
        payout = statement.payout
        total = sum((line.net for line in lines), Decimal(0))
        assert total == payout.net
        assert all(line.gross - line.fee == line.net for line in lines)
        assert len({line.external_id for line in lines}) == len(lines)
        seen += [line.external_id for line in lines if line.external_id.startswith("entry:")]
    # Each entry before the last transfer is in one payout; taxes stand with their payment.
    last = max((s.transfer.sequence for s in statements), default=0)
    due = [
        node
        for node in nodes
        if node["sequence_number"] < last and node["ledger_type"] != "DISBURSE2"
    ]
    assert len(seen) == len(due)


@pytest.mark.parametrize("gone", [[1], [3], [4], [3, 4]])
def test_a_missing_entry_is_noticed(gone):
    """Anywhere after the first entry that is known: that one's balance before is believed."""
    month = [("payment", 1000), ("listing", -18), ("DISBURSE2", -500)]
    nodes = ledger([*month, ("payment", 700), ("listing", -20), ("DISBURSE2", None)])
    read = [read_entry(node) for number, node in enumerate(nodes) if number not in gone]
    statement = cut(read)[gone[0] // len(month)]
    assert check_payout(replace(statement.payout, lines=lines_of(statement, Links())))


@pytest.mark.parametrize(
    "words, reference, kind",
    [
        (("payment", "payment_gross"), "payment", EntryKind.SALE),
        (("payment_processing_fee",), "payment", EntryKind.FEE),
        (("payment_processing_fee", "refund_processing_fee"), "payment_adjustment", EntryKind.FEE),
        (("refund", "refund_gross"), "payment_adjustment", EntryKind.REFUND),
        (("transaction_refund",), "transaction", EntryKind.FEE),
        (("renew_sold_auto_refund",), "listing", EntryKind.FEE),
        (("offsite_ads_fee",), "receipt", EntryKind.FEE),
        (("prolist",), "etsy", EntryKind.FEE),
        (("sales_tax",), "receipt", EntryKind.TAX),
        (("vat_seller_services",), "bill", EntryKind.FEE_VAT),
        (("disburse2",), "disbursement", EntryKind.TRANSFER),
        (("recoupment",), "recoupment", EntryKind.TRANSFER),
        (("shipping_labels",), "shipping_label", EntryKind.OTHER),
        (("never_seen",), "", EntryKind.OTHER),
    ],
)
def test_kinds(words, reference, kind):
    assert kind_of(words, reference) == kind


def test_tax_etsy_keeps_stands_with_its_payment():
    nodes = ledger([("payment", 3300), ("sales_tax", -300), ("DISBURSE2", None)])
    nodes[1] |= {"reference_type": "receipt", "reference_id": "77"}
    (statement,) = cut(map(read_entry, nodes))
    (line,) = lines_of(statement, Links({"1": "77"}))
    assert (line.gross, line.order_id, line.transaction_id) == (Decimal(30), "77", "receipt:77")


def test_tax_given_back_stands_with_its_refund():
    """Each with its own, in the payout of the sale as well as in a later one."""
    rows = [("payment", 3300), ("sales_tax", -300), ("refund", -1100), ("sales_tax", 100)]
    rows += [("refund", -550), ("sales_tax", 50)]
    for first in (0, 2, 4):
        paid_out = ("DISBURSE2", None)
        nodes = ledger([*rows[:first], paid_out, *rows[first:], paid_out])
        for node in nodes:
            if node["ledger_type"] != "DISBURSE2":
                node |= {"reference_type": "receipt", "reference_id": "77"}
        statements = cut(map(read_entry, nodes))
        lines = [line for row in statements for line in lines_of(row, Links())]
        assert [(line.kind, line.gross) for line in lines] == [
            ("charge", Decimal(30)),
            ("refund", Decimal(-10)),
            ("refund", Decimal(-5)),
        ]


def test_the_sample():
    if not SAMPLES.exists():
        pytest.skip("vendor samples not present")
    nodes = json.loads((SAMPLES / "ledger_entries.json").read_text())["results"]
    entries = sorted(map(read_entry, nodes), key=lambda entry: entry.sequence)
    kinds = [entry.kind.value for entry in entries]
    assert kinds == ["fee", "sale", "fee", "fee", "fee_vat", "refund"]
    assert cut(entries) == []
    assert sum(entry.amount for entry in entries) == entries[-1].balance - Decimal("0.22")


def test_refunds_are_paired():
    day = datetime(2026, 11, 1, tzinfo=timezone.utc)
    later = day + timedelta(days=1)
    assert pair_refunds([("b", later), ("a", day)], [("r1", day), ("r2", later)]) == {
        "a": "r1",
        "b": "r2",
    }
    assert pair_refunds([("a", later)], [("r1", day), ("r2", later)]) == {"a": "r2"}


def test_parcels():
    tracking = Tracking("DHL", ("00 34", "0035", "0034"), ("u1", "u2", "u3"))
    assert parcels_of(tracking) == [Parcel("00 34", "DHL", "u1"), Parcel("0035", "DHL", "u2")]
    assert parcels_of(Tracking()) == [Parcel()]
    state = ParcelState(numbers=("0034",), shipped=True)
    assert [parcel.number for parcel in untold(parcels_of(tracking), state)] == ["0035"]
    assert untold([Parcel()], state) == []
    assert untold([Parcel()], ParcelState()) == [Parcel()]


def test_carriers():
    known = ["DHL", "Deutsche Post", "UPS", "DHL Express"]
    assert carrier_name("DHL Paket", known) == "DHL"
    assert carrier_name("DHL Express Worldwide", known) == "DHL Express"
    assert carrier_name("Warenpost International", known) == "Deutsche Post"
    assert carrier_name("United Parcel Service", known) == "UPS"
    assert carrier_name("Fahrradkurier", known) == "other"
    assert carrier_name("Die Post", known) == "other"
