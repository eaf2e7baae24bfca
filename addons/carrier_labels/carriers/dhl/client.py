# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
# Sentences are marked here and translated by who shows them: base/words.py.
# pylint: disable=prefer-env-translation
"""DHL Parcel DE Shipping v2."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from ..base.client import Account, CarrierClient
from ..base.errors import CarrierBusy, CarrierError, CarrierRefused, CarrierUncertain
from ..base.http import Answer, HttpClient, Tokens
from ..base.types import BoughtLabel, LabelOrder, Manifest, TrackingStatus
from ..base.words import _
from . import documents, returns, tracking
from .checks import problems

PRODUCTION, SANDBOX = "https://api-eu.dhl.com", "https://api-sandbox.dhl.com"
SHIPPING = "/parcel/de/shipping/v2"
TOKEN = "/parcel/de/account/auth/ropc/v1/token"
TOKENS = Tokens()
# Shipments in one request.
MOST = 30
PROFILE = "STANDARD_GRUPPENPROFIL"
# DHL's days, whatever the clock of this machine shows.
GERMANY = ZoneInfo("Europe/Berlin")
BUSY = _("DHL does not let us log in right now.")


class DhlClient(CarrierClient):
    """One account of the DHL business portal.

    With an API secret DHL grants a token for it; without one, each request has the API key and
    the portal's user.
    """

    name = "DHL"
    largest = MOST
    can_manifest = True

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        base = account.base or (PRODUCTION if account.production else SANDBOX)
        self.http = HttpClient(self.name, base)
        self.profile = account.secrets.get("profile") or PROFILE
        self.secrets = account.secrets
        self._key = (account.key, base, *sorted(account.secrets.items()))

    # Buying

    def batches(self, orders: Iterable[LabelOrder]) -> Iterable[list[LabelOrder]]:
        """Sets with the same parameters."""
        by_query: dict[Any, list[LabelOrder]] = {}
        for order in orders:
            by_query.setdefault(tuple(documents.query(order)), []).append(order)
        for those in by_query.values():
            yield from super().batches(those)

    def check(self, order: LabelOrder) -> list[CarrierError]:
        """See ``checks``."""
        return problems(order)

    def buy(self, orders: Sequence[LabelOrder]) -> list[BoughtLabel | CarrierError]:
        """Buy up to thirty shipments."""
        try:
            parts = self._order(orders, validate=False)
        except CarrierError as error:
            return [error] * len(orders)
        return [documents.outcome(one) for one in parts]

    def dry_run(self, orders: Sequence[LabelOrder]) -> list[CarrierError | None]:
        """Let DHL look at it without buying."""
        try:
            parts = self._order(orders, validate=True)
        except CarrierError as error:
            return [error] * len(orders)
        wrong = [[one for one in of_order if documents.status(one) != 200] for of_order in parts]
        return [
            CarrierRefused("DHL: %(said)s", said="; ".join(map(documents.detail, failed)))
            if failed
            else None
            for failed in wrong
        ]

    def _order(self, orders: Sequence[LabelOrder], *, validate: bool) -> list[list[documents.Json]]:
        """Send orders; what DHL says of each of their parcels."""
        shipments = [documents.shipments(order) for order in orders]
        body = {"profile": self.profile, "shipments": [one for row in shipments for one in row]}
        parameters = urlencode(documents.query(orders[0], validate=validate))
        answer = self._send("POST", f"{SHIPPING}/orders?{parameters}", body)
        items = self._items(answer, len(body["shipments"]))
        rest = iter(items)
        return [[next(rest) for _parcel in row] for row in shipments]

    def _items(self, answer: Answer, expected: int) -> list[documents.Json]:
        """The items of an answer that has one for each shipment; else what it says is raised."""
        try:
            content = answer.json()
        except ValueError as error:
            raise self._problem(answer, None) from error
        try:
            items = documents.read_items(content)
            for item in items:
                documents.label([item]) if item.get("shipmentNo") else documents.detail(item)
        except documents.UNREADABLE as error:
            raise self._problem(answer, content) from error
        if len(items) != expected or answer.status not in (200, 207, 400):
            raise self._problem(answer, content)
        return items

    def _problem(self, answer: Answer, content: Any) -> CarrierError:
        """Why an answer does not say what became of each shipment."""
        text = documents.detail(content) if isinstance(content, dict) else ""
        error = self.http.failure(answer.status, text, answer.retry_after())
        return error or CarrierUncertain(
            _("%(carrier)s gives an answer nobody can read."), code="answer", carrier=self.name
        )

    # What there is

    def fetch(self, numbers: Sequence[str], label_format: str) -> BoughtLabel:
        """The labels of shipments that are not closed yet."""
        doc_format = "PDF" if label_format == "pdf" else "ZPL2"
        parameters = [("shipment", number) for number in numbers]
        parameters += [("docFormat", doc_format), ("includeDocs", "include"), ("combine", "false")]
        answer = self._send("GET", f"{SHIPPING}/orders?{urlencode(parameters)}")
        items = self._items(answer, len(numbers))
        if wrong := [item for item in items if documents.status(item) != 200]:
            said = documents.detail(wrong[0])
            raise CarrierRefused("DHL: %(said)s", code="not_found", said=said)
        return documents.label(items)

    def void(self, numbers: Sequence[str]) -> dict[str, CarrierError | None]:
        """Delete shipments that are not closed yet."""
        told: dict[str, CarrierError | None] = {}
        for start in range(0, len(numbers), MOST):
            some = list(numbers[start : start + MOST])
            try:
                told |= self._delete(some)
            except CarrierError as error:
                told |= dict.fromkeys(some, error)
        return told

    def _delete(self, numbers: list[str]) -> dict[str, CarrierError | None]:
        parameters = [("profile", self.profile), *(("shipment", one) for one in numbers)]
        answer = self._send("DELETE", f"{SHIPPING}/orders?{urlencode(parameters)}")
        items = self._items(answer, len(numbers))
        return {
            number: None
            if documents.status(item) == 200
            else CarrierRefused("DHL: %(said)s", code="not_found", said=documents.detail(item))
            for number, item in zip(numbers, items, strict=True)
        }

    # The list of the day

    def manifest(self, numbers: Sequence[str]) -> Manifest:
        """Close shipments; the list is of the whole day. May be repeated."""
        closed: list[str] = []
        errors: dict[str, str] = {}
        for start in range(0, len(numbers), MOST):
            some = list(numbers[start : start + MOST])
            body = {"profile": self.profile, "shipmentNumbers": some}
            items = self._items(self._send("POST", f"{SHIPPING}/manifests", body), len(some))
            for number, item in zip(some, items, strict=True):
                if documents.status(item) == 200:
                    closed.append(number)
                else:
                    errors[number] = documents.detail(item)
        return Manifest(tuple(closed), tuple(self._list_of_day()) if closed else (), errors)

    def _list_of_day(self) -> Iterable[documents.Document]:
        today = datetime.now(GERMANY).date()
        answer = self._send("GET", f"{SHIPPING}/manifests?date={today}&includeDocs=include")
        try:
            content = answer.json()
        except ValueError as error:
            raise self._problem(answer, None) from error
        if answer.status != 200:
            raise self._problem(answer, content)
        for number, one in enumerate(content.get("manifest") or [], 1):
            yield documents.document("manifest", f"{today}-{number}", one)

    # Others

    def return_label(self, order: LabelOrder, receiver: str) -> BoughtLabel:
        """A label a buyer sends goods back with; costs only if it is used."""
        answer = self._send("POST", returns.path(), returns.request(order, receiver))
        if answer.status != 201:
            try:
                content = answer.json()
            except ValueError:
                content = None
            raise self._problem(answer, content)
        return returns.read(answer.json())

    def track(self, numbers: Sequence[str]) -> dict[str, TrackingStatus]:
        """See ``tracking``: twenty parcels a request."""
        return tracking.track(self.http, self.secrets, numbers)

    # Asking

    def _send(self, method: str, path: str, body: documents.Json | None = None) -> Answer:
        """A request with our rights; again with a new token where the old one is not taken."""
        answer = self._send_once(method, path, body)
        if answer.status == 401 and self.secrets.get("api_secret"):
            TOKENS.forget(self._key)
            answer = self._send_once(method, path, body)
        return answer

    def _send_once(self, method: str, path: str, body: documents.Json | None) -> Answer:
        headers = {"Accept-Language": "de-DE", "Accept": "application/json", **self._rights()}
        content: dict[str, Any] = {}
        if body is not None:
            content["data"] = json.dumps(body, ensure_ascii=False).encode()
            headers["Content-Type"] = "application/json"
        if not self.secrets.get("api_secret"):
            content["auth"] = (
                self.secrets.get("username", "").encode(),
                self.secrets.get("password", "").encode(),
            )
        return self.http.send(method, path, headers=headers, **content)

    def _rights(self) -> dict[str, str]:
        if not self.secrets.get("api_secret"):
            return {"dhl-api-key": self.secrets.get("api_key", "")}
        return {"Authorization": f"Bearer {TOKENS.get(self._key, self._renew)}"}

    def _renew(self) -> tuple[str, float]:
        """A token by DHL's password grant. Without one nothing was sent."""
        form = {
            "grant_type": "password",
            "username": self.secrets.get("username", ""),
            "password": self.secrets.get("password", ""),
            "client_id": self.secrets.get("api_key", ""),
            "client_secret": self.secrets.get("api_secret", ""),
        }
        try:
            answer = self.http.send("POST", TOKEN, data=form)
            content = answer.json()
            if answer.status == 200:
                return str(content["access_token"]), float(content.get("expires_in") or 1800)
        except (CarrierUncertain, *documents.UNREADABLE) as error:
            raise CarrierBusy(BUSY) from error
        if answer.status in (429, 500, 502, 503, 504):
            raise CarrierBusy(BUSY, answer.retry_after())
        said = content.get("detail") or content.get("title") or "" if content else ""
        raise CarrierRefused(
            _("%(carrier)s does not let us in: %(said)s"),
            code="access",
            carrier=self.name,
            said=said,
        )
