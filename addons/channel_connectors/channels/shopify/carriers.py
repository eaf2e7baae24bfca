# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Carriers as Shopify writes them: for these names it builds the link and follows the parcel.

Source: FulfillmentTrackingInfo in Shopify's Admin reference, the part that matters in Europe.
Shopify compares names letter by letter.
"""

from __future__ import annotations

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
# What German senders call them.
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


def company_name(name: str) -> str:
    """Shopify's name of a carrier we know as ``name`` ("DHL Paket"), or ours if it has none.

    The longest of Shopify's names that begins ours, word by word, is taken.
    """
    words = " ".join(name.split()).casefold()
    candidates = {company.casefold(): company for company in COMPANIES} | OTHER_NAMES
    found = [key for key in candidates if f"{words} ".startswith(f"{key} ")]
    return candidates[max(found, key=len)] if found else name.strip()
