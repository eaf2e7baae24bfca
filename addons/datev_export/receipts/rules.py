# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Limits of DATEV for receipts, and names that every system takes.

Limits as DATEV's public description has them: 4,999 documents in a package, 50 files in a
document, 20 MB for a file, 465 MB for a package, of which it recommends to use about 100.
"""

import re
import unicodedata
from pathlib import PurePosixPath

MAX_DOCUMENTS = 4_999
MAX_FILES = 50
MAX_FILE_SIZE = 20 * 1024 * 1024
MAX_PACKAGE_SIZE = 465 * 1024 * 1024
USUAL_PACKAGE_SIZE = 100 * 1024 * 1024
MAX_NAME = 255
INDEX_NAME = "document.xml"

KINDS = frozenset(
    ("pdf", "xml", "tif", "tiff", "bmp", "csv", "doc", "docx", "gif", "jpeg", "jpg")
    + ("ods", "odt", "pkcs7", "png", "rtf", "txt", "xls", "xlsx")
)
_KIND_OF_TYPE = {
    "application/pdf": "pdf",
    "application/xml": "xml",
    "text/xml": "xml",
    "image/tiff": "tif",
    "image/bmp": "bmp",
    "image/gif": "gif",
    "image/jpeg": "jpg",
    "image/png": "png",
    "text/csv": "csv",
    "text/plain": "txt",
    "application/rtf": "rtf",
    "application/msword": "doc",
    "application/vnd.ms-excel": "xls",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
}
_SPELLING = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}
)
_UNSAFE = re.compile(r"[^A-Za-z0-9]+")

WRONG_KIND, TOO_LARGE, EMPTY = "kind", "too_large", "empty"


def kind_of(name: str, mimetype: str) -> str:
    """Extension under which a file is handed over; "" if DATEV does not take its kind.

    The name decides; the type of the content where the name says nothing ("Invoice 12.5").
    """
    suffix = PurePosixPath(name).suffix.lower().lstrip(".")
    if suffix in KINDS:
        return suffix
    if suffix.isalpha():
        return ""
    return _KIND_OF_TYPE.get(mimetype.partition(";")[0].strip().lower(), "")


def objection(name: str, mimetype: str, size: int) -> str:
    """Why a file cannot be handed over: a code, or "" if it can."""
    if not kind_of(name, mimetype):
        return WRONG_KIND
    if not size:
        return EMPTY
    return TOO_LARGE if size > MAX_FILE_SIZE else ""


def safe_stem(text: str, length: int = 60) -> str:
    """Letters, digits and single hyphens; never empty, never a name Windows keeps for itself."""
    spelled = unicodedata.normalize("NFC", text).translate(_SPELLING)
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    stem = _UNSAFE.sub("-", plain).strip("-")[:length].strip("-")
    reserved = re.fullmatch(r"(?i)con|prn|aux|nul|com[0-9]|lpt[0-9]", stem)
    return f"Beleg-{stem}" if reserved else stem or "Beleg"


def file_name(number: str, place: int, kind: str, mark: str) -> str:
    """Name of the `place`-th file of a document; `mark` keeps equal numbers apart."""
    return f"{safe_stem(number)}_{mark}_{place}.{kind}"
