# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What the stand-in does for a request that DHL's file allows."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from lxml import etree

from . import guard, papers, rules
from .store import API_KEY, TRACKING_PASSWORD, Json, Store

PDF_FORMAT = "910-300-700"


def status(code: int, detail: str = "") -> Json:
    """DHL's description of how it went."""
    titles = {200: "OK", 207: "Multi-Status", 400: "Bad Request", 500: "Internal Server Error"}
    told = {"title": titles.get(code, "Error"), "statusCode": code, "status": code}
    return told | ({"detail": detail[:80]} if detail else {})


def buy(store: Store, pairs: list[tuple[str, str]], body: bytes, fault: Json | None) -> Any:
    """Sell shipments; or only look at them, where the request says so."""
    content = json.loads(body)
    guard.shipping().judge("ShipmentOrderRequest", content)
    if len(content["shipments"]) > 30:
        raise guard.Invalid("more than 30 shipments")
    query = dict(pairs)
    spoiled = fault if fault and fault["kind"] in ("refuse", "fail") else {}
    items = []
    for index, shipment in enumerate(content["shipments"]):
        if index in spoiled.get("positions", ()):
            code = 400 if spoiled["kind"] == "refuse" else 500
            items.append({"sstatus": status(code, "The shipment was not processed.")})
        else:
            items.append(_one(store, shipment, query))
    codes = {item["sstatus"]["statusCode"] for item in items}
    code = 400 if codes == {400} else 207 if len(items) > 1 else codes.pop()
    return code, {"status": status(code), "items": items}


def _one(store: Store, shipment: Json, query: Json) -> Json:
    today = datetime.fromtimestamp(store.moment(), UTC).date()
    found = rules.problems(shipment, today, must_encode=query.get("mustEncode") == "true")
    told: Json = {}
    if found:
        told["validationMessages"] = [
            {"property": where, "validationMessage": text, "validationState": state}
            for where, text, state in found
        ]
    if any(state == "Error" for _where, _text, state in found):
        return {"sstatus": status(400, "The shipment contains errors."), **told}
    if query.get("validate") == "true":
        return {"sstatus": status(200), **told}
    row = store.sell(shipment)
    return {"sstatus": status(200), **told, **papers_of(row, query)}


def papers_of(row: Json, query: Json) -> Json:
    """Number and documents of a shipment."""
    asked, number = row["asked"], row["number"]
    to = asked["consignee"]
    lines = (asked["product"], number, to.get("name1") or to.get("name", ""), asked["refNo"])
    told: Json = {"shipmentNo": number, "shipmentRefNo": asked["refNo"]}
    told["label"] = _document(query, *lines)
    if "return" in row:
        told |= {
            "returnShipmentNo": row["return"],
            "returnLabel": _document(query, "DHL Retoure", row["return"]),
        }
    if "customs" in asked and asked["product"] == "V53WPAK":
        told["customsDoc"] = _document({}, "CN23", number) | {"printFormat": "A4"}
    return told


def _document(query: Json, *lines: str) -> Json:
    if query.get("docFormat") == "ZPL2":
        return {"zpl2": papers.zpl(*lines), "fileFormat": "ZPL2", "printFormat": PDF_FORMAT}
    content = base64.b64encode(papers.pdf(*lines)).decode()
    return {"b64": content, "fileFormat": "PDF", "printFormat": PDF_FORMAT}


def look(store: Store, pairs: list[tuple[str, str]], _body: bytes, _fault: Json | None) -> Any:
    """Documents of shipments that are not closed."""
    items = []
    for number in [value for name, value in pairs if name == "shipment"]:
        row = store.shipments.get(number)
        if row and row["state"] == "open":
            items.append({"sstatus": status(200), **papers_of(row, dict(pairs))})
        else:
            detail = "Shipment not found or closed."
            items.append({"shipmentNo": number, "sstatus": status(400, detail)})
    return _together(items)


def delete(store: Store, pairs: list[tuple[str, str]], _body: bytes, _fault: Json | None) -> Any:
    """Take shipments back."""
    numbers = [value for name, value in pairs if name == "shipment"]
    return _together([_told(number, store.delete(number)) for number in numbers])


def close(store: Store, _pairs: list[tuple[str, str]], body: bytes, _fault: Json | None) -> Any:
    """Close shipments for the day."""
    content = json.loads(body)
    guard.shipping().judge("ShipmentManifestingRequest", content)
    items = [_told(number, store.close(number)) for number in content["shipmentNumbers"]]
    return 207, {"status": status(207), "items": items}


def _told(number: str, problem: str) -> Json:
    return {"shipmentNo": number, "sstatus": status(400 if problem else 200, problem)}


def _together(items: list[Json]) -> Any:
    codes = {item["sstatus"]["statusCode"] for item in items}
    code = 400 if codes == {400} else 207 if len(items) > 1 else 200
    return code, {"status": status(code), "items": items}


def manifest(store: Store, pairs: list[tuple[str, str]], _body: bytes, _fault: Json | None) -> Any:
    """The list of the day."""
    closed = [number for number, row in store.shipments.items() if row["state"] == "closed"]
    return 200, {
        "status": status(200),
        "manifestDate": dict(pairs).get("date", ""),
        "manifest": [_document({}, "Manifest", *closed[:10])],
        "items": [
            {"shipmentNo": number, "sheetNo": "1", "sstatus": status(200)} for number in closed
        ],
    }


def return_label(
    store: Store, _pairs: list[tuple[str, str]], body: bytes, _fault: Json | None
) -> Any:
    """A label to send goods back with."""
    content = json.loads(body)
    guard.returns().judge("ReturnOrder", content)
    store.serial += 1
    number = f"9034043416109{store.serial:06d}"
    store.returns[number] = content
    store.effects.append({"kind": "return", "number": number})
    label = base64.b64encode(papers.pdf("DHL Retoure", number)).decode()
    return 201, {
        "sstatus": {"title": "Created", "status": 201, "detail": "Created"},
        "shipmentNo": number,
        "label": {"b64": label},
        "routingCode": "40327653113+99000933090010",
    }


def track(store: Store, query: str) -> tuple[int, bytes]:
    """Where parcels are, as XML."""
    asked = guard.tracking(parse_qs(query).get("xml", [""])[0])
    if (asked.get("appname"), asked.get("password")) == ("", "") or (
        asked.get("password") != TRACKING_PASSWORD
    ):
        error = "Login failed"
        return 200, etree.tostring(
            etree.Element("data", name="piece-shipment-list", code="5", error=error)
        )
    root = etree.Element("data", name="piece-shipment-list", code="0")
    for number in asked.get("piece-code", "").split(";"):
        if events := store.events.get(number):
            _piece(root, number, events)
    if not len(root):
        root.set("code", "100")
        root.set("error", "No data found")
    return 200, etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _piece(root: etree._Element, number: str, events: list[Json]) -> None:
    last = events[-1]
    piece = etree.SubElement(
        root,
        "data",
        {
            "name": "piece-shipment",
            "error-status": "0",
            "piece-code": number,
            "searched-piece-code": number,
            "standard-event-code": last.get("code", ""),
            "status": last.get("text", ""),
            "status-timestamp": last.get("time", ""),
            "event-location": last.get("place", ""),
            "delivery-event-flag": "1" if last.get("code") == "ZU" else "0",
            "ruecksendung": "true" if last.get("returning") else "false",
        },
    )
    rows = etree.SubElement(piece, "data", name="piece-event-list")
    for event in events:
        etree.SubElement(
            rows,
            "data",
            {
                "name": "piece-event",
                "event-timestamp": event.get("time", ""),
                "event-status": event.get("text", ""),
                "event-location": event.get("place", ""),
                "standard-event-code": event.get("code", ""),
                "ice": event.get("ice", ""),
                "ric": event.get("ric", ""),
                "ruecksendung": "true" if event.get("returning") else "false",
            },
        )


SHIPPING = "/parcel/de/shipping/v2"
# By method and path: name, path in DHL's file, whether it changes something, and what does it.
OPERATIONS = {
    ("POST", "/orders"): ("buy", buy),
    ("GET", "/orders"): ("look", look),
    ("DELETE", "/orders"): ("delete", delete),
    ("POST", "/manifests"): ("close", close),
    ("GET", "/manifests"): ("manifest", manifest),
}
RETURNS = "/parcel/de/shipping/returns/v1/orders"
TRACKING = "/parcel/de/tracking/v0/shipments"
TOKEN = "/parcel/de/account/auth/ropc/v1/token"
__all__ = ["API_KEY", "OPERATIONS", "RETURNS", "SHIPPING", "TOKEN", "TRACKING"]
