# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Services of UPS from Germany, and what a package may weigh and measure.

Limits are those of UPS for packages, in kilograms and millimetres.
"""

from __future__ import annotations

from decimal import Decimal

ACCESS_POINT = "70"
PRODUCTS = {
    "11": "UPS Standard",
    "65": "UPS Express Saver",
    "07": "UPS Express",
    "74": "UPS Express 12:00",
    "54": "UPS Express Plus",
    "08": "UPS Expedited",
    ACCESS_POINT: "UPS Access Point Economy",
}
MOST_WEIGHT = Decimal(70)
MOST_LENGTH = 2740
# Length and girth: the longest side, and twice each of the others.
MOST_GIRTH = 4000
MOST_PARCELS = 200
# A package of ours, not one of UPS.
OWN_PACKAGING = "02"
# Services of other carriers UPS does not have, by what a person calls them.
WITHOUT = {
    "premium": "Premium",
    "closest_drop_point": "Closest Drop Point",
    "endorsement": "Endorsement",
    "return_label": "Return Label in the Parcel",
}
