"""`make day`: a day of a small maker on the stand-ins, told step by step, with its proofs."""

import os
import subprocess

from tools import settings, templates
from tools.console import Failure, say
from tools.odoo_run import Odoo

ORDERS = 500
FEWEST = 20  # each kind of exception comes once


def run(odoo: Odoo) -> int:
    """Let the day happen on a database of its own. Fails where a proof fails."""
    orders = _orders()
    database = templates.scratch("day")
    odoo.server.create(database, templates.test(odoo))
    command = [settings.VENV_PYTHON, "-m", "tests.day", "--database", database]
    say(f"==> A day with {orders} orders")
    try:
        result = subprocess.run(
            [*map(str, command), "--orders", str(orders)],
            cwd=settings.PROJECT,
            env=odoo.variables(),
            stdin=subprocess.DEVNULL,
            check=False,
        )
    finally:
        odoo.server.drop(database)
    if result.returncode:
        raise Failure("The day has not ended as it should, see above.")
    return 0


def _orders() -> int:
    text = os.environ.get("ORDERS") or str(ORDERS)
    if not text.isdigit() or int(text) < FEWEST:
        raise Failure(f"ORDERS={text}: a day has {FEWEST} orders or more.")
    return int(text)
