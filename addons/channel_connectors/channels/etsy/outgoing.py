# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What an Etsy shop is told."""

from __future__ import annotations

from .client import EtsyClient


class EtsyOutgoing:
    """Shipments and stock."""

    client: EtsyClient
