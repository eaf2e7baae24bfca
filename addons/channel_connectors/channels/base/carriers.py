# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""A carrier as we call it, found among the names a channel knows."""

from __future__ import annotations

from collections.abc import Mapping

# What German senders call a carrier, and the name most channels know it by.
OTHER_NAMES = {
    "warenpost": "Deutsche Post",
    "briefpost": "Deutsche Post",
    "die post": "Swiss Post",
    "schweizerische post": "Swiss Post",
    "austrian post": "Österreichische Post",
    "myhermes": "Hermes",
    "united parcel service": "UPS",
    "federal express": "FedEx",
}


def find_carrier(name: str, known: Mapping[str, str]) -> str:
    """What ``known``, by its lower-case keys, has for a carrier we call ``name`` ("DHL Paket").

    The longest key that begins our name, word by word, is taken; nothing if none does.
    """
    words = " ".join(name.split()).casefold()
    found = [key for key in known if f"{words} ".startswith(f"{key} ")]
    return known[max(found, key=len)] if found else ""
