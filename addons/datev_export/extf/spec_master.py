# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Columns of the master data files: customers and suppliers (category 16, version 5), names of
accounts (20, version 3) and terms of payment (46, version 2).

Facts about the format, in our own words, as in `spec`.
"""

from dataclasses import dataclass, replace

from .spec import HEADER, Column, Kind

_STATE = "[A-Z]{2}"
_PERCENT = "[0-9]{1,2},[0-9]{2}"


@dataclass(frozen=True)
class Format:
    """A category of files with its header and columns."""

    category: int
    name: str
    version: int
    header: tuple[Column, ...]
    columns: tuple[Column, ...]


def _header(category: int, name: str, version: int) -> tuple[Column, ...]:
    """The header of `spec` with what is different for master data: no period, no lock."""
    allowed = {3: (str(category),), 4: (name,), 5: (str(version),)}
    columns = []
    for column in HEADER:
        if column.nr in allowed:
            column = replace(column, allowed=allowed[column.nr])
        elif column.nr in (15, 16, 19, 20, 21):
            column = replace(column, kind=Kind.EMPTY, required=False, allowed=(), pattern="")
        elif column.nr == 22:
            column = replace(column, required=False, length=0)
        columns.append(column)
    return tuple(columns)


class _Numbered:
    """Hands out column numbers one after the other."""

    def __init__(self) -> None:
        self.columns: list[Column] = []

    def text(self, name: str, length: int, pattern: str = "", **rules) -> None:
        self._add(name, Kind.TEXT, length, pattern=pattern, **rules)

    def number(self, name: str, length: int, pattern: str = "", **rules) -> None:
        self._add(name, Kind.NUMBER, length, pattern=pattern or f"[0-9]{{1,{length}}}", **rules)

    def percent(self, name: str) -> None:
        self._add(name, Kind.NUMBER, 2, decimals=2, pattern=_PERCENT)

    def day(self, name: str) -> None:
        self._add(name, Kind.DATE, 8)

    def account(self, name: str, **rules) -> None:
        self._add(name, Kind.ACCOUNT, 9, **rules)

    def _add(self, name: str, kind: Kind, length: int, **rules) -> None:
        self.columns.append(Column(len(self.columns) + 1, name, kind, length, **rules))


def _address(c: _Numbered, place: str = "") -> None:
    """Kind of address to additional line; the invoice address repeats it."""
    c.text(f"Adressart{place}", 3, allowed=("STR", "PF", "GK"))
    c.text(f"Straße{place}", 36)
    c.text(f"Postfach{place}", 10)
    c.text(f"Postleitzahl{place}", 10, "[0-9]*")
    c.text(f"Ort{place}", 30)
    c.text(f"Land{place}", 2, _STATE)
    c.text(f"Versandzusatz{place}", 50)
    c.text(f"Adresszusatz{place}", 36)


def _bank(c: _Numbered, number: int) -> None:
    digits = "[0-9]*" if number <= 5 else ""
    c.text(f"Bankleitzahl {number}", 8, digits)
    c.text(f"Bankbezeichnung {number}", 30)
    c.text(f"Bank-Kontonummer {number}", 10, digits)
    c.text(f"Länderkennzeichen {number}", 2, r"\w*")
    c.text(f"IBAN-Nr. {number}", 34, "[A-Z]{2}[0-9]{2}[A-Z0-9]{1,30}")
    c.text("Leerfeld", 0)
    c.text(f"SWIFT-Code {number}", 11, "[A-Z0-9]{8}([A-Z0-9]{3})?")
    c.text(f"Abw. Kontoinhaber {number}", 70)
    c.text(f"Kennz. Hauptbankverb. {number}", 1, allowed=("0", "1"))
    c.day(f"Bankverb {number} Gültig von")
    c.day(f"Bankverb {number} Gültig bis")


def _names(c: _Numbered) -> None:
    c.account("Konto", required=True)
    c.text("Name (Adressattyp Unternehmen)", 50)
    c.text("Unternehmensgegenstand", 50)
    c.text("Name (Adressattyp natürl. Person)", 30)
    c.text("Vorname (Adressattyp natürl. Person)", 30)
    c.text("Name (Adressattyp keine Angabe)", 50)
    c.text("Adressattyp", 1, allowed=("0", "1", "2"))
    c.text("Kurzbezeichnung", 15)
    c.text("EU-Land", 2, _STATE)
    c.text("EU-UStID", 13, "[0-9A-Za-z+*]*")
    c.text("Anrede", 30)
    c.text("Titel/Akad. Grad", 25)
    c.text("Adelstitel", 15)
    c.text("Namensvorsatz", 14)
    _address(c)
    c.text("Abweichende Anrede", 30)
    c.text("Abw. Zustellbezeichnung 1", 50)
    c.text("Abw. Zustellbezeichnung 2", 36)
    c.number("Kennz. Korrespondenzadresse", 1)
    c.day("Adresse Gültig von")
    c.day("Adresse Gültig bis")
    for name in ("Telefon", "Telefon GL", "E-Mail", "Internet", "Fax", "Sonstige"):
        c.text(name, 60)
        c.text(f"Bemerkung ({name})", 40)


def _terms(c: _Numbered) -> None:
    c.text("Leerfeld", 0)
    c.text("Briefanrede", 100)
    c.text("Grußformel", 50)
    c.text("Kunden-/Lief.-Nr.", 15)
    c.text("Steuernummer", 20)
    c.number("Sprache", 2, allowed=("1", "4", "5", "10", "19"))
    for name in ("Ansprechpartner", "Vertreter", "Sachbearbeiter"):
        c.text(name, 40)
    c.number("Diverse-Konto", 1)
    c.number("Ausgabeziel", 1, allowed=("1", "2", "3"))
    c.text("Währungssteuerung", 1, allowed=("0", "2"))
    c.number("Kreditlimit (Debitor)", 10)
    c.number("Zahlungsbedingung", 3)
    c.number("Fälligkeit in Tagen (Debitor)", 3)
    c.percent("Skonto in Prozent (Debitor)")
    c.number("Kreditoren-Ziel 1 Tg.", 2)
    c.percent("Kreditoren-Skonto 1 %")
    c.number("Kreditoren-Ziel 2 Tg.", 2)
    c.percent("Kreditoren-Skonto 2 %")
    c.number("Kreditoren-Ziel 3 Brutto Tg.", 3)
    for number in (4, 5):
        c.number(f"Kreditoren-Ziel {number} Tg.", 2)
        c.percent(f"Kreditoren-Skonto {number} %")


def _reminders(c: _Numbered) -> None:
    c.number("Mahnung", 1, allowed=("0", "1", "2", "3", "4", "6", "7", "9"))
    c.number("Kontoauszug", 1, allowed=("1", "2", "3", "9"))
    for number in (1, 2, 3):
        c.number(f"Mahntext {number}", 1)
    c.number("Kontoauszugstext", 1)
    c.number("Mahnlimit Betrag", 5, "[1-9][0-9]{0,4},[0-9]{2}", decimals=2)
    c.percent("Mahnlimit %")
    c.number("Zinsberechnung", 1, allowed=("0", "1", "2", "9"))
    for number in (1, 2, 3):
        c.percent(f"Mahnzinssatz {number}")
    c.text("Lastschrift", 1, "[0-9]")
    c.text("Leerfeld", 0)
    c.number("Mandantenbank", 4)
    c.text("Zahlungsträger", 1, "[0-9]")
    for number in range(1, 16):
        c.text(f"Indiv. Feld {number}", 40)


def _rest(c: _Numbered) -> None:
    c.text("Nummer Fremdsystem", 15)
    c.number("Insolvent", 1, allowed=("0", "1"))
    for number in range(1, 11):
        c.text(f"SEPA-Mandatsreferenz {number}", 35)
    c.account("Verknüpftes OPOS-Konto")
    for name in ("Mahnsperre bis", "Lastschriftsperre bis", "Zahlungssperre bis"):
        c.day(name)
    c.number("Gebührenberechnung", 1, allowed=("0", "1", "9"))
    for number in (1, 2, 3):
        c.percent(f"Mahngebühr {number}")
    c.number("Pauschalenberechnung", 1, allowed=("0", "1", "9"))
    for number in (1, 2, 3):
        c.number(f"Verzugspauschale {number}", 3, "[0-9]{1,3},[0-9]{2}", decimals=2)
    c.text("Alternativer Suchname", 50)
    c.number("Status", 1)
    for place in ("Korrespondenzadresse", "Rechnungsadresse"):
        c.number(f"Anschrift manuell geändert ({place})", 1)
        c.text(f"Anschrift individuell ({place})", 306)
    c.number("Fristberechnung bei Debitor", 1, allowed=("0", "1"))
    for number in (1, 2, 3):
        c.number(f"Mahnfrist {number}", 3)
    c.number("Letzte Frist", 3)


def _partner_columns() -> tuple[Column, ...]:
    c = _Numbered()
    _names(c)
    for number in range(1, 6):
        _bank(c, number)
    _terms(c)
    _reminders(c)
    place = " (Rechnungsadresse)"
    c.text(f"Abweichende Anrede{place}", 30)
    _address(c, place)
    c.text(f"Abw. Zustellbezeichnung 1{place}", 50)
    c.text(f"Abw. Zustellbezeichnung 2{place}", 36)
    c.day(f"Adresse Gültig von{place}")
    c.day(f"Adresse Gültig bis{place}")
    for number in range(6, 11):
        _bank(c, number)
    _rest(c)
    return tuple(c.columns)


def _account_columns() -> tuple[Column, ...]:
    c = _Numbered()
    c.account("Konto", required=True)
    c.text("Kontobeschriftung", 40)
    c.text("SprachId", 5, allowed=("de-DE", "en-GB"))
    c.text("Kontenbeschriftung lang", 300)
    return tuple(c.columns)


def _payment_term_columns() -> tuple[Column, ...]:
    c = _Numbered()
    c.number("Nummer", 3, "[1-9][0-9]{0,2}", required=True)
    c.text("Bezeichnung", 40, required=True)
    c.number("Fälligkeitstyp", 1, allowed=("1", "2"), required=True)
    for number, blank in ((1, ""), (2, " ")):
        c.number(f"Skonto {number}{blank}%", 4)
        c.number(f"Skonto {number} Tage", 3)
    c.number("Fällig Tage", 3)
    for period in (1, 2, 3):
        place = f" / Zeitraum {period}"
        c.number(f"Rechnung bis{place}", 2)
        for number in (1, 2):
            # The headings of the format are not spelled alike.
            c.number(f"Skonto{'' if number == 1 else ' '}{number} Datum{place}", 2)
            gap = "" if number == 1 and period == 3 else " "
            c.number(f"Skonto{gap}{number} Monat{place}", 1)
        c.number(f"Fällig Datum{place}", 2)
        c.number(f"Fällig Monat{place}", 1)
    c.text("Leerfeld", 0)
    c.number("Verwendung", 1)
    return tuple(c.columns)


def _format(category: int, name: str, version: int, columns: tuple[Column, ...]) -> Format:
    return Format(category, name, version, _header(category, name, version), columns)


PARTNERS = _format(16, "Debitoren/Kreditoren", 5, _partner_columns())
ACCOUNTS = _format(20, "Kontenbeschriftungen", 3, _account_columns())
PAYMENT_TERMS = _format(46, "Zahlungsbedingungen", 2, _payment_term_columns())
