"""A whole day at several sizes: what each step costs an order, and what grows.

The same day as `make day`, by the same processes and jobs against the stand-ins over HTTP, on a
copy of the database for each size: orders a minute and statements an order for each step.
Statements are those of all processes; times are those of this machine, which the stand-ins share.
ORDERS sets the size of the large day; the small one has a tenth of them. Every proof has to hold.
"""

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.day import report
from tests.day.__main__ import run
from tools import odoo_tree, postgres, templates
from tools.odoo_run import Odoo

ORDERS = int(os.environ.get("ORDERS", "500"))
FEWEST = 20  # each kind of exception comes once


def main() -> None:
    """One day after the other, then the comparison."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True)
    parser.add_argument("--core-database")
    database = parser.parse_args().database
    odoo = Odoo(odoo_tree.ensure(), postgres.ensure(for_tests=True))
    days = []
    for size in (max(ORDERS // 10, FEWEST), ORDERS):
        copy = templates.scratch(f"day_{size}")
        odoo.server.create(copy, database)
        try:
            day, proofs = run(odoo, copy, size, lambda line: print(line, flush=True))
        finally:
            odoo.server.drop(copy)
        print(report.tell(day, proofs), flush=True)
        if failed := [proof.claim for proof in proofs if not proof.holds]:
            raise SystemExit(f"{size} orders: not proven: {'; '.join(failed)}")
        days.append(day)
    _compare(*days)


def _compare(small, large) -> None:
    """Each step at the small and the large size; growth is that of the time an order takes."""
    head = f"{len(small.buyers)} orders", f"{len(large.buyers)} orders"
    print(f"\n{'queries, ms an order':<24} {head[0]:>18} {head[1]:>18} {'growth':>8}")
    for before, after in zip(small.steps[1:], large.steps[1:], strict=True):
        queries, times = [], []
        for step, day in ((before, small), (after, large)):
            count = step.documents or len(day.buyers)
            queries.append(step.queries / count)
            times.append(step.seconds / count * 1000)
        shown = (f"{row[0]:9.1f} {row[1]:8.1f}" for row in zip(queries, times, strict=True))
        print(f"{before.name:<24} {' '.join(shown)} {times[1] / times[0]:8.2f}")


if __name__ == "__main__":
    main()
