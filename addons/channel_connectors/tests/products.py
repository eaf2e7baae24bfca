# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import Command

from tests.sandbox.shopify import catalog

from .common import ChannelCase
from .trade import Trade


class ProductCase(Trade, ChannelCase):
    """A shop with its products; no order is imported unless a test wants some."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keep_shop()
        cls.listings = cls.env["sales.channel.listing"]
        cls.tax = cls.env["account.tax"].create(
            {
                "name": "Reduced",
                "amount": 7,
                "type_tax_use": "sale",
                "price_include_override": "tax_included",
                "tax_group_id": cls.channel.tax_ids.tax_id[:1].tax_group_id.id,
                "country_id": cls.home.id,
            }
        )
        cls.net_tax = cls.tax.copy({"name": "Net", "price_include_override": "tax_excluded"})

    def add_variant(self, sku, price="7.99", barcode=None, title=None):
        """A product the shop has got meanwhile."""
        given = {
            "title": title or f"Shop {sku}",
            "handle": f"shop-{len(self.store.variants)}",
            "productOptions": [{"name": "Title", "values": [{"name": "Default Title"}]}],
            "variants": [
                {
                    "price": price,
                    "barcode": barcode,
                    "inventoryItem": {
                        "sku": sku,
                        "measurement": {"weight": {"value": 0.65, "unit": "KILOGRAMS"}},
                    },
                    "optionValues": [{"optionName": "Title", "name": "Default Title"}],
                }
            ],
        }
        node = catalog.set_product(self.store, given)["product"]["variants"][0]
        node["isNew"] = False
        return node

    def fetch(self):
        self.channel._fetch_products()
        return {
            row.sku: row for row in self.listings.search([("channel_id", "=", self.channel.id)])
        }

    def make(self, listings, **vals):
        wizard = self.env["sales.channel.product.make"].create(
            {"listing_ids": [Command.set(listings.ids)], "tax_id": self.tax.id, **vals}
        )
        wizard.action_make()
        return listings.product_id

    def new_product(self, name="Rape honey 250 g", sku="RAP-250", **vals):
        return self.env["product.template"].create(
            {
                "name": name,
                "default_code": sku,
                "list_price": 6.5,
                "weight": 0.4,
                "is_storable": True,
                "taxes_id": [Command.set(self.tax.ids)],
                **vals,
            }
        )

    def offer(self, templates):
        return self.channel._make_in_channel(templates)

    def theirs_by_sku(self, sku):
        return [row for row in self.store.variants.values() if row["sku"] == sku]

    def made(self):
        return [row for row in self.store.effects if row["mutation"] == "productSet"]
