# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Etsy as a channel of this product."""

from __future__ import annotations

from urllib.parse import urlencode

from ..base.adapter import Capabilities, Credentials, ShopInfo, register
from ..base.consent import challenge
from ..base.state import AccountState, Grant
from .address import API_BASE, check_api_base, consent_page
from .client import EtsyClient
from .inventory import MAX_QUANTITY
from .money import EtsyMoney
from .orders import EtsyOrders
from .outgoing import EtsyOutgoing
from .products import EtsyProducts

# All that any part of the product needs: one more later would mean another consent.
SCOPES = ("shops_r", "transactions_r", "transactions_w", "listings_r", "listings_w")
API_VERSION = "v3"


@register("etsy")
class EtsyAdapter(EtsyOrders, EtsyOutgoing, EtsyProducts, EtsyMoney):
    """One shop."""

    capabilities = Capabilities(
        label="Etsy",
        api_base=API_BASE,
        example=API_BASE,
        consent=True,
        sweep_days=30,
        stock=True,
        fulfilment=True,
        payouts=True,
        proof=True,
        products=True,
        parcels=True,
        max_level=MAX_QUANTITY,
        relisting_fee=True,
        abilities=("addresses", "tracking", "buyer_email", "webhooks"),
    )
    check_api_base = staticmethod(check_api_base)

    def __init__(
        self,
        credentials: Credentials,
        client: EtsyClient | None = None,
        *,
        state: AccountState | None = None,
    ) -> None:
        self.client = client or EtsyClient(credentials, state)

    def shop_info(self) -> ShopInfo:
        """Ask Etsy whose shop this is, and which rights the owner has given."""
        shop_id = self.client.who_am_i()["shop_id"]
        shop = self.client.get(f"shops/{shop_id}")
        granted = self.client.granted_scopes()
        return ShopInfo(
            name=shop.get("shop_name") or str(shop_id),
            currency=shop.get("currency_code") or "",
            taxes_included=True,
            country_code=shop.get("shop_location_country_iso") or "",
            missing_scopes=tuple(scope for scope in SCOPES if scope not in granted),
            api_version=API_VERSION,
            api_version_supported=True,
            domain=str(shop_id),
            granted_scopes=tuple(sorted(granted)),
        )

    # Consent

    def consent_address(self, redirect: str, state: str, verifier: str) -> str:
        """Where the owner signs in and consents."""
        query = {
            "response_type": "code",
            "client_id": self.client.credentials.client_id,
            "redirect_uri": redirect,
            "scope": " ".join(SCOPES),
            "state": state,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
        }
        return f"{consent_page(self.client.base)}?{urlencode(query)}"

    def exchange(self, code: str, redirect: str, verifier: str) -> Grant:
        """The tokens for the code the owner has come back with."""
        return self.client.exchange(code, redirect, verifier)

    def keep_alive(self) -> None:
        """Ask something: a token is renewed on the way, and Etsy sees that the app is used."""
        self.client.who_am_i()


__all__ = ["API_VERSION", "SCOPES", "EtsyAdapter"]
