# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Products of a channel: which is which, what is told of them, and made once."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.base.adapter import Credentials
from channels.base.products import (
    Doubt,
    Match,
    ProductWish,
    VariantWish,
    handle,
    match,
    plain,
    unit_price,
)
from channels.shopify.adapter import ShopifyAdapter
from tests.sandbox.shopify import CLIENT_ID, CLIENT_SECRET, Sandbox, Store, default_orders

CODES = st.sampled_from(["", "A", "B", "C"])
OURS = st.lists(st.tuples(CODES, CODES), max_size=5)


@given(sku=CODES, barcode=CODES, ours=OURS)
def test_match_says_what_a_person_would(sku, barcode, ours):
    """Told apart by looking at all our products for each question."""
    by_sku, by_barcode = {}, {}
    for number, (their_sku, their_barcode) in enumerate(ours):
        by_sku.setdefault(their_sku, []).append(number)
        by_barcode.setdefault(their_barcode, []).append(number)
    same_sku = {n for n, (code, _b) in enumerate(ours) if sku and code == sku}
    same_barcode = {n for n, (_s, code) in enumerate(ours) if barcode and code == barcode}
    result = match(sku, barcode, by_sku, by_barcode)
    if result.product is not None:
        assert result.doubt is None
        assert result.product in same_sku | same_barcode
        assert same_sku <= {result.product}
        assert not same_sku or not same_barcode or result.product in same_barcode
    elif result.doubt is None:
        assert not same_sku | same_barcode
    else:
        assert len(same_sku | same_barcode) > 1


def test_doubts():
    assert match("A", "", {"A": [1, 2]}, {}) == Match(doubt=Doubt.SKU)
    assert match("", "B", {}, {"B": [1, 2]}) == Match(doubt=Doubt.BARCODE)
    assert match("A", "B", {"A": [1]}, {"B": [2]}) == Match(doubt=Doubt.CONFLICT)
    assert match("A", "B", {"A": [1]}, {}) == Match(product=1)


@pytest.mark.parametrize(
    ("content", "is_volume", "text"),
    [
        (Fraction(500), False, "500 G / 1 KG"),
        (Fraction(750), True, "750 ML / 1 L"),
        (Fraction(5, 2) * 10, False, "25 G / 1 KG"),
        (Fraction(1000), False, ""),
        (Fraction(9), False, ""),
        (Fraction(2500), True, "2500 ML / 1 L"),
    ],
)
def test_unit_price(content, is_volume, text):
    assert unit_price(content, is_volume=is_volume) == text


@given(st.decimals(min_value=0, max_value=10**7, places=3))
def test_plain_is_the_same_number(number):
    text = plain(number)
    assert Decimal(text) == number
    assert "E" not in text
    assert not ("." in text and text.endswith(("0", ".")))


@given(st.text(max_size=300), st.text(alphabet="ABC-019", min_size=1, max_size=40))
def test_handle_is_an_address(title, sku):
    text = handle(title, sku)
    assert len(text) <= 200
    assert set(text) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not text.startswith("-") and not text.endswith("-")


def test_handle_speaks_german():
    assert handle("Blütenhonig süß 500 g", "HON-500") == "bluetenhonig-suess-500-g-hon-500"


WISH = ProductWish(
    title="Rapshonig",
    handle="rapshonig-rap-250",
    variants=(
        VariantWish(
            sku="RAP-250",
            price="6.50",
            barcode="4006381333931",
            weight="400",
            unit_price="250 G / 1 KG",
        ),
    ),
)


def test_a_wish_survives_being_kept():
    assert ProductWish.from_json(WISH.as_json()) == WISH


@pytest.fixture(scope="module")
def shop():
    with Sandbox(Store(*default_orders())) as sandbox:
        yield sandbox


@pytest.fixture
def adapter(shop):
    credentials = Credentials(shop.url, CLIENT_ID, CLIENT_SECRET, local=True)
    return ShopifyAdapter(credentials)


def test_made_once_and_read_back(shop, adapter):
    first = adapter.make_product(WISH)
    assert adapter.make_product(WISH) == first == adapter.variants_at(WISH.handle)
    assert adapter.variants_with({"RAP-250", "other"}) == first
    (variant,) = first
    assert (variant.sku, variant.price, variant.weight) == ("RAP-250", Decimal("6.50"), 400)
    assert variant.unit_price == "250 G / 1 KG"
    assert variant in [row for page in adapter.variant_pages() for row in page]
    changes = {"price": "7.00", "barcode": "1", "weight": "410.5", "unit_price": ""}
    adapter.change_variant(variant.product_id, variant.external_id, changes)
    (changed,) = adapter.variants_at(WISH.handle)
    assert (changed.price, changed.barcode) == (Decimal("7.00"), "1")
    assert (changed.weight, changed.unit_price) == (Decimal("410.5"), "")


def test_what_the_rights_allow(shop):
    """A shop that never granted them, one that did, and one that took a right away."""
    plain_rights = sorted(shop.store.scopes)
    more = ("read_companies", "read_payment_terms")
    credentials = Credentials(shop.url, CLIENT_ID, CLIENT_SECRET, local=True)
    order = shop.store.order_by_name("#1001")
    order["paymentTerms"] = {
        "paymentTermsName": "Net 30",
        "paymentTermsType": "NET",
        "dueInDays": 30,
    }

    def read(rights):
        channel = ShopifyAdapter(
            Credentials(shop.url, CLIENT_ID, CLIENT_SECRET, local=True, rights=tuple(rights))
        )
        (page,) = channel.orders_by_ids([order["id"]])
        return channel.parse_order(page.payloads[0]).payment_terms

    assert credentials.rights == ()
    assert read(plain_rights) == ""
    shop.store.scopes |= set(more)
    assert read([*plain_rights, *more]) == "Net 30"
    shop.store.scopes -= {"read_payment_terms"}
    assert read([*plain_rights, *more]) == ""
