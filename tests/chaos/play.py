# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Tell a story to a shop and to Odoo, with or without trouble, until both sides are still."""

from __future__ import annotations

import random
import time
from typing import Any

from .hub import Hub
from .story import Move, Order, Step, Story
from .world import World

PATIENCE = 30.0  # seconds for each order of a story
# How often there may be trouble for each step; how often it is a mean thing, and that a worker
# is killed.
TROUBLES, MEAN, DEADLY = 1, 0.8, 0.25


class Telling:
    """One run of a story."""

    def __init__(self, story: Story, world: World, hub: Hub, *, tag: str, mean: bool) -> None:
        self.story, self.world, self.hub = story, world, hub
        self.chance = random.Random(f"telling {story.seed}")
        self.names = [world.name(order) for order in story.orders]
        self.patience = PATIENCE * len(story.orders)
        self.left: dict[Order, list[Step]] = {order: list(order.steps) for order in story.orders}
        self.moves: list[Move] = list(story.moves)
        # Trouble is bounded, so that a story comes to an end.
        self.troubles = TROUBLES * (sum(len(order.steps) for order in story.orders)) if mean else 0
        self.diary: list[str] = []
        world.kill = hub.kill_client
        self.channel = hub.ask("open_shop", name=tag, values=world.channel, tokens=world.tokens)

    def ask(self, command: str, **values: Any) -> Any:
        """Have somebody in Odoo do something for this shop."""
        return self.hub.ask(command, channel_id=self.channel, **values)

    def tell(self) -> None:
        """All steps, each once it may be."""
        end = time.monotonic() + self.patience
        while any(self.left.values()) or self.moves:
            if time.monotonic() > end:
                raise AssertionError(f"stuck with {self._rest()}\n{self}")
            if not self._step():
                self._pump()
            self._be_mean()
        self.world.calm()

    def _rest(self) -> str:
        """What cannot go on, as it is in Odoo and in the shop."""
        places, there = self.ask("look"), self.world.facts()["orders"]
        rows = [
            f"{name} {steps[0]}: {places.get(name)}, {there.get(name)}"
            for order, steps in self.left.items()
            if steps and (name := self.world.name(order))
        ]
        return "\n".join([*rows, str(self.ask("pending"))])

    def _step(self) -> bool:
        """One step that may be now; False if all have to wait."""
        places = self.ask("look")
        ready: list[Order | Move] = [
            order
            for order, steps in self.left.items()
            if steps and self._may(order, steps[0].when, places.get(self.world.name(order)))
        ]
        ready += self.moves[:1]
        if not ready:
            return False
        chosen = self.chance.choice(ready)
        if isinstance(chosen, Move):
            self.moves.pop(0)
            self._count(chosen)
            return True
        step = self.left[chosen].pop(0)
        self.diary.append(f"{step.who}: {step.what} {self.world.name(chosen)}")
        if step.who == "shop":
            self.world.do(step.what, chosen)
        else:
            self.ask(step.what, name=self.world.name(chosen))
        return True

    def _count(self, move: Move) -> None:
        self.diary.append(str(move))
        if move.who == "shop":
            self.world.count(move.sku, move.pieces)
        else:
            self.ask("count", sku=move.sku, pieces=move.pieces)

    def _may(self, order: Order, when: str, place: dict[str, Any] | None) -> bool:
        """Whether both sides are where a step wants them."""
        if not when:
            return True
        if not place or not place["settled"]:
            return False
        if place["updated_at"] < self.world.updated_at(order):
            return False
        if when == "confirmed":
            return place["confirmed"]
        if when == "ready":
            return place["confirmed"] and place["assigned"]
        if when == "part":
            return place["shipped"] == 1 and place["assigned"]
        if when == "shipped":
            return place["shipped"] > 0 and not place["open"]
        if when == "told":
            return self.world.is_shipped(order)
        if when == "cancelled":
            return place["cancelled"]
        refunds = sum(step.what == "refund" for step in order.steps)
        to_come = sum(step.what == "refund" for step in self.left[order])
        assert when == "paid", when
        return (
            place["paid"]
            and place["credited"] == refunds - to_come
            and self.world.is_shipped(order)
        )

    def _pump(self) -> None:
        """Time passes on both sides; what is at work goes first."""
        self.world.tell()
        if not self.ask("work", rounds=4):
            self.ask("tick")

    def _be_mean(self) -> None:
        if not self.troubles:
            return
        self.troubles -= 1
        if self.chance.random() < MEAN:
            self.diary.append(f"  ! {self.world.trouble(self.chance, self.names)}")
        if self.chance.random() < DEADLY:
            self.diary.append(f"  ! {self.hub.kill_any(self.chance)}")
        if self.chance.random() < 0.5:
            self.world.tell()

    # The end

    def settle(self) -> None:
        """Wait until nothing is under way any more."""
        end = time.monotonic() + self.patience
        still = 0
        while still < 2:
            waiting = self.world.tell()
            self.ask("tick")
            self.ask("work", rounds=50)
            rest = self.ask("pending")
            still = 0 if rest or waiting else still + 1
            if time.monotonic() > end:
                raise AssertionError(f"never still: {rest}\n{self}")

    def end(self) -> dict[str, Any]:
        """What both sides have come to."""
        self.ask("reconcile")
        self.settle()
        return {"hub": self.ask("facts"), "shop": self.world.facts()}

    def close(self) -> None:
        """Nothing comes from the shop or goes to it any more."""
        self.ask("close_shop")

    def __str__(self) -> str:
        return "\n".join([str(self.story), *self.diary])


def differences(quiet: Any, other: Any, path: str = "") -> list[str]:
    """Where two ends of a story differ."""
    if isinstance(quiet, dict) and isinstance(other, dict):
        return [
            line
            for key in sorted(quiet.keys() | other.keys())
            for line in differences(quiet.get(key), other.get(key), f"{path}/{key}")
        ]
    return [] if quiet == other else [f"{path}: {quiet} when quiet, {other} here"]
