# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Decide which lines of an entry can be booked gross.

Base lines of one tax key form a pool. A pool is booked gross if the rate of the key is the
rate of the tax, every tax line sits on the tax account of the key, and the account of each
base line takes the key (or carries it as its own automatic). Amounts are signed cents.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from .chart import Chart
from .model import Entry, EntryLine, LineTax, Reason
from .split import tax_on_top, tax_within

KEY_UNKNOWN = "key_unknown"
SEVERAL_TAXES = "several_taxes"
RATE_DIFFERS = "rate_differs"
TARGET_DIFFERS = "target_differs"
AUTOMATIC_DIFFERS = "automatic_differs"
ON_COUNTER = "on_counter"
AMOUNT_DIFFERS = "amount_differs"
TAX_WITHOUT_BASE = "tax_without_base"


@dataclass(frozen=True)
class GrossItem:
    """Gross amount of one account: `cents` holds the tax, `tax` alone is in it (signed).

    `natural` are gross amounts of single lines, the parts to prefer when it must be cut.
    """

    account: str
    key: str
    cents: int
    tax: int
    rate: Decimal
    natural: tuple[int, ...] = ()


@dataclass(frozen=True)
class GrossPlan:
    """Gross items, the lines left to explicit rows, and why they are left."""

    items: tuple[GrossItem, ...]
    plain: tuple[EntryLine, ...]
    reasons: tuple[Reason, ...]
    taxed: bool


@dataclass
class _Pool:
    """Lines that one tax key would have to explain."""

    key: str
    base: list[EntryLine] = field(default_factory=list)
    tax_lines: list[EntryLine] = field(default_factory=list)
    tax_ids: set[int] = field(default_factory=set)


def cents_of(amount: Decimal) -> int:
    """Whole cents; an amount with a fraction of a cent is no ledger amount."""
    cents = amount * 100
    if cents != cents.to_integral_value():
        raise ValueError(f"{amount} has a fraction of a cent")
    return int(cents)


def effective_taxes(line: EntryLine) -> list[LineTax]:
    """Taxes of a base line that charge something; a 0 % tax posts nothing."""
    return [tax for tax in line.taxes if tax.rate != 0]


def plan_gross(entry: Entry, chart: Chart) -> GrossPlan:
    """Split the lines of `entry` into gross items and lines for explicit rows."""
    pools, reasons, known_taxes = _pools(entry)
    taxed = bool(known_taxes) or any(line.tax_id is not None for line in entry.lines)
    items: list[GrossItem] = []
    explained: set[int] = set()
    for pool in pools.values():
        reason = _misfit(pool, entry, chart)
        found = [] if reason else _items_of(pool, chart)
        if not reason and found is None:
            reason = Reason(AMOUNT_DIFFERS, tax=_names(pool.base))
        if reason:
            reasons.append(reason)
            continue
        items.extend(found or [])
        explained.update(id(line) for line in (*pool.base, *pool.tax_lines))
    for line in entry.lines:
        if line.tax_id is not None and line.tax_id not in known_taxes and line.balance:
            reasons.append(Reason(TAX_WITHOUT_BASE, line.account))
    plain = tuple(line for line in entry.lines if id(line) not in explained)
    return GrossPlan(tuple(items), plain, tuple(dict.fromkeys(reasons)), taxed)


def _pools(entry: Entry) -> tuple[dict[str, _Pool], list[Reason], set[int]]:
    pools: dict[str, _Pool] = {}
    reasons: list[Reason] = []
    known_taxes: set[int] = set()
    for line in entry.lines:
        taxes = effective_taxes(line)
        known_taxes.update(tax.id for tax in taxes)
        if not taxes or not line.balance:
            continue
        if len(taxes) > 1:
            reasons.append(Reason(SEVERAL_TAXES, line.account, _names([line])))
        elif not taxes[0].key:
            reasons.append(Reason(KEY_UNKNOWN, line.account, taxes[0].name))
        else:
            pool = pools.setdefault(taxes[0].key, _Pool(taxes[0].key))
            pool.base.append(line)
            pool.tax_ids.add(taxes[0].id)
    for line in entry.lines:
        for pool in pools.values():
            if line.tax_id in pool.tax_ids:
                pool.tax_lines.append(line)
                break
    return pools, reasons, known_taxes


def _names(lines: Sequence[EntryLine]) -> str:
    names = {tax.name for line in lines for tax in effective_taxes(line)}
    return ", ".join(sorted(names))


def _misfit(pool: _Pool, entry: Entry, chart: Chart) -> Reason | None:
    """Why the key does not explain the pool, amounts apart."""
    rule = chart.keys.get(pool.key)
    if rule is None:
        return Reason(KEY_UNKNOWN, tax=_names(pool.base))
    for line in entry.lines:
        taxes = effective_taxes(line)
        if len(taxes) > 1 and any(tax.id in pool.tax_ids for tax in taxes):
            return Reason(SEVERAL_TAXES, line.account, _names([line]))
    for line in pool.tax_lines:
        if line.account != rule.account and line.balance:
            return Reason(TARGET_DIFFERS, line.account, _names(pool.base))
    for line in pool.base:
        if effective_taxes(line)[0].rate != rule.rate:
            return Reason(RATE_DIFFERS, line.account, _names([line]))
        if line.counter or chart.is_personal(line.account):
            return Reason(ON_COUNTER, line.account, _names([line]))
        if line.account in chart.automatic and chart.automatic[line.account] != rule:
            return Reason(AUTOMATIC_DIFFERS, line.account, _names([line]))
    return None


def _items_of(pool: _Pool, chart: Chart) -> list[GrossItem] | None:
    """Gross items that carry exactly the tax of the pool; None if the tax is not the rate's.

    The tax may differ from the rate by rounding only: half a cent for each line.
    """
    rate = chart.keys[pool.key].rate
    lines_of: dict[str, list[int]] = defaultdict(list)
    for line in pool.base:
        lines_of[line.account].append(cents_of(line.balance))
    nets = {account: sum(cents) for account, cents in lines_of.items()}
    taxes = {account: _signed_tax(net, rate) for account, net in nets.items()}
    missing = sum(cents_of(line.balance) for line in pool.tax_lines) - sum(taxes.values())
    if abs(missing) > len(pool.base) + 1:
        return None
    _spread(missing, nets, taxes, rate)
    items = []
    for account, net in nets.items():
        tax = taxes[account]
        if not net and not tax:
            continue
        if net * tax < 0 or not net:
            return None
        key = "" if account in chart.automatic else pool.key
        natural = tuple(abs(cents + _signed_tax(cents, rate)) for cents in lines_of[account])
        items.append(GrossItem(account, key, net + tax, tax, rate, natural))
    return items


def _signed_tax(net: int, rate: Decimal) -> int:
    tax = tax_on_top(abs(net), rate)
    return tax if net >= 0 else -tax


def _spread(missing: int, nets: dict[str, int], taxes: dict[str, int], rate: Decimal) -> None:
    """Give the missing cents to accounts whose single row bears them, the rest to the largest."""
    step = 1 if missing > 0 else -1
    for account in sorted(nets, key=lambda account: -abs(nets[account])):
        if not missing:
            return
        net, tax = nets[account], taxes[account] + step
        if net * tax > 0 and tax_within(abs(net + tax), rate) == abs(tax):
            taxes[account] = tax
            missing -= step
    if missing and nets:
        taxes[max(nets, key=lambda account: abs(nets[account]))] += missing


def needs_lifting(line: EntryLine, chart: Chart) -> bool:
    """Whether a row without tax effect on this line's account needs key 40.

    A tax-free Automatikkonto does not, unless the ledger did charge a tax on the line.
    """
    if line.account not in chart.automatic:
        return False
    rule = chart.automatic[line.account]
    return rule is None or rule.rate != 0 or bool(effective_taxes(line))
