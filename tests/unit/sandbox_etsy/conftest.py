# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""A shop, and somebody with its key who asks for things one by one."""

import time

import pytest
import requests

from tests.sandbox.etsy import (
    ABSENT,
    KEYSTRING,
    SHARED_SECRET,
    SHOP_ID,
    Sandbox,
    Store,
    available,
    default_receipts,
)

APPLICATION = "/v3/application"
SHOP = f"/shops/{SHOP_ID}"
NOW = 1796000000
SCOPES = ("shops_r", "transactions_r", "transactions_w", "listings_r", "listings_w")


class Caller:
    """Requests with a key and a token, checked for their status."""

    def __init__(self, sandbox, scopes=SCOPES):
        self.sandbox = sandbox
        self.headers = {"x-api-key": f"{KEYSTRING}:{SHARED_SECRET}"}
        self.use(sandbox.store.grant(scopes))

    def use(self, tokens):
        self.headers["Authorization"] = f"Bearer {tokens['access_token']}"

    def ask(self, method, path, **content):
        url = f"{self.sandbox.url}{APPLICATION}{path}"
        return requests.request(method, url, headers=self.headers, timeout=5, **content)

    def get(self, path, status=200, **query):
        answer = self.ask("GET", path, params=query)
        assert answer.status_code == status, answer.text
        return answer.json()

    def put(self, path, body, status=200, **query):
        answer = self.ask("PUT", path, json=body, params=query)
        assert answer.status_code == status, answer.text
        return answer.json()

    def post(self, path, body, status=200):
        answer = self.ask("POST", path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def tell(self, what, **content):
        """What a test, not a client, may do."""
        url = f"{self.sandbox.url}/sandbox/{what}"
        answer = requests.post(url, json=content, timeout=5)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def happen(self, kind, **content):
        return self.tell("event", kind=kind, **content)


@pytest.fixture
def sandbox():
    if not available():
        pytest.skip(ABSENT)
    store = Store(default_receipts())
    # Two weeks after the last of these receipts, whenever this runs.
    store.offset = NOW - time.time()
    with Sandbox(store) as running:
        yield running
    assert running.store.violations == []


@pytest.fixture
def caller(sandbox):
    return Caller(sandbox)
