# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Carriers as Etsy calls them: the list depends on where parcels are sent from."""

from __future__ import annotations

from collections.abc import Iterable

from ..base.carriers import OTHER_NAMES, find_carrier

# Etsy's word for a carrier it does not know; the number is shown all the same.
OTHER = "other"


def carrier_name(name: str, known: Iterable[str]) -> str:
    """Etsy's name of a carrier we call ``name`` ("DHL Paket"), or its word for others."""
    names = {carrier.casefold(): carrier for carrier in known}
    ours = {
        alias: names[name.casefold()]
        for alias, name in OTHER_NAMES.items()
        if name.casefold() in names
    }
    return find_carrier(name, ours | names) or OTHER
