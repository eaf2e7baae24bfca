# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Shipments told to a channel, whatever it expects from where, against a simulated channel."""

from dataclasses import replace
from datetime import datetime, timezone
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from channels.base.outgoing import (
    Delivery,
    Hold,
    OpenLine,
    Payout,
    PayoutLine,
    Shipment,
    ShippingState,
    StepKind,
    Tracking,
    check_payout,
    find_shipment,
    plan_shipment,
)
from channels.shopify.carriers import COMPANIES, company_name

LINES = ("a", "b", "c")
PLACES = ("here", "there", "far")


@st.composite
def deliveries(draw):
    found = []
    for number in range(draw(st.integers(0, 4))):
        lines = draw(st.lists(st.sampled_from(LINES), min_size=1, max_size=3, unique=True))
        hold = draw(st.sampled_from([None, None, True, False]))
        found.append(
            Delivery(
                external_id=f"d{number}",
                place_id=draw(st.sampled_from(PLACES)),
                lines=tuple(
                    OpenLine(f"d{number}{line}", line, draw(st.integers(0, 5))) for line in lines
                ),
                holds=() if hold is None else (Hold(f"h{number}", "stop", own=hold),),
                can_send=hold is None,
                can_move=draw(st.booleans()),
            )
        )
    return found


def carry_out(open_deliveries, step):
    """What the channel does with a step: the deliveries after it."""
    by_id = {delivery.external_id: delivery for delivery in open_deliveries}
    for delivery_id, pieces in step.parts:
        delivery = by_id[delivery_id]
        if step.kind == StepKind.RELEASE:
            by_id[delivery_id] = replace(delivery, holds=(), can_send=True)
            continue
        taken = dict(pieces)
        assert all(
            0 < quantity <= line.remaining
            for line in delivery.lines
            for quantity in [taken.get(line.external_id, 1)]
            if line.external_id in taken
        )
        rest = [
            replace(line, remaining=line.remaining - taken.get(line.external_id, 0))
            for line in delivery.lines
        ]
        by_id[delivery_id] = replace(delivery, lines=tuple(rest))
        if step.kind == StepKind.MOVE:
            moved = [
                OpenLine(f"{line.external_id}m", line.line_id, taken[line.external_id])
                for line in delivery.lines
                if line.external_id in taken
            ]
            new = Delivery(f"{delivery_id}m", step.place_id, tuple(moved))
            by_id[new.external_id] = new
    return list(by_id.values())


@given(
    st.dictionaries(st.sampled_from(LINES), st.integers(0, 8)),
    deliveries(),
    st.sampled_from([(), ("here",), ("here", "there")]),
)
def test_all_that_may_be_sent_is_sent_once(wanted, open_deliveries, places):
    """Step by step the wanted pieces are told, no piece twice, none that others hold back."""
    free = dict.fromkeys(LINES, 0)
    for delivery in open_deliveries:
        if not any(not hold.own for hold in delivery.holds):
            for line in delivery.lines:
                free[line.line_id] += line.remaining
    left, sent = dict(wanted), dict.fromkeys(LINES, 0)
    for _round in range(50):
        plan = plan_shipment(left, open_deliveries, places)
        if not plan.steps:
            break
        step = plan.steps[0]
        if step.kind == StepKind.SEND:
            assert sum(step.quantities.values()) == sum(n for _d, p in step.parts for _l, n in p)
            for line, quantity in step.quantities.items():
                sent[line] += quantity
                left[line] -= quantity
        open_deliveries = carry_out(open_deliveries, step)
    else:
        raise AssertionError("it never ends")
    assert sent == {line: min(wanted.get(line, 0), free[line]) for line in LINES}
    open_pieces = {line: quantity for line, quantity in left.items() if quantity}
    assert open_pieces.keys() == plan.held.keys() | plan.unexpected.keys()


def test_one_request_for_a_place():
    first = Delivery("d1", "here", (OpenLine("1a", "a", 2),))
    second = Delivery("d2", "here", (OpenLine("2b", "b", 1),))
    (step,) = plan_shipment({"a": 2, "b": 1}, [first, second], ["here"]).steps
    assert step.parts == (("d1", (("1a", 2),)), ("d2", (("2b", 1),)))
    assert step.quantities == {"a": 2, "b": 1}


def test_own_place_before_others():
    far = Delivery("d1", "far", (OpenLine("1a", "a", 5),))
    here = Delivery("d2", "here", (OpenLine("2a", "a", 5),))
    (step,) = plan_shipment({"a": 5}, [far, here], ["here"]).steps
    assert step.place_id == "here"


def test_hold_is_told_with_its_reason():
    held = Delivery("d1", "here", (OpenLine("1a", "a", 1),), (Hold("h", "FRAUD"),), can_send=False)
    plan = plan_shipment({"a": 1}, [held], ["here"])
    assert (plan.steps, plan.held) == ((), {"a": "FRAUD"})


def test_shipment_found_again():
    old, new = Shipment("f1", {"a": 1}), Shipment("f2", {"a": 1})
    state = ShippingState((), (old, new))
    assert find_shipment(state, ["f1"], {"a": 1}) == new
    assert find_shipment(state, ["f1", "f2"], {"a": 1}) is None
    assert find_shipment(state, ["f1"], {"a": 2}) is None
    gone = ShippingState((), (replace(new, cancelled=True),))
    assert find_shipment(gone, [], {"a": 1}) is None


def test_tracking_survives_the_database():
    tracking = Tracking("DHL", ("1", "2"), ("https://dhl.example/1", "https://dhl.example/2"))
    assert Tracking.from_json(tracking.as_json()) == tracking
    assert Tracking.from_json(None) == Tracking()


def test_carriers_as_the_shop_writes_them():
    for ours, theirs in {
        "DHL Paket": "DHL",
        "DHL Express International": "DHL Express",
        "dpd classic": "DPD",
        "GLS": "GLS",
        "Hermes Paketdienst": "Hermes",
        "Deutsche Post Brief": "Deutsche Post",
        "Warenpost": "Deutsche Post",
        "Österreichische Post": "Österreichische Post",
        "UPS Standard": "UPS",
        "DHLX": "DHLX",
        "Spedition Meier": "Spedition Meier",
    }.items():
        assert company_name(ours) == theirs
    assert all(company_name(name) == name for name in COMPANIES)


def line(gross, fee, net):
    moment = datetime(2026, 11, 2, tzinfo=timezone.utc)
    return PayoutLine("t", "charge", moment, Decimal(gross), Decimal(fee), Decimal(net))


def test_payout_adds_up():
    payout = Payout("p", datetime(2026, 11, 3, tzinfo=timezone.utc), "paid", "EUR", Decimal("9.70"))
    good = (line("10.00", "0.25", "9.75"), line("-0.05", "0.00", "-0.05"))
    assert check_payout(replace(payout, lines=good)) == ""
    assert check_payout(replace(payout, lines=good[:1]))
    assert check_payout(replace(payout, lines=(line("10.00", "0.25", "9.74"),)))
