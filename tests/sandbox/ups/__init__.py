# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""A stand-in for UPS, which checks every request against UPS's own OpenAPI files."""

from .guard import ABSENT, available
from .server import Sandbox
from .store import ACCOUNT, CLIENT_ID, CLIENT_SECRET, Store

__all__ = ["ABSENT", "ACCOUNT", "CLIENT_ID", "CLIENT_SECRET", "Sandbox", "Store", "available"]
