# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What an Etsy shop is told: parcels and stock."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from ..base.errors import AuthenticationError, RefusedError
from ..base.outgoing import ItemGoneError, Level, LevelsRefusedError, Place, Rest, StaleError
from ..base.parcels import NotAllowedError, Parcel, ParcelState
from ..base.reading import Json
from . import inventory
from .carriers import OTHER, carrier_name
from .client import EtsyClient
from .products import LISTINGS_AT_ONCE, listing_pages

# A shop has one stock.
SHOP = "shop"
HOME = "DE"
ORDER_PAGE = "https://www.etsy.com/your/orders/sold?search_query="


class EtsyOutgoing:
    """The outgoing half of the adapter; ``client`` comes from the other half."""

    client: EtsyClient

    # Parcels

    @property
    def _shop(self) -> str:
        return f"shops/{self.client.shop_id}"

    def parcel_state(self, order_id: str) -> ParcelState:
        """The parcels Etsy knows of an order."""
        path = f"{self._shop}/receipts/{int(order_id)}"
        receipt = self.client.get(path, urgent=True)
        return ParcelState(
            numbers=tuple(
                row["tracking_code"]
                for row in receipt.get("shipments") or ()
                if row.get("tracking_code")
            ),
            shipped=bool(receipt.get("is_shipped")),
            cancelled=receipt.get("status") in ("canceled", "fully refunded"),
        )

    def send_parcel(self, order_id: str, parcel: Parcel) -> None:
        """Tell that a parcel has left. Etsy writes to the buyer each time, and takes a number
        only with a carrier.
        """
        body: Json = {"send_bcc": False}
        if parcel.number:
            body |= {"tracking_code": parcel.number, "carrier_name": parcel.company or OTHER}
        try:
            self.client.post(f"{self._shop}/receipts/{int(order_id)}/tracking", body)
        except AuthenticationError as error:
            if error.code == "forbidden":
                raise NotAllowedError(str(error)) from error
            raise

    def tracking_company(self, name: str) -> str:
        """The carrier as Etsy calls it where this shop sends from."""
        return carrier_name(name, self._carriers)

    @cached_property
    def _carriers(self) -> list[str]:
        shop = self.client.get(self._shop, urgent=True)
        country = shop.get("shipping_from_country_iso") or HOME
        params = {"origin_country_iso": country}
        return [
            row["name"]
            for row in self.client.get("shipping-carriers", params, urgent=True)["results"]
        ]

    @staticmethod
    def order_page(order_id: str) -> str:
        """Where a person finds an order at Etsy."""
        return f"{ORDER_PAGE}{order_id}"

    # Stock

    levels_at_once = LISTINGS_AT_ONCE

    def places(self) -> list[Place]:
        """The one stock of the shop."""
        shop = self.client.get(self._shop)
        return [Place(SHOP, shop.get("shop_name") or "Etsy")]

    def stock_items(self, variants: Mapping[str, str]) -> dict[str, str]:
        """Stock item by variant; ``variants`` is the listing of each."""
        found: dict[str, str] = {}
        listings = [int(listing) for listing in variants.values() if listing]
        for node in self._inventories(listings):
            items = inventory.items_by_product(node["listing_id"], node["inventory"])
            if node.get("listing_type") == "download":
                continue
            found |= {key: items[key] for key in items if key in variants}
            # A variant that is remembered by its listing alone stands for its only product.
            if len(items) == 1:
                whole = next(iter(items.values()))
                found |= {
                    key: whole
                    for key, listing in variants.items()
                    if key.startswith("listing:") and listing == str(node["listing_id"])
                }
        return found

    def levels_of(
        self, item_ids: Iterable[str], resting: Collection[str] = ()
    ) -> dict[tuple[str, str], int]:
        """Quantity by item and place; what is gone is left out. Items that are ``resting``
        count as nothing as long as their listing is off sale.
        """
        wanted = set(item_ids)
        return {
            (item, SHOP): quantity
            for node in self._inventories(inventory.listing_of(item) for item in wanted)
            for item, quantity in _levels(node, resting).items()
            if item in wanted
        }

    def levels_at(self, place_id: str, resting: Collection[str] = ()) -> Iterator[dict[str, int]]:
        """Quantity by item of all listings, page by page."""
        for nodes in listing_pages(self.client):
            found: dict[str, int] = {}
            for node in nodes:
                found |= _levels(node, resting)
            yield found

    def ended_items(self, item_ids: Iterable[str]) -> set[str]:
        """Items whose listing has ended: to offer them again may cost a fee."""
        wanted = set(item_ids)
        ended = {
            node["listing_id"]
            for node in self._inventories(inventory.listing_of(item) for item in wanted)
            if node.get("state") in inventory.ENDED
        }
        return {item for item in wanted if inventory.listing_of(item) in ended}

    def keep_item(self, item_id: str, place_id: str, key: str) -> None:
        """A product that is not in its listing cannot be put there by its stock."""
        raise ItemGoneError(f"Etsy has no product {item_id}")

    def set_levels(
        self, levels: Sequence[Level], key: str, reference: str, on_rest: Rest | None = None
    ) -> None:
        """Set levels, each listing with one write. ``StaleError`` if one is no longer what it
        was before. What was written already stays, and is not written again.
        """
        listings: dict[int, list[Level]] = {}
        for level in levels:
            listings.setdefault(inventory.listing_of(level.item_id), []).append(level)
        refused: list[Level] = []
        reasons: list[str] = []
        for listing_id, rows in listings.items():
            try:
                self._set_listing(listing_id, rows, on_rest)
            except (RefusedError, inventory.InventoryError) as error:
                reasons.append(str(error))
                refused += rows
        if refused:
            indexes = [index for index, level in enumerate(levels) if level in refused]
            raise LevelsRefusedError("; ".join(reasons), indexes)

    def _set_listing(self, listing_id: int, rows: list[Level], on_rest: Rest | None) -> None:
        """Read the whole inventory, change its quantities, write it back, look at it.

        Etsy takes no inventory without stock. A listing nothing is left of is taken off sale
        as it is, which costs nothing, and put on sale again as soon as there is something.
        """
        current = self.client.get(f"listings/{listing_id}/inventory", {"includes": "Listing"})
        state = current["listing"]["state"]
        resting = {level.item_id for level in rows if level.is_resting}
        node = {"listing_id": listing_id, "state": state, "inventory": current}
        present = _levels(node, resting)
        wanted: dict[str, int] = {}
        for level in rows:
            wanted[level.item_id] = min(level.quantity, wanted.get(level.item_id, level.quantity))
        for level in rows:
            if present.get(level.item_id) not in (level.before, wanted[level.item_id]):
                raise StaleError(f"{level.item_id} has {present.get(level.item_id)}")
        wakes = bool(resting) and state == inventory.INACTIVE
        # Of what rests nothing is left, whatever number has remained there.
        request = inventory.changed(listing_id, current, wanted, 0 if wakes else None)
        if not inventory.has_stock(request):
            if state == inventory.ACTIVE:
                if on_rest:
                    on_rest(present)
                self._set_state(listing_id, inventory.INACTIVE)
            return
        if state in inventory.ENDED and not any(level.may_relist for level in rows):
            raise StaleError(f"listing {listing_id} has ended")
        self._write(listing_id, request, current)
        if wakes:
            self._set_state(listing_id, inventory.ACTIVE)

    def _write(self, listing_id: int, request: Json, current: Json) -> None:
        """Write an inventory back, unless it is there already."""
        wanted = inventory.levels(listing_id, request)
        if inventory.levels(listing_id, current) == wanted:
            return
        path = f"listings/{listing_id}/inventory"
        # Somebody may buy before it could be repeated: that is decided on what is there then.
        answer = self.client.put(path, request, inventory.query_of(request), repeatable=False)
        if inventory.levels(listing_id, answer) != wanted:
            raise StaleError(f"listing {listing_id} has not become what was written")

    def _set_state(self, listing_id: int, state: str) -> None:
        self.client.patch(f"{self._shop}/listings/{listing_id}", {"state": state})

    def _inventories(self, listing_ids: Iterable[int]) -> Iterator[Json]:
        """Listings with their inventories, many in one request."""
        unique = sorted(set(listing_ids))
        for start in range(0, len(unique), LISTINGS_AT_ONCE):
            yield from self._batch(unique[start : start + LISTINGS_AT_ONCE])

    def _batch(self, listing_ids: list[int]) -> list[Json]:
        """Some listings. One that is gone makes Etsy refuse all of them: it is closed in on."""
        try:
            answer = self.client.get("listings/batch/inventory", {"listing_ids": listing_ids})
        except RefusedError as error:
            if error.code != "not_found":
                raise
            if len(listing_ids) == 1:
                return []
            middle = len(listing_ids) // 2
            return [*self._batch(listing_ids[:middle]), *self._batch(listing_ids[middle:])]
        return [node for node in answer["results"] if node.get("inventory")]


def _levels(node: Json, resting: Collection[str]) -> dict[str, int]:
    """Quantity by item of a listing, nothing of items that rest."""
    found = inventory.levels(node["listing_id"], node.get("inventory") or {})
    if node.get("state") == inventory.INACTIVE:
        return {item: 0 if item in resting else pieces for item, pieces in found.items()}
    return found
