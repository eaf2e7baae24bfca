# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import copy
import sys
from decimal import Decimal
from pathlib import Path

from odoo import Command
from odoo.tests import TransactionCase, tagged

PROJECT = Path(__file__).resolve().parents[3]
if str(PROJECT) not in sys.path:
    sys.path.insert(0, str(PROJECT))

from tests.sandbox.shopify import (  # noqa: E402
    CLIENT_ID,
    CLIENT_SECRET,
    Sandbox,
    Store,
    default_orders,
    expected_totals,
)
from tests.sandbox.shopify.store import Bucket  # noqa: E402

GOODS = {
    "HON-500": ("Honey 500 g", 9.50),
    "HON-250W": ("Forest honey 250 g", 6.00),
    "KER-1": ("Candle", 11.00),
    "LIP-1": ("Lip care", 4.00),
}


@tagged("post_install", "-at_install")
class GermanCase(TransactionCase):
    """A company in Germany to import into."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.company = cls.env.company
        cls.home = cls.env.ref("base.de")
        cls.company.write({"country_id": cls.home.id, "account_fiscal_country_id": cls.home.id})

    @classmethod
    def add_francs(cls):
        """What an order in francs needs: a rate and a pricelist."""
        francs = cls.env.ref("base.CHF")
        francs.active = True
        francs.rate_ids.unlink()
        cls.env["res.currency.rate"].create(
            {"currency_id": francs.id, "name": "2026-01-01", "rate": 0.94}
        )
        cls.env["product.pricelist"].create({"name": "Francs", "currency_id": francs.id})

    @classmethod
    def make_customer(cls, name):
        """Somebody who is not known from a channel, with all that a parcel needs."""
        address = {"street": "Hauptstr. 1", "zip": "10115", "city": "Berlin"}
        return cls.env["res.partner"].create({"name": name, "country_id": cls.home.id, **address})

    def assertCents(self, value, expected, message=None):
        """Equal to the cent."""
        self.assertEqual(f"{value:.2f}", f"{expected:.2f}", message)


class ChannelCase(GermanCase):
    """A shop at the stand-in, with the goods and the taxes of its sample orders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("channel_connectors.stand_in_allowed", "True")
        cls.products = {
            sku: cls.env["product.product"].create(
                {
                    "name": name,
                    "default_code": sku,
                    "list_price": price,
                    "type": "consu",
                    "invoice_policy": "order",
                }
            )
            for sku, (name, price) in GOODS.items()
        }
        cls.env["product.product"].search(
            [("default_code", "in", list(GOODS)), ("id", "not in", cls._product_ids())]
        ).default_code = False
        cls.store = Store(*default_orders(), bucket=Bucket.bottomless())
        sandbox = Sandbox(cls.store).start()
        cls.addClassCleanup(sandbox.stop)
        cls.sandbox = sandbox
        cls.expected = {
            name: {key: Decimal(totals[key]) for key in ("total", "tax", "lines", "shipping")}
            for name, totals in expected_totals().items()
        }
        cls.use_francs()
        cls.channel = cls.make_channel(cls.sandbox.url)
        cls.map_taxes(cls.channel)
        cls.env.ref("channel_connectors.product_gift_card").property_account_income_id = cls.env[
            "account.account"
        ].create({"name": "Vouchers", "code": "X1799", "account_type": "liability_current"})

    @classmethod
    def use_francs(cls):
        """One sample is charged in francs: its totals are those the customer saw."""
        cls.add_francs()
        for order in cls.store.orders.values():
            if order["presentmentCurrencyCode"] != order["currencyCode"]:
                shown = [
                    Decimal(bag["presentmentMoney"]["amount"])
                    for bag in (
                        order["totalPriceSet"],
                        order["currentTotalTaxSet"],
                        order["shippingLines"][0]["originalPriceSet"],
                    )
                ]
                cls.expected[order["name"]] = {
                    "total": shown[0],
                    "tax": shown[1],
                    "lines": shown[0] - shown[2],
                    "shipping": shown[2],
                }

    @classmethod
    def _product_ids(cls):
        return [product.id for product in cls.products.values()]

    @classmethod
    def make_channel(cls, url, **vals):
        return cls.env["sales.channel"].create(
            {
                "name": "Web Shop",
                "channel_type": "shopify",
                "api_base": url,
                "client_id": CLIENT_ID,
                "client_secret": CLIENT_SECRET,
                "currency_id": cls.env.ref("base.EUR").id,
                **vals,
            }
        )

    @classmethod
    def map_taxes(cls, channel):
        """A tax for every rate of the samples, so that no chart of accounts is needed."""
        group = cls.env["account.tax.group"].create(
            {"name": "Channel", "country_id": cls.home.id, "company_id": cls.company.id}
        )
        rows = [
            ("DE", 7, True),
            ("DE", 19, True),
            ("DE", 7, False),
            ("DE", 19, False),
            ("AT", 10, True),
            ("AT", 20, True),
            ("CH", 0, True),
        ]
        for code, rate, included in rows:
            country = cls.env["res.country"].search([("code", "=", code)])
            tax = cls.env["account.tax"].create(
                {
                    "name": f"{code} {rate} {included}",
                    "amount": rate,
                    "type_tax_use": "sale",
                    "price_include_override": "tax_included" if included else "tax_excluded",
                    "tax_group_id": group.id,
                    "country_id": cls.home.id,
                }
            )
            channel.tax_ids = [
                Command.create(
                    {
                        "country_id": country.id,
                        "rate": rate,
                        "price_include": included,
                        "tax_id": tax.id,
                    }
                )
            ]

    @staticmethod
    def bag(amount):
        """Amount of an order charged in the shop's currency."""
        money = {"amount": f"{float(amount):.2f}", "currencyCode": "EUR"}
        return {"shopMoney": money, "presentmentMoney": money}

    def receive(self, payloads, channel=None):
        """Import payloads as the channel does, without its network."""
        channel = channel or self.channel
        channel._store_payloads(channel._adapter_class(), payloads)
        channel._process_waiting()

    def sample(self, name="#1001", **changes):
        """The payload of a sample order as the adapter hands it on, with changes."""
        order = next(o for o in default_orders()[0] if o["name"] == name)
        return {**copy.deepcopy(order), "refunds": [], **changes}

    def row(self, name, channel=None):
        return self.env["sales.channel.order"].search(
            [("name", "=", name), ("channel_id", "=", (channel or self.channel).id)]
        )

    def order(self, name, channel=None):
        return self.row(name, channel).sale_order_id
