# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""A receipt of the generator as Etsy's interface hands it out."""

from __future__ import annotations

from typing import Any

from .etsy import ADDRESS, PLACES, SHOP_USER

Json = dict[str, Any]
DAY = 86400


def write(maker: Any, *, happened: bool) -> Json:
    """The receipt as placed, or after what happened to it."""
    created = maker.moment
    updated = created + (9 * DAY if happened and _changed(maker) else 60)
    status, paid = _status(maker, happened=happened)
    return {
        "receipt_id": maker.number,
        "receipt_type": 0,
        "seller_user_id": SHOP_USER,
        "seller_email": "shop@example.de",
        "buyer_user_id": 820_000_000 + maker.index,
        "buyer_email": None,
        "name": f"Käuferin {maker.index}",
        **_address(maker),
        "status": status,
        "payment_method": "bt" if maker.has("by_bank") else "cc",
        "payment_email": None,
        "message_from_seller": None,
        "message_from_buyer": "Bitte ohne Plastik" if maker.index % 3 else None,
        "message_from_payment": None,
        "is_paid": paid,
        "is_shipped": False,
        "create_timestamp": created,
        "created_timestamp": created,
        "update_timestamp": updated,
        "updated_timestamp": updated,
        "is_gift": maker.has("gift", "wrap"),
        "gift_message": "=1+1 Alles Gute ♥" if maker.has("gift", "wrap") else "",
        "gift_sender": "Jonas" if maker.has("gift", "wrap") else "",
        **_amounts(maker),
        "shipments": [],
        "transactions": [
            _line(maker, number, row, paid=paid) for number, row in enumerate(maker.positions)
        ],
        "refunds": _refunds(maker) if happened else [],
    }


def _changed(maker: Any) -> bool:
    return bool(maker.refunded) or maker.expected.cancelled


def _status(maker: Any, *, happened: bool) -> tuple[str, bool]:
    """Etsy's word for how far a receipt is, and whether it is paid."""
    paid = not maker.has("unpaid")
    if happened and maker.expected.cancelled:
        return "canceled", paid
    if happened and maker.refunded:
        is_all = sum(maker.refunded) == maker.total + maker.collected
        return ("fully refunded" if is_all else "partially refunded"), paid
    return ("paid" if paid else "payment processing"), paid


def _amounts(maker: Any) -> Json:
    tax, vat = (0, maker.collected) if maker.has("uk_") else (maker.collected, 0)
    cents = {
        "grandtotal": maker.total + maker.collected,
        "subtotal": maker.goods - maker.discount,
        "total_price": maker.goods,
        "total_shipping_cost": maker.shipping,
        "total_tax_cost": tax,
        "total_vat_cost": vat,
        "discount_amt": maker.discount,
        "gift_wrap_price": maker.wrap,
    }
    return {name: maker.money(amount) for name, amount in cents.items()}


def _address(maker: Any) -> Json:
    """Where it goes; nothing of it where Etsy keeps it back."""
    if maker.has("withheld"):
        return dict.fromkeys(ADDRESS)
    street, code, city, state = PLACES[maker.country]
    lines = [street.format(maker.index + 1), None]
    if maker.has("packstation"):
        lines = ["Packstation 145", "Postnummer 87654321"]
    parts = [f"Käuferin {maker.index}", *filter(None, lines), f"{code} {city}", maker.country]
    return {
        "first_line": lines[0],
        "second_line": lines[1],
        "city": city,
        "state": state,
        "zip": code,
        "country_iso": maker.country,
        "formatted_address": "\n".join(parts),
    }


def _line(maker: Any, number: int, row: Any, *, paid: bool) -> Json:
    """A transaction. Its coupon is told as a float, and roughly not at all."""
    moment = maker.moment
    rate = row.rate
    return {
        "transaction_id": maker.number * 10 + number,
        "title": f"Ware {number} zu {rate}",
        "description": "",
        "seller_user_id": SHOP_USER,
        "buyer_user_id": 820_000_000 + maker.index,
        "create_timestamp": moment,
        "created_timestamp": moment,
        "paid_timestamp": moment + 60 if paid else None,
        "shipped_timestamp": None,
        "quantity": row.quantity,
        "listing_image_id": 5_550_001,
        "receipt_id": maker.number,
        "is_digital": row.digital,
        "file_data": "",
        "listing_id": 1_720_000_000 + int(rate[2:]),
        "transaction_type": "listing",
        "product_id": 22_300_000_000 + int(rate[2:]),
        "sku": f"G-{rate}",
        "price": maker.money(row.price),
        "shipping_cost": maker.money(maker.shipping if number == 0 else 0),
        "variations": _variations(maker),
        "product_data": [],
        "shipping_profile_id": None if row.digital else 99_100_200,
        "min_processing_days": 1,
        "max_processing_days": 3,
        "shipping_method": "Paket versichert" if maker.has("upgrade") else None,
        "shipping_upgrade": "Paket versichert" if maker.has("upgrade") else None,
        "expected_ship_date": moment + 4 * DAY,
        "buyer_coupon": 0.0,
        "shop_coupon": 0.0 if maker.has("rough") else row.off / 100,
    }


def _variations(maker: Any) -> list[Json]:
    """What was chosen, and what was written."""
    chosen = {
        "property_id": 513,
        "value_id": 1213,
        "formatted_name": "Größe",
        "formatted_value": "100 g",
        "question_id": None,
    }
    written = {
        "property_id": 54,
        "value_id": None,
        "formatted_name": "Personalisierung",
        "formatted_value": "=1+1 Für <b>Oma</b> ♥",
        "question_id": 77001,
    }
    return [
        *([chosen] if maker.has("variations", "personal") else []),
        *([written] if maker.has("personal") else []),
    ]


def _refunds(maker: Any) -> list[Json]:
    return [
        {
            "amount": maker.money(amount),
            "created_timestamp": maker.moment + (2 + number) * DAY,
            "reason": "damaged",
            "note_from_issuer": "Bruch" if number else None,
            "status": "completed",
        }
        for number, amount in enumerate(maker.refunded)
    ]
