# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Carriers as Shopify writes them: for these names it builds the link and follows the parcel.

Source: FulfillmentTrackingInfo in Shopify's Admin reference, the part that matters in Europe.
Shopify compares names letter by letter.
"""

from __future__ import annotations

from ..base.carriers import OTHER_NAMES, find_carrier

COMPANIES = (
    "Amazon Logistics UK",
    "BPost",
    "BRT",
    "Bring",
    "Chronopost",
    "Colis Privé",
    "Colissimo",
    "Correos",
    "DHL",
    "DHL Express",
    "DHL eCommerce",
    "DPD",
    "DPD Local",
    "DPD UK",
    "Deutsche Post",
    "Evri",
    "FedEx",
    "GLS",
    "GLS Italy",
    "Hermes",
    "Inpost",
    "Mondial Relay",
    "Packeta",
    "PostNL",
    "PostNord DK",
    "PostNord NO",
    "PostNord SE",
    "Poste Italiane",
    "Royal Mail",
    "SEUR",
    "Swiss Post",
    "TNT",
    "UPS",
    "USPS",
    "Venipak",
    "Österreichische Post",
)


def company_name(name: str) -> str:
    """Shopify's name of a carrier we know as ``name`` ("DHL Paket"), or ours if it has none."""
    known = {company.casefold(): company for company in COMPANIES} | OTHER_NAMES
    return find_carrier(name, known) or name.strip()
