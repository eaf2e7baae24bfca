# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import os
import random

from .etsy import EtsyCase
from .exact import CHUNK, COUNT, SEED, ExactProof

from tests.generated import etsy, spoil  # isort: skip

# Amounts in other units than the currency's are never taken: they wait, see below.
DISTRUSTED = ("divisor_1", "divisor_1000")
STRATA = tuple(stratum for stratum in etsy.STRATA if stratum not in DISTRUSTED)
SPOILED = 2000 if os.environ.get("SOAK") else 200


class TestEtsyExact(ExactProof, EtsyCase):
    """Receipts of Etsy."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.add_francs()
        cls.channel.tax_ids.unlink()
        taxes = {}
        for country, rates in etsy.ZONES.items():
            for home, there in rates.items():
                percent = float(there or 0) * 100
                if percent not in taxes:
                    taxes[percent] = cls.make_tax(f"{percent:g} there", percent)
                cls.map_rate(country, round(float(home) * 100), taxes[percent])
        # Services, because delivered by hand: what is proven here is money.
        for home in (7, 19):
            cls.make_product(f"G-0.{home:02}", home, type="service", invoice_policy="delivery")

    def name_of(self, payload):
        return str(payload["receipt_id"])

    def complete(self, orders):
        """Addresses that Etsy keeps back, as somebody enters them."""
        address = {"name": "A", "street": "Weg 1", "zip": "10115", "city": "Berlin"}
        rows = orders.filtered("channel_address_missing").channel_order_id
        rows._apply_completion({row: {**address, "country_code": "DE"} for row in rows})

    def test_generated_receipts(self):
        self.prove_generated(etsy.generate(COUNT, SEED, STRATA))

    def test_other_divisors_wait(self):
        items = etsy.generate(4, SEED, DISTRUSTED)
        for number, divisor in ((0, 0), (1, None)):
            items[number].payload["grandtotal"]["divisor"] = divisor
        self.receive([item.payload for item in items])
        for item in items:
            row = self.row(item.payload["receipt_id"])
            self.assertEqual((row.state, row.reason_code), ("attention", "payload"))
            self.assertIn("divisor", row.reason)

    def test_spoiled_receipts(self):
        """Whatever comes: an order equal to the receipt to the cent, or a reason. No crash."""
        chance = random.Random(17)
        items = etsy.generate(SPOILED, 23)
        for start in range(0, SPOILED, CHUNK):
            self.receive([spoil(item.payload, chance) for item in items[start : start + CHUNK]])
            self.env.flush_all()
            self.env.invalidate_all()
        rows = self.channel.order_ids
        self.assertEqual(set(rows.mapped("state")) - {"imported", "attention"}, set())
        self.assertGreater(len(rows.filtered(lambda row: row.state == "imported")), SPOILED / 8)
        for row in rows:
            if row.state == "imported":
                self.assertCents(row.sale_order_id.channel_difference, 0, row.name)
            else:
                self.assertTrue(row.reason, row.name)
                self.assertNotEqual(row.reason_code, "error", f"{row.name}: {row.reason}")
