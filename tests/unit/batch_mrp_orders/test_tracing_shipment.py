# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What came back is given to the lines shipped: exactly, nothing lost, nothing twice."""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from tracing.shipment import Shipment, spread_returns

QUANTITIES = st.integers(0, 10**7).map(lambda number: Decimal(number) / 10**6)


@st.composite
def shipments(draw) -> list[Shipment]:
    """Lines of a few moves; each has what came back of its move and lot."""
    back: dict[tuple, Decimal] = {}
    result = []
    for line in range(draw(st.integers(0, 12))):
        key = tuple(draw(st.integers(1, 2)) for _part in ("root", "move", "lot"))
        back.setdefault(key, draw(st.just(Decimal(0)) | QUANTITIES))
        root, move, lot = key
        result.append(
            Shipment(
                root, lot, 1, 1, line, move, 1, 1, 1, 1, draw(QUANTITIES), back[key],
                datetime(2026, 1, 1), 1,
            )
        )  # fmt: skip
    return result


def grouped(lines: list[Shipment]) -> dict[tuple, list[Shipment]]:
    groups = defaultdict(list)
    for line in lines:
        groups[line.root_id, line.move_id, line.lot_id].append(line)
    return groups


@given(shipments())
def test_nothing_is_lost_or_counted_twice(lines):
    before, after = grouped(lines), grouped(spread_returns(lines))
    for key, group in before.items():
        assert sum(line.returned for line in after[key]) == group[0].returned


@given(shipments())
def test_only_what_came_back_changes(lines):
    spread = spread_returns(iter(lines))
    assert [replace(line, returned=Decimal(0)) for line in spread] == [
        replace(line, returned=Decimal(0)) for line in lines
    ]


@given(shipments())
def test_earlier_lines_are_filled_first(lines):
    for group in grouped(spread_returns(lines)).values():
        for earlier, later in zip(group, group[1:], strict=False):
            assert 0 <= earlier.returned <= earlier.quantity
            assert not later.returned or earlier.returned == earlier.quantity
