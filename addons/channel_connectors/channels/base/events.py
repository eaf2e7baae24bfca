# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What a channel tells us by itself. It is a hint: what it is about is fetched again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any


class EventKind(str, Enum):
    """What has to be done about an event."""

    ORDER = "order"
    PART = "part"  # something that belongs to an order; which one has to be asked
    BULK = "bulk"
    UNINSTALLED = "uninstalled"
    RIGHTS = "rights"
    DATA_REQUEST = "data_request"
    CUSTOMER_REDACT = "customer_redact"
    SHOP_REDACT = "shop_redact"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Event:
    """One delivery. ``subject`` is the channel's full id of what it is about.

    ``content`` is kept only where the request itself is the message; of everything else no
    more than the id is needed, so no customer data is kept.
    """

    kind: EventKind
    topic: str
    delivery_id: str
    shop: str
    subject: str = ""
    triggered_at: datetime | None = None
    content: dict[str, Any] | None = None


@dataclass(frozen=True)
class Subscription:
    """What we want to be told, and how much of it."""

    topic: str
    fields: tuple[str, ...] = ()
