# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""A stand-in for DHL Parcel DE (shipping, returns, tracking), judged by DHL's own files."""

from .guard import ABSENT, available
from .server import Sandbox
from .store import API_KEY, API_SECRET, EKP, PASSWORD, TRACKING_PASSWORD, USERNAME, Store

__all__ = [
    "ABSENT",
    "API_KEY",
    "API_SECRET",
    "EKP",
    "PASSWORD",
    "TRACKING_PASSWORD",
    "USERNAME",
    "Sandbox",
    "Store",
    "available",
]
