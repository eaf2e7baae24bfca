# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""A shop and a client that talks to it as the product does."""

import pytest

from channels.base.adapter import Credentials
from channels.shopify.client import ShopifyClient
from tests.sandbox.shopify import CLIENT_ID, CLIENT_SECRET, Sandbox, Store
from tests.sandbox.shopify.orders import sample_orders
from tests.sandbox.shopify.store import Bucket


def connect(shop, **options):
    credentials = Credentials(shop.url, CLIENT_ID, CLIENT_SECRET, local=True)
    options.setdefault("sleep", lambda seconds: None)
    return ShopifyClient(credentials, timeout=2.0, **options)


@pytest.fixture
def shop(tmp_path):
    store = Store(*sample_orders(), bucket=Bucket.bottomless())
    with Sandbox(store, state_file=tmp_path / "state") as running:
        yield running


@pytest.fixture
def client(shop):
    return connect(shop)


@pytest.fixture
def order(shop):
    """Two jars of blossom honey and one of forest honey."""
    return shop.store.order_by_name("#1001")
