# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Shopify as a channel of this product."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from ..base.adapter import Capabilities, Credentials, OrderPage, Payload, ShopInfo, register
from ..base.state import AccountState
from .client import API_VERSION, ShopifyClient
from .mapping import parse_moment, parse_order
from .outgoing import ShopifyOutgoing
from .scopes import missing
from .statements import ShopifyStatements

PAGE_SIZE = 50
REFUNDS_PER_REQUEST = 20
# Changes without any meaning for us: they must not make an order look changed.
VOLATILE = frozenset({"updatedAt"})


@register("shopify")
class ShopifyAdapter(ShopifyOutgoing, ShopifyStatements):
    """One shop."""

    capabilities = Capabilities(
        label="Shopify",
        stock=True,
        fulfilment=True,
        cancellations=True,
        refunds=True,
        payouts=True,
        proof=True,
    )
    order_key = staticmethod(lambda p: (p["id"], p["name"], parse_moment(p["updatedAt"])))
    parse_order = staticmethod(parse_order)

    def __init__(
        self,
        credentials: Credentials,
        client: ShopifyClient | None = None,
        *,
        state: AccountState | None = None,
    ) -> None:
        self.client = client or ShopifyClient(credentials, state=state)

    def shop_info(self) -> ShopInfo:
        """Ask the shop who it is and compare the app's rights with what we need."""
        data = self.client.execute("shop")
        granted = {scope["handle"] for scope in data["currentAppInstallation"]["accessScopes"]}
        versions = {row["handle"]: row["supported"] for row in data["publicApiVersions"]}
        return ShopInfo(
            name=data["shop"]["name"],
            currency=data["shop"]["currencyCode"],
            taxes_included=data["shop"]["taxesIncluded"],
            country_code=(data["shop"].get("shopAddress") or {}).get("countryCodeV2") or "",
            missing_scopes=missing(granted),
            api_version=self.client.served_version or API_VERSION,
            api_version_supported=versions.get(API_VERSION, False),
        )

    def order_pages(self, since: datetime | None) -> Iterator[OrderPage]:
        """Orders changed since a moment, oldest change first."""
        query = ""
        if since:
            stamp = since.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
            query = f"updated_at:>='{stamp}'"
        variables = {"first": PAGE_SIZE, "query": query}
        for nodes in self.client.pages("orders_page", variables, "orders"):
            self._complete_lines(nodes)
            self._complete_refunds(nodes)
            last = parse_moment(nodes[-1]["updatedAt"]) if nodes else None
            yield OrderPage(tuple(nodes), last)

    def _complete_lines(self, nodes: list[Payload]) -> None:
        """Fetch the positions that did not fit on the page."""
        for node in nodes:
            lines = node["lineItems"]
            while lines["pageInfo"]["hasNextPage"]:
                variables = {"id": node["id"], "after": lines["pageInfo"]["endCursor"]}
                more = self.client.execute("order_lines_next", variables)["order"]["lineItems"]
                lines["nodes"] += more["nodes"]
                lines["pageInfo"] = more["pageInfo"]

    def _complete_refunds(self, nodes: list[Payload]) -> None:
        """Replace the ids of refunds by the refunds, many in one request."""
        ids = [refund["id"] for node in nodes for refund in node["refunds"]]
        found: dict[str, Any] = {}
        for start in range(0, len(ids), REFUNDS_PER_REQUEST):
            chunk = ids[start : start + REFUNDS_PER_REQUEST]
            for refund in self.client.execute("refunds_by_ids", {"ids": chunk})["nodes"]:
                if refund:
                    found[refund["id"]] = refund
        for node in nodes:
            node["refunds"] = [found.get(r["id"], r) for r in node["refunds"]]

    @staticmethod
    def payload_digest(payload: Payload) -> str:
        """SHA-256 of the payload without the moment of its last change."""
        content = json.dumps(
            {key: value for key, value in payload.items() if key not in VOLATILE},
            sort_keys=True,
            ensure_ascii=False,
            separators=(",", ":"),
        )
        return hashlib.sha256(content.encode()).hexdigest()


__all__ = ["API_VERSION", "ShopifyAdapter"]
