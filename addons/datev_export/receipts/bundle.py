# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The one ZIP of a hand-over: sheet, receipts, master data and bookings in their order.

Folders are numbered in the order in which the advisor takes the files. Without a password
the bytes are the same each time; with one, AES-256 (WinZip's kind, which 7-Zip and WinZip
open) mixes in fresh random numbers. AES hides contents, not names, so the encrypted ZIP holds
nothing but the plain one under a name that tells nothing.
"""

import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO

import pyzipper

from .package import FIXED_DATE, entry

SHEET, RECEIPTS, MASTER_DATA, BOOKINGS = "0_Beiblatt", "1_Belege", "2_Stammdaten", "3_Buchungen"
INNER = "Inhalt.zip"
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Part:
    """A file of the bundle: folder, name, and how to open it for reading."""

    folder: str
    name: str
    open: Callable[[], AbstractContextManager[BinaryIO]]

    @property
    def path(self) -> str:
        return f"{self.folder}/{self.name}"


def folder_of(name: str) -> str:
    """Folder of a DATEV file by its name."""
    return BOOKINGS if name.startswith("EXTF_Buchungsstapel") else MASTER_DATA


def write_bundle(target: BinaryIO, parts: Iterable[Part], password: str = "") -> None:
    """Write the ZIP, one file after the other, in the order of their paths."""
    if not password:
        _write_plain(target, parts)
        return
    with tempfile.TemporaryFile() as plain:
        _write_plain(plain, parts)
        plain.seek(0)
        _write_encrypted(target, plain, password)


def _write_plain(target: BinaryIO, parts: Iterable[Part]) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for part in sorted(parts, key=lambda part: part.path):
            with part.open() as source, archive.open(entry(part.path), "w") as place:
                shutil.copyfileobj(source, place, _BLOCK)


def _write_encrypted(target: BinaryIO, plain: BinaryIO, password: str) -> None:
    with pyzipper.AESZipFile(
        target, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as archive:
        archive.setpassword(password.encode())
        archive.setencryption(pyzipper.WZ_AES, nbits=256)
        info = archive.zipinfo_cls(INNER, FIXED_DATE)
        info.compress_type = pyzipper.ZIP_DEFLATED
        with archive.open(info, "w") as place:
            shutil.copyfileobj(plain, place, _BLOCK)
