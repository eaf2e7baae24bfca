# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import os
import random

from ..importer.payloads import storable
from .common import ChannelCase

from tests.generated import generate, spoil  # isort: skip

COUNT = 2000 if os.environ.get("SOAK") else 200
CHUNK = 50


class TestSpoiled(ChannelCase):
    """Whatever a channel sends: an order equal to it to the cent, or a reason. Never a crash,
    never half an order, and nobody else's order suffers.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["product.product"].create(
            [
                {"name": f"Goods {rate}", "default_code": f"G-{rate}", "type": "service"}
                for rate in ("0", "0.07", "0.19", "0.1", "0.2", "0.055")
            ]
        )

    def test_spoiled_payloads(self):
        chance, ids = random.Random(17), []
        generated = generate(COUNT, seed=23)
        for start in range(0, COUNT, CHUNK):
            chunk = [spoil(item.payload, chance) for item in generated[start : start + CHUNK]]
            ids += [str(storable(payload.get("id"))) for payload in chunk]
            self.receive(chunk)
            self.env.flush_all()
            self.env.invalidate_all()
        rows = self.channel.order_ids
        states = set(rows.mapped("state"))
        self.assertEqual(states - {"imported", "attention", "ignored"}, set())
        self.assertIn("imported", states)
        self.assertIn("attention", states)
        for row in rows:
            if row.state != "imported":
                self.assertTrue(row.reason, row.name)
                self.assertNotEqual(row.reason_code, "error", f"{row.name}: {row.reason}")
                # An order that came twice keeps what was made of it the first time.
                if ids.count(row.external_id) < 2:
                    self.assertFalse(row.sale_order_id, row.name)
        orders = self.env["sale.order"].search([("channel_id", "=", self.channel.id)])
        self.assertEqual(
            orders, rows.sale_order_id.sorted(lambda order: orders.ids.index(order.id))
        )
        for order in orders:
            self.assertTrue(order.order_line or not order.amount_total)
            self.assertCents(order.channel_difference, 0, order.client_order_ref)

    def test_formulas_and_markup_stay_text(self):
        item = next(item for item in generate(100, seed=2) if item.stratum == "personal")
        payload = item.payload
        payload["lineItems"]["nodes"][0]["name"] = "<img src=x onerror=alert(1)>"
        payload["note"] = '=HYPERLINK("http://x")'
        self.receive([payload])
        order = self.channel.order_ids.sale_order_id
        self.assertEqual(order.channel_note, '=HYPERLINK("http://x")')
        self.assertIn("<img src=x onerror=alert(1)>", order.order_line[0].name)
        self.assertEqual(order.order_line[0].channel_wishes, "Gravur: =1+1 Für <b>Oma</b> ♥")
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html("sale.report_saleorder", order.ids)[0]
            .decode()
        )
        self.assertNotIn("<img src=x", html)
        self.assertNotIn("<b>Oma</b>", html)
