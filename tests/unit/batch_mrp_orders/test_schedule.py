# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Runs on work centres: hand-made cases and, against the rules of a schedule, random ones."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.capacity import Capacity, WorkCentre
from planning.schedule import Order, Step, schedule

KETTLE, SECOND_KETTLE, FILLER = 1, 2, 3
DAY = 1440
WORKING = [(day * DAY + 480, day * DAY + 960) for day in range(60)]  # 8:00 to 16:00


def capacity(booked=()):
    return Capacity(
        {centre: WorkCentre(WORKING, booked) for centre in (KETTLE, SECOND_KETTLE, FILLER)}
    )


def at(day, minute=480):
    return day * DAY + minute


def cook(minutes=60, centres=(KETTLE,)):
    return (Step("cook", tuple((centre, minutes) for centre in centres)),)


def test_as_late_as_the_deadline_allows():
    placed = schedule([Order("A", at(0), at(5), steps=cook())], capacity())
    assert (placed["A"].start, placed["A"].end) == (at(4, 900), at(4, 960))


def test_as_early_as_possible_when_the_deadline_has_passed():
    placed = schedule([Order("A", at(3), at(1), steps=cook())], capacity())
    assert placed["A"].start == at(3)


def test_as_early_as_possible_without_a_deadline():
    assert schedule([Order("A", at(2), steps=cook())], capacity())["A"].start == at(2)


def test_more_urgent_run_has_the_choice():
    orders = [
        Order("later", at(0), at(2, 960), steps=cook(480)),
        Order("sooner", at(0), at(1, 960), steps=cook(480)),
        Order("between", at(0), at(1, 960), steps=cook(480)),
        Order("too late", at(0), at(1, 960), steps=cook(480)),
    ]
    placed = schedule(orders, capacity())
    assert {key: placed[key].start // DAY for key in placed} == {
        "sooner": 1,
        "between": 0,
        "too late": 2,
        "later": 3,
    }


def test_suppliers_are_done_before_their_user_begins():
    orders = [
        Order("fill", at(0), at(5), steps=(Step("fill", ((FILLER, 60),)),), suppliers=("cook",)),
        Order("cook", at(0), steps=cook(), lead=DAY),
    ]
    placed = schedule(orders, capacity())
    assert placed["fill"].end == at(4, 960)
    assert placed["cook"].start == at(3, 840)
    assert placed["cook"].end == at(4, 840) <= placed["fill"].start


def test_user_waits_for_a_supplier_that_cannot_be_done_in_time():
    orders = [
        Order("fill", at(0), at(1), steps=(Step("fill", ((FILLER, 60),)),), suppliers=("cook",)),
        Order("cook", at(2), steps=cook()),
    ]
    placed = schedule(orders, capacity())
    assert placed["cook"].start == at(2)
    assert placed["fill"].start == at(2, 540)


def test_shared_supplier_is_ready_for_its_most_urgent_user():
    fill = (Step("fill", ((FILLER, 60),)),)
    orders = [
        Order("late", at(0), at(9), steps=fill, suppliers=("cook",)),
        Order("early", at(0), at(3), steps=fill, suppliers=("cook",)),
        Order("cook", at(0), steps=cook()),
    ]
    placed = schedule(orders, capacity())
    assert placed["cook"].end <= placed["early"].start < at(3)
    assert placed["late"].end == at(8, 960)


def test_alternative_that_can_begin_later_is_taken():
    orders = [
        Order(key, at(0), at(5), steps=cook(480, (KETTLE, SECOND_KETTLE))) for key in ("A", "B")
    ]
    placed = schedule(orders, capacity())
    assert {placed[key].tasks["cook"].centre for key in placed} == {KETTLE, SECOND_KETTLE}
    assert {placed[key].start for key in placed} == {at(4)}


def test_steps_follow_each_other_or_run_side_by_side():
    steps = (
        Step("pack", ((FILLER, 30),), after=("wax", "honey")),
        Step("wax", ((KETTLE, 60),)),
        Step("honey", ((SECOND_KETTLE, 60),)),
    )
    placed = schedule([Order("A", at(0), at(5), steps=steps)], capacity())["A"]
    assert placed.tasks["wax"].end == placed.tasks["honey"].end == placed.tasks["pack"].start


def test_booked_time_is_left_alone():
    placed = schedule([Order("A", at(0), at(1), steps=cook())], capacity([(at(0), at(0, 960))]))
    assert placed["A"].start == at(1)


def test_run_without_a_slot_is_left_out_and_its_user_placed():
    orders = [
        Order("fill", at(0), at(5), steps=(Step("fill", ((FILLER, 60),)),), suppliers=("cook",)),
        Order("cook", at(0), steps=cook(61 * 480)),
    ]
    assert set(schedule(orders, capacity())) == {"fill"}


def test_run_without_steps_takes_its_lead_time():
    placed = schedule([Order("A", at(0), at(5), lead=2 * DAY)], capacity())
    assert (placed["A"].start, placed["A"].end) == (at(3), at(5))


@st.composite
def plans(draw):
    """Runs on three levels; each waits for some of those of the next level."""
    orders = []
    for level in range(3):
        below = [f"{level + 1}-{number}" for number in range(4)] if level < 2 else []
        for number in range(draw(st.integers(0, 4))):
            centres = draw(st.lists(st.sampled_from((KETTLE, SECOND_KETTLE, FILLER)), max_size=3))
            steps = tuple(
                Step(
                    position,
                    ((centre, draw(st.integers(0, 700))),),
                    after=(position - 1,) if position and draw(st.booleans()) else (),
                )
                for position, centre in enumerate(centres)
            )
            orders.append(
                Order(
                    f"{level}-{number}",
                    at(draw(st.integers(0, 3)), draw(st.integers(0, 1439))),
                    draw(st.none() | st.integers(0, at(20))),
                    draw(st.sampled_from((0, 0, 300, DAY))),
                    steps,
                    tuple(draw(st.lists(st.sampled_from(below), unique=True))) if below else (),
                )
            )
    return orders


@pytest.mark.parametrize("booked", [(), ((at(1), at(2, 700)), (at(4, 500), at(4, 900)))])
@given(orders=plans())
def test_any_schedule_keeps_the_rules(booked, orders):
    resources = capacity(booked)
    placed = schedule(orders, resources)
    assert set(placed) == {order.key for order in orders}
    taken = {centre: list(booked) for centre in resources.centres}
    for order in orders:
        placement = placed[order.key]
        assert placement.start >= order.release
        assert placement.end - placement.start >= order.lead
        for supplier in order.suppliers:
            if supplier in placed:
                assert placed[supplier].end <= placement.start
        for step in order.steps:
            task = placement.tasks[step.key]
            assert placement.start <= task.start <= task.end <= placement.end
            minutes = dict(step.options)[task.centre]
            working = resources.centres[task.centre].working
            assert working.between(task.start, task.end) == minutes
            for earlier in step.after:
                assert placement.tasks[earlier].end <= task.start
            if minutes:
                taken[task.centre].append((task.start, task.end))
    for intervals in taken.values():
        assert all(first[1] <= second[0] for first, second in pairwise(sorted(intervals)))
