# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Receipts of a shop, by polling: Etsy tells owners of one shop nothing by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timezone
from typing import Any

from ..base.adapter import OrderPage, Payload
from ..base.errors import RefusedError
from ..base.reading import FORM_ERRORS, digest
from .client import EtsyClient
from .mapping import has_address, order_key, parse_order
from .privacy import redact

PAGE_SIZE = 100
# Changes without any meaning for us: they must not make an order look changed.
VOLATILE = frozenset({"updated_timestamp", "update_timestamp"})


class EtsyOrders:
    """The part of the adapter that reads orders; ``client`` comes from elsewhere."""

    client: EtsyClient

    redact = staticmethod(redact)
    order_key = staticmethod(order_key)
    parse_order = staticmethod(parse_order)

    @property
    def _receipts(self) -> str:
        return f"shops/{self.client.shop_id}/receipts"

    def order_pages(self, since: datetime | None) -> Iterator[OrderPage]:
        """Receipts changed since a moment, oldest change first; all statuses.

        A receipt that changes while we read moves to the end, and all behind it move up. So
        each page begins at the last moment seen instead of counting on; only among more
        receipts of one second than fit on a page there is nothing but counting.
        """
        start = int(since.timestamp()) if since else None
        seen: set[tuple[str, int]] = set()
        while True:
            nodes = self._page(start, 0)
            fresh = _unseen(nodes, seen)
            if fresh:
                yield _page_of(fresh)
            if len(nodes) < PAGE_SIZE:
                return
            last = max(_mark(node)[1] for node in nodes)
            if last == start:
                yield from self._same_second(last, seen)
                last += 1
            start = last

    def _same_second(self, second: int, seen: set[tuple[str, int]]) -> Iterator[OrderPage]:
        """All receipts of one second, counted through until two rounds bring the same: then
        none left it while the first was counted, and none was passed over.
        """
        before, now = None, self._round(second)
        while before != now:
            if fresh := _unseen(list(now.values()), seen):
                yield _page_of(fresh)
            before, now = now, self._round(second)

    def _round(self, second: int) -> dict[str, Payload]:
        """Receipts of one second by their number, as far as counting finds them."""
        found: dict[str, Payload] = {}
        offset = 0
        while nodes := self._page(second, offset, until=second):
            offset += len(nodes)
            found |= {_mark(node)[0]: node for node in nodes}
            if len(nodes) < PAGE_SIZE:
                break
        return found

    def _page(self, start: int | None, offset: int, until: int | None = None) -> list[Payload]:
        params: dict[str, Any] = {
            "sort_on": "updated",
            "sort_order": "asc",
            "limit": PAGE_SIZE,
            "offset": offset,
        }
        if start is not None:
            params["min_last_modified"] = start
        if until is not None:
            params["max_last_modified"] = until
        return self.client.get(self._receipts, params)["results"]

    def orders_by_ids(self, ids: Sequence[str]) -> Iterator[OrderPage]:
        """Receipts by their numbers; those that are gone are left out."""
        for key in dict.fromkeys(ids):
            node = self._receipt(key)
            if node:
                yield _page_of([node])

    def _receipt(self, key: str) -> Payload | None:
        try:
            return self.client.get(f"{self._receipts}/{int(key)}")
        except RefusedError as error:
            if error.code == "not_found":
                return None
            raise

    def orders_of_parts(self, ids: Sequence[str]) -> list[str]:
        """Etsy names nothing but receipts themselves."""
        return list(dict.fromkeys(ids))

    def order_count(self, since: datetime | None) -> int:
        """How many receipts have changed since a moment."""
        params: dict[str, Any] = {"limit": 1}
        if since:
            params["min_last_modified"] = int(since.timestamp())
        return int(self.client.get(self._receipts, params)["count"])

    @staticmethod
    def abilities_shown(payloads: Iterable[Payload]) -> dict[str, tuple[bool, str]]:
        """What Etsy lets this key see, with the number of a receipt it showed in."""
        found: dict[str, tuple[bool, str]] = {}
        for payload in payloads:
            number = str(payload.get("receipt_id"))
            told = {"addresses": has_address(payload), "buyer_email": payload.get("buyer_email")}
            for ability, is_told in told.items():
                if is_told or ability not in found:
                    found[ability] = (bool(is_told), number)
        return found

    @staticmethod
    def payload_digest(payload: Payload) -> str:
        """SHA-256 of the payload without the moment of its last change."""
        return digest(payload, VOLATILE)


def _mark(node: Payload) -> tuple[str, int]:
    """Number and last change of a receipt. One that does not say them is passed on: the import
    tells what is wrong with it.
    """
    try:
        key, _name, updated = order_key(node)
        return key, int(updated.timestamp())
    except FORM_ERRORS:
        return EtsyOrders.payload_digest(node), 0


def _unseen(nodes: list[Payload], seen: set[tuple[str, int]]) -> list[Payload]:
    """Receipts that have not come yet in this state; marks them as seen."""
    fresh = []
    for node in nodes:
        mark = _mark(node)
        if mark not in seen:
            seen.add(mark)
            fresh.append(node)
    return fresh


def _page_of(nodes: list[Payload]) -> OrderPage:
    last = max(_mark(node)[1] for node in nodes)
    return OrderPage(tuple(nodes), datetime.fromtimestamp(last, timezone.utc) if last else None)
