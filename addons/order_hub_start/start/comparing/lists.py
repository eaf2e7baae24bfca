# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The lists of the old system, read by the reader of the other tables.

The names of Xentral's exports are among the headings.
"""

from dataclasses import dataclass
from decimal import Decimal

from ..tables import EXAMPLE, Column, Table
from ..words import plain
from .engine import Entry

_CANCELLED = ("storn", "cancel", "abgebrochen", "annulliert")


@dataclass(frozen=True)
class OldOrder:
    """An order: total with tax."""

    row: int
    number: str
    total: Decimal
    reference: str | None
    status: str | None

    def entry(self) -> Entry:
        """Give what is compared."""
        names = tuple(name for name in (self.number, self.reference) if name)
        return Entry(self.number, self.total, names, cancelled=is_cancelled(self.status))


@dataclass(frozen=True)
class OldShipped:
    """What left of one product of an order, in the product's unit."""

    row: int
    number: str
    product: str
    quantity: Decimal

    def entry(self) -> Entry:
        """Give what is compared."""
        return quantity_entry(self.number, self.product, self.quantity)


@dataclass(frozen=True)
class OldStock:
    """What is in stock of one lot, in the product's unit."""

    row: int
    product: str
    lot: str | None
    quantity: Decimal

    def entry(self) -> Entry:
        """Give what is compared."""
        return quantity_entry(self.product, self.lot or "", self.quantity)


@dataclass(frozen=True)
class OldInvoice:
    """An invoice: total with tax."""

    row: int
    number: str
    total: Decimal
    reference: str | None
    status: str | None

    def entry(self) -> Entry:
        """Give what is compared."""
        names = tuple(name for name in (self.number, self.reference) if name)
        return Entry(self.number, self.total, names, cancelled=is_cancelled(self.status))


def quantity_entry(first: str, second: str, quantity: Decimal, record: int = 0) -> Entry:
    """Give an entry of a quantity: `first` is its group, such as the product of a lot."""
    name = f"{first} / {second}" if second else first
    return Entry(name, quantity, (name,), group=first, record=record)


def is_cancelled(status: str | None) -> bool:
    """Say whether a status of the old system means cancelled."""
    return any(word in plain(status or "") for word in _CANCELLED)


_STATUS = Column("status", "Status", "Status", "abgeschlossen", others=("Zustand", "State"))
_SKU = ("Artikelnr", "Art.-Nr.", "Artikel", "SKU", "Produkt", "Product")

ORDERS = Table("old_orders", "Aufträge", OldOrder, key=("number",), columns=(
    Column("number", "Auftragsnummer", "Order Number", f"{EXAMPLE}-200001", required=True,
           others=("Auftrag", "Auftragsnr", "belegnr", "Belegnummer", "Nummer", "Order")),
    Column("total", "Gesamtbetrag (brutto)", "Total", 119, "amount", required=True,
           others=("Betrag", "Summe", "Brutto", "Betrag brutto", "gesamtsumme", "Amount")),
    Column("reference", "Internetnummer", "Channel Order", "#1001",
           others=("internet", "Shop-Bestellnummer", "Bestellnummer", "Kundenreferenz",
                   "ihrebestellnummer", "Reference")),
    _STATUS,
))  # fmt: skip
SHIPPED = Table("old_shipped", "Versand", OldShipped, columns=(
    Column("number", "Auftragsnummer", "Order Number", f"{EXAMPLE}-200001", required=True,
           others=("Auftrag", "Auftragsnr", "belegnr", "Belegnummer", "Bestellnummer", "Order")),
    Column("product", "Artikelnummer", "Product Reference", "100", required=True,
           others=(*_SKU, "nummer")),
    Column("quantity", "Gelieferte Menge", "Shipped Quantity", 3, "amount", required=True,
           others=("Geliefert", "geliefert_menge", "Liefermenge", "Menge", "Quantity",
                   "Shipped")),
))  # fmt: skip
STOCK = Table("old_stock", "Bestand", OldStock, columns=(
    Column("product", "Artikelnummer", "Product Reference", f"{EXAMPLE}-100", required=True,
           others=(*_SKU, "nummer")),
    Column("lot", "Charge", "Lot", "C-2026-001",
           others=("Chargennummer", "Chargen-Nr", "Charge/Seriennummer", "Lot number", "Batch")),
    Column("quantity", "Menge", "Quantity", 48, "amount", required=True,
           others=("Bestand", "Lagerbestand", "Lagermenge", "Anzahl", "Qty", "Stock", "On hand")),
))  # fmt: skip
INVOICES = Table("old_invoices", "Rechnungen", OldInvoice, key=("number",), columns=(
    Column("number", "Rechnungsnummer", "Invoice Number", f"{EXAMPLE}-400001", required=True,
           others=("Rechnung", "Rechnungsnr", "belegnr", "Belegnummer", "Invoice")),
    Column("total", "Rechnungsbetrag (brutto)", "Total", 119, "amount", required=True,
           others=("Betrag", "Summe", "Brutto", "Betrag brutto", "soll", "Gesamtbetrag",
                   "Amount")),
    Column("reference", "Auftragsnummer", "Order Number", "200001",
           others=("Auftrag", "auftragid", "Bestellnummer", "Order")),
    _STATUS,
))  # fmt: skip
LISTS = {"orders": ORDERS, "shipped": SHIPPED, "stock": STOCK, "invoices": INVOICES}
