# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Addresses as DHL wants them: doors, parcel lockers, post offices, post boxes; customs areas."""

from __future__ import annotations

# The customs union of the EU, by ISO 3166-1 alpha-2.
UNION = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MC",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)
# Parts of member states outside of it, by their postal codes.
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
