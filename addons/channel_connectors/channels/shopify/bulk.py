# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The result of a bulk operation: read in any size with little memory.

The file has an object a line. Lines of an order follow the order itself, but not at once:
grouping them is slow for the shop and fails with many. So the file is put into a database
on disk while it arrives, and read from there, order by order. It counts only if all of it
has arrived: as many lines as the shop has written.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..base.errors import RefusedError, TransientError
from ..base.reading import Json

LONGEST_LINE = 10_000_000
# Where the children of an order belong, by their type.
PLACES = {"LineItem": "lineItems", "ShippingLine": "shippingLines"}
_TABLES = """
    CREATE TABLE root (position INTEGER PRIMARY KEY, id TEXT UNIQUE, line TEXT);
    CREATE TABLE child (position INTEGER PRIMARY KEY, parent TEXT, line TEXT);
    CREATE INDEX child_parent ON child (parent, position);
"""


class ResultFile:
    """The objects of a result, on disk. A context manager: it leaves nothing behind."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="channel-bulk-")
        self._database = sqlite3.connect(Path(self._folder.name) / "result.sqlite")
        self._database.executescript("PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF;")
        self._database.executescript(_TABLES)

    def __enter__(self) -> ResultFile:
        return self

    def __exit__(self, *_error: object) -> None:
        self._database.close()
        self._folder.cleanup()

    def fill(self, lines: Iterable[bytes], expected: int) -> None:
        """Take all lines; ``TransientError`` if some are missing or broken."""
        count = 0
        for line in lines:
            if not line.strip():
                continue
            if len(line) > LONGEST_LINE:
                raise RefusedError("a line of the bulk result is too long", "answer")
            count += 1
            self._take(line)
        self._database.commit()
        if count != expected:
            raise TransientError(f"the bulk result has {count} of {expected} lines", "answer")

    def _take(self, line: bytes) -> None:
        try:
            row = json.loads(line)
            parent, own = row.get("__parentId"), row["id"]
        except (ValueError, KeyError, AttributeError) as error:
            raise TransientError("the bulk result breaks off in a line", "answer") from error
        text = line.decode("utf-8")
        if parent:
            self._database.execute("INSERT INTO child (parent, line) VALUES (?, ?)", (parent, text))
        else:
            # An order that changed meanwhile may come twice: the later one is the newer.
            self._database.execute(
                "INSERT INTO root (id, line) VALUES (?, ?)"
                " ON CONFLICT (id) DO UPDATE SET line = excluded.line",
                (own, text),
            )

    def orders(self) -> Iterator[Json]:
        """Orders in the form of a page, with their children, in the order of the file."""
        for own, line in self._database.execute("SELECT id, line FROM root ORDER BY position"):
            order = json.loads(line)
            order["lineItems"] = {
                "nodes": [],
                "pageInfo": {"hasNextPage": False, "endCursor": None},
            }
            order["shippingLines"] = {"nodes": []}
            seen = set()
            children = self._database.execute(
                "SELECT line FROM child WHERE parent = ? ORDER BY position", (own,)
            )
            for (text,) in children:
                child = json.loads(text)
                del child["__parentId"]
                place = PLACES.get(child["id"].split("/")[3])
                if place and child["id"] not in seen:
                    seen.add(child["id"])
                    order[place]["nodes"].append(child)
            yield order
