# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Payloads with something wrong in them: types, nulls, sizes, letters, numbers, markup."""

from __future__ import annotations

import copy
import random
from typing import Any

JUNK: tuple[Any, ...] = (
    *(None, True, False, 0, -1, -5, 1, 10**9, 10**15, -(10**15), 10**40, 0.1, 1e300),
    *(float("nan"), float("inf"), "", " ", "x", "NaN", "-0.01", "1e999999", "99999999999999.99"),
    *("0.005", "1,50", "=1+1", '=HYPERLINK("http://x","y")', "<script>alert(1)</script>"),
    *("'; DROP TABLE sale_order; --", "a\0b", "\ud800", "‮rtl", "😀" * 50, "ä" * 5000),
    *([], {}, [None], [{}], {"amount": "1"}, {"nodes": [None]}, {"nodes": []}),
    *("2026-13-45T99:00:00Z", "1000-01-01T00:00:00Z", "ZZ", "XXX", "gid://shopify/Order/1"),
)


def spoil(payload: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """A copy with one to three values replaced, removed or doubled, anywhere in it."""
    spoiled = copy.deepcopy(payload)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        parent, key = _place(spoiled, chance)
        what = chance.random()
        if what < 0.7:
            parent[key] = copy.deepcopy(chance.choice(JUNK))
        elif what < 0.85:
            del parent[key]
        elif isinstance(parent, list):
            parent.append(copy.deepcopy(parent[key]))
        else:
            parent[key] = [copy.deepcopy(parent[key])] * 3
    return spoiled


def _place(root: Any, chance: random.Random) -> tuple[Any, Any]:
    """A container and a key in it, at a random depth."""
    while True:
        parent, key = root, None
        while isinstance(parent, (dict, list)) and parent:
            keys = list(parent) if isinstance(parent, dict) else range(len(parent))
            key = chance.choice(keys)
            child = parent[key]
            if not isinstance(child, (dict, list)) or not child or chance.random() < 0.1:
                return parent, key
            parent = child
