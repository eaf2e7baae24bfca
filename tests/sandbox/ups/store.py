# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""State of the stand-in: tokens, what was bought and given back, where parcels are."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from decimal import Decimal

from ..base.store import BaseStore, Json

ACCOUNT, CLIENT_ID, CLIENT_SECRET = "A1B2C3", "ups-client", "ups-secret"
LIFETIME = 14399


@dataclass
class Parcel:
    """One parcel of a shipment; ``events`` with the newest first."""

    number: str
    events: list[Json] = field(default_factory=list)


@dataclass
class Shipment:
    """Something bought."""

    number: str
    reference: str
    label_format: str
    price: Decimal
    parcels: list[Parcel]
    moment: float
    request: Json
    voided: bool = False

    @property
    def moved(self) -> bool:
        """Whether UPS has got a parcel of it."""
        return any(event["status"]["type"] != "M" for one in self.parcels for event in one.events)


class Store(BaseStore):
    """One account at UPS. Amounts are in euros."""

    def __init__(self) -> None:
        super().__init__(CLIENT_SECRET)
        self.account = ACCOUNT
        self.tokens: dict[str, float] = {}
        self.shipments: list[Shipment] = []
        self.prices = {
            "11": "12.40",
            "65": "31.10",
            "07": "44.90",
            "74": "52.00",
            "54": "89.00",
            "08": "61.20",
            "70": "9.80",
        }
        # Off a list price, where negotiated prices are asked for.
        self.discount = Decimal("0.25")
        # One object instead of a list of one, as older versions answer.
        self.single = False
        # Line ends UPS sometimes leaves in its texts.
        self.noise = False
        # Seconds until label recovery knows of a shipment.
        self.processing = 0.0

    def grant(self) -> str:
        """A new token; those before it live on."""
        token = secrets.token_urlsafe(24)
        self.tokens[token] = self.moment() + LIFETIME
        return token

    def is_granted(self, token: str) -> bool:
        """Whether a token is one, and not at its end."""
        return self.tokens.get(token, 0) > self.moment()

    def new_number(self, service: str) -> str:
        """1Z, the account, the service, and a serial number."""
        self.serial += 1
        return f"1Z{self.account}{service[:2]:0>2}{self.serial:08d}"

    def by_number(self, number: str) -> Shipment | None:
        """The shipment a parcel is of."""
        for shipment in self.shipments:
            if any(parcel.number == number for parcel in shipment.parcels):
                return shipment
        return None

    def charged(self) -> Decimal:
        """What has to be paid."""
        return sum((one.price for one in self.shipments if not one.voided), Decimal(0))
