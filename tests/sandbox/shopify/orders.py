# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Orders made up here: one for each situation, and any number of ordinary ones."""

from __future__ import annotations

import itertools
import random
from datetime import datetime, timedelta, timezone

from .builder import Builder, Json, cents
from .situations import CATALOGUE, SPECS, Spec

FIRST_DAY = datetime(2026, 11, 2, 9, tzinfo=timezone.utc)


def _build(specs: list[Spec], first_number: int, spacing: timedelta) -> list[Builder]:
    ids = itertools.count(91000000000 + first_number * 1000)
    return [
        Builder(spec, first_number + i, ids, FIRST_DAY + i * spacing)
        for i, spec in enumerate(specs)
    ]


def sample_orders() -> tuple[list[Json], list[Json]]:
    """One order for each situation, and the refunds among them."""
    built = [builder.build() for builder in _build(SPECS, 1001, timedelta())]
    return [order for order, _ in built], [refund for _, refund in built if refund]


def expected() -> dict[str, Json]:
    """Totals any reader of ``sample_orders`` has to arrive at, by order name."""
    totals = {}
    for builder in _build(SPECS, 1001, timedelta()):
        order, _refund = builder.build()
        totals[order["name"]] = {
            "note": builder.spec.note,
            "total": str(cents(builder.total)),
            "tax": str(cents(builder.tax)),
            "lines": str(cents(builder.goods_total)),
            "shipping": str(cents(builder.freight_total)),
        }
    return totals


def generate(count: int, seed: int = 1) -> list[Json]:
    """Ordinary orders with one to five lines, some with a discount; same seed, same orders."""
    chance = random.Random(seed)
    skus = [sku for sku in CATALOGUE if sku != "GUT-25"]
    specs = []
    for index in range(count):
        chosen = chance.sample(skus, chance.randint(1, len(skus)))
        goods = [(sku, chance.randint(1, 9)) for sku in chosen]
        street = f"Feldweg {index % 97 + 1}"
        home = (f"Kundin {index}", "", street, f"{10000 + index % 89999:05d}", "Ort", "DE")
        percent = chance.choice([0, 0, 5, 10, 15])
        specs.append(
            Spec(
                "generated",
                goods,
                code="ZUFALL" if percent else "",
                percent=percent,
                billing=home,
                shipping=home,
            )
        )
    orders = []
    for index, builder in enumerate(_build(specs, 5001, timedelta(minutes=3))):
        order, _refund = builder.build()
        order["email"] = f"kundin{index}@example.org"
        order["customer"] |= {
            "id": f"gid://shopify/Customer/{700000 + index}",
            "displayName": f"Kundin {index}",
            "firstName": "Kundin",
            "lastName": str(index),
            "defaultEmailAddress": {"emailAddress": order["email"]},
        }
        orders.append(order)
    return orders
