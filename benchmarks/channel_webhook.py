"""A delivery of a shop beside a bare route of Odoo, over HTTP and under the same load.

A server of Odoo, once with threads and once with two worker processes, on a copy of the database.
Clients of a process of their own ask both routes in turn, several at the same time: `/web/health`,
which only answers, and a signed delivery, which is checked and noted together with its job. Odoo's
own log tells the statements of each request. The goal: at most 2 statements more than the bare
route, at most 2 times its p95, every delivery noted once.
"""

import argparse
import http.client
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import _common

PROJECT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(PROJECT), str(PROJECT / "addons/channel_connectors")]

BARE = "/web/health"
TOKEN = "benchmark"
CLIENTS = 8
WARM = 5  # requests of each client before it counts
PATIENCE = 120.0  # seconds
MOST_STATEMENTS = 2
MOST_TIMES = 2
# What Odoo logs of a request: method, address, status, statements, seconds in and out of them.
REQUEST = re.compile(r'"(?:GET|POST) (\S+) HTTP/1\.\d" (\d+) \S+ (\d+) [\d.]+ [\d.]+')


def main() -> None:
    """Both kinds of server, one after the other."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True, help="is left as it is")
    parser.add_argument("--core-database", help="not used")
    parser.add_argument("--requests", type=int, default=600, help="of each route")
    parser.add_argument("--side", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        _ask_both(json.loads(options.side))
        return
    for workers in (0, 2):
        with _common.copied(options.database, "webhook") as name:
            _compare(name, workers, options.requests // CLIENTS)


def _compare(database: str, workers: int, each: int) -> None:
    """Measure with one kind of server, and check what it has noted."""
    from tests.sandbox.shopify import Store

    store = Store([])
    _make_channel(database, store)
    with tempfile.TemporaryDirectory() as folder:
        with _serving(database, workers, Path(folder)) as port:
            order = {"port": port, "each": each, "secret": store.secrets[0], "shop": store.domain}
            side = [sys.executable, __file__, "--database", database, "--side", json.dumps(order)]
            told = subprocess.run(side, check=True, stdout=subprocess.PIPE, text=True)
        requests = REQUEST.findall((Path(folder) / "odoo.log").read_text())
    times = json.loads(told.stdout)
    kind = f"{workers} workers" if workers else "threads"
    statements, p95 = {}, {}
    for label, address in (("bare route", BARE), ("delivery", "/sales_channels/webhook/")):
        found = [int(count) for path, _code, count in requests if path.startswith(address)]
        taken = sorted(times[label])
        statements[label] = statistics.median(found)
        p95[label] = taken[int(len(taken) * 0.95)]
        print(
            f"{kind}, {CLIENTS} clients: {label:<10} {len(taken)} requests"
            f"  p50 {statistics.median(taken):6.1f} ms  p95 {p95[label]:6.1f} ms"
            f"  statements {statements[label]:g} (most {max(found)})",
            flush=True,
        )
    more = statements["delivery"] - statements["bare route"]
    ratio = p95["delivery"] / p95["bare route"]
    print(f"{kind}: {more:g} statements more than the bare route, {ratio:.2f} times its p95")
    _check_noted(database, each)
    assert more <= MOST_STATEMENTS, statements
    assert ratio <= MOST_TIMES, p95


def _make_channel(database: str, store) -> None:
    """A channel with the secrets of a shop, its address open."""
    with _common.environment(database) as env:
        channel = env["sales.channel"].create(
            {"name": "Benchmark", "api_base": "https://b.myshopify.com"}
        )
        channel.client_secret = store.secrets[0]
        channel.sudo().write({"webhook_token": TOKEN, "shop_domain": store.domain})
        env.cr.commit()


def _check_noted(database: str, each: int) -> None:
    """Every delivery once, and one job for all but those that came at the very first moment."""
    with _common.environment(database) as env:
        channel = env["sales.channel"].search([("shop_domain", "!=", False)], limit=1)
        noted = env["sales.channel.event"].search_count([("channel_id", "=", channel.id)])
        jobs = env["queue.job"].search_count([("method_name", "=", "_job_handle_events")])
    assert noted == CLIENTS * (each + WARM), noted
    assert 1 <= jobs <= CLIENTS, jobs


# ------------------------------------------------------------------------- server
@contextmanager
def _serving(database: str, workers: int, folder: Path):
    """A server of Odoo on a free port; no jobs are run."""
    # Not `-m odoo`: the server starts its own script once more, for long polling.
    script = folder / "odoo-bin"
    script.write_text("import odoo.cli\n\nodoo.cli.main()\n")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, script, "-d", database, "--db-filter", f"^{database}$"]
    command += ["--http-interface=127.0.0.1", f"--http-port={port}", f"--workers={workers}"]
    command += ["--max-cron-threads=0", f"--logfile={folder / 'odoo.log'}", "--log-level=warn"]
    command += ["--log-handler=werkzeug:INFO"]
    variables = {**os.environ, "ODOO_QUEUE_JOB_CHANNELS": "root:0"}
    process = subprocess.Popen(command, env=variables, cwd=PROJECT)
    try:
        _wait(process, port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait(process: subprocess.Popen, port: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            if _ask(port, "GET", BARE)[0] == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server does not answer")


# ------------------------------------------------------------------------ clients
def _ask_both(order: dict) -> None:
    """Ask as many clients do; print the milliseconds of each request by route."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        found = list(pool.map(lambda number: _client(order, number), range(CLIENTS)))
    times = {label: [ms for one in found for ms in one[label]] for label in found[0]}
    print(json.dumps(times))


def _client(order: dict, number: int) -> dict[str, list[float]]:
    """One client: a bare request, a delivery, and so on; every second one the other way round."""
    from tests.sandbox.shopify import Store, webhooks

    store = Store([])
    times: dict[str, list[float]] = {"bare route": [], "delivery": []}
    for index in range(WARM + order["each"]):
        gid = f"gid://shopify/Order/{number * 10**6 + index}"
        body = json.dumps({"admin_graphql_api_id": gid, "updated_at": "2026-11-02"}).encode()
        signed = {
            "X-Shopify-Hmac-Sha256": webhooks.signature(body, order["secret"]),
            "X-Shopify-Shop-Domain": order["shop"],
        }
        headers = webhooks.headers(store, "ORDERS_UPDATED", body, **signed)
        calls = [
            ("bare route", "GET", BARE, None, {}),
            ("delivery", "POST", f"/sales_channels/webhook/{TOKEN}", body, headers),
        ]
        for label, *call in calls if number % 2 else reversed(calls):
            status, taken = _ask(order["port"], *call)
            assert status == 200, (label, status)
            if index >= WARM:
                times[label].append(taken)
    return times


def _ask(port: int, method: str, path: str, body=None, headers=None) -> tuple[int, float]:
    """One request on a connection of its own: status and milliseconds."""
    start = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main()
