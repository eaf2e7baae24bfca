# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Channels whose owner signs in there and lets us in: OAuth 2, authorization code with PKCE.

What we send along is a hash of a secret of ours, the verifier. The code that comes back is
worth nothing to whoever does not know the verifier (RFC 7636).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import Protocol

from .errors import AuthenticationError
from .state import Grant


class ConsentLostError(AuthenticationError):
    """The refresh token counts no more: the owner has to consent again."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "consent")


def new_verifier() -> str:
    """A secret of 86 characters out of those RFC 7636 (4.1) allows; 43 to 128 are."""
    return secrets.token_urlsafe(64)


def challenge(verifier: str) -> str:
    """S256: the hash of a verifier, in base 64 for addresses, without padding (4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


class ConsentAdapter(Protocol):
    """What an adapter with ``capabilities.consent`` can do besides."""

    def consent_address(self, redirect: str, state: str, verifier: str) -> str:
        """Where the owner signs in and consents."""

    def exchange(self, code: str, redirect: str, verifier: str) -> Grant:
        """The tokens for the code the owner has come back with."""

    def keep_alive(self) -> None:
        """Renew the consent of a shop that may not have been asked anything for weeks."""
