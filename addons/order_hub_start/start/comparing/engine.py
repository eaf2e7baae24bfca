# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Two lists of the same things: what is only in one of them, and what differs.

Values are amounts in the company's currency or quantities in the product's unit.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

ZERO = Decimal(0)
ROUNDING = Decimal("0.05")  # cents that taxes and discounts rounded otherwise make up
_RATES = (Decimal("1.19"), Decimal("1.07"), Decimal(1))


@dataclass(frozen=True)
class Entry:
    """One thing of a list. It is the same as one of the other list that shares one of `names`."""

    name: str
    value: Decimal
    names: tuple[str, ...]
    cancelled: bool = False
    group: str = ""  # such as the product of a lot
    record: int = 0


@dataclass(frozen=True)
class Difference:
    """One difference; a side that is missing is None. `reason` is what may explain it."""

    kind: str  # "missing_here", "missing_there" or "different"
    name: str
    theirs: Decimal | None
    ours: Decimal | None
    reason: str = ""
    record: int = 0
    group: str = ""


@dataclass(frozen=True)
class Comparison:
    """All differences, and how many things of the old system's list agree."""

    differences: tuple[Difference, ...]
    agreeing: int


def fold(name: str) -> str:
    """Give what a name is compared by."""
    return " ".join(name.split()).casefold()


def compare_documents(
    theirs: Iterable[Entry], ours: Iterable[Entry], tolerance: Decimal = ZERO
) -> Comparison:
    """Compare orders or invoices by number; cancelled ones of one side alone do not count."""
    pairs, left, rest = _match(list(theirs), list(ours))
    known = {fold(name) for _there, here in pairs for name in here.names}
    prefixed, left, rest = _match_prefixes(left, rest)
    found = [
        difference for there, here in pairs if (difference := _compare_pair(there, here, tolerance))
    ]
    found += [_other_prefix(there, here) for there, here in prefixed]
    found += [
        Difference("missing_here", there.name, there.value, None)
        for there in left
        if not there.cancelled
    ]
    for here in rest:
        if not here.cancelled:
            double = any(fold(name) in known for name in here.names)
            reason = "double" if double else ""
            found.append(
                Difference("missing_there", here.name, None, here.value, reason, here.record)
            )
    different = sum(one.kind == "different" for one in found)
    return Comparison(tuple(found), len(pairs) + len(prefixed) - different)


def compare_quantities(
    theirs: Iterable[Entry], ours: Iterable[Entry], tolerance: Decimal = ZERO, stock: bool = False
) -> Comparison:
    """Compare quantities by name, rows of one name added up; nothing at all is zero."""
    old, new = _added(theirs), _added(ours)
    gaps = dict.fromkeys((*old, *new))
    found, groups = [], defaultdict(Decimal)
    for key in gaps:
        there, here = old.get(key), new.get(key)
        gap = (here.value if here else ZERO) - (there.value if there else ZERO)
        groups[fold((there or here).group)] += gap
        if abs(gap) > tolerance:
            found.append(_quantity_difference(there, here, gap, stock))
    if stock:
        swapped = {
            group
            for group, total in groups.items()
            if abs(total) <= tolerance and sum(fold(one.group) == group for one in found) > 1
        }
        found = [
            replace(one, reason="lots") if fold(one.group) in swapped else one for one in found
        ]
    bad = {fold(one.name) for one in found}
    return Comparison(tuple(found), sum(key not in bad for key in old))


def _match(theirs: list[Entry], ours: list[Entry]):
    """Pair what shares a name: first by the name itself, then by the others."""
    by_name = defaultdict(list)
    for here in ours:
        for name in dict.fromkeys(map(fold, here.names)):
            by_name[name].append(here)
    used: set[int] = set()
    pairs, left = [], theirs
    for own in (True, False):
        waiting, left = left, []
        for there in waiting:
            names = (there.name,) if own else there.names
            found = [here for name in names for here in by_name[fold(name)] if id(here) not in used]
            if not found:
                left.append(there)
                continue
            # Of several the one that fits: not cancelled otherwise, and of the same value.
            here = min(
                found,
                key=lambda one: (one.cancelled != there.cancelled, one.value != there.value),
            )
            used.add(id(here))
            pairs.append((there, here))
    return pairs, left, [here for here in ours if id(here) not in used]


def _match_prefixes(theirs: list[Entry], ours: list[Entry]):
    """Pair what has the same digits at the end and the same value, where only one does."""
    sides = []
    for entries in (theirs, ours):
        by_tail = defaultdict(list)
        for entry in entries:
            if tail := re.search(r"[0-9]{3,}$", entry.name):
                by_tail[tail[0].lstrip("0"), entry.value, entry.cancelled].append(entry)
        sides.append({tail: found[0] for tail, found in by_tail.items() if len(found) == 1})
    pairs = [(there, sides[1][tail]) for tail, there in sides[0].items() if tail in sides[1]]
    used = {id(entry) for pair in pairs for entry in pair}
    return (
        pairs,
        [entry for entry in theirs if id(entry) not in used],
        [entry for entry in ours if id(entry) not in used],
    )


def _other_prefix(there: Entry, here: Entry) -> Difference:
    name = f"{there.name} → {here.name}"
    return Difference("different", name, there.value, here.value, "prefix", here.record)


def _compare_pair(there: Entry, here: Entry, tolerance: Decimal) -> Difference | None:
    if there.cancelled and here.cancelled:
        return None
    gap = abs(here.value - there.value)
    if there.cancelled != here.cancelled:
        reason = "cancelled_here" if here.cancelled else "cancelled_there"
    elif gap <= tolerance:
        return None
    else:
        reason = "rounding" if gap <= ROUNDING else _tax_reason(there.value, here.value)
    return Difference("different", there.name, there.value, here.value, reason, here.record)


def _tax_reason(theirs: Decimal, ours: Decimal) -> str:
    """Say whether one net amount with two rates, or without tax, makes up both values."""
    cent = Decimal("0.01")
    rates = ((old, new) for old in _RATES for new in _RATES if old != new)
    return "tax" if any(abs(theirs / old * new - ours) <= cent for old, new in rates) else ""


def _added(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Add up the entries of one name."""
    added: dict[str, Entry] = {}
    for entry in entries:
        before = added.get(fold(entry.name))
        added[fold(entry.name)] = (
            replace(before, value=before.value + entry.value) if before else entry
        )
    return added


def _quantity_difference(
    there: Entry | None, here: Entry | None, gap: Decimal, stock: bool
) -> Difference:
    kind = "different" if there and here else "missing_here" if there else "missing_there"
    reason = "unshipped" if not stock and gap < 0 and here else ""
    return Difference(
        kind,
        (there or here).name,
        there.value if there else None,
        here.value if here else None,
        reason,
        here.record if here else 0,
        (there or here).group,
    )
