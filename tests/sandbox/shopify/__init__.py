# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""A stand-in for Shopify's Admin interface on the vendor's real schema."""

from .server import Sandbox
from .store import CLIENT_ID, CLIENT_SECRET, Store, default_orders, expected_totals

__all__ = ["CLIENT_ID", "CLIENT_SECRET", "Sandbox", "Store", "default_orders", "expected_totals"]
