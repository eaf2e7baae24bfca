# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What all workers that talk to one account of a channel share: the token and the limit.

The limit is a leaky bucket: ``rate`` points a second flow in, up to ``size``. A worker takes
its points before it asks; the level may go below zero, then those who took later wait longer,
so that they queue instead of trying again and again. What a worker took and never used, for it
died, comes back by itself as the bucket fills.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

# A request reaches the channel a little after its points were taken here, and a full bucket
# does not fill meanwhile: so much more than the points has to be there, in seconds of filling.
SLACK = 0.25


@dataclass(frozen=True)
class Grant:
    """An access token and the seconds it is still good for."""

    token: str
    lifetime: float


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

    def take(self, points: float, moment: float, longest: float) -> tuple[Bucket, float]:
        """The bucket without the points, and the seconds to wait before they are there.

        Nobody waits longer than ``longest``: then nothing is taken.
        """
        if not self.rate:
            return self, 0.0
        now = self.at(moment)
        needed = min(points + self.rate * SLACK, self.size)
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


class AccountState(Protocol):
    """Where the token and the bucket of one account are kept."""

    def grant(self, renew: Callable[[], Grant], refused: str = "") -> Grant:
        """A valid token; ``renew`` is called by one worker only, when there is none.

        ``refused`` is a token the channel has just turned down.
        """

    def take(self, points: float, longest: float) -> float:
        """Take points. Seconds to wait for them; more than ``longest``: not taken."""

    def settle(self, taken: float, spent: float, told: Bucket) -> None:
        """Note what a request cost. The moment of ``told`` is set here."""


# A token is renewed when a tenth of its life or five minutes are left, whichever is less.
TOKEN_MARGIN = 300.0


def needs_renewal(left: float, lifetime: float) -> bool:
    """Whether a token is so near its end that a new one should be asked for."""
    return left <= min(TOKEN_MARGIN, lifetime / 10)


class MemoryState:
    """The state of an account in one process, shared by its threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._grant = Grant("", 0.0)
        self._until = 0.0
        self._bucket = Bucket()

    def grant(self, renew: Callable[[], Grant], refused: str = "") -> Grant:
        """See ``AccountState``."""
        with self._lock:
            left = self._until - self._clock()
            stale = self._grant.token in ("", refused)
            if stale or needs_renewal(left, self._grant.lifetime):
                self._grant = renew()
                left = self._grant.lifetime
                self._until = self._clock() + left
            return Grant(self._grant.token, left)

    def take(self, points: float, longest: float) -> float:
        """See ``AccountState``."""
        with self._lock:
            self._bucket, wait = self._bucket.take(points, self._clock(), longest)
            return wait

    def settle(self, taken: float, spent: float, told: Bucket) -> None:
        """See ``AccountState``."""
        with self._lock:
            told = replace(told, moment=self._clock())
            self._bucket = self._bucket.settle(taken, spent, told)
