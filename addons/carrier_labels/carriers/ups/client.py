# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
# Sentences are marked here and translated by who shows them: base/words.py.
# pylint: disable=prefer-env-translation
"""UPS: Shipping, label recovery, void, Rating, Tracking, with OAuth client credentials."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from urllib.parse import quote

from ..base.client import Account, CarrierClient
from ..base.errors import CarrierBusy, CarrierError, CarrierRefused, CarrierUncertain
from ..base.http import Answer, HttpClient, Tokens
from ..base.types import BoughtLabel, LabelOrder, TrackingStatus
from ..base.words import _
from . import answers, documents, tracking
from .checks import problems
from .errors import (
    NAME,
    NOTHING,
    SEVERAL,
    UNREADABLE,
    VOIDED,
    codes_of,
    content,
    problem,
    unreadable,
)

PRODUCTION, TEST = "https://onlinetools.ups.com", "https://wwwcie.ups.com"
TOKEN = "/security/v1/oauth/token"
SHIP = f"/api/shipments/{documents.VERSION}/ship"
VOID = f"/api/shipments/{documents.VERSION}/void/cancel/"
RECOVERY = f"/api/labels/{documents.RECOVERY_VERSION}/recovery"
RATE = f"/api/rating/{documents.VERSION}/Rate"
TRACK = "/api/track/v1/details/"
TOKENS = Tokens()
# Seconds a token holds, should UPS not say.
LIFETIME = 14399.0
SOURCE = "carrier_labels"
LOCALE = "de_DE"
# Shipments that are bought at the same time.
LANES = 4
NO_LOGIN = _("UPS does not let us log in right now.")

Read = TypeVar("Read")


class _TokenRefused(CarrierError):
    """UPS no longer takes the token; nothing was carried out."""


class UpsClient(CarrierClient):
    """One app of UPS's developer portal with the account number it may use."""

    name = NAME
    # A shipment is bought by a request of its own, however many parcels it has. So many parcels
    # are asked for before the answers are stored.
    largest = 12
    can_find = True

    def __init__(self, account: Account, tokens: Any = None) -> None:
        super().__init__(account)
        base = account.base or (PRODUCTION if account.production else TEST)
        self.http = HttpClient(self.name, base)
        self.secrets = account.secrets
        self.shipper = account.secrets.get("shipper", "")
        self.tokens = tokens or TOKENS
        self._key = (account.key, base, self._app)

    @property
    def _app(self) -> tuple[str, str]:
        return self.secrets.get("api_key", ""), self.secrets.get("api_secret", "")

    # Buying

    def check(self, order: LabelOrder) -> list[CarrierError]:
        """See ``checks``."""
        return problems(order)

    def buy(self, orders: Sequence[LabelOrder]) -> list[BoughtLabel | CarrierError]:
        """Buy shipments, a few at a time: each takes UPS about a second."""
        try:
            token = self._token()
        except CarrierError as error:
            return [error] * len(orders)
        lanes = [orders[start::LANES] for start in range(min(LANES, len(orders)))]
        with ThreadPoolExecutor(LANES) as pool:
            told = list(pool.map(lambda lane: self._buy_lane(lane, token), lanes))
        outcomes = [told[place % LANES][place // LANES] for place in range(len(orders))]
        # A lane asks for no new token: where UPS does not take the old one, nothing was bought.
        return [
            self._buy(order) if isinstance(outcome, _TokenRefused) else outcome
            for order, outcome in zip(orders, outcomes, strict=True)
        ]

    def _buy_lane(
        self, orders: Sequence[LabelOrder], token: str
    ) -> list[BoughtLabel | CarrierError]:
        """Buy shipments one after the other, over a connection of their own."""
        http = HttpClient(self.name, self.http.base)

        def send(body: documents.Json) -> Answer:
            answer = _ask(http, token, "POST", SHIP, body)
            if answer.status == 401:
                raise _TokenRefused("")
            return answer

        return [self._bought(order, send) for order in orders]

    def _buy(self, order: LabelOrder) -> BoughtLabel | CarrierError:
        return self._bought(order, lambda body: self._send("POST", SHIP, body))

    def _bought(
        self, order: LabelOrder, send: Callable[[documents.Json], Answer]
    ) -> BoughtLabel | CarrierError:
        kind = answers.RETURN if order.options.get("return") else answers.LABEL
        try:
            answer = send(documents.ship_request(order))
            return self._read(answer, lambda found: answers.shipment(found, kind))
        except CarrierError as error:
            return error

    # What there is

    def find(self, reference: str, label_format: str) -> BoughtLabel | None:
        """What was bought under a reference, with its labels; not its price."""
        request = documents.recovery_request(
            label_format, reference=reference, shipper=self.shipper
        )
        answer = self._send("POST", RECOVERY, request)
        codes = codes_of(answer)
        if codes & NOTHING:
            return None
        if codes & SEVERAL:
            raise self._several(reference)
        found = self._read(answer, answers.recovered)
        return found if isinstance(found, BoughtLabel) else self._candidate(found, label_format)

    def _candidate(self, numbers: tuple[str, ...], label_format: str) -> BoughtLabel | None:
        """The one shipment the parcels with these numbers are of."""
        found: dict[str, BoughtLabel] = {}
        for number in numbers:
            if any(number in label.numbers for label in found.values()):
                continue
            label = self._recover(number, label_format)
            if label:
                found[label.shipment] = label
        if len(found) > 1:
            raise self._several(", ".join(numbers))
        return next(iter(found.values()), None)

    def _several(self, what: str) -> CarrierError:
        text = _("UPS knows several shipments: %(what)s")
        return CarrierUncertain(text, code="several", what=what)

    def _recover(self, number: str, label_format: str) -> BoughtLabel | None:
        """The shipment of a parcel; None where there is none any more."""
        request = documents.recovery_request(label_format, number=number)
        answer = self._send("POST", RECOVERY, request)
        if codes_of(answer) & NOTHING:
            return None
        found = self._read(answer, answers.recovered)
        if isinstance(found, BoughtLabel):
            return found
        raise self._several(number)

    def fetch(self, numbers: Sequence[str], label_format: str) -> BoughtLabel:
        """The labels of a shipment by the number of any of its parcels."""
        label = self._recover(numbers[0], label_format)
        if label is None:
            text = _("UPS has no label for %(number)s.")
            raise CarrierRefused(text, code="not_found", number=numbers[0])
        return label

    def void(self, numbers: Sequence[str]) -> dict[str, CarrierError | None]:
        """Give shipments back, by the number of each shipment."""
        return {number: self._void(number) for number in numbers}

    def _void(self, number: str) -> CarrierError | None:
        try:
            answer = self._send("DELETE", VOID + quote(number, safe=""))
            if codes_of(answer) & VOIDED:
                return None
            if self._read(answer, answers.voided):
                return None
        except CarrierError as error:
            return error
        return CarrierRefused(_("UPS has not cancelled %(number)s."), number=number)

    # Others

    def rate(self, order: LabelOrder) -> answers.Price:
        """What a shipment would cost; raises why UPS does not say."""
        return self._read(self._send("POST", RATE, documents.rate_request(order)), answers.price)

    def track(self, numbers: Sequence[str]) -> dict[str, TrackingStatus]:
        """Where parcels are. A request tells of all parcels of a shipment.

        UPS is asked for one after the other; where it wants a pause, what is known is returned.
        """
        wanted, found = set(numbers), dict[str, TrackingStatus]()
        for number in numbers:
            if number in found:
                continue
            try:
                found |= {one.number: one for one in self._track(number) if one.number in wanted}
            except (CarrierBusy, CarrierUncertain):
                if found:
                    break
                raise
        return found

    def _track(self, number: str) -> list[TrackingStatus]:
        answer = self._send("GET", f"{TRACK}{quote(number, safe='')}?locale={LOCALE}")
        if answer.status == 404:
            return []
        return self._read(answer, lambda found: list(tracking.statuses(found)))

    # Asking

    def _send(self, method: str, path: str, body: documents.Json | None = None) -> Answer:
        """A request with a token; once again with a new one where the old one is not taken."""
        answer = _ask(self.http, self._token(), method, path, body)
        if answer.status == 401:
            self.tokens.forget(self._key)
            answer = _ask(self.http, self._token(), method, path, body)
        return answer

    def _token(self) -> str:
        return self.tokens.get(self._key, self._renew)

    def _read(self, answer: Answer, read: Callable[[Mapping[str, Any]], Read]) -> Read:
        """What an answer says, or why it does not.

        Where UPS says that all went well, but not what came of it, it has been carried out.
        """
        if answer.status != 200:
            raise problem(self.http, answer)
        try:
            return read(content(answer) or {})
        except UNREADABLE as error:
            raise unreadable() from error

    def _renew(self) -> tuple[str, float]:
        """A token for the app. Without one nothing was sent."""
        try:
            answer = self.http.send(
                "POST",
                TOKEN,
                data={"grant_type": "client_credentials"},
                auth=self._app,
                headers={"x-merchant-id": self.shipper},
            )
            if answer.status == 200:
                granted = content(answer) or {}
                # Text, and in seconds.
                return str(granted["access_token"]), float(granted.get("expires_in") or LIFETIME)
        except (CarrierUncertain, *UNREADABLE) as error:
            raise CarrierBusy(NO_LOGIN) from error
        failure = problem(self.http, answer)
        if isinstance(failure, CarrierRefused):
            failure.code = "access"
            raise failure
        raise CarrierBusy(NO_LOGIN, answer.retry_after())


def _ask(
    http: HttpClient, token: str, method: str, path: str, body: documents.Json | None
) -> Answer:
    """A request with a token, and with an identifier UPS can find it by."""
    headers = {
        "Authorization": f"Bearer {token}",
        "transId": uuid.uuid4().hex,
        "transactionSrc": SOURCE,
        "Accept": "application/json",
    }
    more: dict[str, Any] = {}
    if body is not None:
        more["data"] = json.dumps(body, ensure_ascii=False).encode()
        headers["Content-Type"] = "application/json"
    return http.send(method, path, headers=headers, **more)
