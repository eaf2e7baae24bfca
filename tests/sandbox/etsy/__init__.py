# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""A stand-in for Etsy's Open API, judged by Etsy's own OpenAPI file."""

from .samples import ABSENT, available, default_receipts, expected_totals
from .server import Sandbox
from .store import KEYSTRING, SHARED_SECRET, SHOP_ID, USER_ID, Store

__all__ = [
    "ABSENT",
    "KEYSTRING",
    "SHARED_SECRET",
    "SHOP_ID",
    "USER_ID",
    "Sandbox",
    "Store",
    "available",
    "default_receipts",
    "expected_totals",
]
