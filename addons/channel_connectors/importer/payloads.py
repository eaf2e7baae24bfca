# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Payloads as the inbox keeps them: whatever a channel sends can be stored."""

import hashlib
import json
import math
from datetime import datetime, timezone

from ..channels.base.reading import FORM_ERRORS


def payload_columns(adapter, payloads):
    """Ids, names, payloads, digests and moments of a page; the last of equal ids.

    What has no readable id or moment is kept under its digest: the import then tells what
    is wrong with it.
    """
    rows = {}
    for payload in map(storable, payloads):
        digest = adapter.payload_digest(payload)
        try:
            key, name, updated = adapter.order_key(payload)
            moment = updated.astimezone(timezone.utc).replace(tzinfo=None)
            if not (isinstance(key, str) and key and isinstance(name, str)):
                raise ValueError("no id")
        except FORM_ERRORS:
            key, name, moment = _unreadable(payload, digest)
        rows[key] = (key, name or key, json.dumps(payload), digest, moment)
    return [list(column) for column in zip(*rows.values(), strict=True)]


def _unreadable(payload, digest):
    """Key, name and moment of a payload that does not say them."""
    known = payload.get("id") if isinstance(payload, dict) else None
    if not (isinstance(known, str) and known):
        known = f"unreadable:{hashlib.sha256(digest.encode()).hexdigest()[:16]}"
    name = payload.get("name") if isinstance(payload, dict) else None
    now = datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)
    return known, name if isinstance(name, str) and name else known, now


def storable(value):
    """The value without what PostgreSQL cannot keep in JSON: NUL, halves of characters,
    numbers that are none. Nothing readable is lost.
    """
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {storable(str(key)): storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [storable(item) for item in value]
    return value
