# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Whether a delivery is genuine, and what it is about."""

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.base.events import EventKind
from channels.shopify.webhooks import SUBSCRIPTIONS, is_genuine, read_event
from tests.sandbox.shopify import webhooks
from tests.sandbox.shopify.execution import schema

SAMPLES = Path(__file__).resolve().parents[4] / "shared/shopify/samples"
BODY = '{"id": 1, "note": "Grüße äöü ß €"}'.encode()


def signed(body, secret):
    return webhooks.signature(body, secret)


@pytest.mark.parametrize("body", [BODY, b"{}", b""])
def test_either_secret(body):
    for secret in ("first", "second"):
        assert is_genuine(body, signed(body, secret), ["first", "second"])
    assert not is_genuine(body, signed(body, "third"), ["first", "second"])


def test_no_secret_proves_nothing():
    assert not is_genuine(BODY, signed(BODY, ""), ["", None])
    assert not is_genuine(BODY, "", ["secret"])


@given(st.binary(max_size=60), st.binary(max_size=60), st.text(max_size=50))
def test_only_the_very_bytes(body, other, signature):
    assert is_genuine(body, signed(body, "secret"), ["secret"])
    assert is_genuine(other, signed(body, "secret"), ["secret"]) is (body == other)
    assert not is_genuine(body, signature, ["secret"])


def test_recorded_vectors():
    path = SAMPLES / "webhook_hmac_vectors.json"
    if not path.exists():
        pytest.skip("vendor samples not present")
    for vector in json.loads(path.read_text())["vectors"]:
        body = base64.b64decode(vector["body_base64"])
        signature = vector["x_shopify_hmac_sha256"]
        assert is_genuine(body, signature, ["another", vector["secret"]])
        assert not is_genuine(body + b" ", signature, [vector["secret"]])


def about(topic, content):
    return read_event({"X-Shopify-Topic": topic}, json.dumps(content).encode())


@pytest.mark.parametrize(
    ("topic", "content", "subject"),
    [
        ("orders/updated", {"id": 5, "admin_graphql_api_id": "gid://shopify/Order/5"}, 5),
        ("orders/create", {"id": 5}, 5),
        ("orders/edited", {"order_edit": {"id": 9, "order_id": 5}}, 5),
        ("refunds/create", {"id": 9, "order_id": 5}, 5),
        ("order_transactions/create", {"id": 9, "order_id": 5}, 5),
        ("fulfillments/update", {"id": 9, "order_id": 5}, 5),
    ],
)
def test_the_order(topic, content, subject):
    event = about(topic, content)
    assert (event.kind, event.subject) == (EventKind.ORDER, f"gid://shopify/Order/{subject}")
    assert event.content is None


@pytest.mark.parametrize(
    ("topic", "content"),
    [
        ("fulfillment_orders/moved", {"moved_fulfillment_order": {"id": "gid://shopify/X/1"}}),
        ("fulfillment_orders/hold_released", {"fulfillment_order": {"id": "gid://shopify/X/1"}}),
        ("returns/approve", {"admin_graphql_api_id": "gid://shopify/X/1"}),
    ],
)
def test_a_part(topic, content):
    event = about(topic, content)
    assert (event.kind, event.subject) == (EventKind.PART, "gid://shopify/X/1")


def test_privacy_requests_keep_their_content():
    content = {"customer": {"id": 1, "email": "a@example.org"}, "orders_to_redact": [5]}
    assert about("customers/redact", content).content == content
    assert about("customers/redact", content).kind is EventKind.CUSTOMER_REDACT
    assert about("customers/data_request", content).kind is EventKind.DATA_REQUEST
    assert about("shop/redact", {}).kind is EventKind.SHOP_REDACT


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False)
        | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["id", "order_id", "order_edit", "admin_graphql_api_id"]), inner
            )
        ),
        max_leaves=8,
    ),
    st.sampled_from(["orders/updated", "orders/edited", "refunds/create", "returns/x", "", "\0"]),
)
def test_anything_is_read(content, topic):
    event = about(topic, content)
    assert event.kind in (EventKind.ORDER, EventKind.PART, EventKind.UNKNOWN)
    assert event.subject.startswith("gid://shopify/") or event.kind is EventKind.UNKNOWN


def test_recorded_deliveries():
    """The vendor's own examples: every topic we subscribe to is understood."""
    folder = SAMPLES / "webhooks_official_2026-07"
    if not folder.exists():
        pytest.skip("vendor samples not present")
    for subscription, _feature in SUBSCRIPTIONS:
        topic = webhooks.topic_name(subscription.topic)
        path = folder / f"{topic.replace('/', '__')}.json"
        assert path.exists(), topic
        content = json.loads(path.read_text())
        for name in subscription.fields:
            assert name in content, (topic, name)
        cut = {name: content[name] for name in subscription.fields or content}
        assert about(topic, cut).kind is not EventKind.UNKNOWN, topic


def test_topics_are_the_vendors():
    known = set(schema().type_map["WebhookSubscriptionTopic"].values)
    assert {subscription.topic for subscription, _feature in SUBSCRIPTIONS} <= known


def test_headers():
    head = {
        "X-Shopify-Topic": "orders/updated",
        "X-Shopify-Webhook-Id": "b54557e4",
        "X-Shopify-Shop-Domain": "Beispiel.myshopify.com",
        "X-Shopify-Triggered-At": "2026-11-02T09:01:00.123456789Z",
    }
    event = read_event(head, b'{"id": 1}')
    assert (event.delivery_id, event.shop) == ("b54557e4", "beispiel.myshopify.com")
    assert event.triggered_at.isoformat() == "2026-11-02T09:01:00+00:00"
    assert read_event({"X-Shopify-Triggered-At": "yesterday"}, b"").triggered_at is None
