# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Decide which lines of an entry can be booked with DATEV's own tax automatism.

Base lines of one tax key (or of Automatikkonten with the same effect) form a pool. A pool is
booked with the key if the rate of the key is the rate of the tax, every tax line sits on the
tax account of the key, and the account of each base line takes the key (or carries it as its
own automatic). Amounts are signed cents.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from .chart import FREE_RULE, Chart, TaxRule
from .model import Entry, EntryLine, LineTax, Reason
from .spec import KEY_VAT_NUMBER
from .split import RowTax, cents_of

KEY_UNKNOWN = "key_unknown"
KEY_NOT_SAFE = "key_not_safe"
SEVERAL_TAXES = "several_taxes"
RATE_DIFFERS = "rate_differs"
TARGET_DIFFERS = "target_differs"
AUTOMATIC_DIFFERS = "automatic_differs"
ON_COUNTER = "on_counter"
AMOUNT_DIFFERS = "amount_differs"
TAX_WITHOUT_BASE = "tax_without_base"
VAT_MISSING = "vat_missing"
NET_WANTED = "net_wanted"

Cost = tuple[str, str]


@dataclass(frozen=True)
class GrossItem:
    """Amount of one account (and cost centre) that DATEV computes the tax of.

    `cents` is what the row says: gross, or net where the tax comes on top. `tax` alone is
    the tax DATEV must arrive at. `natural` are the amounts of single lines, the parts to
    prefer when it must be cut. `country` and `rate` go into the row for the tax of another
    EU state, `vat` asks for the customer's VAT number.
    """

    account: str
    key: str
    cents: int
    tax: int
    kind: RowTax
    natural: tuple[int, ...] = ()
    cost: Cost = ("", "")
    country: str = ""
    vat: bool = False


@dataclass(frozen=True)
class GrossPlan:
    """Gross items, the lines left to explicit rows, and why they are left."""

    items: tuple[GrossItem, ...]
    plain: tuple[EntryLine, ...]
    reasons: tuple[Reason, ...]
    taxed: bool


@dataclass
class _Pool:
    """Lines that one rule would have to explain; `key` is "" for Automatikkonten only."""

    key: str
    rule: TaxRule
    country: str
    base: list[EntryLine] = field(default_factory=list)
    tax_lines: list[EntryLine] = field(default_factory=list)
    tax_ids: set[int] = field(default_factory=set)


def effective_taxes(line: EntryLine) -> list[LineTax]:
    """Taxes of a base line that charge something; a 0 % tax posts nothing."""
    return [tax for tax in line.taxes if tax.rate != 0]


def plan_gross(entry: Entry, chart: Chart) -> GrossPlan:
    """Split the lines of `entry` into gross items and lines for explicit rows."""
    pools, reasons, known_taxes = _pools(entry, chart)
    taxed = bool(known_taxes) or any(line.tax_id is not None for line in entry.lines)
    if chart.net:
        return GrossPlan((), entry.lines, (Reason(NET_WANTED),) if taxed else (), taxed)
    items, explained, missing = _free_items(entry, chart)
    reasons.extend(missing)
    for pool in pools:
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


def _pools(entry: Entry, chart: Chart) -> tuple[list[_Pool], list[Reason], set[int]]:
    pools: dict[tuple, _Pool] = {}
    pool_of_tax: dict[int, _Pool] = {}
    reasons: list[Reason] = []
    known_taxes: set[int] = set()
    for line in entry.lines:
        taxes = effective_taxes(line)
        known_taxes.update(tax.id for tax in taxes)
        if not taxes or not line.balance:
            continue
        if len(taxes) > 1:
            reasons.append(Reason(SEVERAL_TAXES, line.account, _names([line])))
            continue
        tax = taxes[0]
        rule = _rule_of(line, tax, chart)
        if rule is None:
            reasons.append(_no_rule(line, tax))
            continue
        # Only a key without a rate of its own says whose tax it is.
        country = tax.country if tax.key and chart.keys[tax.key].rate is None else ""
        pool = pools.setdefault((rule, tax.key, country), _Pool(tax.key, rule, country))
        pool.base.append(line)
        pool.tax_ids.add(tax.id)
        pool_of_tax[tax.id] = pool
    for line in entry.lines:
        if line.tax_id in pool_of_tax:
            pool_of_tax[line.tax_id].tax_lines.append(line)
    return list(pools.values()), reasons, known_taxes


def _rule_of(line: EntryLine, tax: LineTax, chart: Chart) -> TaxRule | None:
    """What DATEV would do with the line: the key of the tax, or the automatic of the account."""
    if not tax.key:
        rule = chart.automatic.get(line.account)
        return rule if rule and rule.rate == tax.rate else None
    rule = chart.keys.get(tax.key)
    if rule and rule.rate is None:
        return replace(rule, rate=tax.rate) if tax.country and tax.rate else None
    return rule


def _no_rule(line: EntryLine, tax: LineTax) -> Reason:
    """Why nothing is known that DATEV would do: no key, or one of those `chart` leaves out."""
    if not tax.key:
        return Reason(KEY_UNKNOWN, line.account, tax.name)
    return Reason(KEY_NOT_SAFE, line.account, f"{tax.name}: {tax.key}")


def _names(lines: Sequence[EntryLine]) -> str:
    names = {tax.name for line in lines for tax in effective_taxes(line)}
    return ", ".join(sorted(names))


def _misfit(pool: _Pool, entry: Entry, chart: Chart) -> Reason | None:
    """Why the key does not explain the pool, amounts apart."""
    rule = pool.rule
    for line in entry.lines:
        taxes = effective_taxes(line)
        if len(taxes) > 1 and any(tax.id in pool.tax_ids for tax in taxes):
            return Reason(SEVERAL_TAXES, line.account, _names([line]))
    targets = {rule.account, rule.owed} - {""}
    for line in pool.tax_lines:
        if line.balance and line.account not in targets:
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
    """Items that carry exactly the tax of the pool; None if the tax is not the rate's.

    The tax may differ from the rate by rounding only: half a cent for each line.
    """
    rule = pool.rule
    # A rule without a rate of its own got that of the tax.
    rate = rule.rate or Decimal(0)
    lines_of: dict[tuple[str, Cost], list[int]] = defaultdict(list)
    for line in pool.base:
        lines_of[line.account, line.cost].append(cents_of(line.balance))
    nets = {place: sum(cents) for place, cents in lines_of.items()}
    taxes = {place: _signed_tax(net, rate) for place, net in nets.items()}
    posted = _posted_tax(pool)
    if posted is None:
        return None
    missing = posted - sum(taxes.values())
    if abs(missing) > len(pool.base) + 1:
        return None
    kind = RowTax(rate, on_top=bool(rule.owed))
    _spread(missing, nets, taxes, kind)
    items = []
    for (account, cost), net in nets.items():
        tax = taxes[account, cost]
        if not net and not tax:
            continue
        if net * tax < 0 or not net:
            return None
        key = "" if account in chart.automatic else pool.key
        added = 0 if kind.on_top else tax
        natural = tuple(
            abs(cents + (0 if kind.on_top else _signed_tax(cents, rate)))
            for cents in lines_of[account, cost]
        )
        items.append(GrossItem(account, key, net + added, tax, kind, natural, cost, pool.country))
    return items


def _posted_tax(pool: _Pool) -> int | None:
    """Tax the ledger posted; None if input tax and tax due of reverse charge differ."""
    sums: dict[str, int] = defaultdict(int)
    for line in pool.tax_lines:
        sums[line.account] += cents_of(line.balance)
    if pool.rule.owed and sums[pool.rule.account] != -sums[pool.rule.owed]:
        return None
    return sums[pool.rule.account]


def _signed_tax(net: int, rate: Decimal) -> int:
    tax = RowTax(rate, on_top=True).of(abs(net))
    return tax if net >= 0 else -tax


def _spread(
    missing: int,
    nets: dict[tuple[str, Cost], int],
    taxes: dict[tuple[str, Cost], int],
    kind: RowTax,
) -> None:
    """Give the missing cents to places whose single row bears them, the rest to the largest."""
    step = 1 if missing > 0 else -1
    for place in sorted(nets, key=lambda place: -abs(nets[place])):
        if not missing:
            return
        net, tax = nets[place], taxes[place] + step
        amount = net if kind.on_top else net + tax
        if net * tax > 0 and kind.of(abs(amount)) == abs(tax):
            taxes[place] = tax
            missing -= step
    if missing and nets:
        taxes[max(nets, key=lambda place: abs(nets[place]))] += missing


def _free_items(entry: Entry, chart: Chart) -> tuple[list[GrossItem], set[int], list[Reason]]:
    """Lines with a tax of 0 %: a key for the tax return, the VAT number of the customer."""
    sums: dict[tuple[str, str, Cost], int] = defaultdict(int)
    explained: set[int] = set()
    missing: list[Reason] = []
    for line in entry.lines:
        if not line.balance or not line.taxes or effective_taxes(line) or len(line.taxes) > 1:
            continue
        if line.counter or chart.is_personal(line.account):
            continue
        key = _free_key(line, entry, chart)
        if key == KEY_VAT_NUMBER and not entry.vat_id:
            missing.append(Reason(VAT_MISSING, line.account, line.taxes[0].name))
            continue
        if key is None:
            continue
        sums[line.account, key, line.cost] += cents_of(line.balance)
        explained.add(id(line))
    items = [
        GrossItem(account, key, cents, 0, RowTax(Decimal(0)), (), cost, "", vat=True)
        for (account, key, cost), cents in sums.items()
        if cents
    ]
    return items, explained, missing


def _free_key(line: EntryLine, entry: Entry, chart: Chart) -> str | None:
    """Key of a tax-free row, "" on a tax-free Automatikkonto, None to book it plainly."""
    if line.account in chart.automatic:
        return "" if chart.automatic[line.account] == FREE_RULE and entry.vat_id else None
    key = line.taxes[0].key
    return key if key and chart.keys.get(key) == FREE_RULE else None


def needs_lifting(line: EntryLine, chart: Chart) -> bool:
    """Whether a row without tax effect on this line's account needs key 40.

    A tax-free Automatikkonto does not, unless the ledger did charge a tax on the line.
    """
    if line.account not in chart.automatic:
        return False
    rule = chart.automatic[line.account]
    return rule is None or rule.rate != 0 or bool(effective_taxes(line))
