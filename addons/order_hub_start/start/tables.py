# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The four tables, their columns and what other programs call these columns.

The names of Xentral's exports are among the others. A column is known by its letters and digits
alone, so “Artikel-Nr.” is “Artikelnr”; a hint in brackets (“Preis (netto)”) does not count.
"""

import re
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from functools import cached_property

from . import words
from .words import Choices, plain

EXAMPLE = "BEISPIEL"  # the first column of the example row begins with it; such rows are skipped


@dataclass(frozen=True)
class Product:
    """An article or a variant of one (`parent`, `variant`)."""

    row: int
    reference: str
    name: str
    parent: str | None
    variant: str | None
    barcode: str | None
    kind: str | None
    unit: str | None
    price: Decimal | None
    cost: Decimal | None
    vat: Decimal | None
    shelf_life: int | None
    tracking: str | None


@dataclass(frozen=True)
class Partner:
    """A customer or a supplier."""

    row: int
    reference: str
    name: str
    role: str | None
    contact: str | None
    street: str | None
    street2: str | None
    postcode: str | None
    city: str | None
    country: str | None
    email: str | None
    phone: str | None
    vat: str | None
    debtor: str | None
    creditor: str | None


@dataclass(frozen=True)
class Lot:
    """What is in stock of one lot in one place; without a lot, of the product."""

    row: int
    product: str
    lot: str | None
    quantity: Decimal
    unit: str | None
    location: str | None
    best_before: date | None


@dataclass(frozen=True)
class RecipeLine:
    """One ingredient, by-product or work step; a component may have a recipe of its own."""

    row: int
    product: str
    output: Decimal
    output_unit: str | None
    kind: str
    component: str | None
    quantity: Decimal | None
    unit: str | None
    step: str | None
    work_center: str | None
    minutes: Decimal | None


Row = Product | Partner | Lot | RecipeLine


@dataclass(frozen=True)
class Column:
    """A column: German heading, English heading, other names, an example and a note."""

    name: str
    german: str
    english: str
    example: str | int | float | date
    kind: str = "text"
    others: tuple[str, ...] = ()
    required: bool = False
    choices: Choices | None = None
    note: str = ""
    positive: bool = False


def heading_key(text: str) -> str:
    """Give what a heading is recognised by."""
    return plain(re.sub(r"\(.*?\)|\[.*?\]|\*", "", text))


@dataclass(frozen=True)
class Table:
    """A table: its columns and what a row becomes; `key` is what may occur only once."""

    name: str
    title: str
    row: type[Row]
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()

    @cached_property
    def headings(self) -> dict[str, tuple[Column, str]]:
        """Give column and decimal mark of its language by heading."""
        known = {}
        for column in self.columns:
            for other in (*column.others, column.name, column.english):
                known[heading_key(other)] = (column, "." if other == column.english else ",")
            known[heading_key(column.german)] = (column, ",")
        return known

    def column(self, name: str) -> Column:
        """Give a column by its name."""
        return next(column for column in self.columns if column.name == name)


PRODUCTS = Table("products", "Produkte", Product, key=("reference",), unique=("barcode",), columns=(
    Column("reference", "Artikelnummer", "Internal Reference", f"{EXAMPLE}-100", required=True,
           others=("Artikelnr", "Art.-Nr.", "Nummer", "SKU", "default_code", "Item number"),
           note="Eindeutig; daran wird das Produkt beim nächsten Einlesen erkannt."),
    Column("name", "Bezeichnung", "Name", "Ringelblumensalbe", required=True,
           others=("Artikelbezeichnung", "Artikelname", "Produktname", "name_de", "Title", "Titel",
                   "Produkt", "Product name")),
    Column("parent", "Hauptartikel", "Parent Reference", "",
           others=("Variante von", "Vaterartikel", "variante_von", "Parent SKU"),
           note="Nur bei Varianten: die Artikelnummer des Hauptartikels."),
    Column("variant", "Variante", "Variant", "", others=("Ausprägung", "Variantenwert"),
           note="Nur bei Varianten, zum Beispiel: Größe: 100 ml; Duft: Rose"),
    Column("barcode", "EAN", "Barcode", "4006381333931", "barcode",
           others=("GTIN", "EAN-Nummer", "EAN13", "Strichcode", "ean_nr")),
    Column("kind", "Produktart", "Product Type", "Ware", "choice", choices=words.PRODUCT_KINDS,
           others=("Artikelart", "Typ", "Type")),
    Column("unit", "Einheit", "Unit", "Stück", "choice", choices=words.UNITS,
           others=("Mengeneinheit", "ME", "UoM", "Unit of Measure", "Verkaufseinheit")),
    Column("price", "Verkaufspreis (netto)", "Sales Price", 12.5, "amount",
           others=("Preis", "VK", "VK netto", "VK-Preis", "Nettopreis", "verkaufspreisnetto",
                   "verkaufspreis1netto", "list_price", "Price")),
    Column("cost", "Einkaufspreis (netto)", "Cost", 4.2, "amount",
           others=("EK", "EK netto", "EK-Preis", "lieferanteinkaufnetto", "standard_price")),
    Column("vat", "USt.-Satz", "VAT Rate", 0.19, "percent",
           others=("MwSt", "MwSt-Satz", "USt", "Steuersatz", "Umsatzsteuer", "Tax", "VAT")),
    Column("shelf_life", "Haltbarkeit (Tage)", "Shelf Life", 540, "days",
           others=("Mindesthaltbarkeit", "MHD Tage", "Haltbarkeit in Tagen", "Expiration Time"),
           note="Tage, oder zum Beispiel: 18 Monate"),
    Column("tracking", "Rückverfolgung", "Tracking", "Charge", "choice", choices=words.TRACKING,
           others=("Chargenpflicht", "Chargenverwaltung", "Chargenführung", "chargenverwaltung")),
))  # fmt: skip
PARTNERS = Table("partners", "Kunden und Lieferanten", Partner, key=("reference",), columns=(
    Column("reference", "Nummer", "Reference", f"{EXAMPLE}-10001", required=True,
           others=("Kundennummer", "Kundennr", "Lieferantennummer", "Adressnummer", "Kd-Nr", "ID",
                   "Customer number")),
    Column("name", "Name", "Company Name", "Apotheke am Markt", required=True,
           others=("Firma", "Firmenname", "Kunde", "Lieferant", "Company", "Name 1")),
    Column("role", "Art", "Role", "Kunde", "choice", choices=words.PARTNER_ROLES,
           others=("Rolle", "Adresstyp", "Kundentyp")),
    Column("contact", "Ansprechpartner", "Contact", "Eva Muster", others=("Kontakt",)),
    Column("street", "Straße", "Street", "Marktplatz 3",
           others=("Straße und Hausnummer", "Anschrift", "Adresse", "Strasse", "Address")),
    Column("street2", "Adresszusatz", "Street 2", "", others=("Zusatz", "Adresszeile 2")),
    Column("postcode", "PLZ", "ZIP", "01067", "postcode",
           others=("Postleitzahl", "Zip code", "Postcode", "Postal code")),
    Column("city", "Ort", "City", "Dresden", others=("Stadt", "Town")),
    Column("country", "Land", "Country", "Deutschland", "country",
           others=("Ländercode", "Ländercode ISO", "Staat", "Country code")),
    Column("email", "E-Mail", "Email", "einkauf@apotheke.example", "email", others=("Mail",)),
    Column("phone", "Telefon", "Phone", "+49 351 1234567", others=("Tel", "Telefonnummer")),
    Column("vat", "USt-IdNr.", "VAT ID", "DE136695976", "vat",
           others=("USt-ID", "ustid", "Umsatzsteuer-ID", "UID", "VAT", "Tax ID", "VAT number")),
    Column("debtor", "Debitorennummer", "Debtor Number", "10001", "account",
           others=("Debitor", "Debitorenkonto", "kundennummer_buchhaltung")),
    Column("creditor", "Kreditorennummer", "Creditor Number", "", "account",
           others=("Kreditor", "Kreditorenkonto", "lieferantennummer_buchhaltung")),
))  # fmt: skip
LOTS = Table("lots", "Chargen und Bestand", Lot, key=("product", "lot", "location"), columns=(
    Column("product", "Artikelnummer", "Product Reference", f"{EXAMPLE}-100", required=True,
           others=("Artikelnr", "Art.-Nr.", "Artikel", "SKU", "Produkt", "Nummer", "Product")),
    Column("lot", "Charge", "Lot", "C-2026-001",
           others=("Chargennummer", "Chargen-Nr", "Charge/Seriennummer", "Lot number", "Batch"),
           note="Leer lassen, wenn das Produkt keine Chargen hat."),
    Column("quantity", "Menge", "Quantity", 48, "amount", required=True,
           others=("Bestand", "Lagerbestand", "Lagermenge", "Anzahl", "Qty", "Stock", "On hand")),
    Column("unit", "Einheit", "Unit", "Stück", "choice", choices=words.UNITS,
           others=("ME", "Mengeneinheit", "UoM")),
    Column("location", "Lagerplatz", "Location", "Regal A1",
           others=("Lager", "Lagerort", "Regal", "lagerplatz_name", "Warehouse")),
    Column("best_before", "MHD", "Best Before", date(2027, 12, 31), "date",
           others=("Mindesthaltbarkeitsdatum", "mhddatum", "Haltbar bis", "Ablaufdatum",
                   "Expiration Date", "Expiry date"),
           note="Tag.Monat.Jahr; Monat.Jahr bedeutet den letzten Tag des Monats."),
))  # fmt: skip
RECIPES = Table("recipes", "Rezepturen", RecipeLine, columns=(
    Column("product", "Produkt (Artikelnummer)", "Product", f"{EXAMPLE}-100", required=True,
           others=("Artikelnummer", "Stückliste von", "Hauptartikel", "Artikel"),
           note="In jeder Zeile der Rezeptur gleich."),
    Column("output", "Ausbeute", "Yield", 100, "amount", required=True, positive=True,
           others=("Ansatz", "Ansatzmenge", "Ergibt", "Batch size"),
           note="Wie viel diese Mengen ergeben; in jeder Zeile der Rezeptur gleich."),
    Column("output_unit", "Einheit Ausbeute", "Yield Unit", "Stück", "choice",
           choices=words.UNITS, others=("Einheit Ansatz", "ME Ausbeute")),
    Column("kind", "Art", "Line Type", "Zutat", "choice", required=True,
           choices=words.LINE_KINDS, others=("Zeilenart", "Typ", "Type")),
    Column("component", "Zutat (Artikelnummer)", "Component", f"{EXAMPLE}-200",
           others=("Komponente", "Rohstoff", "Bestandteil", "Stücklistenartikel", "Ingredient"),
           note="Auch ein Zwischenprodukt mit eigener Rezeptur."),
    Column("quantity", "Menge", "Quantity", 2.5, "amount", positive=True,
           others=("Anzahl", "Qty")),
    Column("unit", "Einheit", "Unit", "kg", "choice", choices=words.UNITS, others=("ME", "UoM")),
    Column("step", "Arbeitsschritt", "Work Step", "", others=("Arbeitsgang", "Operation"),
           note="Nur bei Arbeitsschritten, zum Beispiel: Abfüllen"),
    Column("work_center", "Arbeitsplatz", "Work Center", "", others=("Maschine", "Anlage")),
    Column("minutes", "Minuten", "Minutes", "", "amount", others=("Dauer", "Duration", "Zeit")),
))  # fmt: skip
TABLES = {table.name: table for table in (PRODUCTS, PARTNERS, LOTS, RECIPES)}


def _check_tables() -> None:
    """Fail at import when columns and dataclass of a table differ."""
    for table in TABLES.values():
        names = ("row", *(column.name for column in table.columns))
        if names != tuple(field.name for field in fields(table.row)):
            raise TypeError(table.name)


_check_tables()
