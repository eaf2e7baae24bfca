# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Let the day happen, step by step, and note what each has cost and who had to act."""

from __future__ import annotations

import json
import math
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.hub import Hub

from .plan import BALM, CANDLE, FOREST, JAR, Buyer, pieces

WAVE = 50
PATIENCE = 300.0  # seconds, and one for each order
SINCE = "2026-01-01"


@dataclass
class Step:
    """A part of the day: how long, how many statements for what, and for how many documents."""

    name: str
    seconds: float = 0.0
    documents: int = 0
    statements: Counter[str] = field(default_factory=Counter)
    told: Any = None

    @property
    def queries(self) -> int:
        """Statements of all processes."""
        return sum(self.statements.values())


@dataclass(frozen=True)
class Act:
    """A person had to do something that no job does: what, for how many documents, why."""

    step: str
    what: str
    count: int
    why: str


class Day:
    """One day: `steps` and `acts` tell how it was, `evening` what is there in the end."""

    def __init__(
        self,
        hub: Hub,
        worlds: dict[str, Any],
        buyers: list[Buyer],
        parcels: str = "",
        echo: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.hub, self.worlds, self.buyers, self.parcels = hub, worlds, buyers, parcels
        self.echo = echo
        self.steps: list[Step] = []
        self.acts: list[Act] = []
        self.evening: dict[str, Any] = {}
        self._read = 0

    # What each step costs

    @contextmanager
    def step(self, name: str, documents: int = 0) -> Iterator[Step]:
        """Measure a part of the day."""
        self._costs()
        step = Step(name, documents=documents)
        start = time.monotonic()
        yield step
        step.seconds = time.monotonic() - start
        step.statements = self._costs()
        self.steps.append(step)
        self.echo(f"    {step.name}: {step.seconds:.0f} s, {step.queries} queries")

    def _costs(self) -> Counter[str]:
        """Statements since the last look, by what they were for."""
        found: Counter[str] = Counter()
        with self.hub.costs.open() as file:
            file.seek(self._read)
            for line in file.read().splitlines():
                what, _seconds, statements = json.loads(line)
                if what not in ("people work", "people pending"):
                    found[what] += statements
            self._read = file.tell()
        return found

    def act(self, step: str, command: str, **values: Any) -> None:
        """Have people do something, and note what and why."""
        for what, count, why in self.hub.ask(command, **values):
            self.acts.append(Act(step, what, count, why))

    def _world(self, buyer: Buyer) -> Any:
        return self.worlds[buyer.shop]

    def _with(self, life: str) -> list[Buyer]:
        return [buyer for buyer in self.buyers if buyer.order.life == life]

    def settle(self) -> None:
        """Jobs and messages go on until nothing is under way any more."""
        end = time.monotonic() + PATIENCE + len(self.buyers)
        still = 0
        while still < 2:
            waiting = sum(world.tell() for world in self.worlds.values())
            self.hub.ask("tick")
            self.hub.ask("work", rounds=100)
            rest = self.hub.ask("pending")
            still = 0 if rest or waiting else still + 1
            if time.monotonic() > end:
                raise AssertionError(f"never still: {rest}")

    # The day

    def happen(self) -> None:
        """All of it."""
        self._open()
        for part in (self._sell, self._prepare, self._make, self._send, self._settle_accounts):
            part()
        self.evening = self.hub.ask("collect")
        self.evening["offered"] = self.hub.ask("levels")
        self.evening["where"] = self.hub.ask("where")

    def _open(self) -> None:
        """Before the first order; what it costs is nobody's order."""
        jars, candles, balms = (pieces(self.buyers, sku) for sku in (JAR, CANDLE, BALM))
        stock = {
            "RAW-BLU": math.ceil(jars * 0.55) + 200,
            "GLASS": 2 * jars + 500,
            # Wax is short: some of it has to be bought.
            "WAX": math.ceil(candles * 0.2 * 0.6),
            BALM: [math.ceil(balms * 0.3), balms + 300],
        }
        with self.step("shops connected"):
            self.hub.ask("stock_up", stock=stock)
            self.hub.ask("order_forest_honey", kilograms=1 + pieces(self.buyers, FOREST))
            self.hub.ask("open_parcel_service", url=self.parcels)
            for kind, world in self.worlds.items():
                values = {"kind": kind, "values": world.channel, "tokens": world.tokens}
                self.hub.ask("open_shop", since=SINCE, **values)
            self.settle()

    def _sell(self) -> None:
        """Orders come all day, by webhooks and by asking; some are changed before they are paid."""
        with self.step("orders arrive", len(self.buyers)):
            for world in self.worlds.values():
                world.run_low()
            for start in range(0, len(self.buyers), WAVE):
                for buyer in self.buyers[start : start + WAVE]:
                    self._world(buyer).do("place", buyer.order)
                for world in self.worlds.values():
                    world.restock()
                    world.tell()
                self.hub.ask("tick")
                self.hub.ask("work", rounds=200)
            for what in ("edit", "pay"):
                for buyer in self._with("edited, then paid"):
                    self._world(buyer).do(what, buyer.order)
                self.settle()

    def _prepare(self) -> None:
        with self.step("orders checked", len(self.buyers)) as step:
            step.told = self.hub.ask("check")
            for command in ("look_after", "relist", "call_supplier", "buy"):
                self.act("orders checked", command)
            self.settle()
        calls = self._with("cancelled in the shop")
        with self.step("orders cancelled", len(calls)):
            for buyer in calls:
                self._world(buyer).do("cancel", buyer.order)
            self.settle()

    def _make(self) -> None:
        with self.step("runs planned", len(self.buyers)) as step:
            step.told = self.hub.ask("plan")
        with self.step("runs made", len(self.buyers)) as step:
            # Ingredients first: what is made of them waits until they are where they belong.
            while self.hub.ask("produce"):
                self.settle()
            step.told = self.hub.ask("made")

    def _send(self) -> None:
        with self.step("picked", len(self.buyers)) as step:
            step.told = self.hub.ask("pick")
        self.act("picked", "block")
        with self.step("shipped", len(self.buyers)) as step:
            step.told = [self._ship()]
            self.act("shipped", "replace_lots")
            self.hub.ask("pick")
            step.told.append(self._ship())
            self.hub.ask("close_day")
        with self.step("told, invoiced, paid", len(self.buyers)):
            self.settle()

    def _ship(self) -> dict[str, Any]:
        """What is picked, until the ship desk is through with it."""
        run = self.hub.ask("ship")["run"]
        while self.hub.ask("work", rounds=100):
            pass
        return self.hub.ask("shipped", run=run)

    def _settle_accounts(self) -> None:
        backs = self._with("sent back")
        with self.step("sent back", len(backs)):
            for buyer in backs:
                self._take_back(buyer)
            self.settle()
        if backs:
            self.acts.append(Act("sent back", "return taken in", len(backs), "Widerruf"))
        with self.step("stock compared"):
            self.hub.ask("compare_stock")
            self.settle()
        with self.step("paid out", len(self.buyers)):
            for world in self.worlds.values():
                world.pay_out()
            self.hub.ask("fetch_payouts")
            self.settle()
            self.act("paid out", "book_payouts")
        with self.step("exported to DATEV", len(self.buyers)):
            self.hub.ask("export")

    def _take_back(self, buyer: Buyer) -> None:
        """At Etsy nobody but the seller can give money back, on Etsy's own pages."""
        world = self._world(buyer)
        amount = self.hub.ask("take_back", kind=buyer.shop, name=world.name(buyer.order))
        if buyer.shop == "etsy":
            world.store.happen("refund", receipt_id=buyer.order.number, amount=amount)
