# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Where customs want to know what is in a parcel from Germany."""

from __future__ import annotations

# The member states of the EU, which are its customs union, and Monaco, which is part of it.
_UNION = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MC MT NL PL PT RO SE SI SK"
UNION = frozenset(_UNION.split())
# Parts of member states outside of it, by how their postal codes begin.
OUTSIDE = {
    "DE": ("27498", "78266"),  # Helgoland, Büsingen
    "ES": ("35", "38", "51", "52"),  # Canary Islands, Ceuta, Melilla
    "IT": ("23030",),  # Livigno
    "GR": ("63086",),  # Athos
    "FI": ("22",),  # Åland
    "FR": ("97", "98"),  # overseas
}


def needs_customs(country: str, postal_code: str) -> bool:
    """Whether a parcel from Germany passes customs on its way there."""
    return country not in UNION or postal_code.startswith(OUTSIDE.get(country, ("-",)))
