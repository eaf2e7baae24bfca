# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Packages of receipts: split by DATEV's limits, written as ZIP one file at a time.

A ZIP comes out the same, byte for byte, however often it is written: entries are stored as
they are (receipts are compressed already) and carry one fixed date.
"""

import hashlib
import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from .document import Cover, write_document
from .model import Receipt
from .rules import INDEX_NAME, MAX_DOCUMENTS, USUAL_PACKAGE_SIZE

# The earliest date a ZIP can hold.
FIXED_DATE = (1980, 1, 1, 0, 0, 0)
# Bytes an entry costs beside its content and twice its name, and a document in the index.
_ENTRY, _DOCUMENT = 76 + 22, 600
Read = Callable[[int], bytes]


def entry(name: str) -> zipfile.ZipInfo:
    """Head of a stored file with fixed date and rights."""
    info = zipfile.ZipInfo(name, FIXED_DATE)
    info.create_system = 0
    info.external_attr = 0
    return info


def weight(receipt: Receipt) -> int:
    """About how many bytes a receipt adds to a package."""
    return _DOCUMENT + sum(file.size + _ENTRY + 3 * len(file.name) for file in receipt.files)


def split(
    receipts: Iterable[Receipt],
    max_size: int = USUAL_PACKAGE_SIZE,
    max_documents: int = MAX_DOCUMENTS,
) -> Iterator[list[Receipt]]:
    """Cut into packages in the given order; a receipt is never cut in two.

    A single receipt above `max_size` (50 files of 20 MB) makes a package of its own.
    """
    package: list[Receipt] = []
    size = 0
    for receipt in receipts:
        added = weight(receipt)
        if package and (size + added > max_size or len(package) == max_documents):
            yield package
            package, size = [], 0
        package.append(receipt)
        size += added
    if package:
        yield package


def write_package(target: BinaryIO, cover: Cover, receipts: list[Receipt], read: Read) -> None:
    """Write the ZIP to a seekable file; `read` gives the content of one file."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(entry(INDEX_NAME), write_document(cover, receipts))
        for receipt in receipts:
            for file in receipt.files:
                archive.writestr(entry(file.name), read(file.key))


def digest(source: BinaryIO) -> str:
    """SHA-256 of a file from its beginning; the file is left at its beginning."""
    source.seek(0)
    total = hashlib.sha256()
    while block := source.read(1 << 20):
        total.update(block)
    source.seek(0)
    return total.hexdigest()
