"""Several hosts: orders a minute with one and with two, and what is left when they are killed.

Two hosts with Odoo (workers, cron and job runner), each in a network of its own, before one
PostgreSQL; orders come from the stand-in shop by webhooks through a proxy, and somebody at the ship
desk sends off what is ready. An order is done when it is imported, confirmed, shipped, invoiced and
paid. In the third round the first host is
killed, with all its processes, and started again; then the second one's network is cut for a
while. In the end everything has to be there, once.

It takes Linux and root, brings a database server of its own, and does not use the databases it is
given. ORDERS sets the number of orders of a round.
"""

import json
import os
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.chaos.shopify import ShopifyWorld
from tests.chaos.story import FIRST_NUMBER, SKUS, Order
from tests.hosts import net
from tests.hosts.cluster import DATABASE, Cluster
from tests.sandbox.shopify import CLIENT_ID, CLIENT_SECRET
from tools import odoo_tree, postgres
from tools.odoo_run import Odoo

ORDERS = int(os.environ.get("ORDERS", "60"))
PATIENCE = 300  # seconds after the last order of a round
CUT = 45  # seconds
LASTING = 100  # seconds in which the orders of the third round come in
# The jobs of every few minutes run every few seconds: a minute is long here.
HURRY = """
    UPDATE ir_cron SET nextcall = now() AT TIME ZONE 'UTC'
     WHERE id IN (SELECT id FROM ir_cron
                   WHERE id IN (SELECT res_id FROM ir_model_data WHERE model = 'ir.cron'
                                   AND name IN ('cron_import_orders', 'cron_send_outgoing',
                                                'ir_cron_check_orders',
                                                'ir_cron_automatic_workflow_job'))
                     FOR UPDATE SKIP LOCKED)
"""
DONE = """
    SELECT count(*) FROM sale_order o
     WHERE o.channel_id IS NOT NULL AND o.invoice_status = 'invoiced'
       AND EXISTS (SELECT 1 FROM sales_channel_payment p
                    WHERE p.order_id = o.id AND p.payment_id IS NOT NULL)
"""
# Work that was noted after a moment and is done.
NEWER = """
    SELECT count(*) FROM queue_job
     WHERE state = 'done' AND date_created > '{}'::timestamp
"""
UNTOLD = "SELECT count(*) FROM sales_channel_intent WHERE state IN ('waiting', 'sending')"
RUNNER = "queue job runner ready"
READY = [["state", "=", "assigned"], ["sale_id.channel_id", "!=", False]]
AT_ONCE = 25


class Desk(threading.Thread):
    """Somebody in a browser ships what is ready, and does it again when the server was gone."""

    def __init__(self, base: str) -> None:
        super().__init__(daemon=True)
        self.base, self.open, self.refused = base, True, 0

    def call(self, model: str, method: str, *arguments: Any) -> Any:
        """What a button does, through the proxy."""
        parameters = {"service": "object", "method": "execute_kw"}
        parameters["args"] = [DATABASE, 2, "admin", model, method, list(arguments)]
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": parameters}).encode()
        request = urllib.request.Request(f"{self.base}/jsonrpc", body)
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=30) as answer:
            told = json.load(answer)
        if "error" in told:
            raise ValueError(told["error"]["data"]["message"])
        return told["result"]

    def run(self) -> None:
        """Until the desk is closed. What was refused is looked at and tried again."""
        while self.open:
            try:
                ids = self.call("stock.picking", "search", READY, 0, AT_ONCE)
                if ids:
                    self.call("stock.picking", "action_ship", ids)
            except (OSError, ValueError) as error:
                self.refused += 1
                print(f"  at the ship desk: {error}", flush=True)
            time.sleep(1)


class Load:
    """Orders that come in while hosts come and go."""

    def __init__(self, cluster: Cluster, world: ShopifyWorld) -> None:
        self.cluster, self.world = cluster, world
        self.placed = 0

    def place(self, count: int, pause: float) -> None:
        """Orders, each with its webhook."""
        for _number in range(count):
            number = FIRST_NUMBER + self.placed
            goods = tuple((sku, 1 + (number + i) % 3) for i, sku in enumerate(SKUS[:2]))
            self.world.do("place", Order(number, "shipped", goods, (), 0))
            self.placed += 1
            self.world.tell()
            time.sleep(pause)

    def done(self) -> int:
        """Orders that are through."""
        return int(self.cluster.server.query(DONE, DATABASE)[0][0])

    def wait(self) -> None:
        """Until all are through."""
        end = time.monotonic() + PATIENCE
        while self.done() < self.placed:
            self.hurry()
            time.sleep(2)
            if time.monotonic() > end:
                raise SystemExit(f"Only {self.done()} of {self.placed} orders came through.")

    def hurry(self) -> None:
        """Time passes; what could not be told is told again."""
        self.world.tell()
        self.cluster.server.query(HURRY, DATABASE)
        self.cluster.server.query(f"SELECT pg_notify('cron_trigger', '{DATABASE}')")

    def settle(self) -> None:
        """Until the shop has been told of everything."""
        end = time.monotonic() + PATIENCE
        while int(self.cluster.server.query(UNTOLD, DATABASE)[0][0]):
            self.hurry()
            time.sleep(2)
            if time.monotonic() > end:
                raise SystemExit("The shop was never told of everything.")

    def round(self, label: str) -> float:
        """All orders at once; orders a minute until the last is through."""
        start = time.monotonic()
        self.place(ORDERS, 0)
        self.wait()
        pace = ORDERS / (time.monotonic() - start) * 60
        print(f"{label:<46} {pace:8.0f} orders a minute", flush=True)
        return pace


def main() -> None:
    """Three rounds, then the count."""
    if not net.available():
        print("hosts: needs root and `ip netns`; nothing was measured.")
        return
    odoo = Odoo(odoo_tree.ensure(), postgres.ensure(for_tests=True))
    with tempfile.TemporaryDirectory() as folder, Cluster(odoo, 2) as cluster:
        world = ShopifyWorld("hosts", Path(folder))
        try:
            _run(cluster, world)
        finally:
            world.stop()


def _run(cluster: Cluster, world: ShopifyWorld) -> None:
    port = int(world.url.rpartition(":")[2])
    cluster.proxy(f"{net.GATE}:{port}", f"127.0.0.1:{port}")
    values = {"base": cluster.url, "url": world.url}
    values |= {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    arguments = [f"{key}={value}" for key, value in values.items()]
    cluster.odoo.call(DATABASE, "tests.hosts.inside:set_up", "hosts-set-up.log", *arguments)
    load = Load(cluster, world)
    first, second = cluster.net.names
    cluster.start(first, port)
    Desk(cluster.url).start()
    load.round("one host")
    cluster.start(second, port)
    load.round("two hosts")
    _trouble(cluster, load, port)
    _judge(cluster, load)


def _trouble(cluster: Cluster, load: Load, port: int) -> None:
    """One host is killed and comes back, then the other is cut off for a while."""
    first, second = cluster.net.names
    start = time.monotonic()
    orders = threading.Thread(target=load.place, args=(ORDERS, LASTING / ORDERS))
    orders.start()
    _pass(load, 8)
    killed = cluster.kill(first)
    _until_work(load, f"{first}: {killed} processes killed")
    cluster.start(first, port)
    _pass(load, 10)
    cluster.net.cut(second)
    _until_work(load, f"{second}: network cut")
    _pass(load, CUT)
    cluster.net.join(second)
    _until_well(cluster, load, second)
    orders.join()
    load.wait()
    load.settle()
    pace = ORDERS / (time.monotonic() - start) * 60
    print(f"{'two hosts, one killed, one cut off':<46} {pace:8.0f} orders a minute", flush=True)
    if not cluster.is_well(second):
        raise SystemExit("The host that was cut off does not answer again.")


def _pass(load: Load, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        load.hurry()
        time.sleep(1)


def _until_work(load: Load, label: str) -> None:
    """How long until the hosts that are left do what comes in from now on."""
    server, start = load.cluster.server, time.monotonic()
    moment = server.query("SELECT now() AT TIME ZONE 'UTC'")[0][0]
    while not int(server.query(NEWER.format(moment), DATABASE)[0][0]):
        load.hurry()
        if time.monotonic() - start > PATIENCE:
            raise SystemExit(f"{label}: nothing goes on.")
        time.sleep(0.2)
    print(f"{label:<46} {time.monotonic() - start:8.1f} s until new work is done", flush=True)


def _until_well(cluster: Cluster, load: Load, name: str) -> None:
    """How long until a host answers again by itself."""
    start = time.monotonic()
    while not cluster.is_well(name):
        load.hurry()
        if time.monotonic() - start > PATIENCE:
            raise SystemExit(f"{name} does not answer again.")
        time.sleep(0.2)
    label = f"{name}: network there again"
    print(f"{label:<46} {time.monotonic() - start:8.1f} s until it answers", flush=True)


def _judge(cluster: Cluster, load: Load) -> None:
    """Nothing lost, nothing twice."""
    told = cluster.odoo.call(DATABASE, "tests.hosts.inside:collect", "hosts-facts.log")
    facts = json.loads(told[-1])
    count = load.placed
    runners = {name: cluster.lines(name, RUNNER) for name in cluster.net.names}
    print(f"job runner started on: {runners}; jobs: {facts['jobs']}, {facts['cut']} cut off")
    # One order more: it taught the shop's products and was never paid.
    expected = {
        "orders": count + 1,
        "names": count + 1,
        "states": {"sale": count, "draft": 1},
        "deliveries": {"1": count, "0": 1},
        "invoices": {"1": count, "0": 1},
        "invoiced": {"posted": count},
        "payments": {"1": count, "0": 1},
        "wrong": [],
        "failed": [],
        "failures": [],
    }
    found = {key: facts[key] for key in expected}
    if found != expected:
        raise SystemExit(f"expected {expected}\nfound    {found}")
    there = load.world.facts()["orders"]
    parcels = [len(row["shipments"]) for row in there.values() if row["payment"] == "PAID"]
    if parcels != [1] * count:
        raise SystemExit(f"The shop was not told of each parcel once: {parcels}")
    print(
        f"{count} orders: each there once, with one delivery that the shop was told of once, one "
        "invoice and one payment"
    )


if __name__ == "__main__":
    main()
