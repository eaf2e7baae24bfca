# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""State of one account at DHL: shipments, lists of the day, parcels on their way, tokens."""

from __future__ import annotations

from typing import Any

from ..base.store import BaseStore, Json

API_KEY, API_SECRET = "key", "api-secret"
USERNAME, PASSWORD = "user-valid", "SandboxPasswort2023!"
TRACKING_PASSWORD = "tracking-secret"
EKP = "3333333333"
TOKEN_LIFE = 1799
# What the account pays, in cents.
PRICES = {"V01PAK": 499, "V62KP": 319, "V53WPAK": 1390, "V54EPAK": 1190, "V66WPI": 599}


class Store(BaseStore):
    """Everything DHL knows of an account."""

    def __init__(self) -> None:
        super().__init__(API_SECRET)
        self.shipments: dict[str, Json] = {}
        self.returns: dict[str, Json] = {}
        self.tokens: dict[str, float] = {}
        self.granted = 0
        # Events by number, the oldest first; and what was wrong with the stand-in itself.
        self.events: dict[str, list[Json]] = {}
        self.violations: list[str] = []

    # Tokens

    def grant(self) -> Json:
        """A token for half an hour."""
        self.granted += 1
        token = f"token-{self.granted}"
        self.tokens[token] = self.moment() + TOKEN_LIFE
        return {"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_LIFE}

    def is_valid(self, token: str) -> bool:
        """Whether a token still counts."""
        return self.tokens.get(token, 0.0) > self.moment()

    # Shipments

    def sell(self, shipment: Json) -> Json:
        """A new shipment, with the number of its parcel."""
        self.serial += 1
        number = f"00340434161094{self.serial:06d}"
        row: Json = {"number": number, "state": "open", "asked": shipment}
        if "dhlRetoure" in shipment.get("services", {}):
            row["return"] = f"9{number[1:]}"
        self.shipments[number] = row
        self.effects.append({"kind": "sold", "number": number, "reference": shipment["refNo"]})
        return row

    def delete(self, number: str) -> str:
        """Take a shipment back; why not, if not."""
        row = self.shipments.get(number)
        if not row or row["state"] == "deleted":
            return "Die Sendung existiert nicht."
        if row["state"] == "closed":
            return "Für die Sendung wurde der Tagesabschluss bereits durchgeführt."
        row["state"] = "deleted"
        self.effects.append({"kind": "deleted", "number": number})
        return ""

    def close(self, number: str) -> str:
        """Close a shipment for the day; why not, if not."""
        row = self.shipments.get(number)
        if not row or row["state"] == "deleted":
            return "Die Sendung existiert nicht."
        if row["state"] == "open":
            row["state"] = "closed"
            self.effects.append({"kind": "closed", "number": number})
        return ""

    def living(self) -> dict[str, list[str]]:
        """Numbers of shipments that will be paid for, by reference."""
        found: dict[str, list[str]] = {}
        for number, row in self.shipments.items():
            if row["state"] != "deleted":
                found.setdefault(row["asked"]["refNo"], []).append(number)
        return found

    def cost(self) -> int:
        """What the account owes, in cents."""
        living = [row for row in self.shipments.values() if row["state"] != "deleted"]
        return sum(PRICES[row["asked"]["product"]] for row in living)

    def add_event(self, number: str, **event: Any) -> Json:
        """Something happens to a parcel."""
        self.events.setdefault(number, []).append(event)
        return {"events": len(self.events[number])}
