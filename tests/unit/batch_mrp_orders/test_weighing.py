# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from planning.weighing import Judgement, Target, worked_time

MORNING = datetime(2026, 3, 2, 7)
quantities = st.decimals(0, 5000, places=3).map(Fraction)
percents = st.decimals(0, 120, places=2).map(Fraction)


@given(quantities, percents, quantities)
def test_judgement_is_that_of_plain_percentages(quantity, tolerance, weighed):
    target = Target(quantity, tolerance)
    judgement = target.judge(weighed)
    if quantity:
        off = abs(weighed - quantity) * 100 / quantity
        assert (judgement is Judgement.WITHIN) == (off <= tolerance)
        assert abs(target.deviation_percent(weighed)) == off
    if judgement is Judgement.OPEN:
        assert weighed == 0
    if judgement is Judgement.BELOW:
        assert 0 < weighed < quantity
    if judgement is Judgement.ABOVE:
        assert weighed > quantity
    assert target.missing(weighed) == max(quantity - weighed, 0)


def test_limits_are_within():
    target = Target(Fraction("800"), Fraction("2.5"))
    assert (target.low, target.high) == (780, 820)
    assert target.judge(Fraction(780)) is Judgement.WITHIN
    assert target.judge(Fraction(820)) is Judgement.WITHIN
    assert target.judge(Fraction(Decimal("820.001"))) is Judgement.ABOVE
    assert target.judge(Fraction(Decimal("779.999"))) is Judgement.BELOW


def test_nothing_due_needs_no_weighing():
    assert Target(Fraction(0), Fraction(1)).judge(Fraction(0)) is Judgement.WITHIN


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["start", "pause", "resume", "finish", "note"]), st.integers(0, 30)
        )
    )
)
def test_worked_time_is_counted_minute_by_minute(steps):
    events, working, minutes, now = [], False, 0, MORNING
    for kind, after in steps:
        minutes += after if working else 0
        now += timedelta(minutes=after)
        working = kind in ("start", "resume") or (working and kind == "note")
        events.append((kind, now))
    minutes += 5 if working else 0
    assert worked_time(events, now + timedelta(minutes=5)) == timedelta(minutes=minutes)
