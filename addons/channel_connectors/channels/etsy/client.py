# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Etsy's Open API over HTTP. What reads, replaces a whole (``put``) or sets fields may be
repeated; anything else only where it is declared so.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..base.consent import ConsentLostError
from ..base.errors import AuthenticationError
from ..base.http import HttpClient
from ..base.reading import Json
from ..base.state import Grant
from . import answers, limits
from .address import check_api_base

# Long, for with the answer to its renewal a refresh token is lost.
TOKEN_TIMEOUT = 60.0
PREFIX = "/v3/application/"


@dataclass(frozen=True)
class Request:
    """One thing to ask for. ``urgent``: it may use what is kept in reserve for shipments."""

    method: str
    path: str
    content: dict[str, Any]
    repeatable: bool
    urgent: bool = False


class EtsyClient(HttpClient):
    """One account."""

    check_api_base = staticmethod(check_api_base)

    # Requests

    def get(self, path: str, params: dict[str, Any] | None = None, *, urgent: bool = False) -> Json:
        """Read. ``path`` is relative to the interface, as ``shops/1/receipts``."""
        content = {"params": _query(params or {})}
        return self._run(Request("GET", path, content, repeatable=True, urgent=urgent))

    def post(
        self, path: str, body: dict[str, Any] | None = None, *, repeatable: bool = False
    ) -> Json:
        """Have something done: shipments, so it is urgent."""
        return self._run(Request("POST", path, {"json": body or {}}, repeatable, urgent=True))

    def put(
        self,
        path: str,
        body: dict[str, Any],
        params: dict[str, Any] | None = None,
        *,
        repeatable: bool = True,
    ) -> Json:
        """Replace something as a whole. Doing it twice changes nothing, unless somebody else
        may have changed it in between: then it is not ``repeatable``.
        """
        content = {"json": body, "params": _query(params or {})}
        return self._run(Request("PUT", path, content, repeatable))

    def patch(self, path: str, fields: dict[str, str]) -> Json:
        """Set fields to given values, sent as a form; doing it twice changes nothing."""
        return self._run(Request("PATCH", path, {"data": fields}, repeatable=True))

    @cached_property
    def shop_id(self) -> int:
        """The shop of the owner who consented: as remembered, or asked for."""
        return int(self.credentials.account or self.who_am_i()["shop_id"])

    def who_am_i(self) -> Json:
        """Ids of the owner and of the shop. An account without a shop is of no use."""
        me = self.get("users/me")
        if not me.get("shop_id"):
            raise AuthenticationError("the Etsy account has no shop", "closed")
        return me

    def granted_scopes(self) -> list[str]:
        """Rights the token really has."""
        content = {"data": {"token": self._token()}}
        answer = self._run(Request("POST", "scopes", content, repeatable=True))
        return [scope for scope in answer.get("scopes") or () if isinstance(scope, str)]

    def _run(self, request: Request) -> Json:
        """Send a request, again where that is allowed and may help."""
        return self._repeat(
            request.path, lambda: self._attempt(request), repeatable=request.repeatable
        )

    def _attempt(self, request: Request) -> Json:
        """One request, counted before it is sent."""
        token = self._token()
        self._take(request)
        headers = {
            "Authorization": f"Bearer {token}",
            "x-api-key": f"{self.credentials.client_id}:{self.credentials.client_secret}",
        }
        answer = self._send(
            request.method,
            PREFIX + request.path,
            self.timeout,
            headers=headers,
            **request.content,
        )
        told = limits.read_headers(answer.headers)
        refused = answer.status == 429
        self.state.adjust(lambda known: limits.after(known, told, refused=refused))
        if error := answers.failure(request.path, answer):
            if error.code == "token":
                self._refused_token = token
            raise error
        return answer.json() if answer.body else {}

    def _take(self, request: Request) -> None:
        """Wait until the limits allow another request."""
        refusal = f"{request.path}: the requests Etsy allows in a day are used up"
        if request.urgent:
            self._wait_for(1.0, refusal, first=limits.START)
        else:
            refusal += " but for those kept for shipments"
            self._wait_for(1.0, refusal, limits.RESERVE, limits.START)

    # Tokens

    def renew(self, refresh: str) -> Grant:
        """New tokens for a refresh token, which counts no more from then on."""
        if not refresh:
            raise ConsentLostError("the owner of the shop has not consented yet")
        return self._request_token(grant_type="refresh_token", refresh_token=refresh)

    def exchange(self, code: str, redirect: str, verifier: str) -> Grant:
        """Tokens for the code an owner has come back with."""
        return self._request_token(
            grant_type="authorization_code",
            redirect_uri=redirect,
            code=code,
            code_verifier=verifier,
        )

    def _request_token(self, **form: str) -> Grant:
        form["client_id"] = self.credentials.client_id
        answer = self._send("POST", "/v3/public/oauth/token", TOKEN_TIMEOUT, data=form)
        return answers.read_grant(answer)


def _query(params: dict[str, Any]) -> dict[str, str]:
    """Parameters as Etsy writes them; None means not given."""
    return {name: _text(value) for name, value in params.items() if value is not None}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return ",".join(map(_text, value))
    return str(value)
