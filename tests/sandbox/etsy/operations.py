# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Operations of Etsy's file that the stand-in serves, by their names there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import inventory, money, receipts, shop
from .guard import Call

OPERATIONS: dict[str, Callable[[Any, Call], Any]] = {
    "createReceiptShipment": receipts.track,
    "getListing": inventory.get_listing,
    "getListingInventory": inventory.get_inventory,
    "getListingsByListingIds": inventory.get_batch,
    "getListingsByShop": inventory.get_listings,
    "getListingsInventoryByListingIds": inventory.get_batch_inventory,
    "getMe": shop.me,
    "getPaymentAccountLedgerEntryPayments": money.ledger_payments,
    "getPayments": money.payments,
    "getShippingCarriers": receipts.carriers,
    "getShop": shop.shop,
    "getShopByOwnerUserId": shop.shop_of_user,
    "getShopPaymentAccountLedgerEntries": money.ledger_entries,
    "getShopPaymentByReceiptId": money.receipt_payments,
    "getShopReadinessStateDefinitions": shop.readiness,
    "getShopReceipt": receipts.get_receipt,
    "getShopReceiptTransactionsByReceipt": receipts.get_transactions,
    "getShopReceiptTransactionsByShop": receipts.get_shop_transactions,
    "getShopReceipts": receipts.get_receipts,
    "ping": shop.ping,
    "tokenScopes": shop.scopes,
    "updateListing": inventory.patch_listing,
    "updateListingInventory": inventory.put_inventory,
}
# These change the shop: they must not be done twice.
WRITING = frozenset({"createReceiptShipment", "updateListing", "updateListingInventory"})
