# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Etsy's two limits: requests a second, and requests in the last 24 hours.

The numbers differ from app to app, are not published, and stand in the headers of every
answer. Headers have been seen cut off (``x-remaining-this-secon``) and absent, so names are
compared by their beginning, and values that make no sense count as not said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..base.state import Bucket, Limits

DAY = 86400.0
# Requests a second until Etsy has said more, and what refusals can bring it down to.
FIRST = 4.0
LEAST = 0.25
# Without headers, refusals halve the pace and each answer gives this much of it back.
RECOVERY = 1.02
# Part of a day's requests that is kept for telling about shipments.
RESERVE = 0.1
NAMES = {
    "per_second": "x-limit-per-sec",
    "left_second": "x-remaining-this-sec",
    "per_day": "x-limit-per-day",
    "left_day": "x-remaining-today",
}
LARGEST = 1e9


@dataclass(frozen=True)
class Told:
    """What the headers of an answer say; None: nothing that can be used."""

    per_second: float | None = None
    left_second: float | None = None
    per_day: float | None = None
    left_day: float | None = None


def _number(text: str) -> float | None:
    """A number of requests, or None."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 <= number <= LARGEST else None


def read_headers(headers: Mapping[str, str]) -> Told:
    """Limits as the headers of an answer state them."""
    found: dict[str, float | None] = {}
    for header, value in headers.items():
        for name, beginning in NAMES.items():
            if header.lower().startswith(beginning):
                found[name] = _number(value)
    # A limit of zero would mean that nothing can ever be asked.
    for name in ("per_second", "per_day"):
        found[name] = found.get(name) or None
    return Told(**found)


def pace(per_second: float) -> Bucket:
    """A full bucket from which no second ever gets more than the limit.

    In a second flows what is in the bucket and what runs in: together the limit, where that
    leaves room for a request at once.
    """
    size = max(1.0, per_second / 4)
    return Bucket(level=size, size=size, rate=max(per_second - size, per_second / 2))


START = Limits(pace=pace(FIRST))


def after(limits: Limits, told: Told, *, refused: bool = False) -> Limits:
    """The limits after an answer; ``refused`` if it was the refusal for asking too often."""
    return Limits(_pace_after(limits.pace, told, refused), _budget_after(limits.budget, told))


def _pace_after(now: Bucket, told: Told, refused: bool) -> Bucket:
    known = now if now.rate else replace(START.pace, moment=now.moment)
    if told.per_second:
        full = pace(told.per_second)
        left = full.size if told.left_second is None else told.left_second
        # What others have taken and not yet used is unknown to Etsy.
        level = min(known.level, full.size, left)
        known = replace(full, level=level, moment=now.moment)
    elif refused:
        known = replace(known, rate=max(known.rate / 2, LEAST))
    else:
        known = replace(known, rate=max(known.rate, min(START.pace.rate, known.rate * RECOVERY)))
    return replace(known, level=min(known.level, 0.0)) if refused else known


def _budget_after(now: Bucket, told: Told) -> Bucket:
    """Requests come back as they get older than a day; on average that is evenly."""
    size = told.per_day or now.size
    if not size:
        return now
    left = told.left_day if told.left_day is not None else (now.level if now.rate else size)
    return Bucket(level=min(left, size), size=size, rate=size / DAY, moment=now.moment)
