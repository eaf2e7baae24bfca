# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Finished files on disk: they grow piece by piece and are read back segment by segment."""

import hashlib
import tempfile
from array import array
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from ..extf.spec import MAX_ROWS
from ..extf.stacks import StackFile

READ_AT_ONCE = 1 << 20
# Rows checked and proven at a time.
SEGMENT = 4_000
HEAD_LINES = 2


class FileOnDisk:
    """A file of an export: the head of `first`, and the rows of all added after it."""

    def __init__(self, first: StackFile, head: bytes, part: int):
        self.first = first
        self.head = head
        self.part = part
        self.rows = 0
        self._entries = array("q")
        self._rows_of = array("q")
        # Open as long as the run: it is read back, and gone with the object.
        self._content: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115
        self._content.write(head)

    def add(self, entries: Iterable[int], body: bytes) -> None:
        """Append rows; `entries` names the entry of each."""
        for entry in entries:
            if self._entries and self._entries[-1] == entry:
                self._rows_of[-1] += 1
            else:
                self._entries.append(entry)
                self._rows_of.append(1)
            self.rows += 1
        self._content.write(body)

    def content(self) -> bytes:
        """The whole file."""
        self._content.seek(0)
        return self._content.read()

    def digest_into(self, digest: "hashlib._Hash") -> None:
        """Feed the file to a digest."""
        self._content.seek(0)
        while block := self._content.read(READ_AT_ONCE):
            digest.update(block)

    def segments(self) -> Iterator[tuple[int, list[int], bytes]]:
        """(lines before it, entry of each row, bytes with the head) of each segment.

        Read from the disk; an entry is never cut in two.
        """
        self._content.seek(0)
        head = b"".join(self._content.readline() for _line in range(HEAD_LINES))
        before, entries, lines = 0, [], []
        for entry, count in zip(self._entries, self._rows_of, strict=True):
            entries += [entry] * count
            lines += [self._content.readline() for _row in range(count)]
            if len(lines) >= SEGMENT:
                yield before, entries, head + b"".join(lines)
                before, entries, lines = before + len(lines), [], []
        # More lines than rows were written would be a fault: they are checked as well.
        lines += self._content.readlines()
        if lines:
            yield before, entries, head + b"".join(lines)


class FilesOnDisk:
    """The files of an export. Pieces with the same head go into the same file while it has
    room."""

    def __init__(self, limit: int = MAX_ROWS):
        self.limit = limit
        self.files: list[FileOnDisk] = []
        self._open: dict[bytes, FileOnDisk] = {}

    def add(self, pieces: Iterable[StackFile]) -> None:
        """Append small files to the large ones."""
        for piece in pieces:
            end = 0
            for _line in range(HEAD_LINES):
                end = piece.content.index(b"\n", end) + 1
            head = piece.content[:end]
            file = self._open.get(head)
            if file is None or file.rows + len(piece.entries) > self.limit:
                file = FileOnDisk(piece, head, file.part + 1 if file else 1)
                self._open[head] = file
                self.files.append(file)
            file.add(piece.entries, piece.content[end:])

    def sha256(self) -> str:
        """Fingerprint of all files, one after the other."""
        digest = hashlib.sha256()
        for file in self.files:
            file.digest_into(digest)
        return digest.hexdigest()
