# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Levels and quantities of a genealogy, against a naive walk over the uses."""

from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from tracing.genealogy import Direction, Goods, Use, grow, trace

START = datetime(2026, 1, 1)
DIRECTIONS = st.sampled_from(Direction)


@st.composite
def histories(draw) -> list[Use]:
    """Runs that link every line they use with every line they make; circles included."""
    lots = st.one_of(st.none(), st.integers(1, 7))
    quantities = st.integers(1, 10**9).map(lambda number: Decimal(number) / 10**6)
    uses: list[Use] = []
    line = 0
    for run in range(draw(st.integers(0, 8))):
        sides = []
        for size in (draw(st.integers(1, 3)), draw(st.integers(1, 2))):
            side = []
            for _number in range(size):
                line += 1
                lot = draw(lots)
                side.append(Goods(line, lot, lot or 100, 1, draw(quantities)))
            sides.append(side)
        kind = draw(st.sampled_from([(run, None), (None, run), (None, None)]))
        date = START + timedelta(days=draw(st.integers(0, 300)))
        uses += [Use(used, made, *kind, date) for used in sides[0] for made in sides[1]]
    return uses


def levels(root: int, uses: list[Use], direction: Direction) -> dict[int, int]:
    """Shortest distances, by relaxing all uses until nothing changes."""
    found = {root: 0}
    changed = True
    while changed:
        changed = False
        for use in uses:
            near, far = use.ends(direction)
            if near.lot in found and far.lot is not None:
                level = found[near.lot] + 1
                if level < found.get(far.lot, level + 1):
                    found[far.lot] = level
                    changed = True
    return found


@given(histories(), DIRECTIONS)
def test_every_lot_at_its_shortest_distance(uses, direction):
    for root in range(1, 8):
        expected = levels(root, uses, direction)
        steps = trace([root], uses, direction)
        assert {step.lot_id for step in steps if not step.is_gap} | {root} == set(expected)
        for step in steps:
            assert step.level == expected[step.parent_id] + 1
        assert [step.level for step in steps] == sorted(step.level for step in steps)
        for lot, level in expected.items():
            if lot != root:
                assert min(step.level for step in steps if step.lot_id == lot) == level


@given(histories(), DIRECTIONS)
def test_steps_are_all_uses_and_each_line_counts_once(uses, direction):
    [*steps] = trace([1], uses, direction)
    reached = levels(1, uses, direction)
    operations = set()
    for use in uses:
        near, far = use.ends(direction)
        if near.lot in reached:
            operations.add((near.lot, far.lot, far.product, use.run, use.unbuild))
    keys = [
        (step.parent_id, step.lot_id, step.product_id, step.run_id, step.unbuild_id)
        for step in steps
    ]
    assert sorted(map(str, keys)) == sorted(map(str, operations))
    for step, key in zip(steps, keys, strict=True):
        ends = [
            use.ends(direction)
            for use in uses
            for near, far in [use.ends(direction)]
            if (near.lot, far.lot, far.product, use.run, use.unbuild) == key
        ]
        for quantity, goods in (
            (step.parent_quantity, {near.line: near for near, _far in ends}),
            (step.quantity, {far.line: far for _near, far in ends}),
        ):
            assert quantity == sum(one.quantity for one in goods.values())


@given(histories())
def test_up_is_the_reverse_of_down(uses):
    pairs = {
        direction: {
            (root, step.lot_id)
            for root in range(1, 8)
            for step in trace([root], uses, direction)
            if not step.is_gap and step.lot_id != root
        }
        for direction in Direction
    }
    reverse = {(lot, root) for root, lot in pairs[Direction.UPSTREAM]}
    assert reverse == pairs[Direction.DOWNSTREAM]


@given(histories(), DIRECTIONS)
def test_roots_together_are_as_alone(uses, direction):
    roots = [3, 1, 5]
    alone = [step for root in roots for step in trace([root], uses, direction)]
    assert trace(roots, uses, direction) == alone


@given(histories(), DIRECTIONS)
def test_tree_has_each_step_once(uses, direction):
    steps = trace([1, 2], uses, direction)
    nodes = grow([1, 2], steps)
    hung = [node.step for node in nodes if node.step]
    assert sorted(map(str, hung)) == sorted(map(str, steps))
    for position, node in enumerate(nodes):
        if node.step is None:
            assert (node.parent, node.level, node.lot_id) == (None, 0, node.root_id)
        else:
            assert node.parent < position
            parent = nodes[node.parent]
            assert (parent.lot_id, parent.level) == (node.step.parent_id, node.level - 1)
