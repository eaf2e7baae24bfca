# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What only several cells or rows together show to be wrong."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from .problems import Wrong
from .tables import Lot, Partner, Product, RecipeLine, Row, Table
from .words import parse_postcode


@dataclass(frozen=True)
class Placed:
    """A row with the sheet it is from."""

    sheet: str
    row: Row


Found = tuple[Placed, str, Wrong]  # where, the name of the column, what


def check_together(table: Table, placed: list[Placed]) -> Iterable[Found]:
    """Find everything that is wrong with rows whose cells are all right."""
    for one in placed:
        for name, wrong in _check_row(table, one.row):
            yield one, name, wrong
    if table.key:
        yield from _double(placed, table.key)
    for name in table.unique:
        yield from _double([one for one in placed if getattr(one.row, name)], (name,))
    if table.row is RecipeLine:
        yield from _outputs(placed)
        yield from _circles(placed)


def _check_row(table: Table, row: Row) -> Iterable[tuple[str, Wrong]]:
    """Find what does not fit within a row."""
    needed: tuple[str, ...] = ()
    if isinstance(row, Product) and bool(row.parent) != bool(row.variant):
        needed = ("parent", "variant")
    elif isinstance(row, Lot) and row.best_before:
        needed = ("lot",)
    elif isinstance(row, RecipeLine):
        needed = ("step", "minutes") if row.kind == "step" else ("component", "quantity")
    elif isinstance(row, Partner) and row.postcode:
        try:
            parse_postcode(row.postcode, row.country or "DE")
        except Wrong as wrong:
            yield "postcode", wrong
    for name in needed:
        if getattr(row, name) is None:
            column = table.column(name)
            example = column.example or column.note or column.german
            yield name, Wrong("needs", heading=column.german, example=example)


def _double(placed: list[Placed], names: tuple[str, ...]) -> Iterable[Found]:
    """Find keys that occur twice, however they are capitalised."""
    first: dict[tuple, Placed] = {}
    for one in placed:
        values = [getattr(one.row, name) for name in names]
        before = first.setdefault(tuple((value or "").casefold() for value in values), one)
        if before is not one:
            shown = " / ".join(value for value in values if value)
            yield one, names[0], Wrong("double_key", value=shown, other=before.row.row)


def _outputs(placed: list[Placed]) -> Iterable[Found]:
    """Find rows of one recipe that state different yields."""
    first: dict[str, Placed] = {}
    for one in placed:
        before = first.setdefault(one.row.product, one)
        for name in ("output", "output_unit"):
            value, other = getattr(one.row, name), getattr(before.row, name)
            if value != other:
                details = {"value": value or "", "before": other or "", "other": before.row.row}
                yield one, name, Wrong("differs", key=one.row.product, **details)


def _circles(placed: list[Placed]) -> Iterable[Found]:
    """Find recipes that contain themselves, each circle once; without recursion."""
    uses: dict[str, list[Placed]] = defaultdict(list)
    for one in placed:
        if one.row.kind == "component" and one.row.component:
            uses[one.row.product].append(one)
    done: set[str] = set()
    for start in list(uses):
        path: dict[str, Iterable[Placed]] = {}
        stack = [] if start in done else [start]
        while stack:
            product = stack[-1]
            lines = path.setdefault(product, iter(uses.get(product, ())))
            line = next(lines, None)
            if line is None:
                del path[stack.pop()]
                done.add(product)
            elif line.row.component in path:
                circle = stack[stack.index(line.row.component) :]
                yield line, "component", Wrong("circle", path=" → ".join([*circle, circle[0]]))
            elif line.row.component not in done:
                stack.append(line.row.component)
