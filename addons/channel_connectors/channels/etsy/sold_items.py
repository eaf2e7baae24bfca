# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Addresses from the file of sold items that a shop owner can download from Etsy.

One row a position, several for an order. Names of the columns follow the language of the
shop, and whoever opened the file in a spreadsheet may have changed separator, charset and the
zeros at the beginning of a postcode. Nothing in it is ever more than text.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..base.order import Address
from .lockers import tidy

MOST_BYTES = 5_000_000
MOST_ROWS = 50_000
LONGEST = 200
SEPARATORS = (",", ";", "\t")

# Names of the columns, letters and digits only. "Ship …" is American, "Delivery …" British;
# the others are what German, French, Dutch, Italian and Spanish shops get or rename them to.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "order": (
        *("orderid", "ordernumber", "orderno", "receiptid", "bestellid", "bestellnummer"),
        *("bestellnr", "bestellungsnummer", "auftragsnummer", "iddecommande", "numerodecommande"),
        *("bestellingid", "bestelnummer", "iddellordine", "idordine", "iddelpedido", "idpedido"),
    ),
    "name": (
        *("shipname", "deliveryname", "shiptoname", "recipient", "fullname", "versandname"),
        *("lieferungname", "liefername", "lieferadressename", "versandanname", "empfaenger"),
        *("namedesempfaengers", "nomlivraison", "nomdelivraison", "verzendnaam", "bezorgnaam"),
    ),
    "street": (
        *("shipaddress1", "deliveryaddress1", "shiptoaddress1", "shippingaddress1", "street1"),
        *(
            "versandadresse1",
            "lieferadresse1",
            "lieferanschrift1",
            "adresse1",
            "adressedelivraison1",
        ),
        *("verzendadres1", "bezorgadres1", "lieferadressezeile1", "versandadressezeile1"),
        *("lieferstrasse", "strasse"),
    ),
    "street2": (
        *("shipaddress2", "deliveryaddress2", "shiptoaddress2", "shippingaddress2", "street2"),
        *(
            "versandadresse2",
            "lieferadresse2",
            "lieferanschrift2",
            "adresse2",
            "adressedelivraison2",
        ),
        *("verzendadres2", "bezorgadres2", "lieferadressezeile2", "versandadressezeile2"),
    ),
    "city": (
        *("shipcity", "deliverycity", "shiptocity", "shippingcity", "versandstadt", "versandort"),
        *("lieferstadt", "lieferort", "lieferadressestadt", "lieferadresseort", "stadt", "ort"),
        *("villedelivraison", "verzendplaats", "bezorgplaats"),
    ),
    "state": (
        *("shipstate", "deliverystate", "shiptostate", "shippingstate", "versandbundesland"),
        *("lieferbundesland", "lieferadressebundesland", "bundesland"),
    ),
    "zip": (
        *("shipzipcode", "shipzip", "shippostcode", "deliveryzipcode", "deliverypostcode"),
        *("shippingzipcode", "versandpostleitzahl", "versandplz", "lieferpostleitzahl"),
        *("lieferplz", "lieferadressepostleitzahl", "lieferadresseplz", "postleitzahl", "plz"),
        *("codepostaldelivraison", "verzendpostcode", "bezorgpostcode"),
    ),
    "country": (
        *("shipcountry", "deliverycountry", "shiptocountry", "shippingcountry", "versandland"),
        *("lieferland", "lieferadresseland", "land", "paysdelivraison", "verzendland"),
        *("bezorgland",),
    ),
}
NEEDED = ("order", "street", "city")


class SoldItemsError(ValueError):
    """The file cannot be used; ``code`` says why: "size", "rows", "columns" or "broken"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class SoldAddress:
    """Where an order goes; ``country`` is written as in the file, a code or a name.

    ``is_ambiguous`` if rows of the order say different things.
    """

    order_id: str
    address: Address
    country: str = ""
    is_ambiguous: bool = False

    def located(self, code: str) -> Address:
        """The address with the code of its country."""
        address = replace(self.address, country_code=code)
        if code == "DE" and re.fullmatch(r"\d{4}", address.zip):
            # A spreadsheet has taken the zero away: every German postcode has five digits.
            address = replace(address, zip=f"0{address.zip}")
        return tidy(address)


def read_sold_items(content: bytes) -> list[SoldAddress]:
    """Addresses of the orders in a file, each order once, in their order."""
    if len(content) > MOST_BYTES:
        raise SoldItemsError("size")
    text = _decode(content)
    try:
        rows = _rows(text)
    except csv.Error as error:
        raise SoldItemsError("broken") from error
    found: dict[str, SoldAddress] = {}
    for row in rows:
        sold = _sold(row)
        if not sold:
            continue
        known = found.get(sold.order_id)
        if known and (known.address.key, known.country) != (sold.address.key, sold.country):
            sold = replace(known, is_ambiguous=True)
        found[sold.order_id] = sold
    return list(found.values())


def _decode(content: bytes) -> str:
    """Text of a file in UTF-8, UTF-16 with its mark, or the charset of western Windows."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _rows(text: str) -> list[dict[str, str]]:
    """Rows by our names of the columns, with the separator that makes most of the header."""
    text = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    best: tuple[str, list[str]] = ("", [])
    for separator in SEPARATORS:
        header = next(csv.reader(io.StringIO(text), delimiter=separator), [])
        names = [_column(title) for title in header]
        if sum(map(bool, names)) > sum(map(bool, best[1])):
            best = (separator, names)
    separator, names = best
    if not all(name in names for name in NEEDED):
        raise SoldItemsError("columns")
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    next(reader)
    found = []
    for number, cells in enumerate(reader):
        if number >= MOST_ROWS:
            raise SoldItemsError("rows")
        found.append({name: _clean(cell) for name, cell in zip(names, cells, strict=False) if name})
    return found


def _column(title: str) -> str:
    """Our name of a column; empty if we do not need it."""
    folded = title.casefold().replace("ß", "ss")
    for umlaut, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        folded = folded.replace(umlaut, plain)
    plain = unicodedata.normalize("NFKD", folded)
    key = re.sub(r"[^a-z0-9]", "", plain)
    return next((name for name, titles in COLUMNS.items() if key in titles), "")


def _clean(cell: str) -> str:
    """One line of printable text of a sensible length."""
    kept = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in cell)
    return " ".join(kept.split())[:LONGEST]


def _sold(row: dict[str, str]) -> SoldAddress | None:
    """Address of a row; nothing if it names no order or no address."""
    order_id = row.get("order", "")
    address = Address(
        name=row.get("name", ""),
        street=row.get("street", ""),
        street2=row.get("street2", ""),
        zip=row.get("zip", ""),
        city=row.get("city", ""),
        state_code=row.get("state", ""),
    )
    if not re.fullmatch(r"\d{1,19}", order_id) or not (address.street or address.city):
        return None
    return SoldAddress(order_id, address, row.get("country", ""))
