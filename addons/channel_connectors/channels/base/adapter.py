# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What a channel package offers, and where the packages are found by name."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from .events import Event
from .order import OrderData

Payload = dict[str, Any]


@dataclass(frozen=True)
class Capabilities:
    """What a channel can do; the rest of the product asks before it offers.

    ``rights`` are all rights the features together ask the channel for. ``api_base`` is the
    address of a channel that is the same for all shops, ``example`` one of a channel where each
    shop has its own. ``consent``: somebody signs in at the channel and lets us in, see
    ``consent.ConsentAdapter``. ``abilities``: what the channel lets some shops do and others
    not. ``products``: its products can be read, ``product_changes``: they can be made and changed
    too. ``order_notes``: data of our own can be kept with an order. ``sweep_days``: a channel that
    tells nothing by itself is read again so far back each night. ``parcels``: it is told of
    parcels of a whole order and not of pieces of its lines. ``max_level``: the most it takes as
    a stock level.
    ``relisting_fee``: it charges for offering again what was sold out.
    """

    label: str
    rights: tuple[str, ...] = ()
    api_base: str = ""
    example: str = ""
    consent: bool = False
    abilities: tuple[str, ...] = ()
    orders: bool = True
    webhooks: bool = False
    stock: bool = False
    fulfilment: bool = False
    cancellations: bool = False
    refunds: bool = False
    payouts: bool = False
    proof: bool = False
    products: bool = False
    product_changes: bool = False
    order_notes: bool = False
    sweep_days: int = 0
    parcels: bool = False
    max_level: int | None = None
    relisting_fee: bool = False


@dataclass(frozen=True)
class Credentials:
    """How to reach one account of a channel.

    ``previous_secret`` still counts while a secret is being replaced. ``account`` is what the
    channel calls the account, once that is known. ``local`` allows a stand-in on this machine.
    ``rights`` are those the account had when it was last asked.
    """

    api_base: str
    client_id: str
    client_secret: str = field(repr=False)
    access_token: str = field(default="", repr=False)
    previous_secret: str = field(default="", repr=False)
    account: str = ""
    local: bool = False
    rights: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Tells accounts and their secrets apart without naming them."""
        return _hash(self.api_base, self.client_id, self.client_secret, self.access_token)

    @property
    def app(self) -> str:
        """Tells apps apart, whatever their secret is just now."""
        return _hash(self.api_base, self.client_id)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@dataclass(frozen=True)
class MissingRight:
    """A right the channel has not granted, and the features that need it.

    ``required`` if without it nothing can be imported.
    """

    name: str
    features: tuple[str, ...]
    required: bool = False


@dataclass(frozen=True)
class ShopInfo:
    """What the channel says about itself when the connection is tested."""

    name: str
    currency: str
    taxes_included: bool
    country_code: str
    missing_scopes: tuple[str, ...]
    api_version: str
    api_version_supported: bool
    domain: str = ""
    granted_scopes: tuple[str, ...] = ()
    missing_rights: tuple[MissingRight, ...] = ()


@dataclass(frozen=True)
class OrderPage:
    """Orders in the order of their last change, and the moment of the last one."""

    payloads: tuple[Payload, ...]
    last_update: datetime | None


@dataclass(frozen=True)
class BulkState:
    """How far a bulk operation of the channel is; ``error`` if it will never be done."""

    is_done: bool
    error: str = ""
    address: str = ""
    lines: int = 0


class ChannelAdapter(Protocol):
    """One connection to one account of a channel."""

    capabilities: Capabilities

    @staticmethod
    def check_api_base(api_base: str, *, local: bool = False) -> str:
        """The address, if it is one of this channel; else raises ``RefusedError``.

        Whoever may enter an address must not make the server talk to hosts in the network.
        """

    def shop_info(self) -> ShopInfo:
        """Ask the channel who it is, with the rights that are missing."""

    def order_pages(self, since: datetime | None) -> Iterator[OrderPage]:
        """All orders changed since a moment, complete with lines and refunds."""

    def orders_by_ids(self, ids: Sequence[str]) -> Iterator[OrderPage]:
        """The orders named by events; those that are gone are left out."""

    def orders_of_parts(self, ids: Sequence[str]) -> list[str]:
        """Ids of the orders that parts (parcels, returns, refunds) belong to."""

    def order_count(self, since: datetime | None) -> int:
        """How many orders ``order_pages`` would bring."""

    def start_bulk(self, since: datetime | None) -> str:
        """Let the channel write all orders into a file; the id of that operation."""

    def bulk_state(self, operation: str) -> BulkState:
        """How far it is."""

    def bulk_pages(self, state: BulkState) -> Iterator[OrderPage]:
        """All orders of a finished operation, complete with lines and refunds."""

    def subscribe(self, address: str, granted: Iterable[str]) -> list[str]:
        """Have events sent to an address; the topics subscribed now."""

    def unsubscribe(self, address: str) -> None:
        """Have no more events sent to an address."""

    @staticmethod
    def is_genuine(body: bytes, headers: Mapping[str, str], secrets: Iterable[str]) -> bool:
        """Whether a delivery was signed with one of the secrets."""

    @staticmethod
    def read_event(headers: Mapping[str, str], body: bytes) -> Event:
        """What a genuine delivery says."""

    @staticmethod
    def redact(payload: Payload) -> Payload:
        """An order payload without personal data."""

    @staticmethod
    def order_key(payload: Payload) -> tuple[str, str, datetime]:
        """External id, name and last change of an order payload."""

    @staticmethod
    def parse_order(payload: Payload) -> OrderData:
        """Payload to order. Pure; raises ``PayloadError`` with a reason."""

    @staticmethod
    def payload_digest(payload: Payload) -> str:
        """Hash of the content, blind to what changes without meaning."""


_registry: dict[str, type] = {}


def register(channel_type: str) -> Callable[[type], type]:
    """Class decorator: offer an adapter under a technical name."""

    def decorate(adapter: type) -> type:
        _registry[channel_type] = adapter
        return adapter

    return decorate


def adapter_class(channel_type: str) -> type[ChannelAdapter]:
    """Adapter class of a channel type; ``KeyError`` if there is none."""
    return _registry[channel_type]


def channel_types() -> list[tuple[str, str]]:
    """Technical name and label of every known channel, by name."""
    return [(name, cls.capabilities.label) for name, cls in sorted(_registry.items())]
