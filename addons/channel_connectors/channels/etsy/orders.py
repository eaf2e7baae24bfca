# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Orders of an Etsy shop."""

from __future__ import annotations

from .client import EtsyClient


class EtsyOrders:
    """What a shop has sold."""

    client: EtsyClient
