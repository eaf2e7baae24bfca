# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The stand-in shop behaves as the vendor's: versions, rights, limits, signed hooks."""

import base64
import hashlib
import hmac
import json
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from tests.sandbox.shopify import CLIENT_ID, CLIENT_SECRET, Sandbox, Store, default_orders
from tests.sandbox.shopify.orders import generate, sample_orders
from tests.sandbox.shopify.store import Bucket

PROJECT = Path(__file__).resolve().parents[1]
SHOP = "{ shop { name } }"


@pytest.fixture
def sandbox():
    with Sandbox(Store(*default_orders())) as running:
        yield running


def token(sandbox):
    form = {
        "grant_type": "client_credentials",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
    }
    answer = requests.post(f"{sandbox.url}/admin/oauth/access_token", data=form, timeout=5)
    assert answer.json()["expires_in"] == 86399
    return answer.json()["access_token"]


def ask(sandbox, query, variables=None, version="2026-10", access=None):
    return requests.post(
        f"{sandbox.url}/admin/api/{version}/graphql.json",
        json={"query": query, "variables": variables or {}},
        headers={"X-Shopify-Access-Token": access or token(sandbox)},
        timeout=5,
    )


def test_command_prints_one_line(tmp_path):
    orders = tmp_path / "orders.json"
    orders.write_text(json.dumps({"data": {"orders": {"nodes": sample_orders()[0][:2]}}}))
    command = [sys.executable, "-m", "tests.sandbox.shopify", "--orders", str(orders)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline()
            match = re.fullmatch(r"ready (http://127\.0\.0\.1:\d+)\n", line)
            assert match, line
            state = requests.get(f"{match.group(1)}/sandbox/state", timeout=5).json()
            assert state["orders"] == 2
        finally:
            process.terminate()
        assert process.stdout.read() == ""
    assert process.returncode == 0


def test_port_taken(sandbox):
    port = sandbox.url.rsplit(":", 1)[1]
    command = [sys.executable, "-m", "tests.sandbox.shopify", "--port", port]
    result = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "cannot start" in result.stderr
    assert result.stdout == ""


def test_token_is_needed(sandbox):
    assert ask(sandbox, SHOP, access="unknown").status_code == 401
    sandbox.store.advance(0)
    access = token(sandbox)
    assert ask(sandbox, SHOP, access=access).json()["data"]["shop"]["name"] == "Sandbox"
    requests.post(f"{sandbox.url}/sandbox/clock", json={"seconds": 86400}, timeout=5)
    assert ask(sandbox, SHOP, access=access).status_code == 401


@pytest.mark.parametrize(
    ("version", "served"), [("2026-10", "2026-10"), ("2025-01", "2026-01"), ("2099-01", None)]
)
def test_versions(sandbox, version, served):
    answer = ask(sandbox, SHOP, version=version)
    assert answer.headers.get("X-Shopify-API-Version") == served
    assert answer.status_code == (200 if served else 404)


def test_only_what_the_schema_allows(sandbox):
    answer = ask(sandbox, "{ orders(first: 1) { nodes { totalPrize } } }").json()
    assert "data" not in answer
    assert "totalPrize" in answer["errors"][0]["message"]


def test_cost_limit_and_throttle():
    with Sandbox(Store(generate(3), bucket=Bucket(size=5, rate=1))) as shop:
        first = ask(shop, "{ shop { name } }").json()
        assert first["extensions"]["cost"]["requestedQueryCost"] == 1
        page = "{ orders(first: 250) { nodes { lineItems(first: 250) { nodes { FIELDS } } } } }"
        large = ask(shop, page.replace("FIELDS", "id")).json()
        assert large["errors"][0]["extensions"]["code"] == "THROTTLED"
        products = " ".join(f"p{i}: product {{ id }}" for i in range(9))
        huge = ask(shop, page.replace("FIELDS", products)).json()
        assert huge["errors"][0]["extensions"]["code"] == "MAX_COST_EXCEEDED"


def test_pages_and_filter(sandbox):
    query = """query($first: Int!, $after: String, $query: String) {
        orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
            nodes { name } pageInfo { hasNextPage endCursor } } }"""
    names, after = [], None
    while True:
        page = ask(sandbox, query, {"first": 7, "after": after}).json()["data"]["orders"]
        names += [node["name"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert len(names) == len(set(names)) == 18
    since = {"first": 50, "query": "updated_at:>='2030-01-01T00:00:00Z'"}
    assert ask(sandbox, query, since).json()["data"]["orders"]["nodes"] == []


def test_webhook_is_signed_and_repeated(sandbox):
    received = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((dict(self.headers), body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        uri = f"http://127.0.0.1:{server.server_address[1]}/hook"
        mutation = """mutation($topic: WebhookSubscriptionTopic!, $sub: WebhookSubscriptionInput!) {
            webhookSubscriptionCreate(topic: $topic, webhookSubscription: $sub) {
                webhookSubscription { id topic uri } userErrors { message } } }"""
        variables = {"topic": "ORDERS_UPDATED", "sub": {"uri": uri}}
        created = ask(sandbox, mutation, variables).json()["data"]["webhookSubscriptionCreate"]
        assert created["userErrors"] == []
        order = {"name": "#1001", "topic": "ORDERS_UPDATED", "times": 2, "changes": {"note": "x"}}
        requests.post(f"{sandbox.url}/sandbox/order", json=order, timeout=5).raise_for_status()
        server.shutdown()
    assert len(received) == 2
    headers, body = received[0]
    digest = hmac.new(CLIENT_SECRET.encode(), body, hashlib.sha256).digest()
    assert headers["X-Shopify-Hmac-Sha256"] == base64.b64encode(digest).decode()
    assert headers["X-Shopify-Topic"] == "orders/updated"
    assert headers["X-Shopify-Webhook-Id"] == received[1][0]["X-Shopify-Webhook-Id"]
    assert json.loads(body)["name"] == "#1001"
