# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.tests import new_test_user

from odoo.addons.batch_mrp_orders.tests.common import BatchCase

HOSTILE = (
    "%", "_", "\\", "'", '"', "%%%", "' OR 1=1 --", "\\%", "%s", "%(x)s", "\x00", "{0}",
    "a" * 100_000, "😀", "\n", ";", "$$", "(", "[", "*",
)  # fmt: skip


class TestHubSearch(BatchCase):
    """From whatever is at hand to the order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        partner = cls._create_customer("Zwetschgen-Müller 50%_Ö")
        cls._stock_up(cls.jar, 5, "LOT-7%Q_1")
        cls.order = cls._create_order(
            (cls.jar, 5), partner_id=partner.id, client_order_ref="KD'99\\x"
        )
        cls._ship(cls.order)
        cls.order.picking_ids.carrier_tracking_ref = "00340434ZZ"
        cls.invoice = cls.order._create_invoices()
        cls.invoice.action_post()
        channel = cls.env["sales.channel"].create({"name": "Search Shop"})
        cls.env["sales.channel.order"].create(
            {
                "channel_id": channel.id,
                "external_id": "x1",
                "name": "#QZX-4711",
                "sale_order_id": cls.order.id,
            }
        )
        cls._stock_up(cls.jar, 5, "LOT-8")
        cls.other = cls._create_order((cls.jar, 1))
        cls.seller = new_test_user(
            cls.env, "hub_searcher", groups="sales_team.group_sale_salesman_all_leads"
        )
        cls.env.flush_all()

    def find(self, term, user=None):
        orders = self.env["sale.order"].with_user(user or self.seller)
        return orders.search([("hub_search", "ilike", term)])

    def test_every_source_leads_to_the_order(self):
        """Also for who may read neither lots nor invoices."""
        terms = {
            "customer": "zwetschgen-m",
            "order": self.order.name.lower(),
            "customer's number": "d'99\\X",
            "channel": "qzx-47",
            "tracking": "0434zz",
            "lot": "t-7%q_1",
            "invoice": self.invoice.name,
            "surrounded by blanks": "  #QZX-4711 ",
        }
        for source, term in terms.items():
            with self.subTest(source):
                self.assertEqual(self.find(term), self.order)

    def test_deliveries_to_another_address(self):
        self.other.partner_shipping_id = self._create_customer("Nachbarin Quittenbaum")
        self.env.flush_all()
        self.assertEqual(self.find("quittenb"), self.other)

    def test_short_terms_find_beginnings(self):
        self.other.client_order_ref = "QÜ"
        self.env.flush_all()
        self.assertEqual(self.find("qü"), self.other)
        self.assertNotIn(self.order, self.find("zz"))
        self.assertIn(self.order, self.find("zw"))

    def test_signs_stand_for_themselves(self):
        self.assertEqual(self.find("50%_ö"), self.order)
        self.assertFalse(self.find("5_%_ö"))
        self.assertFalse(self.find("lot-7_q"))
        for term in HOSTILE:
            with self.subTest(term[:20]):
                self.assertFalse(self.find(term) if term.strip("\x00\n") else False)

    def test_nothing_typed_finds_all(self):
        self.assertLessEqual(self.order + self.other, self.find("  "))

    def test_only_orders_one_may_see(self):
        own = new_test_user(self.env, "hub_own_search", groups="sales_team.group_sale_salesman")
        (self.order + self.other).user_id = self.seller
        self.env.flush_all()
        self.assertFalse(self.find("zwetschgen", own))
        self.order.user_id = own
        self.env.flush_all()
        self.assertEqual(self.find("zwetschgen", own), self.order)

    def test_one_statement(self):
        self.find("zwetschgen")
        self.env.invalidate_all()
        with self.assertQueryCount(1):
            self.find("zwetschgen")

    def test_everything_else_goes_together_with_it(self):
        orders = self.env["sale.order"].with_user(self.seller)
        domain = [("hub_search", "ilike", "zwetschgen"), ("production_status", "=", "ready")]
        self.assertFalse(orders.search(domain))
        self.assertIn(self.other, orders.search([("hub_search", "not ilike", "zwetschgen")]))
