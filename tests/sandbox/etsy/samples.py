# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The recorded sample receipts, read from where the vendors' files are and never copied."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .answers import Json, cents
from .guard import SHARED, specification_path

SAMPLES = SHARED / "samples/etsy"
ABSENT = "vendor samples not present"


def available() -> bool:
    """Whether Etsy's file and the samples are at hand; tests are skipped if not."""
    return specification_path().exists() and SAMPLES.exists()


def load(name: str) -> Any:
    """A sample file."""
    return json.loads((SAMPLES / name).read_text(encoding="utf-8"))


def load_receipts(path: Path) -> list[Json]:
    """Receipts of a page saved as JSON."""
    return json.loads(path.read_text(encoding="utf-8"))["results"]


def default_receipts() -> list[Json]:
    """The eight sample receipts."""
    return load_receipts(SAMPLES / "receipts_page.json")


def expected_totals() -> dict[int, Json]:
    """Per receipt what any reader of the samples has to arrive at, in cents.

    ``goods`` is before and ``discount`` is what a coupon of the shop takes off; ``total`` is
    what the buyer paid, without the tax that Etsy collects and remits.
    """
    totals = {}
    for receipt in default_receipts():
        lines = [
            {"price": cents(row["price"]), "quantity": row["quantity"]}
            for row in receipt["transactions"]
        ]
        goods = sum(line["price"] * line["quantity"] for line in lines)
        parts = {
            name: cents(receipt[field])
            for name, field in (
                ("discount", "discount_amt"),
                ("shipping", "total_shipping_cost"),
                ("wrap", "gift_wrap_price"),
            )
        }
        totals[receipt["receipt_id"]] = {
            "lines": lines,
            "goods": goods,
            **parts,
            "total": goods - parts["discount"] + parts["shipping"] + parts["wrap"],
            "paid": receipt["is_paid"],
            "refunded": sum(cents(refund["amount"]) for refund in receipt["refunds"]),
        }
    return totals
