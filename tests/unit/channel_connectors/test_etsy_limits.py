# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Etsy's limits, against a shop that counts the requests of each second itself."""

import math
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from channels.base.state import Bucket, Limits, MemoryState
from channels.etsy.limits import LEAST, RESERVE, START, Told, after, pace, read_headers

NEVER = float("inf")


@given(st.integers(1, 200), st.lists(st.floats(0, 3), max_size=60))
@example(4, [0.0] * 20)
@example(1, [0.9] * 20)
def test_no_second_has_more_requests_than_allowed(per_second, pauses):
    known, now, sent = Limits(pace=pace(per_second)), 0.0, []
    for pause in pauses:
        now += pause
        known, wait = known.take(1, now, NEVER)
        sent.append(now + wait)
    for moment in sent:
        in_second = [other for other in sent if moment <= other < moment + 1 - 1e-6]
        assert len(in_second) <= per_second


@given(st.dictionaries(st.text(max_size=30), st.text(max_size=12), max_size=5))
def test_any_headers_can_be_read(headers):
    assert read_headers(headers) == Told()


@given(
    st.sampled_from(
        ["x-limit-per-second", "X-Remaining-This-Secon", "x-limit-per-day", "X-REMAINING-TODAY"]
    ),
    st.text(max_size=12) | st.floats().map(str) | st.integers().map(str),
)
def test_what_makes_no_sense_was_not_said(name, value):
    told = read_headers({name: value})
    for number in (told.per_second, told.left_second, told.per_day, told.left_day):
        assert number is None or (math.isfinite(number) and number >= 0)
    assert told.per_second != 0
    assert told.per_day != 0


def test_headers_as_seen():
    usual = {
        "X-Limit-Per-Second": "10",
        "x-remaining-this-secon": "9",
        "x-limit-per-day": "10000",
        "x-remaining-today": "9876",
    }
    assert read_headers(usual) == Told(10, 9, 10000, 9876)


def test_the_pace_follows_what_is_told():
    faster = after(START, Told(per_second=10, left_second=9))
    assert (faster.pace.size, faster.pace.rate) == (2.5, 7.5)
    # What is in the bucket is not more than before, and not more than Etsy says.
    assert faster.pace.level == START.pace.level
    assert after(faster, Told(per_second=10, left_second=0)).pace.level == 0


def test_without_headers_refusals_slow_down_and_answers_speed_up():
    known = START
    for _refusal in range(3):
        known = after(known, Told(), refused=True)
    assert known.pace.level <= 0
    assert known.pace.rate == START.pace.rate / 8
    for _refusal in range(20):
        known = after(known, Told(), refused=True)
    assert known.pace.rate == LEAST
    for _answer in range(1000):
        known = after(known, Told())
    assert known.pace.rate == START.pace.rate


def test_the_first_answer_without_headers_keeps_the_start():
    assert after(Limits(), Told()).pace.rate == START.pace.rate


@given(st.integers(10, 100_000))
def test_a_part_of_the_day_is_kept_for_what_is_urgent(per_day):
    """Work that can wait stops in time, and urgent work then has the whole reserve."""
    clock = [0.0]
    state = MemoryState(lambda: clock[0])
    state.adjust(lambda known: after(known, Told(150, 150, per_day, per_day)))
    kept = math.ceil(RESERVE * per_day)
    state.adjust(lambda known: after(known, Told(150, 150, per_day, kept)))
    assert state.take(1, 0, RESERVE) > 0
    clock[0] += 10
    for _shipment in range(min(kept, 20)):
        assert state.take(1, 30) <= 30
        clock[0] += 1


def test_a_day_comes_back_evenly():
    known = after(START, Told(10, 9, 8640, 0)).budget
    assert known == Bucket(level=0, size=8640, rate=0.1, moment=0)
    assert known.at(600).level == pytest.approx(60)


def test_a_day_whose_rest_is_untold_is_counted_by_us():
    known = after(START, Told(per_day=100)).budget
    assert known.level == 100
    known, wait = replace(known).take(1, 0, 30)
    assert wait == 0
    assert after(Limits(budget=known), Told(per_day=100)).budget.level == 99


def test_nothing_is_taken_where_one_limit_is_used_up():
    known = Limits(pace=pace(4), budget=Bucket(level=0, size=100, rate=0.001))
    left, wait = known.take(1, 0, 30)
    assert left == known
    assert wait > 999
    known = Limits(pace=Bucket(level=-100, size=1, rate=1), budget=Bucket(9, 9, 1))
    left, wait = known.take(1, 0, 30)
    assert left == known
    assert wait > 100
