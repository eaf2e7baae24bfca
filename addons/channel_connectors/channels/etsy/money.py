# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Payments, fees and payouts of an Etsy shop."""

from __future__ import annotations

from .client import EtsyClient


class EtsyMoney:
    """What the shop's payment account says."""

    client: EtsyClient
