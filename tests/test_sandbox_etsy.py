# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The Etsy stand-in as a program of its own, and before a second judge of Etsy's file."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from tests.sandbox.etsy import (
    ABSENT,
    KEYSTRING,
    SHARED_SECRET,
    SHOP_ID,
    USER_ID,
    Sandbox,
    Store,
    available,
    default_receipts,
)
from tests.sandbox.etsy.guard import (
    METHODS,
    SPECIFICATION,
    VARIABLE,
    read_specification,
    specification_path,
)

PROJECT = Path(__file__).resolve().parents[1]
COMMAND = [sys.executable, "-m", "tests.sandbox.etsy"]
PRISM = "@stoplight/prism-cli@5.16.0"
KEY = {"x-api-key": f"{KEYSTRING}:{SHARED_SECRET}"}
SHOP = f"/v3/application/shops/{SHOP_ID}"

pytestmark = pytest.mark.skipif(not available(), reason=ABSENT)


def test_command_goes_on_where_it_was(tmp_path):
    """The state outlives the process: the mail that was sent, and the token that was used."""
    tokens = {}
    for turn in range(2):
        arguments = ["--state", str(tmp_path / "state")]
        with subprocess.Popen(
            [*COMMAND, *arguments], cwd=PROJECT, stdout=subprocess.PIPE, text=True
        ) as process:
            try:
                match = re.fullmatch(
                    r"ready (http://127\.0\.0\.1:\d+)\n", process.stdout.readline()
                )
                url = match.group(1)
                if not turn:
                    tokens = requests.post(f"{url}/sandbox/grant", json={}, timeout=5).json()
                    headers = {**KEY, "Authorization": f"Bearer {tokens['access_token']}"}
                    path = f"{url}{SHOP}/receipts/3511000001/tracking"
                    assert requests.post(path, json={}, headers=headers, timeout=5).ok
                form = {
                    "grant_type": "refresh_token",
                    "client_id": KEYSTRING,
                    "refresh_token": tokens["refresh_token"],
                }
                answer = requests.post(f"{url}/v3/public/oauth/token", data=form, timeout=5)
                assert answer.status_code == (400 if turn else 200)
                assert requests.get(f"{url}/sandbox/state", timeout=5).json()["mails"] == 1
            finally:
                process.terminate()
            assert process.stdout.read() == ""
        assert process.returncode == 0


def test_port_taken():
    with Sandbox() as running:
        command = [*COMMAND, "--port", str(running.port)]
        result = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "cannot start" in result.stderr
    assert result.stdout == ""


def test_etsys_file_may_be_elsewhere(monkeypatch, tmp_path):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "none.json"))
    assert not available()
    monkeypatch.setenv(VARIABLE, "")
    assert specification_path() == SPECIFICATION


# A second judge


def _file_for_prism(folder):
    """Etsy's file, with lists in queries joined by commas: so everybody sends them."""
    content = read_specification(specification_path())
    for methods in content["paths"].values():
        for method in METHODS:
            for parameter in methods.get(method, {}).get("parameters", []):
                if parameter["schema"].get("type") == "array":
                    parameter["explode"] = False
    path = folder / "etsy.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def _free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def _wait(url, process, log):
    end = time.monotonic() + 240
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()[-2000:]
        try:
            return requests.get(f"{url}/v3/application/openapi-ping", headers=KEY, timeout=5)
        except requests.ConnectionError:
            time.sleep(1)
    raise AssertionError("prism does not answer")


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """The stand-in behind prism, which answers violations of either side with an error."""
    folder = tmp_path_factory.mktemp("prism")
    with Sandbox(Store(default_receipts())) as running:
        port = _free_port()
        command = ["npm", "exec", "--yes", f"--package={PRISM}", "--", "prism", "proxy"]
        command += [str(_file_for_prism(folder)), running.url, "--errors", "--port", str(port)]
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        try:
            url = f"http://127.0.0.1:{port}"
            assert _wait(url, process, folder / "log").ok
            yield running, url
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=30)
    assert running.store.violations == []


def _questions():
    """One of each kind: method, path, query or body, and the status expected."""
    receipt = f"{SHOP}/receipts/3511000005"
    listing = "/v3/application/listings/1710000004"
    month = {"min_created": 1794800000, "max_created": 1794800000 + 31 * 86400}
    get = [
        ("/v3/application/users/me", {}),
        (f"/v3/application/users/{USER_ID}/shops", {}),
        (SHOP, {}),
        (f"{SHOP}/receipts", {"limit": 100, "sort_on": "updated", "sort_order": "asc"}),
        (f"{SHOP}/receipts", {"min_last_modified": 1794800060, "was_paid": "true"}),
        (receipt, {}),
        (f"{receipt}/transactions", {}),
        (f"{receipt}/payments", {}),
        (f"{SHOP}/transactions", {"limit": 100}),
        (f"{SHOP}/payments", {"payment_ids": "55001,55002"}),
        (f"{SHOP}/payment-account/ledger-entries", {"limit": 100, **month}),
        (f"{SHOP}/payment-account/ledger-entries/payments", {"ledger_entry_ids": "8001,8002"}),
        (f"{SHOP}/listings", {"includes": "Inventory", "state": "active"}),
        (f"{SHOP}/readiness-state-definitions", {}),
        (listing, {}),
        (f"{listing}/inventory", {"includes": "Listing"}),
        ("/v3/application/listings/batch", {"listing_ids": "1710000001,1710000004"}),
        ("/v3/application/listings/batch/inventory", {"listing_ids": "1710000001,1710000004"}),
        ("/v3/application/shipping-carriers", {"origin_country_iso": "DE"}),
    ]
    for path, query in get:
        yield "GET", path, {"params": query}, 200
    yield "GET", f"{SHOP}/receipts", {"params": {"limit": 101}}, 422
    yield "GET", f"{SHOP}/receipts/1", {}, 404
    body = {"tracking_code": "1", "carrier_name": "DHL"}
    yield "POST", f"{SHOP}/receipts/3511000001/tracking", {"json": body}, 200
    yield "POST", f"{SHOP}/receipts/3511000001/tracking", {"json": {"code": "1"}}, 422
    stock = {
        "products": [
            {
                "sku": "TEE-ABEND-80",
                "offerings": [
                    {"price": 8.5, "quantity": 3, "is_enabled": True, "readiness_state_id": 1402}
                ],
            }
        ]
    }
    yield "PUT", "/v3/application/listings/1710000002/inventory", {"json": stock}, 200
    for state, status in (("inactive", 200), ("active", 200), ("gone", 422)):
        yield "PATCH", f"{SHOP}/listings/1710000002", {"data": {"state": state}}, status


if os.environ.get("SOAK") and shutil.which("npm"):
    # Not even collected without Node: nothing else here needs it.

    def test_a_second_judge_agrees(judged):
        """What the stand-in takes and gives is right by a validator that shares no code."""
        sandbox, url = judged
        tokens = sandbox.store.grant()
        headers = {**KEY, "Authorization": f"Bearer {tokens['access_token']}"}
        for method, path, content, status in _questions():
            answer = requests.request(method, url + path, headers=headers, timeout=60, **content)
            assert answer.status_code == status, (method, path, answer.text[:500])
