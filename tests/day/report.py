# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The day as somebody reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from .judge import Proof
from .play import Day


def tell(day: Day, proofs: list[Proof]) -> str:
    """All of the report."""
    return "\n".join(
        line
        for part in (_came(day), _made(day), _acts(day), _proofs(proofs), costs(day))
        for line in part
    )


def _came(day: Day) -> Iterator[str]:
    shops = Counter(buyer.shop for buyer in day.buyers)
    lives = Counter(buyer.order.life for buyer in day.buyers)
    yield f"{len(day.buyers)} orders: " + ", ".join(f"{n} at {shop}" for shop, n in shops.items())
    yield "  " + ", ".join(f"{count} {life}" for life, count in lives.most_common())


def _made(day: Day) -> Iterator[str]:
    told = {step.name: step.told for step in day.steps if step.told}
    made, evening = told["runs made"], day.evening
    yield f"{made['runs']} runs made, {made['lots']} lots; runs that wait: {made['waiting']}"
    yield "  " + ", ".join(f"{quantity:g} {code}" for code, quantity in made["made"].items())
    first, again = told["shipped"]
    yield (
        f"{evening['shipped']} orders shipped ({first['done']} in the first round, "
        f"{again['done']} in the second), {evening['invoiced']} EUR invoiced, "
        f"{evening['credited']} EUR credited"
    )


def _acts(day: Day) -> Iterator[str]:
    yield ""
    yield "Where a person had to act:"
    for act in day.acts:
        yield f"  {act.step:<18} {act.what:<34} {act.count:>4}   {act.why or ''}".rstrip()


def _proofs(proofs: list[Proof]) -> Iterator[str]:
    yield ""
    yield "In the evening:"
    for proof in proofs:
        yield f"  [{'ok' if proof.holds else 'NO'}] {proof.claim}: {proof.figures}"


def costs(day: Day) -> Iterator[str]:
    """Time and statements of each step."""
    count = len(day.buyers)
    yield ""
    yield f"{'step':<22} {'seconds':>8} {'orders/min':>11} {'queries':>9} {'an order':>9}  mostly"
    for step in day.steps:
        pace = f"{step.documents / step.seconds * 60:11.0f}" if step.documents else " " * 11
        most = ", ".join(f"{what} {part}" for what, part in step.statements.most_common(2))
        each = step.queries / (step.documents or count)
        yield f"{step.name:<22} {step.seconds:8.1f} {pace} {step.queries:9} {each:9.1f}  {most}"
    days = [step for step in day.steps if step.name != "shops connected"]
    seconds, queries = sum(s.seconds for s in days), sum(s.queries for s in days)
    yield (
        f"{'the whole day':<22} {seconds:8.1f} {count / seconds * 60:11.0f} "
        f"{queries:9} {queries / count:9.1f}"
    )
