# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import copy
import json
from unittest.mock import patch

from odoo import Command

from odoo.addons.channel_connectors.models.sales_channel_import import BRIEF_OVERLAP, OVERLAP

from .common import Bucket, ChannelCase, Sandbox, Store, default_orders

from tests.sandbox.shopify.orders import generate  # isort: skip

LOGGER = "odoo.addons.channel_connectors.models.sales_channel_order"


class TestImport(ChannelCase):
    def import_all(self, **vals):
        self.channel.write(vals)
        self.assertFalse(self.channel._import_orders())

    def test_samples_exact(self):
        """Total, tax, goods and freight of every sample, under both rounding methods."""
        for method in ("round_globally", "round_per_line"):
            self.company.tax_calculation_rounding_method = method
            channel = self.make_channel(self.sandbox.url, import_test_orders=True)
            channel.tax_ids = [Command.create(r.copy_data()[0]) for r in self.channel.tax_ids]
            self.assertFalse(channel._import_orders())
            for name, expected in self.expected.items():
                with self.subTest(method=method, order=name):
                    row = self.row(name, channel)
                    self.assertEqual(row.state, "imported", row.reason)
                    self.check_order(row.sale_order_id, expected)

    def check_order(self, order, expected):
        self.assertCents(order.amount_total, expected["total"])
        self.assertCents(order.amount_tax, expected["tax"])
        self.assertCents(order.channel_difference, 0)
        lines = order.order_line
        freight = lines.filtered(lambda line: line.channel_line_kind == "shipping")
        net = lines.tax_ids and not lines.tax_ids[0].price_include
        amount = "price_subtotal" if net else "price_total"
        self.assertCents(sum((lines - freight).mapped(amount)), expected["lines"])
        self.assertCents(sum(freight.mapped(amount)), expected["shipping"])

    def test_situations(self):
        """Test, cancelled, unpaid, refunded and edited orders are what they are."""
        self.import_all()
        self.assertEqual(self.row("#1011").state, "ignored")
        self.assertEqual(self.row("#1011").reason_code, "test")
        self.assertFalse(self.order("#1011"))
        self.assertEqual(self.order("#1013").state, "cancel")
        self.assertEqual(self.order("#1012").state, "draft")
        self.assertEqual(self.order("#1012").channel_payment_state, "pending")
        self.assertEqual(self.order("#1001").channel_payment_state, "paid")
        self.assertEqual(self.order("#1014").channel_payment_state, "partially_refunded")
        self.assertCents(self.order("#1014").channel_amount_refunded, 12.09)
        self.assertEqual(self.order("#1015").order_line[:1].product_uom_qty, 4)
        self.assertEqual(self.order("#1002").client_order_ref, "#1002")
        kinds = self.order("#1006").order_line.mapped("channel_line_kind")
        self.assertEqual(kinds, ["goods", "tip", "shipping"])
        self.assertEqual(
            self.order("#1016").order_line[0].product_id, self.channel.custom_product_id
        )
        self.assertFalse(self.order("#1007").order_line.tax_ids)

    def test_addresses(self):
        """Every order has its own addresses; equal ones are one contact."""
        self.import_all()
        first, gift = self.order("#1001"), self.order("#1005")
        self.assertEqual(first.partner_id, gift.partner_id)
        self.assertEqual(first.partner_shipping_id, first.partner_id)
        self.assertNotEqual(gift.partner_shipping_id, gift.partner_id)
        self.assertEqual(gift.partner_shipping_id.parent_id, gift.partner_id)
        self.assertEqual(gift.partner_invoice_id, gift.partner_id)
        company = self.order("#1017")
        self.assertTrue(company.partner_id.is_company)
        self.assertNotEqual(company.partner_id, first.partner_id)
        guest = self.order("#1016")
        self.assertNotEqual(guest.partner_id, first.partner_id)
        self.assertTrue(guest.partner_id.street)
        abroad = self.order("#1009")
        self.assertEqual(abroad.partner_shipping_id.country_id.code, "AT")
        self.assertEqual(abroad.partner_shipping_id, abroad.partner_invoice_id)

    def test_known_customer_by_mail(self):
        email = next(o["email"] for o in self.store.orders.values() if o["name"] == "#1001")
        known = self.env["res.partner"].create({"name": "Known", "email": email.upper()})
        self.import_all()
        self.assertEqual(self.order("#1001").partner_id, known)
        self.assertEqual(known.name, "Known")
        # The address of the order is kept beside the one that was there.
        self.assertEqual(self.order("#1001").partner_invoice_id.parent_id, known)

    def test_personal_data_withheld(self):
        """A channel that withholds names and addresses does not mix its customers up."""
        orders, _refunds = default_orders()
        bare = copy.deepcopy(orders[:2])
        for order in bare:
            order.update(customer=None, email=None, billingAddress=None, shippingAddress=None)
        with Sandbox(Store(bare, bucket=Bucket.bottomless())) as sandbox:
            self.channel.api_base = sandbox.url
            self.import_all()
            self.assertEqual(self.row("#1001").reason_code, "address")
            self.channel.default_country_id = self.home
            self.assertEqual(self.row("#1001").state, "new")
            self.import_all()
        self.assertEqual(self.row("#1001").state, "imported", self.row("#1001").reason)
        self.assertNotEqual(self.order("#1001").partner_id, self.order("#1002").partner_id)
        self.assertIn("#1001", self.order("#1001").partner_id.name)

    def test_twice_changes_nothing(self):
        self.import_all()

        def state():
            self.env.flush_all()
            tables = [
                "sale_order",
                "sale_order_line",
                "res_partner",
                "sales_channel_order",
                "sales_channel_listing",
                "sales_channel_partner",
                "sales_channel_payment",
            ]
            found = {}
            for table in tables:
                self.env.cr.execute(  # pylint: disable=sql-injection
                    f"SELECT id, write_date, xmin::text FROM {table} ORDER BY id"
                )
                found[table] = self.env.cr.fetchall()
            return found

        before = state()
        self.import_all()
        self.import_all(orders_cursor=False)
        self.assertEqual(state(), before)

    def test_what_was_just_read_is_not_read_again(self):
        """All of the overlap is read now and then only, or a busy day asks for nothing else."""
        asked = []
        adapter = self.channel._adapter_class()
        pages = adapter.order_pages

        def order_pages(own, since):
            asked.append(since and since.replace(tzinfo=None))
            return pages(own, since)

        with patch.object(adapter, "order_pages", order_pages):
            self.import_all()
            cursor = self.channel.orders_cursor
            self.import_all()
            self.channel.overlap_read_at -= OVERLAP / 2
            self.import_all()
            self.import_all()
            self.import_all(orders_cursor=cursor)
        brief = cursor + OVERLAP - BRIEF_OVERLAP
        self.assertEqual(asked, [False, brief, cursor, brief, cursor])
        self.assertEqual(self.channel.orders_cursor, cursor)

    def test_a_shop_without_orders(self):
        orders = dict(self.store.orders)
        self.addCleanup(self.store.orders.update, orders)
        self.store.orders.clear()
        self.import_all()
        self.import_all()
        self.assertFalse(self.channel.order_ids)
        self.store.orders.update(orders)
        self.import_all()
        self.assertEqual(len(self.channel.order_ids), len(orders))

    def test_unknown_product(self):
        """An unknown product stops its orders only, and one mapping releases all of them."""
        self.products["KER-1"].default_code = "OTHER"
        self.import_all()
        waiting = self.channel.order_ids.filtered(lambda row: row.state == "attention")
        self.assertTrue(waiting)
        self.assertEqual(set(waiting.mapped("reason_code")), {"product"})
        self.assertIn("KER-1", waiting[0].reason)
        self.assertEqual(self.row("#1001").state, "imported")
        listing = self.env["sales.channel.listing"].search(
            [("channel_id", "=", self.channel.id), ("is_mapped", "=", False)]
        )
        self.assertEqual(listing.sku, "KER-1")
        listing.product_id = self.products["KER-1"]
        self.assertEqual(set(waiting.mapped("state")), {"new"})
        waiting.action_retry()
        self.assertEqual(set(waiting.mapped("state")), {"imported"}, waiting.mapped("reason"))

    def test_unmapped_tax(self):
        """No tax is guessed; choosing one lets the orders go on."""
        row = self.channel.tax_ids.filtered(lambda r: r.country_id.code == "AT" and r.rate == 10)
        tax, row.tax_id = row.tax_id, False
        self.import_all()
        self.assertEqual(self.row("#1009").reason_code, "tax")
        row.tax_id = tax
        self.row("#1009").action_retry()
        self.assertEqual(self.row("#1009").state, "imported")

    def test_one_poisoned_order(self):
        """An order that cannot be written affects itself only."""
        orders, refunds = default_orders()
        poisoned = copy.deepcopy(orders)
        poisoned[7]["lineItems"]["nodes"][0]["taxLines"][0]["priceSet"]["shopMoney"]["amount"] = "x"
        poisoned[9]["billingAddress"]["countryCodeV2"] = "ZZ"
        original = type(self.env["sale.order"]).create

        def create(records, vals_list):
            if any(vals.get("client_order_ref") == "#1003" for vals in vals_list):
                records.env.cr.execute("SELECT 1/0")
            return original(records, vals_list)

        self.patch(type(self.env["sale.order"]), "create", create)
        store = Store(poisoned, refunds, bucket=Bucket.bottomless())
        with Sandbox(store) as sandbox, self.assertLogs(LOGGER, "ERROR"):
            self.channel.api_base = sandbox.url
            self.import_all(import_test_orders=True)
        states = {row.name: row.state for row in self.channel.order_ids}
        bad = {name for name, state in states.items() if state == "attention"}
        self.assertEqual(bad, {"#1003", "#1008", "#1010"})
        self.assertEqual(self.row("#1010").reason_code, "country")
        self.assertIn("division by zero", self.row("#1003").reason)
        self.assertEqual(self.row("#1003").reason_code, "error")
        self.assertEqual(self.row("#1008").reason_code, "payload")

    def test_does_not_add_up(self):
        """A payload whose lines do not make its total is not imported."""
        orders, _refunds = default_orders()
        wrong = copy.deepcopy(orders[:1])
        wrong[0]["totalPriceSet"]["shopMoney"]["amount"] = "99.99"
        with Sandbox(Store(wrong, bucket=Bucket.bottomless())) as sandbox:
            self.channel.api_base = sandbox.url
            self.import_all()
        self.assertEqual(self.row("#1001").reason_code, "payload")
        self.assertIn("99.99", self.row("#1001").reason)

    def test_other_currency(self):
        orders, _refunds = default_orders()
        foreign = copy.deepcopy(orders[:1])
        foreign[0].update(currencyCode="USD", presentmentCurrencyCode="USD")
        foreign = json.loads(json.dumps(foreign).replace("EUR", "USD"))
        with Sandbox(Store(foreign, bucket=Bucket.bottomless())) as sandbox:
            self.channel.api_base = sandbox.url
            self.import_all()
        self.assertEqual(self.row("#1001").reason_code, "currency")

    def test_many_lines_and_pages(self):
        """Orders with more positions than fit a page, and more orders than fit one."""
        orders = generate(60, seed=3)
        long = copy.deepcopy(default_orders()[0][0])
        line = long["lineItems"]["nodes"][0]
        total = float(line["originalUnitPriceSet"]["shopMoney"]["amount"]) * line["quantity"]
        for index in range(80):
            extra = copy.deepcopy(line)
            extra["id"] = f"gid://shopify/LineItem/77{index:04d}"
            long["lineItems"]["nodes"].append(extra)
        tax = float(line["taxLines"][0]["priceSet"]["shopMoney"]["amount"])
        for key, add in (
            ("totalPriceSet", total),
            ("currentTotalPriceSet", total),
            ("currentTotalTaxSet", tax),
        ):
            money = long[key]["shopMoney"]
            money["amount"] = f"{float(money['amount']) + 80 * add:.2f}"
        with Sandbox(Store([*orders, long], bucket=Bucket.bottomless())) as sandbox:
            self.channel.api_base = sandbox.url
            self.import_all()
        self.assertEqual(len(self.channel.order_ids), 61)
        self.assertEqual(set(self.channel.order_ids.mapped("state")), {"imported"})
        self.assertEqual(len(self.order("#1001").order_line), 83)

    def test_queries_per_order(self):
        """New orders of new customers cost few statements each, however many there are."""
        per_order = []
        for count, seed in ((25, 5), (50, 6), (50, 7)):
            orders = generate(count, seed=seed)
            for number, order in enumerate(orders):
                order.update(id=f"gid://shopify/Order/{seed}{number:04d}", refunds=[])
                order["email"] = f"{seed}.{number}@example.org"
                order["customer"]["id"] = f"gid://shopify/Customer/{seed}{number:04d}"
                for part in (order["lineItems"], order["shippingLines"]):
                    for node in part["nodes"]:
                        node["id"] += f"/{seed}"
                for node in order["transactions"]:
                    node["id"] += f"/{seed}"
            self.channel._store_payloads(self.channel._adapter_class(), orders)
            rows = self.channel.order_ids.filtered(lambda row: row.state == "new")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rows._process()
            self.env.flush_all()
            per_order.append((self.env.cr.sql_log_count - before) / count)
            self.assertEqual(set(rows.mapped("state")), {"imported"})
            self.assertEqual(len(rows), count)
        self.assertLessEqual(max(per_order[1:]), 5.5, f"{per_order} queries an order")
        self.assertLessEqual(per_order[2], per_order[1] + 0.5, "flat")
        self.assertLessEqual(per_order[1], per_order[0] + 0.5, "no more in larger chunks")
