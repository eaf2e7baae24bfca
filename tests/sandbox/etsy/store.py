# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""State of the stand-in: one seller's shop, its clock, its tokens and what was done."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from ..base.store import BaseStore
from .answers import Json, not_found
from .limits import Limits
from .oauth import SCOPES, Authority

KEYSTRING = "sandboxkeystring00000000"
SHARED_SECRET = "sandboxsecret"
USER_ID = 700100200
SHOP_ID = 61000001
SHOP_NAME = "SandboxManufaktur"
CURRENCY = "EUR"


class Store(BaseStore):
    """State of one shop. Every method may be called from several threads."""

    def __init__(self, receipts: Iterable[Json] = (), *, limits: Limits | None = None) -> None:
        from . import catalog, money

        super().__init__(SHARED_SECRET)
        self.authority = Authority(KEYSTRING, USER_ID)
        self.limits = limits or Limits()
        self._start_switches()
        # Answers of the stand-in that Etsy's file does not allow; must stay empty.
        self.violations: list[str] = []
        self.delivered: set[int] = set()
        # What buyers paid in, where that is not the shop's currency.
        self.buyer_currencies: dict[int, str] = {}
        self.listings: dict[int, Json] = catalog.initial()
        self.receipts: dict[int, Json] = {}
        self.payments: dict[int, Json] = {}
        # Payment by receipt.
        self.paid_by: dict[int, int] = {}
        self.ledger: list[Json] = []
        for receipt in receipts:
            self.receipts[receipt["receipt_id"]] = copy.deepcopy(receipt)
        money.settle(self, *self.receipts.values())

    def _start_switches(self) -> None:
        """What a test may set: how Etsy treats this shop."""
        # Etsy keeps addresses of German shops' buyers to itself.
        self.addresses_hidden = False
        # Etsy refuses tracking by German shops' keys.
        self.tracking_refused = False
        # What a carrier Etsy does not know leads to: the request is "refused", or the parcel
        # counts but its code is "dropped" (etsy/open-api#135).
        self.unknown_carrier = "refused"
        # What an inventory without any stock leads to: it is "refused" since 2022
        # (etsy/open-api#395, #501, #560), or the listing is "sold_out" as before.
        self.without_stock = "refused"
        # What stock does to a listing that has ended: it comes back for a "fee", it "stays"
        # ended until it is set active (etsy/open-api#247), or stock is "refused".
        self.relisting = "fee"
        # VAT on Etsy's fees, in percent; 0 for a shop that has told its VAT number.
        self.fee_vat = 0
        # How entries of the ledger are named: "seen" at Etsy, or as in the "sample".
        self.ledger_style = "seen"

    # Time, numbers and tokens

    def now(self) -> int:
        """The clock as Etsy writes it."""
        return int(self.moment())

    def number(self, first: int) -> int:
        """A new number above a base."""
        with self.lock:
            self.serial += 1
            return first + self.serial

    def grant(self, scopes: Iterable[str] = SCOPES) -> Json:
        """A pair of tokens as after the seller's consent."""
        with self.lock:
            return self.authority.issue(frozenset(scopes), self.moment())

    # Receipts

    def put_receipt(self, receipt: Json) -> Json:
        """Add or replace a receipt given in the form of the interface."""
        from . import money

        with self.lock:
            node = copy.deepcopy(receipt)
            self.receipts[node["receipt_id"]] = node
            money.settle(self, node)
            return node

    def receipt(self, number: int) -> Json:
        """A receipt of the shop."""
        with self.lock:
            if number not in self.receipts:
                raise not_found()
            return self.receipts[number]

    def touch(self, receipt: Json) -> None:
        """A receipt has changed: stamp it."""
        receipt["update_timestamp"] = receipt["updated_timestamp"] = self.now()

    def change_receipt(self, number: int, changes: Json | None = None) -> Json:
        """Apply changes to the top level of a receipt and stamp it with now."""
        with self.lock:
            receipt = self.receipt(number)
            receipt.update(copy.deepcopy(changes or {}))
            self.touch(receipt)
            return receipt

    def happen(self, kind: str, **facts: Any) -> Json:
        """Let something happen that no client can do; ``events`` lists what."""
        from . import events

        return events.happen(self, {"kind": kind, **facts})

    def listing(self, number: int) -> Json:
        """A listing of the shop."""
        with self.lock:
            if number not in self.listings:
                raise not_found()
            return self.listings[number]

    def effect(self, kind: str, **facts: Any) -> None:
        """Note that a request has changed something."""
        with self.lock:
            self.effects.append({"kind": kind, "moment": self.now(), **facts})
