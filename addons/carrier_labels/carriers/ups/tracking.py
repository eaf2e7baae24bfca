# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Where parcels are, from answers of UPS's tracking.

UPS tells a status code of three digits and a type of one or two letters. The code is finer; the
type decides where the code is not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from ..base.types import (
    ANNOUNCED,
    DELIVERED,
    EXCEPTION,
    IN_TRANSIT,
    OUT_FOR_DELIVERY,
    PICKUP_READY,
    RETURNED,
    RETURNING,
    UNKNOWN,
    TrackingEvent,
    TrackingStatus,
)
from .errors import listed, text

CODES = {
    **dict.fromkeys(("003", "007", "043", "044", "045"), ANNOUNCED),
    **dict.fromkeys(("005", "010", "012", "014", "025", "038", "039", "057"), IN_TRANSIT),
    **dict.fromkeys(("006", "021"), OUT_FOR_DELIVERY),
    **dict.fromkeys(("017", "040"), PICKUP_READY),
    **dict.fromkeys(("011", "026"), DELIVERED),
    **dict.fromkeys(
        ("013", "016", "022", "023", "024", "029", "030", "050", "058", "059", "060", "061")
        + ("062", "064", "066", "068", "069"),
        EXCEPTION,
    ),
    **dict.fromkeys(("033", "035", "036", "037"), RETURNING),
    **dict.fromkeys(("034", "067"), RETURNED),
}
# Late, changed on its way: nothing a person has to do.
CODES |= dict.fromkeys(
    ("018", "019", "020", "027", "028", "032", "041", "042", "046", "047", "048", "049", "051")
    + ("052", "053", "054", "055", "056", "063", "065"),
    IN_TRANSIT,
)
TYPES = {
    "M": ANNOUNCED,
    "MV": ANNOUNCED,
    "P": IN_TRANSIT,
    "I": IN_TRANSIT,
    "O": OUT_FOR_DELIVERY,
    "DO": IN_TRANSIT,
    "DD": IN_TRANSIT,
    "W": IN_TRANSIT,
    "D": DELIVERED,
    "X": EXCEPTION,
    "RS": RETURNING,
    "NA": UNKNOWN,
}


def statuses(content: Mapping[str, Any]) -> Iterator[TrackingStatus]:
    """Each parcel of an answer: the one that was asked for, and those that travel with it."""
    for shipment in listed(content["trackResponse"].get("shipment")):
        for package in listed(shipment.get("package")):
            if number := text(package.get("trackingNumber")):
                yield _status(number, package)


def _status(number: str, package: Mapping[str, Any]) -> TrackingStatus:
    # UPS has the newest first.
    events = tuple(_event(one) for one in reversed(listed(package.get("activity"))))
    current = package.get("currentStatus") or {}
    latest = events[-1] if events else None
    state = _state(current)
    if state == UNKNOWN and latest:
        state = latest.state
    return TrackingStatus(
        number,
        state,
        latest.time if latest else None,
        text(current.get("description")) or (latest.text if latest else ""),
        latest.place if latest else "",
        events,
    )


def _event(activity: Mapping[str, Any]) -> TrackingEvent:
    status = activity.get("status") or {}
    where = (activity.get("location") or {}).get("address") or {}
    parts = (text(where.get("city")), text(where.get("countryCode") or where.get("country")))
    return TrackingEvent(
        _state(status),
        _time(text(activity.get("date")), text(activity.get("time"))),
        text(status.get("description")),
        ", ".join(part for part in parts if part),
        text(status.get("statusCode")) or text(status.get("code")),
    )


def _state(status: Mapping[str, Any]) -> str:
    for name in ("statusCode", "code"):
        if found := CODES.get(text(status.get(name))):
            return found
    return TYPES.get(text(status.get("type")), UNKNOWN)


def _time(date: str, time: str) -> datetime | None:
    """The local time of the place; None where UPS tells no date."""
    try:
        return datetime.strptime(date + (time or "000000"), "%Y%m%d%H%M%S")
    except ValueError:
        return None
