# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Write document.xml: which files belong together, and under which GUID.

Version 6.0 of the format. Advisor and client number are left out on purpose: DATEV advises
against them, the person who uploads chooses the client.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from .model import INBOX, INCOMING, OUTGOING, Receipt

VERSION = "6.0"
NAMESPACE = "http://xml.datev.de/bedi/tps/document/v06.0"
SCHEMA = f"{NAMESPACE} Document_v060.xsd"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
SYSTEM = "Batch Order Hub"

_FOLDER = {INCOMING: "Eingangsrechnungen", OUTGOING: "Ausgangsrechnungen"}


@dataclass(frozen=True)
class Cover:
    """What all documents of a package share. `stamp` is local time without a zone."""

    stamp: datetime
    description: str = ""
    filing: str = INBOX


def clip(text: str, length: int) -> str:
    """One line without control characters, at most `length` characters."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())[:length].rstrip()


def _element(parent, tag: str, text: str | None = None, /, **attributes: str):
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}", attributes)
    element.text = text
    return element


def _add_document(content, receipt: Receipt, filing: str) -> None:
    attributes = {"guid": receipt.guid, "processID": filing}
    if receipt.kind:
        attributes["type"] = receipt.kind
    document = _element(content, "document", **attributes)
    if description := clip(receipt.description, 40):
        _element(document, "description", description)
    if keywords := clip(receipt.keywords, 255):
        _element(document, "keywords", keywords)
    for file in receipt.files:
        extension = _element(document, "extension", name=file.name)
        extension.set(f"{{{XSI}}}type", "File")
    levels = (
        "Buchführung",
        f"{receipt.day:%Y} {_FOLDER.get(receipt.kind, 'Sonstige Belege')}",
        f"{receipt.day:%m}",
    )
    repository = _element(document, "repository")
    for number, name in enumerate(levels, start=1):
        _element(repository, "level", id=str(number), name=name)


def write_document(cover: Cover, receipts: Iterable[Receipt]) -> bytes:
    """The file, the same bytes for the same input."""
    archive = etree.Element(f"{{{NAMESPACE}}}archive", nsmap={None: NAMESPACE, "xsi": XSI})
    archive.set(f"{{{XSI}}}schemaLocation", SCHEMA)
    archive.set("version", VERSION)
    archive.set("generatingSystem", SYSTEM)
    header = _element(archive, "header")
    _element(header, "date", f"{cover.stamp:%Y-%m-%dT%H:%M:%S}")
    if description := clip(cover.description, 255):
        _element(header, "description", description)
    content = _element(archive, "content")
    for receipt in receipts:
        _add_document(content, receipt, cover.filing)
    return etree.tostring(archive, xml_declaration=True, encoding="UTF-8", pretty_print=True)
