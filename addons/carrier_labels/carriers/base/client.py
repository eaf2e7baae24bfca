# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What every carrier's client can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .errors import CarrierError
from .types import BoughtLabel, LabelOrder, Manifest, TrackingStatus


@dataclass(frozen=True)
class Account:
    """How to reach a contract: addresses by what they are for, and what lets us in.

    ``key`` tells accounts apart where tokens are kept.
    """

    key: str
    production: bool
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    # Another address than the carrier's own, for tests and demonstrations.
    base: str = ""


class CarrierClient(ABC):
    """One contract at one carrier."""

    name: str
    # Parcels in one request to buy.
    largest = 1
    # Whether ``find`` says for certain what was bought under a reference.
    can_find = False
    # Whether there is a list of the day that closes shipments.
    can_manifest = False

    def __init__(self, account: Account) -> None:
        self.account = account

    def batches(self, orders: Iterable[LabelOrder]) -> Iterable[list[LabelOrder]]:
        """Orders in sets that one request can hold; none is cut into two."""
        batch: list[LabelOrder] = []
        for order in orders:
            if batch and sum(len(one.parcels) for one in (*batch, order)) > self.largest:
                yield batch
                batch = []
            batch.append(order)
        if batch:
            yield batch

    @abstractmethod
    def check(self, order: LabelOrder) -> list[CarrierError]:
        """What is wrong with an order, found without asking the carrier."""

    @abstractmethod
    def buy(self, orders: Sequence[LabelOrder]) -> list[BoughtLabel | CarrierError]:
        """Buy a set of ``batches`` in one request; what became of each, in their order.

        Nothing is raised: a request without an answer makes all of them uncertain.
        """

    def dry_run(self, orders: Sequence[LabelOrder]) -> list[CarrierError | None]:
        """What the carrier itself finds wrong, without buying; None where all is well."""
        return [None] * len(orders)

    def find(self, reference: str, label_format: str) -> BoughtLabel | None:
        """What was bought under a reference; None only if nothing was. Needs ``can_find``.

        ``CarrierUncertain`` with the code ``several`` if it is more than one shipment.
        """
        raise NotImplementedError(f"{self.name} cannot be asked by reference")

    @abstractmethod
    def fetch(self, numbers: Sequence[str], label_format: str) -> BoughtLabel:
        """The label of numbers somebody has found; ``CarrierError`` if there is none."""

    @abstractmethod
    def void(self, numbers: Sequence[str]) -> dict[str, CarrierError | None]:
        """Give labels back; what went wrong with each, None where it is void.

        A number the carrier does not know (any more) has the code ``not_found``.
        """

    def manifest(self, numbers: Sequence[str]) -> Manifest:
        """Close shipments for the day. Needs ``can_manifest``."""
        raise NotImplementedError(f"{self.name} has no list of the day")

    @abstractmethod
    def track(self, numbers: Sequence[str]) -> dict[str, TrackingStatus]:
        """Where parcels are; those the carrier does not know are left out."""
