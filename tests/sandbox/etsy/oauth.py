# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Consent with PKCE, and tokens: an hour to use, ninety days to renew, renewed only once.

A renewal hands out a new refresh token and ends the old one, which is refused from then on.
The access token of before lives on until its hour is over.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from .answers import Json, Refusal

ACCESS_SECONDS = 3600
REFRESH_SECONDS = 90 * 86400
CODE_SECONDS = 300
SCOPES = frozenset(
    f"{area}_{kind}"
    for area, kinds in {
        "address": "rw",
        "billing": "r",
        "cart": "rw",
        "email": "r",
        "favorites": "rw",
        "feedback": "r",
        "listings": "rwd",
        "profile": "rw",
        "recommend": "rw",
        "shops": "rw",
        "transactions": "rw",
        "treasury": "rw",
    }.items()
    for kind in kinds
)
CONSENT_FIELDS = {
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
}
TOKEN_FIELDS = {
    "authorization_code": {"client_id", "redirect_uri", "code", "code_verifier"},
    "refresh_token": {"client_id", "refresh_token"},
}
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


def challenge_of(verifier: str) -> str:
    """S256: the verifier's hash without padding (RFC 7636, 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


@dataclass
class Grant:
    """What a token or a code allows, until when; ``used`` and ``revoked`` end it earlier."""

    scopes: frozenset[str]
    until: float
    used: bool = False
    revoked: bool = False
    # Of a code only.
    redirect_uri: str = ""
    challenge: str = ""


@dataclass
class Authority:
    """Etsy's side of OAuth for one app and one seller."""

    client_id: str
    user_id: int
    # Callback addresses of the app; with none, any https and any local address will do.
    callbacks: list[str] = field(default_factory=list)
    # What the seller does when asked: approve, deny, or look at the page first.
    consent: str = "approve"
    codes: dict[str, Grant] = field(default_factory=dict)
    access: dict[str, Grant] = field(default_factory=dict)
    refresh: dict[str, Grant] = field(default_factory=dict)
    renewals: int = 0

    # Consent

    def check_consent(self, query: dict[str, str]) -> str:
        """What is wrong with a request for consent that may be told to the app, or nothing."""
        address = query.get("redirect_uri", "")
        if not self._may_return_to(address):
            raise Refusal(400, "The redirect_uri is not one of the app's callback addresses")
        if query.get("client_id") != self.client_id:
            raise Refusal(400, "An application with the provided API key does not exist")
        unknown = sorted(query.keys() - CONSENT_FIELDS)
        scopes = query.get("scope", "").split()
        wrong = {
            f"unknown parameter {unknown[:1]}": unknown,
            "response_type must be code": query.get("response_type") != "code",
            "scope is unknown": not scopes or not set(scopes) <= SCOPES,
            "state is required": not query.get("state"),
            "code_challenge_method must be S256": query.get("code_challenge_method") != "S256",
            "code_challenge is malformed": not CHALLENGE.fullmatch(query.get("code_challenge", "")),
        }
        return next((text for text, is_wrong in wrong.items() if is_wrong), "")

    def _may_return_to(self, address: str) -> bool:
        if self.callbacks:
            return address in self.callbacks
        parts = urlsplit(address)
        is_local = parts.hostname in ("localhost", "127.0.0.1")
        return parts.scheme == "https" or (parts.scheme == "http" and is_local)

    def decide(self, query: dict[str, str], now: float, *, approved: bool) -> str:
        """Where the browser goes with the seller's decision."""
        if problem := self.check_consent(query):
            answer = {"error": "invalid_request", "error_description": problem}
        elif not approved:
            text = "The user denied the request"
            answer = {"error": "access_denied", "error_description": text}
        else:
            code = secrets.token_urlsafe(32)
            self.codes[code] = Grant(
                frozenset(query["scope"].split()),
                now + CODE_SECONDS,
                redirect_uri=query["redirect_uri"],
                challenge=query["code_challenge"],
            )
            answer = {"code": code}
        glue = "&" if urlsplit(query["redirect_uri"]).query else "?"
        return query["redirect_uri"] + glue + urlencode(answer | {"state": query.get("state", "")})

    # Tokens

    def token(self, form: dict[str, str], now: float) -> Json:
        """A pair of tokens for a code or for a refresh token."""
        kind = form.get("grant_type", "")
        if kind not in TOKEN_FIELDS:
            raise Refusal(400, "unsupported_grant_type", "grant_type is not supported")
        if form.keys() - {"grant_type"} != TOKEN_FIELDS[kind]:
            raise Refusal(400, "invalid_request", f"needed are {sorted(TOKEN_FIELDS[kind])}")
        if form["client_id"] != self.client_id:
            raise Refusal(401, "invalid_client", "client_id is invalid")
        if kind == "authorization_code":
            return self.issue(self._redeem(form, now), now)
        grant = self._known(self.refresh, form["refresh_token"], "refresh_token", now)
        grant.used = True
        self.renewals += 1
        return self.issue(grant.scopes, now)

    def _redeem(self, form: dict[str, str], now: float) -> frozenset[str]:
        grant = self._known(self.codes, form["code"], "code", now)
        grant.used = True
        if form["redirect_uri"] != grant.redirect_uri:
            raise Refusal(400, "invalid_grant", "redirect_uri does not match")
        verifier = form["code_verifier"]
        if not VERIFIER.fullmatch(verifier) or challenge_of(verifier) != grant.challenge:
            raise Refusal(400, "invalid_grant", "code_verifier is invalid")
        return grant.scopes

    @staticmethod
    def _known(grants: dict[str, Grant], key: str, name: str, now: float) -> Grant:
        grant = grants.get(key)
        if grant is None:
            raise Refusal(400, "invalid_grant", f"{name} is invalid (no such token)")
        if grant.revoked:
            raise Refusal(400, "invalid_grant", f"{name} is revoked")
        if grant.used:
            raise Refusal(400, "invalid_grant", "The token has been used before")
        if grant.until <= now:
            raise Refusal(400, "invalid_grant", f"{name} is expired")
        return grant

    def issue(self, scopes: frozenset[str], now: float) -> Json:
        """A new pair of tokens."""
        access, refresh = (f"{self.user_id}.{secrets.token_urlsafe(40)}" for _ in range(2))
        self.access[access] = Grant(scopes, now + ACCESS_SECONDS)
        self.refresh[refresh] = Grant(scopes, now + REFRESH_SECONDS)
        return {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": ACCESS_SECONDS,
            "refresh_token": refresh,
        }

    def scopes_of(self, header: str, now: float) -> frozenset[str]:
        """What the bearer of a header may do."""
        kind, _, token = header.partition(" ")
        grant = self.access.get(token)
        if kind != "Bearer" or grant is None or grant.revoked:
            raise Refusal(401, "invalid_token", "access token is invalid")
        if grant.until <= now:
            raise Refusal(401, "invalid_token", "access token is expired")
        return grant.scopes

    def expire(self) -> None:
        """Every access token's hour is over."""
        self.access.clear()

    def revoke(self) -> None:
        """The seller takes the consent back, or changes the password."""
        for grant in (*self.access.values(), *self.refresh.values()):
            grant.revoked = True
