# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What all workers that talk to one account of a channel share: the token and the limits.

A limit is a leaky bucket: ``rate`` points a second flow in, up to ``size``. A worker takes
its points before it asks; the level may go below zero, then those who took later wait longer,
so that they queue instead of trying again and again. What a worker took and never used, for it
died, comes back by itself as the bucket fills.

There may be two: a pace, for which one waits, and a budget for the day, of which work that can
wait leaves a part to work that cannot.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

# A request reaches the channel a little after its points were taken here, and a full bucket
# does not fill meanwhile: so much more than the points has to be there, in seconds of filling.
SLACK = 0.25


@dataclass(frozen=True)
class Grant:
    """An access token and the seconds it is still good for.

    ``refresh`` is what the next one is asked for with, where the channel hands that out. It
    may count only once, so the one that is stored is always the last one granted.
    """

    token: str = field(repr=False)
    lifetime: float
    refresh: str = field(default="", repr=False)
    refresh_lifetime: float = 0.0


@dataclass(frozen=True)
class Bucket:
    """Level of the bucket at a moment, in points and seconds. Rate 0: not known yet."""

    level: float = 0.0
    size: float = 0.0
    rate: float = 0.0
    moment: float = 0.0

    def at(self, moment: float) -> Bucket:
        """The bucket as it is at a later moment."""
        elapsed = max(0.0, moment - self.moment)
        return replace(self, level=min(self.size, self.level + elapsed * self.rate), moment=moment)

    def take(
        self, points: float, moment: float, longest: float, reserve: float = 0.0
    ) -> tuple[Bucket, float]:
        """The bucket without the points, and the seconds to wait before they are there.

        Nobody waits longer than ``longest``: then nothing is taken. ``reserve`` is the share
        of the bucket that is left to others.
        """
        if not self.rate:
            return self, 0.0
        now = self.at(moment)
        needed = min(points + reserve * self.size + self.rate * SLACK, self.size)
        wait = max(0.0, (needed - now.level) / self.rate)
        if wait > longest:
            return now, wait
        return replace(now, level=now.level - points), wait

    def settle(self, taken: float, spent: float, told: Bucket) -> Bucket:
        """The bucket after the channel told what a request cost and what is left.

        What others have taken and not yet used is unknown to the channel, so of both levels
        the lower one is true.
        """
        if not self.rate:
            return told
        now = self.at(told.moment)
        return replace(told, level=min(now.level + taken - spent, told.level))


@dataclass(frozen=True)
class Limits:
    """What an account may ask for: ``pace`` from moment to moment, ``budget`` in a day."""

    pace: Bucket = Bucket()
    budget: Bucket = Bucket()

    def at(self, moment: float) -> Limits:
        """The limits as they are at a later moment."""
        return Limits(self.pace.at(moment), self.budget.at(moment))

    def take(
        self, points: float, moment: float, longest: float, reserve: float = 0.0
    ) -> tuple[Limits, float]:
        """See ``Bucket.take``. The reserve is one of the budget."""
        budget, wait = self.budget.take(points, moment, longest, reserve)
        if wait > longest:
            return self, wait
        pace, pause = self.pace.take(points, moment, longest)
        if pause > longest:
            return self, pause
        return Limits(pace, budget), max(wait, pause)


class AccountState(Protocol):
    """Where the token and the limits of one account are kept."""

    def grant(self, renew: Callable[[str], Grant], refused: str = "") -> Grant:
        """A valid token; ``renew`` is called by one worker only, when there is none.

        It gets the refresh token of the last grant. ``refused`` is a token the channel has
        just turned down.
        """

    def store(self, grant: Grant) -> None:
        """Keep a token that somebody's consent has brought."""

    def take(
        self, points: float, longest: float, reserve: float = 0.0, first: Limits | None = None
    ) -> float:
        """Take points. Seconds to wait for them; more than ``longest``: not taken.

        ``first`` holds as long as the channel has said nothing.
        """

    def adjust(self, step: Callable[[Limits], Limits]) -> None:
        """Change the limits by what the channel has told. The step gets them as they are."""

    def settle(self, taken: float, spent: float, told: Bucket) -> None:
        """Note what a request cost and what the channel says is left of the pace."""


def settled(taken: float, spent: float, told: Bucket) -> Callable[[Limits], Limits]:
    """The step of ``AccountState.settle``."""

    def step(limits: Limits) -> Limits:
        now = replace(told, moment=limits.pace.moment)
        return replace(limits, pace=limits.pace.settle(taken, spent, now))

    return step


# A token is renewed when a tenth of its life or five minutes are left, whichever is less.
TOKEN_MARGIN = 300.0


def needs_renewal(left: float, lifetime: float) -> bool:
    """Whether a token is so near its end that a new one should be asked for."""
    return left <= min(TOKEN_MARGIN, lifetime / 10)


class MemoryState:
    """The state of an account in one process, shared by its threads."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, grant: Grant | None = None
    ) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._limits = Limits()
        self.store(grant or Grant("", 0.0))

    def grant(self, renew: Callable[[str], Grant], refused: str = "") -> Grant:
        """See ``AccountState``."""
        with self._lock:
            left = self._until - self._clock()
            stale = self._grant.token in ("", refused)
            if stale or needs_renewal(left, self._grant.lifetime):
                self.store(renew(self._grant.refresh))
                left = self._grant.lifetime
            return replace(self._grant, lifetime=left)

    def store(self, grant: Grant) -> None:
        """See ``AccountState``."""
        with self._lock:
            self._grant = grant
            self._until = self._clock() + grant.lifetime

    def take(
        self, points: float, longest: float, reserve: float = 0.0, first: Limits | None = None
    ) -> float:
        """See ``AccountState``."""
        with self._lock:
            limits = self._limits if self._limits.pace.rate else first or Limits()
            self._limits, wait = limits.take(points, self._clock(), longest, reserve)
            return wait

    def adjust(self, step: Callable[[Limits], Limits]) -> None:
        """See ``AccountState``."""
        with self._lock:
            self._limits = step(self._limits.at(self._clock()))

    def settle(self, taken: float, spent: float, told: Bucket) -> None:
        """See ``AccountState``."""
        self.adjust(settled(taken, spent, told))
