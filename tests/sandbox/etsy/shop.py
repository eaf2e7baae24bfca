# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The seller, the shop and its processing profiles."""

from __future__ import annotations

from typing import Any

from .answers import Json, Refusal, not_found, page
from .catalog import READINESS
from .guard import Call
from .store import CURRENCY, SHOP_ID, SHOP_NAME, USER_ID

OPENED = 1_600_000_000


def me(_store: Any, _call: Call) -> Json:
    """Who the token belongs to."""
    return {"user_id": USER_ID, "shop_id": SHOP_ID}


def ping(_store: Any, _call: Call) -> Json:
    """The key works."""
    return {"application_id": 1_234_567}


def scopes(store: Any, call: Call) -> Json:
    """What a token may do."""
    header = f"Bearer {call.body['token']}"
    return {"scopes": sorted(store.authority.scopes_of(header, store.moment()))}


def shop(store: Any, call: Call) -> Json:
    """Public facts about a shop."""
    if call.path["shop_id"] != SHOP_ID:
        raise not_found()
    active = sum(row["state"] == "active" for row in store.listings.values())
    return {
        "shop_id": SHOP_ID,
        "user_id": USER_ID,
        "shop_name": SHOP_NAME,
        "create_date": OPENED,
        "created_timestamp": OPENED,
        "title": "Handgesiedete Seife und Tee",
        "announcement": None,
        "currency_code": CURRENCY,
        "is_vacation": False,
        "listing_active_count": active,
        "login_name": "sandboxmanufaktur",
        "url": f"https://www.etsy.com/shop/{SHOP_NAME}",
        "languages": ["de"],
        "is_etsy_payments_onboarded": True,
        "is_shop_us_based": False,
        "transaction_sold_count": sum(
            len(receipt["transactions"]) for receipt in store.receipts.values()
        ),
        "shipping_from_country_iso": "DE",
        "shop_location_country_iso": "DE",
    }


def shop_of_user(store: Any, call: Call) -> Json:
    """The shop of a seller."""
    if call.path["user_id"] != USER_ID:
        raise not_found()
    return shop(store, Call(call.operation, {"shop_id": SHOP_ID}, {}, None, call.checked))


def readiness(_store: Any, call: Call) -> Json:
    """Processing profiles that an offering may name."""
    if call.path["shop_id"] != SHOP_ID:
        raise Refusal(403, "User does not own the shop")
    return page([{"shop_id": SHOP_ID, **row} for row in READINESS], call.query)
