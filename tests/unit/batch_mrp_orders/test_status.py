# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.status import Progress, Stage, production_status

CONFIRMED = {
    "confirmed": True,
    "cancelled": False,
    "blocked": False,
    "delivered": False,
    "settled": False,
}


def line(ordered, delivered=0, reserved=0, *allocated):
    return Progress(
        Fraction(ordered),
        Fraction(delivered),
        Fraction(reserved),
        tuple((Fraction(quantity), stage) for quantity, stage in allocated),
    )


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([line(10)], "to_plan"),
        ([line(10, 0, 4, (5, Stage.PLANNED))], "to_plan"),
        ([line(10, 0, 4, (6, Stage.PLANNED))], "planned"),
        ([line(10, 0, 0, (10, Stage.MATERIALS_RESERVED))], "materials_reserved"),
        ([line(10, 0, 0, (4, Stage.PLANNED), (6, Stage.IN_PRODUCTION))], "planned"),
        ([line(10, 0, 0, (10, Stage.IN_PRODUCTION))], "in_production"),
        ([line(10, 0, 10)], "ready"),
        ([line(10, 0, 0, (10, Stage.READY))], "ready"),
        ([line(10, 0, 10), line(5)], "to_plan"),
        ([line(10, 10), line(5, 0, 5)], "partially_shipped"),
        ([line(10, 4, 6)], "partially_shipped"),
        ([line(10, 4, 0, (6, Stage.IN_PRODUCTION))], "in_production"),
        ([line(10, 10)], "shipped"),
        ([line(10, 12)], "shipped"),
        ([], "delivered"),
    ],
)
def test_least_advanced_open_line_decides(lines, expected):
    assert production_status(lines, **CONFIRMED) == expected


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ({"confirmed": False}, "quotation"),
        ({"cancelled": True}, "cancelled"),
        ({"confirmed": False, "cancelled": True}, "cancelled"),
        ({"blocked": True}, "blocked"),
    ],
)
def test_flags_come_before_goods(flags, expected):
    assert production_status([line(10)], **{**CONFIRMED, **flags}) == expected


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ({"delivered": True}, "delivered"),
        ({"settled": True}, "done"),
        ({"delivered": True, "settled": True}, "done"),
        ({"blocked": True}, "shipped"),
    ],
)
def test_after_shipment(flags, expected):
    assert production_status([line(10, 10)], **{**CONFIRMED, **flags}) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([line(10)], "to_plan"),
        ([line(10, 0, 0, (10, Stage.IN_PRODUCTION))], "in_production"),
        ([line(10, 0, 10)], "blocked"),
        ([line(10, 4, 6)], "blocked"),
        ([line(10, 10)], "shipped"),
    ],
)
def test_goods_that_must_not_leave_are_made(lines, expected):
    assert production_status(lines, **CONFIRMED, held=True) == expected


amounts = st.integers(min_value=0, max_value=20)


@given(amounts, amounts, amounts, amounts, st.sampled_from(Stage))
def test_more_reserved_never_sets_a_line_back(ordered, delivered, reserved, more, stage):
    before = line(ordered, delivered, reserved, (3, stage)).stage
    after = line(ordered, delivered, reserved + more, (3, stage)).stage
    assert (after or 9) >= (before or 9)
