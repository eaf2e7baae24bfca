# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The one ZIP of a hand-over: sheet, receipts, master data and bookings in their order.

Folders are numbered in the order in which the advisor takes the files. Without a password
the bytes are the same each time; with one, AES-256 (WinZip's kind, which 7-Zip and WinZip
open) mixes in fresh random numbers.
"""

import shutil
import zipfile
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO

import pyzipper

from .package import FIXED_DATE, entry

SHEET, RECEIPTS, MASTER_DATA, BOOKINGS = "0_Beiblatt", "1_Belege", "2_Stammdaten", "3_Buchungen"
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
    ordered = sorted(parts, key=lambda part: part.path)
    if password:
        _write_encrypted(target, ordered, password)
        return
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for part in ordered:
            with part.open() as source, archive.open(entry(part.path), "w") as place:
                shutil.copyfileobj(source, place, _BLOCK)


def _write_encrypted(target: BinaryIO, parts: list[Part], password: str) -> None:
    with pyzipper.AESZipFile(
        target, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as archive:
        archive.setpassword(password.encode())
        archive.setencryption(pyzipper.WZ_AES, nbits=256)
        for part in parts:
            info = archive.zipinfo_cls(part.path, FIXED_DATE)
            info.compress_type = pyzipper.ZIP_DEFLATED
            with part.open() as source, archive.open(info, "w") as place:
                shutil.copyfileobj(source, place, _BLOCK)
