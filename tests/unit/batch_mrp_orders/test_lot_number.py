# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Lot numbers by a pattern."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.lot_number import KNOWN, PatternError, parse_pattern

DAY = date(2026, 11, 22)
DAYS = st.dates(date(2020, 1, 1), date(2060, 12, 31))
CODES = st.text("ABC-/01", min_size=1, max_size=6)
TEXTS = st.text("LX-/. ", max_size=3)


@st.composite
def patterns(draw):
    week = draw(st.booleans())
    names = ["product", "yyyy", "yy"] + (["ww"] if week else ["mm", "dd", "doy"])
    parts = draw(st.lists(st.sampled_from(names), max_size=4, unique=True))
    digits = draw(st.sampled_from(["", ":1", ":2", ":6"]))
    parts.insert(draw(st.integers(0, len(parts))), "seq" + digits)
    return draw(TEXTS) + "".join(f"{{{part}}}{draw(TEXTS)}" for part in parts)


@pytest.mark.parametrize(
    ("pattern", "number"),
    [
        ("{product}-{yy}{doy}-{seq:2}", "HON-26326-07"),
        ("L{yyyy}{mm}{dd}/{seq}", "L20261122/007"),
        ("{yy}W{ww}.{seq:1}", "26W47.7"),
        ("{seq:4}-{yyyy}", "0007-2026"),
    ],
)
def test_examples(pattern, number):
    parsed = parse_pattern(pattern)
    assert parsed.render("HON", DAY, 7) == number
    assert parsed.matches(number, "HON", DAY)


def test_year_of_a_week_is_that_of_the_week():
    parsed = parse_pattern("{yyyy}-{ww}-{seq}")
    assert parsed.render("", date(2027, 1, 1), 1) == "2026-53-001"
    assert parsed.render("", date(2024, 12, 30), 1) == "2025-01-001"


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("{yy}{doy}", "sequence"),
        ("{seq}{seq:2}", "sequence"),
        ("{yy}-{seq:0}", "unknown"),
        ("{YY}-{seq}", "unknown"),
        ("{}{seq}", "unknown"),
        ("{yy-{seq}", "brace"),
        ("yy}{seq}", "brace"),
        ("{{seq}}", "brace"),
        ("{yy}{ww}{dd}{seq}", "week"),
    ],
)
def test_patterns_that_cannot_be_used(pattern, reason):
    with pytest.raises(PatternError) as raised:
        parse_pattern(pattern)
    assert raised.value.reason == reason


@given(patterns(), CODES, DAYS, DAYS, st.integers(1, 99999), st.integers(1, 99999))
def test_numbers_of_a_stem_differ_and_a_changed_part_starts_a_new_one(
    pattern, code, day, other, first, second
):
    parsed = parse_pattern(pattern)
    one, two = parsed.render(code, day, first), parsed.render(code, day, second)
    assert (one == two) == (first == second)
    same = parsed.stem(code, day) == parsed.stem(code, other)
    assert same == (parsed.render(code, day, 1) == parsed.render(code, other, 1))
    if "doy" in pattern and "yyyy" in pattern:
        assert same == (day == other)


@given(patterns(), CODES, DAYS, st.integers(1, 99999))
def test_own_numbers_are_known(pattern, code, day, number):
    parsed = parse_pattern(pattern)
    name = parsed.render(code, day, number)
    assert parsed.matches(name, code, day)
    assert not parsed.matches(name + "x", code, day)
    assert all(f"{{{part}}}" not in name for part in KNOWN)


@given(DAYS)
def test_week_of_a_day_is_that_of_its_thursday(day):
    thursday = day + timedelta(days=3 - day.weekday())
    expected = f"{thursday.year}-{(thursday.timetuple().tm_yday - 1) // 7 + 1:02d}-1"
    assert parse_pattern("{yyyy}-{ww}-{seq:1}").render("", day, 1) == expected
