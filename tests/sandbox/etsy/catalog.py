# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Listings of the shop: those the sample receipts name, and one of each special kind."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from .answers import Json, money

OPENED = 1_790_000_000
CUSTOM = (513, 514)
# Processing profiles of the shop.
READINESS = [
    {
        "readiness_state_id": 1402,
        "readiness_state": "ready_to_ship",
        "min_processing_days": 1,
        "max_processing_days": 3,
        "processing_days_display_label": "1–3 Tage",
    },
    {
        "readiness_state_id": 1403,
        "readiness_state": "made_to_order",
        "min_processing_days": 5,
        "max_processing_days": 10,
        "processing_days_display_label": "5–10 Tage",
    },
]


@dataclass(frozen=True)
class Article:
    """One product of a listing: its choices by property, price in cents and pieces."""

    product_id: int
    sku: str
    price: int
    quantity: int
    choices: tuple[tuple[int, int, str], ...] = ()
    readiness: int | None = 1402


@dataclass(frozen=True)
class Spec:
    """A listing; everything else follows."""

    listing_id: int
    title: str
    articles: tuple[Article, ...]
    names: dict[int, str] = field(default_factory=dict)
    # Property: number and label of its scale.
    scales: dict[int, tuple[int, str]] = field(default_factory=dict)
    on_property: dict[str, tuple[int, ...]] = field(default_factory=dict)
    state: str = "active"
    kind: str = "physical"


def _soaps() -> tuple[Article, ...]:
    """Three variations: size, scent and packaging; the price goes with the size."""
    sizes = ((100, 1301, "100 g", 790), (100, 1302, "250 g", 1590))
    scents = ((CUSTOM[0], 1311, "Rose"), (CUSTOM[0], 1312, "Minze"))
    packs = ((CUSTOM[1], 1321, "Karton"), (CUSTOM[1], 1322, "ohne"))
    return tuple(
        Article(
            22_200_000_001 + number,
            f"DREI-{size[2].split()[0]}-{scent[2][0]}{pack[2][0].upper()}",
            size[3],
            5 + number,
            (size[:3], scent, pack),
            1402 if scent[2] == "Rose" else 1403,
        )
        for number, (size, scent, pack) in enumerate(itertools.product(sizes, scents, packs))
    )


SPECS = (
    Spec(
        1710000001,
        "Seife Lavendel, handgesiedet, vegan",
        (
            Article(22100000001, "SEIFE-LAV-100", 690, 42, ((513, 1213, "100 g"),)),
            Article(22100000003, "SEIFE-LAV-200", 1190, 7, ((513, 1214, "200 g"),)),
        ),
        {513: "Größe"},
        on_property={"price": (513,), "quantity": (513,), "sku": (513,)},
    ),
    Spec(
        1710000002,
        "Bio Kräutertee Abendruhe",
        (Article(22100000002, "TEE-ABEND-80", 850, 25),),
    ),
    Spec(
        1710000003,
        "Geschenkset Seife + Tee",
        (Article(22100000004, "SET-GESCHENK-1", 2490, 4),),
    ),
    Spec(
        1710000004,
        "Seife nach Wahl: Größe, Duft, Verpackung",
        _soaps(),
        {100: "Gewicht", CUSTOM[0]: "Duft", CUSTOM[1]: "Verpackung"},
        scales={100: (44, "Gramm")},
        on_property={
            "price": (100,),
            "quantity": (100, *CUSTOM),
            "sku": (100, *CUSTOM),
            "readiness_state": (CUSTOM[0],),
        },
    ),
    Spec(
        1710000005,
        "Adventstee, ausverkauft",
        (Article(22100000005, "TEE-ADVENT", 990, 0),),
        state="sold_out",
    ),
    Spec(
        1710000006,
        "Sommerseife, ruht",
        (Article(22100000006, "SEIFE-SOMMER", 650, 12),),
        state="inactive",
    ),
    Spec(
        1710000009,
        "Rezept-PDF Sauerteig",
        (Article(22100000009, "PDF-SAUER", 390, 999, readiness=None),),
        kind="download",
    ),
)


def _property(spec: Spec, number: int, value_id: int, value: str) -> Json:
    scale_id, scale_name = spec.scales.get(number, (None, None))
    return {
        "property_id": number,
        "property_name": spec.names[number],
        "scale_id": scale_id,
        "scale_name": scale_name,
        "value_ids": [value_id],
        "values": [value],
    }


def _product(spec: Spec, article: Article) -> Json:
    offering = {
        "offering_id": article.product_id + 1_000_000_000,
        "quantity": article.quantity,
        "is_enabled": True,
        "is_deleted": False,
        "price": money(article.price),
        "readiness_state_id": article.readiness,
    }
    return {
        "product_id": article.product_id,
        "sku": article.sku,
        "is_deleted": False,
        "offerings": [offering],
        "property_values": [_property(spec, *choice) for choice in article.choices],
    }


def listing(spec: Spec) -> Json:
    """A listing as the stand-in keeps it: what belongs to it, and its inventory."""
    return {
        "listing_id": spec.listing_id,
        "title": spec.title,
        "state": spec.state,
        "listing_type": spec.kind,
        "created_timestamp": OPENED,
        "updated_timestamp": OPENED,
        "should_auto_renew": True,
        "inventory": {
            "products": [_product(spec, article) for article in spec.articles],
            **{
                f"{name}_on_property": list(spec.on_property.get(name, ()))
                for name in ("price", "quantity", "sku", "readiness_state")
            },
        },
    }


def initial() -> dict[int, Any]:
    """All listings by number."""
    return {spec.listing_id: listing(spec) for spec in SPECS}
