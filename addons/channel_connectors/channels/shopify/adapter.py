# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Shopify as a channel of this product."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlsplit

from ..base.adapter import (
    BulkState,
    Capabilities,
    Credentials,
    OrderPage,
    Payload,
    ShopInfo,
    register,
)
from ..base.errors import AuthenticationError
from ..base.reading import digest
from ..base.state import AccountState
from . import webhooks
from .address import EXAMPLE, check_api_base
from .bulk import ResultFile
from .client import API_VERSION, ShopifyClient
from .documents import settled
from .mapping import parse_moment, parse_order
from .outgoing import ShopifyOutgoing
from .privacy import redact
from .products import ShopifyProducts
from .scopes import all_rights, missing, missing_rights, options
from .statements import ShopifyStatements

PAGE_SIZE = 50
REFUNDS_PER_REQUEST = 20
# 20,000 orders, safely below the 25,000 objects after which the shop lists no more.
PAGES_PER_SEARCH = 400
# The search as it stands in the document of the bulk operation.
ANY_TIME = "updated_at:>='2000-01-01T00:00:00Z'"
# Changes without any meaning for us: they must not make an order look changed.
VOLATILE = frozenset({"updatedAt"})


@register("shopify")
class ShopifyAdapter(ShopifyOutgoing, ShopifyStatements, ShopifyProducts):
    """One shop."""

    capabilities = Capabilities(
        label="Shopify",
        rights=all_rights(),
        example=EXAMPLE,
        webhooks=True,
        stock=True,
        fulfilment=True,
        cancellations=True,
        refunds=True,
        payouts=True,
        proof=True,
        products=True,
        product_changes=True,
        order_notes=True,
    )
    check_api_base = staticmethod(check_api_base)
    read_event = staticmethod(webhooks.read_event)
    redact = staticmethod(redact)
    order_key = staticmethod(lambda p: (p["id"], p["name"], parse_moment(p["updatedAt"])))
    parse_order = staticmethod(parse_order)

    def __init__(
        self,
        credentials: Credentials,
        client: ShopifyClient | None = None,
        *,
        state: AccountState | None = None,
    ) -> None:
        self.client = client or ShopifyClient(credentials, state)
        self.options = options(credentials.rights)

    def _execute_orders(self, name: str, variables: Payload) -> Payload:
        """Run a document of orders with what the rights allow beside the order itself.

        A right may have been taken away since it was noted: then the order comes without.
        """
        try:
            return self.client.execute(name, {**variables, **self.options})
        except AuthenticationError as error:
            granted = options(self.shop_info().granted_scopes)
            if error.code != "scope" or granted == self.options:
                raise
            self.options = granted
            return self.client.execute(name, {**variables, **self.options})

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
            domain=data["shop"]["myshopifyDomain"],
            granted_scopes=tuple(sorted(granted)),
            missing_rights=missing_rights(granted),
        )

    def order_pages(self, since: datetime | None) -> Iterator[OrderPage]:
        """Orders changed since a moment, oldest change first."""
        while True:
            last = None
            variables = {"first": PAGE_SIZE, "query": self._since(since)}
            pages = self._order_nodes(variables)
            for number, nodes in enumerate(pages, start=1):
                page = self._complete(nodes)
                last = page.last_update
                yield page
                if number == PAGES_PER_SEARCH and last and last != since:
                    break
            else:
                return
            # The shop lists no more than 25,000 objects of a search: begin another one.
            since = last

    def _order_nodes(self, variables: Payload) -> Iterator[list[Payload]]:
        after = None
        while True:
            data = self._execute_orders("orders_page", {**variables, "after": after})["orders"]
            yield data["nodes"]
            if not data["pageInfo"]["hasNextPage"]:
                return
            after = data["pageInfo"]["endCursor"]

    @staticmethod
    def _since(moment: datetime | None) -> str:
        """Search for what has changed since a moment."""
        if not moment:
            return ""
        return f"updated_at:>='{moment.astimezone(timezone.utc):%Y-%m-%dT%H:%M:%SZ}'"

    def _complete(self, nodes: list[Payload]) -> OrderPage:
        """A page with all lines and refunds of its orders."""
        self._complete_lines(nodes)
        self._complete_refunds(nodes)
        last = parse_moment(nodes[-1]["updatedAt"]) if nodes else None
        return OrderPage(tuple(nodes), last)

    def orders_by_ids(self, ids: Sequence[str]) -> Iterator[OrderPage]:
        """Orders named by events, many in one request; deleted ones are left out."""
        for chunk in _chunks(ids, PAGE_SIZE):
            nodes = self._execute_orders("orders_by_ids", {"ids": chunk})["nodes"]
            yield self._complete([node for node in nodes if node])

    def orders_of_parts(self, ids: Sequence[str]) -> list[str]:
        """Orders that fulfilment orders, fulfilments, refunds and returns belong to."""
        orders: dict[str, None] = {}
        for chunk in _chunks(ids, 250):
            for node in self.client.execute("owners_of", {"ids": chunk})["nodes"]:
                if node and node.get("order"):
                    orders[node["order"]["id"]] = None
        return list(orders)

    # Everything at once

    def order_count(self, since: datetime | None) -> int:
        """How many orders have changed since a moment."""
        data = self.client.execute("orders_count", {"query": self._since(since)})
        return data["ordersCount"]["count"]

    def start_bulk(self, since: datetime | None) -> str:
        """Let the shop write the orders changed since a moment into a file."""
        query = settled("orders_bulk", self.options)
        assert ANY_TIME in query
        query = query.replace(ANY_TIME, self._since(since) or ANY_TIME)
        return self.client.mutate("bulk_run", {"query": query})["bulkOperation"]["id"]

    def bulk_state(self, operation: str) -> BulkState:
        """How far a bulk operation is."""
        node = self.client.execute("bulk_poll", {"id": operation})["bulkOperation"]
        if not node:
            return BulkState(is_done=False, error="the bulk operation is gone")
        if node["status"] in ("CREATED", "RUNNING", "CANCELING"):
            return BulkState(is_done=False)
        if node["status"] != "COMPLETED":
            reason = node.get("errorCode") or node["status"]
            return BulkState(is_done=False, error=f"the bulk operation ended with {reason}")
        return BulkState(
            is_done=True, address=node["url"] or "", lines=int(node["objectCount"] or 0)
        )

    def bulk_pages(self, state: BulkState) -> Iterator[OrderPage]:
        """Orders of a finished operation. A shop without orders has written no file."""
        if not state.address:
            return
        with ResultFile() as result:
            result.fill(self.client.download(state.address), state.lines)
            orders = result.orders()
            while nodes := list(itertools.islice(orders, PAGE_SIZE)):
                yield self._complete(nodes)

    # Events

    def subscribe(self, address: str, granted: Iterable[str]) -> list[str]:
        """Subscribe to what the rights allow; what is as it should be is left alone."""
        rights = set(granted)
        wanted = {
            subscription.topic: list(subscription.fields)
            for subscription, feature in webhooks.SUBSCRIPTIONS
            if not missing(rights, [feature])
        }
        for node in self._subscriptions(address):
            # The server may have moved: what still goes to its old address ends.
            fields = wanted.pop(node["topic"], None) if node["uri"] == address else None
            if fields is None:
                self.client.mutate("webhook_delete", {"id": node["id"]})
            elif fields != node["includeFields"]:
                change = {"uri": address, "includeFields": fields}
                self.client.mutate("webhook_update", {"id": node["id"], "subscription": change})
        for topic, fields in wanted.items():
            subscription = {"uri": address, "includeFields": fields}
            variables = {"topic": topic, "subscription": subscription}
            self.client.mutate("webhook_create", variables)
        return sorted(node["topic"] for node in self._subscriptions(address))

    def unsubscribe(self, address: str) -> None:
        """End all subscriptions of an address."""
        for node in self._subscriptions(address):
            self.client.mutate("webhook_delete", {"id": node["id"]})

    def _subscriptions(self, address: str) -> list[dict[str, Any]]:
        """Subscriptions of this channel: the path of its address is nobody else's."""
        path = urlsplit(address).path
        pages = self.client.pages("webhooks", {}, "webhookSubscriptions")
        return [
            node for nodes in pages for node in nodes if urlsplit(node["uri"] or "").path == path
        ]

    @staticmethod
    def is_genuine(body: bytes, headers: Mapping[str, str], secrets: Iterable[str]) -> bool:
        """Whether a delivery was signed with one of the secrets."""
        return webhooks.is_genuine(body, headers.get("X-Shopify-Hmac-Sha256", ""), secrets)

    def _complete_lines(self, nodes: list[Payload]) -> None:
        """Fetch the positions that did not fit on the page."""
        for node in nodes:
            lines = node["lineItems"]
            while lines["pageInfo"]["hasNextPage"]:
                variables = {"id": node["id"], "after": lines["pageInfo"]["endCursor"]}
                more = self.client.execute("order_lines_next", variables)["order"]["lineItems"]
                lines["nodes"] += more["nodes"]
                lines["pageInfo"] = more["pageInfo"]
            # Where a page ended has no meaning any more, and would make equal orders differ.
            lines["pageInfo"] = {"hasNextPage": False, "endCursor": None}

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
        return digest(payload, VOLATILE)


def _chunks(ids: Sequence[str], size: int) -> Iterator[list[str]]:
    """Ids without repetitions, in pieces."""
    unique = list(dict.fromkeys(ids))
    for start in range(0, len(unique), size):
        yield unique[start : start + size]


__all__ = ["API_VERSION", "ShopifyAdapter"]
