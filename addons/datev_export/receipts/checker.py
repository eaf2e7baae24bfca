# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Read a package back and check it, written apart from the writer.

The rules are taken from the description of the format a second time; nothing of `document`
is used here.
"""

import re
import zipfile
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import BinaryIO

from lxml import etree

from .model import Problem

_NS = "{http://xml.datev.de/bedi/tps/document/v06.0}"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_LINK = re.compile(rb'"BEDI ""([^"]*)"""')
_ALLOWED = re.compile(
    r"(?i).+\.(pdf|xml|tiff?|bmp|csv|docx?|gif|jpe?g|ods|odt|pkcs7|png|rtf|txt|xlsx?)"
)
_MEGABYTE = 1 << 20


def check_package(source: BinaryIO) -> tuple[set[str], list[Problem]]:
    """GUIDs of the documents in a ZIP, and everything that is wrong with it."""
    problems: list[Problem] = []
    source.seek(0, 2)
    if source.tell() > 465 * _MEGABYTE:
        problems.append(Problem("package_size", "", "the package is larger than 465 MB"))
    source.seek(0)
    try:
        archive = zipfile.ZipFile(source)
    except zipfile.BadZipFile:
        return set(), [*problems, Problem("no_zip", "", "this is not a ZIP")]
    with archive:
        sizes = {info.filename: info.file_size for info in archive.infolist()}
        problems += _check_entries(archive, sizes)
        if "document.xml" not in sizes:
            return set(), [*problems, Problem("no_index", "", "document.xml is missing")]
        guids, named, found = _check_index(archive.read("document.xml"))
    problems += found
    problems += _check_names(named, set(sizes) - {"document.xml"})
    return guids, problems


def _check_entries(archive: zipfile.ZipFile, sizes: dict[str, int]) -> list[Problem]:
    problems = []
    names = Counter(info.filename.lower() for info in archive.infolist())
    problems += [
        Problem("twice", name, "is in the package twice")
        for name, count in names.items()
        if count > 1
    ]
    for name, size in sizes.items():
        if "/" in name or "\\" in name:
            problems.append(Problem("folder", name, "the package must not have folders"))
        if len(name) > 255:
            problems.append(Problem("name_length", name, "the name is longer than 255"))
        if not _ALLOWED.fullmatch(name):
            problems.append(Problem("kind", name, "DATEV does not take files of this kind"))
        if size > 20 * _MEGABYTE:
            problems.append(Problem("file_size", name, "the file is larger than 20 MB"))
        if not size:
            problems.append(Problem("empty", name, "the file is empty"))
    return problems


def _check_names(named: list[str], present: set[str]) -> list[Problem]:
    counted = Counter(named)
    problems = [
        Problem("file_missing", name, "is named in document.xml but not in the package")
        for name in counted.keys() - present
    ]
    problems += [
        Problem("file_unnamed", name, "is in the package but not named in document.xml")
        for name in present - counted.keys()
    ]
    problems += [
        Problem("file_shared", name, "is named more than once")
        for name, count in counted.items()
        if count > 1
    ]
    return sorted(problems, key=lambda problem: (problem.code, problem.place))


def _check_index(content: bytes) -> tuple[set[str], list[str], list[Problem]]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        return set(), [], [Problem("no_xml", "document.xml", str(error))]
    problems: list[Problem] = []

    def demand(holds: bool, code: str, place: str, message: str) -> None:
        if not holds:
            problems.append(Problem(code, place, message))

    demand(root.tag == f"{_NS}archive", "root", "", "the root is not archive of version 6.0")
    demand(root.get("version") == "6.0", "version", "", "the version is not 6.0")
    demand(len(root.get("generatingSystem", "")) <= 40, "system", "", "system name too long")
    parts = [child.tag for child in root]
    demand(parts == [f"{_NS}header", f"{_NS}content"], "parts", "", "not header, then content")
    _check_stamp(root.findtext(f"{_NS}header/{_NS}date", ""), demand)
    description = root.findtext(f"{_NS}header/{_NS}description", "")
    demand(len(description) <= 255, "text_length", "description", "longer than 255")
    documents = root.findall(f"{_NS}content/{_NS}document")
    demand(1 <= len(documents) <= 4999, "documents", "", "not 1 to 4,999 documents")
    guids: Counter[str] = Counter()
    named: list[str] = []
    for document in documents:
        guids[document.get("guid", "")] += 1
        named += _check_document(document, demand)
    for guid, count in guids.items():
        demand(count == 1, "guid_twice", guid, "two documents have this GUID")
    return set(guids), named, problems


def _check_stamp(text: str, demand) -> None:
    try:
        datetime.strptime(text, "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        demand(False, "stamp", text, "the date is no time without a zone")


def _check_document(document, demand) -> list[str]:
    """Names of the files of a document."""
    guid = document.get("guid", "")
    demand(bool(_GUID.fullmatch(guid)), "guid", guid, "the GUID is not one")
    demand(document.get("type", "1") in ("1", "2"), "type", guid, "type is not 1 or 2")
    demand(document.get("processID") in ("1", "2"), "process", guid, "processID is not 1 or 2")
    order = [child.tag.removeprefix(_NS) for child in document]
    ranks = ["description", "keywords", "extension", "repository"]
    known = all(name in ranks for name in order)
    demand(
        known and order == sorted(order, key=ranks.index), "order", guid, "elements out of order"
    )
    for name, length in (("description", 40), ("keywords", 255)):
        text = document.findtext(f"{_NS}{name}")
        demand(text is None or 0 < len(text) <= length, "text_length", guid, f"{name} too long")
    files = document.findall(f"{_NS}extension")
    demand(1 <= len(files) <= 50, "files", guid, "not 1 to 50 files")
    demand(all(file.get(_TYPE) == "File" for file in files), "file_type", guid, "not a File")
    levels = document.findall(f"{_NS}repository/{_NS}level")
    demand(len(levels) in (0, 3), "levels", guid, "not three levels")
    demand(
        [level.get("id") for level in levels] in ([], ["1", "2", "3"])
        and all(1 <= len(level.get("name", "")) <= 30 for level in levels),
        "level",
        guid,
        "a level has no name of 1 to 30 characters",
    )
    return [file.get("name", "") for file in files]


def links_of(content: bytes) -> set[str]:
    """GUIDs that the rows of a Buchungsstapel point to."""
    return {match.decode("ascii", "replace") for match in _LINK.findall(content)}


def check_links(linked: Iterable[str], delivered: Iterable[str]) -> list[Problem]:
    """Every link has its document, every document its booking."""
    linked, delivered = set(linked), set(delivered)
    return [
        Problem("link_without_document", guid, "a booking points to a receipt that is missing")
        for guid in sorted(linked - delivered)
    ] + [
        Problem("document_without_link", guid, "no booking points to this receipt")
        for guid in sorted(delivered - linked)
    ]
