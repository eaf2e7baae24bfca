# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from decimal import Decimal

from odoo import Command

from .common import ChannelCase
from .exact import COUNT, SEED, ExactProof

from tests.generated import generate  # isort: skip

RATES = {
    "DE": ("0.07", "0.19"),
    "AT": ("0.1", "0.2"),
    "FR": ("0.055", "0.2"),
}


class TestExact(ExactProof, ChannelCase):
    """Orders of Shopify."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.channel.tax_ids.unlink()
        cls.group = cls.env["account.tax.group"].create(
            {"name": "Generated", "country_id": cls.home.id, "company_id": cls.company.id}
        )
        for country, rates in RATES.items():
            for rate in rates:
                cls.map_rate(country, rate, True)
        for rate in RATES["DE"]:
            cls.map_rate("DE", rate, False)
            cls.map_rate("DE", rate, True, "marketplace")
        cls.map_rate("CH", "0", True)
        cls.map_rate("AT", "0", False, "business")
        cls.channel.method_ids.unlink()
        rates = {rate for rates in RATES.values() for rate in rates} | {"0"}
        # Services, because delivered by hand: what is proven here is money.
        cls.env["product.product"].create(
            [
                {
                    "name": f"Goods {rate}",
                    "default_code": f"G-{rate}",
                    "type": "service",
                    "invoice_policy": "delivery",
                }
                for rate in rates
            ]
        )

    @classmethod
    def map_rate(cls, country, rate, included, kind="own"):
        percent = float(Decimal(rate) * 100)
        tax = cls.env["account.tax"].create(
            {
                "name": f"{country} {percent:g} {included} {kind}",
                "amount": percent,
                "type_tax_use": "sale",
                "price_include_override": "tax_included" if included else "tax_excluded",
                "tax_group_id": cls.group.id,
                "country_id": cls.home.id,
            }
        )
        cls.channel.tax_ids = [
            Command.create(
                {
                    "country_id": cls.env["res.country"].search([("code", "=", country)]).id,
                    "rate": percent,
                    "price_include": included,
                    "kind": kind,
                    "tax_id": tax.id,
                }
            )
        ]

    def test_generated_orders(self):
        self.prove_generated(generate(COUNT, SEED))
