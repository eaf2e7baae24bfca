# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""A server with its job runner, as it is deployed: a slow shop holds up itself and no other."""

import json
import os
import signal
import socket
import subprocess
import time

import pytest

from tests.sandbox.shopify import Sandbox, Store
from tests.sandbox.shopify.orders import generate
from tests.sandbox.shopify.store import Bucket
from tools import settings

FACTS = "tests.channel_runner_facts"
ORDERS = 40
SILENCE = 60  # seconds: longer than a request may take
PATIENCE = 90  # seconds


@pytest.fixture
def serve(odoo, tmp_path):
    """Return a function that starts the server on a database, with as many workers."""
    servers = []

    def start(database, workers):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        variables = odoo.variables()
        # What is tested is the capacities of the configuration.
        del variables["ODOO_QUEUE_JOB_CHANNELS"]
        arguments = ["-d", database, f"--db-filter=^{database}$", f"--workers={workers}"]
        arguments += [f"--http-port={port}", "--http-interface=127.0.0.1", "--gevent-port=0"]
        with (tmp_path / "server.log").open("wb") as log:
            server = subprocess.Popen(
                odoo.command(*arguments, "--max-cron-threads=0", "--log-level=warn"),
                env=variables,
                cwd=settings.PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        servers.append(server)

    yield start
    for server in servers:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


if os.environ.get("SOAK"):
    # Not even collected otherwise: Odoo starts, and a shop keeps silent.

    @pytest.mark.parametrize("workers", [0, 6], ids=["threads", "processes"])
    def test_a_slow_shop_holds_up_no_other(
        odoo, test_template, clone_database, serve, tmp_path, workers
    ):
        database = clone_database(test_template)
        bucket = {"size": 1e6, "rate": 1e6}
        slow = Store(generate(ORDERS, seed=31), bucket=Bucket(**bucket))
        quick = Store(generate(ORDERS, seed=32), bucket=Bucket(**bucket))
        with Sandbox(slow) as slow_shop, Sandbox(quick) as quick_shop:
            urls = f"slow={slow_shop.url}", f"quick={quick_shop.url}"
            said = odoo.call(database, f"{FACTS}:set_up", "runner-setup.log", *urls)
            ids = [line for line in said if line.isdigit()][-2:]
            shops = f"slow={ids[0]}", f"quick={ids[1]}"
            odoo.call(database, f"{FACTS}:queue", "runner-queue.log", *shops)
            slow.faults = [{"kind": "hang", "seconds": SILENCE}] * 1000
            asked = len(quick.requests)
            serve(database, workers)
            start = time.monotonic()
            while time.monotonic() - start < PATIENCE:
                said = odoo.call(database, f"{FACTS}:look", "runner-look.log", *shops)
                facts = json.loads(said[-1])
                if facts["quick"] == ["done"]:
                    break
                time.sleep(1)
            log = (tmp_path / "server.log").read_text()[-3000:]
        assert facts["quick"] == ["done"], f"{facts}\n{log}"
        assert len(quick.requests) > asked
        assert "started" in facts["slow"], "the slow shop was waited for meanwhile"
        assert "pending" in facts["slow"], "and has no more workers than it may have"
