# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Looking at an XLSX file before anything is parsed: sizes, and no document type definitions.

A ZIP file states what its members unpack to, and no more than that is ever unpacked. A document
type definition can blow a parser up or make it read other files, and no spreadsheet has one. It
is looked for in the bytes, so only encodings are let through in which it cannot hide.
"""

import re
from io import BytesIO
from zipfile import ZipFile

from .cells import MAX_BYTES
from .problems import Wrong

MAX_MEMBERS = 2_000
MAX_UNPACKED = 80 * 2**20
MAX_RATIO = 200  # of members above SMALL; full sheets have 10 to 50
SMALL = 2**20
CHUNK = 2**18
_FORBIDDEN = re.compile(rb"<!DOCTYPE|<!ENTITY", re.IGNORECASE)
_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"']*)["']""")
_ENCODINGS = (b"utf-8", b"us-ascii", b"ascii", b"iso-8859-1", b"windows-1252")
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<", b"\x00\x00", b"\x4c\x6f\xa7\x94")


def check_xlsx(content: bytes) -> None:
    """Refuse a file that is too large, unpacks to too much or holds forbidden markup.

    Of one that is damaged, the errors of zipfile are left to the reader.
    """
    if len(content) > MAX_BYTES:
        raise Wrong("file_large", limit=MAX_BYTES // 2**20)
    try:
        with ZipFile(BytesIO(content)) as archive:
            _check_sizes(archive)
            if "[Content_Types].xml" not in archive.namelist():
                raise Wrong("file_other")
            for info in archive.infolist():
                _check_markup(archive, info.filename)
    except (NotImplementedError, RuntimeError) as error:  # unknown compression, encryption
        raise Wrong("file_protected") from error


def _check_sizes(archive: ZipFile) -> None:
    """Refuse what unpacks to too much, and names that occur twice."""
    members = archive.infolist()
    if len(members) > MAX_MEMBERS or sum(info.file_size for info in members) > MAX_UNPACKED:
        raise Wrong("file_bomb")
    if any(i.file_size > SMALL and i.file_size > MAX_RATIO * i.compress_size for i in members):
        raise Wrong("file_bomb")
    if len({info.filename for info in members}) != len(members):
        raise Wrong("file_markup")


def _check_markup(archive: ZipFile, name: str) -> None:
    """Refuse a member with a document type definition or in an encoding that could hide one."""
    with archive.open(name) as member:
        tail = b""
        first = True
        while chunk := member.read(CHUNK):
            if first:
                _check_encoding(chunk)
                first = False
            if _FORBIDDEN.search(tail + chunk):
                raise Wrong("file_markup")
            tail = chunk[-16:]


def _check_encoding(start: bytes) -> None:
    """Refuse encodings in which “<!DOCTYPE” is not these nine bytes."""
    declared = _ENCODING.search(start[:1024])
    if start.startswith(_WIDE) or (declared and declared[1].lower() not in _ENCODINGS):
        raise Wrong("file_markup")
