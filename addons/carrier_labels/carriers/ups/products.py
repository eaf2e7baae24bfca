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
# Of our services, those UPS has, by what a person calls them.
SERVICES = {
    "age": "age check",
    "named_person": "named person only",
    "signature": "signed for by the recipient",
    "no_neighbour": "no delivery to neighbours",
    "insurance": "additional insurance",
    "bulky": "bulky goods",
    "duty_paid": "duties paid by the sender",
}
WITHOUT = {
    "premium": "premium",
    "closest_drop_point": "closest drop point",
    "endorsement": "what to do if it cannot be delivered",
    "return_label": "return label in the parcel",
}
