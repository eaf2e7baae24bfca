# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The client over real HTTP against the stand-in: tokens, limits, faults, addresses."""

import time

import pytest

from channels.base.adapter import Credentials, adapter_class, channel_types
from channels.base.errors import (
    AuthenticationError,
    RefusedError,
    ThrottledError,
    TransientError,
)
from channels.base.state import MemoryState
from channels.shopify.adapter import ShopifyAdapter
from channels.shopify.address import check_api_base, check_download
from channels.shopify.client import ShopifyClient
from tests.sandbox.shopify import CLIENT_ID, CLIENT_SECRET, Sandbox, Store, default_orders
from tests.sandbox.shopify.orders import generate
from tests.sandbox.shopify.store import TOKEN_LIFETIME, Bucket


@pytest.fixture
def sandbox():
    with Sandbox(Store(*default_orders())) as running:
        yield running


def make_client(sandbox, secret=CLIENT_SECRET, **options):
    options.setdefault("sleep", lambda seconds: None)
    options.setdefault("timeout", 5.0)
    return ShopifyClient(Credentials(sandbox.url, CLIENT_ID, secret, local=True), **options)


def names(client):
    adapter = ShopifyAdapter(client.credentials, client)
    return [payload["name"] for page in adapter.order_pages(None) for payload in page.payloads]


def test_registered():
    assert ("shopify", "Shopify") in channel_types()
    assert adapter_class("shopify") is ShopifyAdapter


def test_all_orders(sandbox):
    assert len(names(make_client(sandbox))) == 18


def test_only_changes_since(sandbox):
    client = make_client(sandbox)
    adapter = ShopifyAdapter(client.credentials, client)
    before = sandbox.store.now()
    sandbox.store.change_order("#1003", {"note": "changed"})
    changed = [
        p for page in adapter.order_pages(before.replace(microsecond=0)) for p in page.payloads
    ]
    assert [payload["name"] for payload in changed] == ["#1003"]


def test_pages_see_every_order_that_changes_meanwhile(sandbox):
    with Sandbox(Store(generate(120))) as shop:
        client = make_client(shop)
        adapter = ShopifyAdapter(client.credentials, client)
        seen = set()
        for number, page in enumerate(adapter.order_pages(None)):
            seen |= {payload["id"] for payload in page.payloads}
            if not number:
                first = next(iter(shop.store.orders.values()))
                shop.store.change_order(first["name"])
        assert seen == set(shop.store.orders)


def test_wrong_secret(sandbox):
    with pytest.raises(AuthenticationError):
        make_client(sandbox, secret="wrong").execute("shop")


def test_expired_token_is_renewed(sandbox):
    client = make_client(sandbox)
    client.execute("shop")
    sandbox.store.advance(TOKEN_LIFETIME + 1)
    client.execute("shop")
    assert len(sandbox.store.tokens) == 2


def test_token_is_renewed_in_time(sandbox):
    clock = [0.0]
    client = make_client(sandbox, state=MemoryState(lambda: clock[0]))
    client.execute("shop")
    clock[0] = TOKEN_LIFETIME - 200.0
    client.execute("shop")
    assert len(sandbox.store.tokens) == 2


def test_static_token_is_not_renewed(sandbox):
    credentials = Credentials(sandbox.url, "", "", access_token="shpat_unknown", local=True)
    with pytest.raises(AuthenticationError):
        ShopifyClient(credentials).execute("shop")


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("status", {"status": 429, "retry_after": 1}),
        ("status", {"status": 502}),
        ("throttled", {}),
        ("malformed", {}),
        ("drop", {}),
    ],
)
def test_passing_fault(sandbox, kind, options):
    pauses = []
    client = make_client(sandbox, sleep=pauses.append)
    sandbox.store.add_faults(kind, 2, **options)
    assert client.execute("shop")["shop"]["name"] == "Sandbox"
    assert len(pauses) == 2
    assert pauses[1] >= pauses[0]


def test_time_out(sandbox):
    client = make_client(sandbox, timeout=0.2)
    sandbox.store.add_faults("hang", seconds=0.6)
    assert client.execute("shop")["shop"]["name"] == "Sandbox"


@pytest.mark.parametrize(
    ("kind", "options", "error"),
    [
        ("status", {"status": 500}, TransientError),
        ("status", {"status": 429}, ThrottledError),
        ("malformed", {}, TransientError),
        ("status", {"status": 404}, RefusedError),
        ("status", {"status": 402}, AuthenticationError),
    ],
)
def test_lasting_fault(sandbox, kind, options, error):
    sandbox.store.add_faults(kind, 10, **options)
    with pytest.raises(error):
        make_client(sandbox).execute("shop")


def test_limit_is_respected():
    """Orders of several pages fit through a small bucket without a single refusal."""
    store = Store(generate(170), bucket=Bucket(size=1200, rate=2000))
    with Sandbox(store) as shop:
        started = time.monotonic()
        assert len(names(make_client(shop, sleep=time.sleep))) == 170
        assert time.monotonic() - started > 0.3
    assert len(store.requests) == 4


def test_missing_right(sandbox):
    sandbox.store.scopes.discard("read_customers")
    client = make_client(sandbox)
    assert "read_customers" in ShopifyAdapter(client.credentials, client).shop_info().missing_scopes
    with pytest.raises(AuthenticationError, match="read_customers"):
        names(client)


@pytest.mark.parametrize(
    "address",
    [
        "https://10.0.0.1",
        "http://shop.myshopify.com",
        "https://shop.myshopify.com.example.com",
        "https://shop.myshopify.com:8443",
        "https://user@shop.myshopify.com",
        "https://shop.myshopify.com/admin",
        "https://-shop.myshopify.com",
        "ftp://shop.myshopify.com",
        "http://127.0.0.1.example.com",
        "http://[::1]:80",
        "https://shop.myshopify.com:x",
        "http://127.0.0.1:8069",
        "https://localhost",
        "https://shop.myshopify.com\n.example.com",
        "https://shop.myshopify.com:443@10.0.0.1",
        "",
    ],
)
def test_other_hosts_are_refused(address):
    with pytest.raises(RefusedError):
        check_api_base(address)


@pytest.mark.parametrize("address", ["https://my-shop.myshopify.com", "https://A1.myshopify.com/"])
def test_shops_are_accepted(address):
    assert check_api_base(address).endswith(".myshopify.com")


def test_what_was_never_sent_is_repeated():
    client = ShopifyClient(
        Credentials("http://127.0.0.1:9", "", "", access_token="x", local=True),
        sleep=lambda seconds: None,
    )
    with pytest.raises(TransientError) as caught:
        client.execute("fulfillment_create", {"fulfillment": {}})
    assert caught.value.unsent


def test_previous_secret_while_a_new_one_is_rolled_out(sandbox):
    credentials = Credentials(
        sandbox.url, CLIENT_ID, "new", previous_secret=CLIENT_SECRET, local=True
    )
    assert ShopifyClient(credentials).execute("shop")["shop"]["name"] == "Sandbox"


def test_secrets_are_not_shown():
    text = repr(Credentials("https://a.myshopify.com", "id", "s3cret", "t0ken", "0ld"))
    assert not any(secret in text for secret in ("s3cret", "t0ken", "0ld"))


def test_redirect_is_not_followed(sandbox):
    sandbox.store.add_faults("status", status=302)
    with pytest.raises(RefusedError):
        make_client(sandbox).execute("shop")


@pytest.mark.parametrize(
    "address",
    [
        "https://storage.googleapis.com/bucket/result.jsonl?sign=1",
        "https://x.storage.googleapis.com/r",
    ],
)
def test_download_from_the_storage(address):
    assert check_download(address, "https://a.myshopify.com") == address


@pytest.mark.parametrize(
    "address",
    [
        "http://storage.googleapis.com/r",
        "https://storage.googleapis.com.example.com/r",
        "https://10.0.0.1/r",
        "https://storage.googleapis.com:8443/r",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
    ],
)
def test_download_from_elsewhere_is_refused(address):
    with pytest.raises(RefusedError):
        check_download(address, "https://a.myshopify.com")
