# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import copy
import json

from odoo import Command

from .common import PROJECT, GermanCase

SAMPLES = PROJECT.parent / "shared" / "channels" / "samples" / "etsy"


def receipt(number, *lines, country="DE", shipping=490, **changes):
    """A receipt; each line is (transaction, SKU, price in cents, pieces) and its changes."""
    money = lambda amount: {"amount": amount, "divisor": 100, "currency_code": "EUR"}  # noqa: E731
    transactions = []
    for transaction, sku, price, pieces, *more in lines:
        transactions.append(
            {
                "transaction_id": transaction,
                "title": f"Title {sku}",
                "quantity": pieces,
                "price": money(price),
                "shipping_cost": money(0),
                "sku": sku,
                "listing_id": 17_000 + transaction % 100,
                "product_id": 22_000 + transaction % 100,
                "is_digital": False,
                "variations": [],
                "paid_timestamp": 1_794_800_060,
                "shipping_method": None,
                "shipping_upgrade": None,
                "shop_coupon": 0.0,
                "buyer_coupon": 0.0,
                **(more[0] if more else {}),
            }
        )
    worth = sum(price * pieces for _t, _s, price, pieces, *_more in lines)
    base = {
        "receipt_id": number,
        "status": "paid",
        "is_paid": True,
        "is_shipped": False,
        "name": "Marie Schäfer",
        "first_line": "Lindenstraße 12a",
        "second_line": None,
        "city": "Leipzig",
        "state": "",
        "zip": "04109",
        "country_iso": country,
        "formatted_address": "Marie Schäfer\nLindenstraße 12a\n04109 Leipzig",
        "buyer_user_id": number % 1000 + 1,
        "buyer_email": None,
        "payment_method": "cc",
        "message_from_buyer": None,
        "created_timestamp": 1_794_800_000,
        "updated_timestamp": 1_794_800_060,
        "is_gift": False,
        "gift_message": "",
        "gift_sender": "",
        "grandtotal": money(worth + shipping),
        "subtotal": money(worth),
        "total_price": money(worth),
        "total_shipping_cost": money(shipping),
        "total_tax_cost": money(0),
        "total_vat_cost": money(0),
        "discount_amt": money(0),
        "gift_wrap_price": money(0),
        "shipments": [],
        "refunds": [],
        "transactions": transactions,
    }
    amounts = {
        key: money(value) if isinstance(value, int) and isinstance(base.get(key), dict) else value
        for key, value in changes.items()
    }
    return {**base, **amounts}


WITHHELD = dict.fromkeys(
    ("first_line", "second_line", "city", "state", "zip", "country_iso", "formatted_address")
)


class EtsyCase(GermanCase):
    """A channel of Etsy with products, taxes at home and their mapping."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.group = cls.env["account.tax.group"].create(
            {"name": "Etsy", "country_id": cls.home.id, "company_id": cls.company.id}
        )
        cls.home_taxes = {rate: cls.make_tax(f"{rate} home", rate) for rate in (7, 19)}
        cls.company.account_sale_tax_id = cls.home_taxes[19]
        cls.channel = cls.env["sales.channel"].create(
            {
                "name": "Etsy Shop",
                "channel_type": "etsy",
                "api_base": "https://openapi.etsy.com",
                "client_id": "keystring",
                "client_secret": "secret",
                "currency_id": cls.env.ref("base.EUR").id,
            }
        )
        for rate in (7, 19):
            cls.map_rate("DE", rate, cls.home_taxes[rate])
        cls.map_rate("AT", 7, cls.make_tax("AT 10", 10))
        cls.map_rate("AT", 19, cls.make_tax("AT 20", 20))
        cls.export = cls.make_tax("Export", 0)
        for rate in (7, 19):
            cls.map_rate("US", rate, cls.export)
        goods = {
            "SEIFE-LAV-100": 19,
            "SEIFE-LAV-200": 19,
            "TEE-ABEND-80": 7,
            "SET-GESCHENK-1": 19,
        }
        cls.env["product.product"].search(
            [("default_code", "in", [*goods, "PDF-SAUER"])]
        ).default_code = False
        cls.products = {sku: cls.make_product(sku, rate) for sku, rate in goods.items()}
        cls.products["PDF-SAUER"] = cls.make_product("PDF-SAUER", 7, type="service")

    @classmethod
    def make_tax(cls, name, rate):
        return cls.env["account.tax"].create(
            {
                "name": name,
                "amount": rate,
                "type_tax_use": "sale",
                "price_include_override": "tax_included",
                "tax_group_id": cls.group.id,
                "country_id": cls.home.id,
            }
        )

    @classmethod
    def make_product(cls, sku, rate, **vals):
        taxes = cls.home_taxes[rate].ids if rate else []
        return cls.env["product.product"].create(
            {
                "name": f"Goods {sku}",
                "default_code": sku,
                "type": "consu",
                "invoice_policy": "order",
                "taxes_id": [Command.set(taxes)],
                **vals,
            }
        )

    @classmethod
    def map_rate(cls, code, rate, tax):
        country = cls.env["res.country"].search([("code", "=", code)])
        cls.channel.tax_ids = [
            Command.create(
                {
                    "country_id": country.id,
                    "rate": rate,
                    "price_include": True,
                    "kind": "product",
                    "tax_id": tax.id,
                }
            )
        ]

    def samples(self):
        """The vendor's receipts."""
        if not SAMPLES.exists():
            self.skipTest("vendor samples not present")
        return copy.deepcopy(json.loads((SAMPLES / "receipts_page.json").read_text())["results"])

    def receive(self, payloads):
        """Import payloads as the channel does, without its network."""
        self.channel._store_payloads(self.channel._adapter_class(), copy.deepcopy(payloads))
        self.channel._process_waiting()

    def row(self, number):
        return self.env["sales.channel.order"].search(
            [("external_id", "=", str(number)), ("channel_id", "=", self.channel.id)]
        )

    def order(self, number):
        row = self.row(number)
        self.assertEqual(row.state, "imported", row.reason)
        return row.sale_order_id
