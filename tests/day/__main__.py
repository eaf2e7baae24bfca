# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""`python -m tests.day --database NAME [--orders 500]`: a day on a fresh copy of the template.

What happens in the database stays; the code is 1 where a proof fails.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.chaos.hub import Hub
from tests.sandbox import dhl
from tools import odoo_tree, postgres
from tools.odoo_run import Odoo

from . import judge, plan, play, report, shops


@contextmanager
def surroundings(odoo: Odoo, database: str, folder: Path) -> Iterator[tuple[Hub, Any, Any]]:
    """Odoo with its workers, the shops, and the parcel service where its file is at hand."""
    with ExitStack() as stack:
        hub = stack.enter_context(Hub(odoo, database, folder, "tests.day.people"))
        worlds = shops.open_all(folder)
        for world in worlds.values():
            stack.callback(world.stop)
        parcels = stack.enter_context(dhl.Sandbox()) if dhl.available() else None
        yield hub, worlds, parcels


def run(
    odoo: Odoo, database: str, orders: int, echo: Callable[[str], None] = lambda line: None
) -> tuple[play.Day, list[judge.Proof]]:
    """A day, and what is proven of it; `echo` is told of each step when it is over."""
    with (
        tempfile.TemporaryDirectory(prefix="order-hub-") as folder,
        surroundings(odoo, database, Path(folder)) as (hub, worlds, parcels),
    ):
        buyers = plan.draw(orders, tuple(worlds))
        day = play.Day(hub, worlds, buyers, parcels.url if parcels else "", echo)
        day.happen()
        return day, judge.judge(day, parcels)


def _echo(line: str) -> None:
    print(line, flush=True)


def main() -> int:
    """Let it happen and tell it."""
    parser = argparse.ArgumentParser(prog="python -m tests.day")
    parser.add_argument("--database", required=True)
    parser.add_argument("--orders", type=int, default=500)
    options = parser.parse_args()
    odoo = Odoo(odoo_tree.ensure(), postgres.ensure(for_tests=True))
    day, proofs = run(odoo, options.database, options.orders, _echo)
    for service, there in (("Etsy", "etsy" in day.worlds), ("DHL", day.parcels)):
        if not there:
            print(f"Without {service}: the file its stand-in judges by is not beside the project.")
    print(report.tell(day, proofs))
    return 0 if all(proof.holds for proof in proofs) else 1


if __name__ == "__main__":
    raise SystemExit(main())
