# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
# Sentences are marked here and translated by who shows them: base/words.py.
# pylint: disable=prefer-env-translation
"""Tracking of DHL Parcel DE: XML in a parameter, sets of twenty parcels.

DHL cannot be asked for a reference here, only for the numbers of parcels. What a code means is
DHL's list of standard events; a code that is not known counts as under way, never as delivered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

from lxml import etree

from ..base import types
from ..base.errors import CarrierBusy, CarrierRefused
from ..base.http import HttpClient
from ..base.types import TrackingEvent, TrackingStatus
from ..base.words import _

PATH = "/parcel/de/tracking/v0/shipments"
MOST = 20
STATES = {
    "VA": types.ANNOUNCED,
    "ES": types.IN_TRANSIT,
    "AE": types.IN_TRANSIT,
    "AA": types.IN_TRANSIT,
    "EE": types.IN_TRANSIT,
    "EI": types.IN_TRANSIT,
    "ZO": types.IN_TRANSIT,
    "PO": types.OUT_FOR_DELIVERY,
    "LA": types.PICKUP_READY,
    "ZF": types.PICKUP_READY,
    "ZU": types.DELIVERED,
    "ZN": types.EXCEPTION,
    "AN": types.EXCEPTION,
    "BV": types.EXCEPTION,
    "NB": types.EXCEPTION,
    "RT": types.RETURNING,
}
# Numbers DHL has not heard of yet; everything else is about the request.
NOT_FOUND = ("100",)


def track(
    http: HttpClient, secrets: Mapping[str, str], numbers: Sequence[str]
) -> dict[str, TrackingStatus]:
    """Where parcels are; those DHL does not know are left out."""
    found: dict[str, TrackingStatus] = {}
    for start in range(0, len(numbers), MOST):
        some = numbers[start : start + MOST]
        query = urlencode({"xml": request(secrets, some)})
        auth = (secrets.get("api_key", "").encode(), secrets.get("api_secret", "").encode())
        answer = http.send("GET", f"{PATH}?{query}", auth=auth)
        if error := http.failure(answer.status, "", answer.retry_after()):
            raise error
        found |= read(answer.body)
    return found


def request(secrets: Mapping[str, str], numbers: Sequence[str]) -> str:
    """What is asked, as XML."""
    data = etree.Element(
        "data",
        {
            "appname": secrets.get("tracking_username", ""),
            "password": secrets.get("tracking_password") or secrets.get("password", ""),
            "language-code": "de",
            "piece-code": ";".join(numbers),
            "request": "d-get-piece-detail",
        },
    )
    body = etree.tostring(data, encoding="UTF-8", xml_declaration=True, standalone=False)
    return body.decode()


def read(body: bytes) -> dict[str, TrackingStatus]:
    """What DHL says of each parcel."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        text = _("%(carrier)s gives an answer nobody can read.")
        raise CarrierBusy(text, carrier="DHL") from error
    code = root.get("code", "0")
    if code != "0" and code not in NOT_FOUND:
        said = root.get("error") or code
        raise CarrierRefused("DHL: %(said)s", code="access", said=said)
    pieces = [piece for piece in root.iter("data") if piece.get("name") == "piece-shipment"]
    statuses = [_status(piece) for piece in pieces if piece.get("error-status", "0") == "0"]
    return {status.number: status for status in statuses}


def _status(piece: etree._Element) -> TrackingStatus:
    events = tuple(
        _event(event) for event in piece.iter("data") if event.get("name") == "piece-event"
    )
    return TrackingStatus(
        number=piece.get("searched-piece-code") or piece.get("piece-code", ""),
        state=_state(piece, piece.get("standard-event-code", "")),
        time=_time(piece.get("status-timestamp", "")),
        text=piece.get("status", ""),
        place=piece.get("event-location", ""),
        events=tuple(sorted(events, key=lambda event: event.time or datetime.min)),
    )


def _event(event: etree._Element) -> TrackingEvent:
    code = event.get("standard-event-code", "")
    return TrackingEvent(
        state=_state(event, code),
        time=_time(event.get("event-timestamp", "")),
        text=event.get("event-status") or event.get("event-text", ""),
        place=event.get("event-location", ""),
        code="/".join(filter(None, (code, event.get("ice"), event.get("ric")))),
    )


def _state(data: etree._Element, code: str) -> str:
    """Where a parcel is; one that comes back is delivered to us, not to its buyer."""
    state = STATES.get(code, types.IN_TRANSIT if code else types.UNKNOWN)
    if data.get("delivery-event-flag") == "1":
        state = types.DELIVERED
    if data.get("ruecksendung") == "true":
        return types.RETURNED if state == types.DELIVERED else types.RETURNING
    return state


def _time(text: str) -> datetime | None:
    """DHL's time, as it writes it: 18.03.2026 10:02 or 2026-03-18T10:02:00."""
    for form in ("%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S"):
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
