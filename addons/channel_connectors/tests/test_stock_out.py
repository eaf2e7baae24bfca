# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, ValidationError

from odoo.addons.queue_job.exception import RetryableJobError

from tests.sandbox.shopify.stock import MAIN, SECOND

from ..channels.base.errors import TransientError
from ..channels.shopify.outgoing import ShopifyOutgoing
from .outgoing import OutgoingCase


class StockCase(OutgoingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        listing = cls.env["sales.channel.listing"]
        listing.search([("channel_id", "=", cls.channel.id)]).unlink()
        variants = {row["sku"]: row for row in cls.store.variants.values()}
        cls.listings = {
            sku: listing.create(
                {
                    "channel_id": cls.channel.id,
                    "external_key": variants[sku]["id"],
                    "sku": sku,
                    "title": sku,
                    "product_id": product.id,
                }
            )
            for sku, product in cls.products.items()
        }
        cls.items = {sku: variants[sku]["item"] for sku in cls.products}
        # Sold by the samples and not confirmed here: it is kept back until it is.
        cls.channel.order_ids.sale_order_id.filtered(
            lambda order: order.state == "draft"
        )._action_cancel()
        cls.channel.push_stock = True
        cls.channel.auto_import = False

    def there(self, sku, location=MAIN):
        return self.store.stock.quantity(self.items[sku], location, "available")

    def level(self, sku, location=None):
        return self.env["sales.channel.stock"].search(
            [
                ("listing_id", "=", self.listings[sku].id),
                ("location_id", "=", (location or self.location).id),
            ]
        )

    def settle(self):
        """What the end of a transaction does."""
        self.env.cr.flush()

    def sets(self):
        return [row for row in self.store.effects if row["mutation"] == "inventorySetQuantities"]


class TestStockOut(StockCase):
    def test_first_push(self):
        self.assertEqual(self.push(), 4)
        for sku in self.products:
            self.assertEqual(self.there(sku), 500, sku)
        self.assertEqual(len(self.sets()), 1)
        self.assertFalse(self.channel.stock_ids.filtered("is_dirty"))
        self.assertEqual(self.push(), 0)
        self.assertEqual(len(self.sets()), 1)

    def test_only_what_changed(self):
        self.push()
        self.put_stock(self.products["KER-1"], -20)
        before = len(self.store.requests)
        self.assertEqual(self.push(), 1)
        self.assertEqual(self.there("KER-1"), 480)
        (change,) = self.sets()[-1]["arguments"]["input"]["quantities"]
        self.assertEqual((change["changeFromQuantity"], change["quantity"]), (500, 480))
        self.assertEqual(len(self.store.requests) - before, 2)

    def test_coalesced(self):
        """Many movements in one transaction are one row for a product and one job."""
        self.push()
        jobs = self.env["queue.job"].search_count([("identity_key", "like", "sales_channel_stock")])
        for _time in range(5):
            self.put_stock(self.products["KER-1"], -1)
            self.put_stock(self.products["LIP-1"], -1)
        self.settle()
        changes = self.env["sales.channel.stock.change"].search([])
        self.assertEqual(changes.product_id, self.products["KER-1"] | self.products["LIP-1"])
        self.assertEqual(len(changes), 2)
        after = self.env["queue.job"].search_count(
            [("identity_key", "like", "sales_channel_stock")]
        )
        self.assertLessEqual(after - jobs, 1)

    def test_reservation_counts(self):
        self.push()
        order = self.env["sale.order"].create(
            {
                "partner_id": self.make_customer("B2B").id,
                "order_line": [
                    Command.create({"product_id": self.products["KER-1"].id, "product_uom_qty": 30})
                ],
            }
        )
        order.action_confirm()
        self.push()
        self.assertEqual(self.there("KER-1"), 470)
        self.assertEqual(order.picking_ids.move_ids.state, "assigned")
        order.picking_ids.do_unreserve()
        self.push()
        self.assertEqual(self.there("KER-1"), 470, "sold, though not reserved")

    def test_buffers_and_never_below_nothing(self):
        self.channel.stock_buffer = 10
        self.listings["LIP-1"].stock_buffer = 600
        self.push()
        self.assertEqual((self.there("KER-1"), self.there("LIP-1")), (490, 0))

    def test_listing_not_offered(self):
        self.listings["LIP-1"].push_stock = False
        self.push()
        self.assertEqual((self.there("KER-1"), self.there("LIP-1")), (500, 1000))

    def test_two_warehouses_two_places(self):
        bonn = self.env["stock.warehouse"].create({"name": "Bonn", "code": "BN"})
        second = self.channel.location_ids.filtered(lambda row: row.external_id == SECOND)
        second.warehouse_ids = bonn
        self.put_stock(self.products["KER-1"], 7, bonn)
        self.push()
        self.assertEqual((self.there("KER-1"), self.there("KER-1", SECOND)), (500, 7))
        second.warehouse_ids = False
        self.location.warehouse_ids = self.warehouse | bonn
        self.push()
        self.assertEqual(self.there("KER-1"), 507)
        with self.assertRaises(ValidationError):
            second.warehouse_ids = bonn

    def test_sold_meanwhile_is_not_offered_again(self):
        """An order we do not know yet has taken stock in the channel: it is fetched first."""
        self.push()
        self.channel.auto_import = True
        template = self.theirs("#1004")
        order = {**template, "id": "gid://shopify/Order/777", "name": "#2001", "refunds": []}
        line = {**template["lineItems"][0], "id": "gid://shopify/LineItem/777"}
        line["variant"] = {
            **line["variant"],
            "id": self.listings["HON-500"].external_key,
            "inventoryItem": {"id": self.items["HON-500"]},
        }
        order["lineItems"] = [line]
        order["updatedAt"] = self.store.stamp()
        order.pop("fulfillmentOrders", None)
        self.store.put_order(order)
        self.assertEqual(self.there("HON-500"), 499)
        self.put_stock(self.products["HON-500"], 100)
        self.push()
        self.assertEqual(self.row("#2001").state, "imported", self.row("#2001").reason)
        self.assertEqual(self.there("HON-500"), 599)

    def test_as_much_made_as_sold(self):
        """We offer as many as before, but the channel has taken off what it sold."""
        self.push()
        self.store.stock.move(self.items["KER-1"], MAIN, available=-3, committed=3)
        self.put_stock(self.products["KER-1"], -3)
        self.put_stock(self.products["KER-1"], 3)
        self.assertEqual(self.push(), 1)
        self.assertEqual(self.there("KER-1"), 500)

    def test_sold_between_look_and_set(self):
        """Compare and swap: what is sold in that moment makes us look again."""
        self.push()
        self.put_stock(self.products["KER-1"], 50)
        self.push_while(
            lambda: self.store.stock.move(self.items["KER-1"], MAIN, available=-1, committed=1)
        )
        self.assertEqual(self.there("KER-1"), 550)
        states = self.intents("stock").mapped("state")
        self.assertEqual(states[-2:], ["obsolete", "done"])

    def test_answer_lost(self):
        """The same key again: done once, and known to be done."""
        self.store.add_faults("drop_after", count=5, operation="InventorySet")
        with patch("time.sleep"):
            self.push()
        intent = self.intents("stock")
        self.assertEqual(intent.state, "sending")
        self.assertEqual(self.channel.stock_ids.intent_id, intent)
        self.store.faults.clear()
        self.push()
        self.assertEqual(intent.state, "done", intent.error)
        self.assertEqual(len(self.sets()), 1)
        self.assertFalse(self.channel.stock_ids.filtered(lambda r: r.is_dirty or r.intent_id))

    def test_unknown_item_spoils_nothing(self):
        """One level the channel does not take is set aside, the others are told."""
        self.push()
        for product in self.products.values():
            self.put_stock(product, 1)
        self.settle()
        self.listings["LIP-1"].inventory_item_id = "gid://shopify/InventoryItem/404"
        with patch.object(ShopifyOutgoing, "keep_item", lambda *args: None):
            self.push()
        self.assertEqual(self.there("KER-1"), 501)
        self.assertTrue(self.level("LIP-1").problem)
        self.assertFalse(self.level("KER-1").problem)

    def test_item_not_kept_there_yet(self):
        self.store.stock.levels.pop((self.items["KER-1"], MAIN))
        self.push()
        self.assertEqual(self.there("KER-1"), 500)

    def test_reconciliation(self):
        """What somebody changed in the channel is put right at night."""
        self.push()
        self.store.stock.move(self.items["KER-1"], MAIN, available=33)
        self.assertEqual(self.push(), 0)
        self.assertEqual(self.there("KER-1"), 533)
        self.assertEqual(self.push(everything=True), 1)
        self.assertEqual(self.there("KER-1"), 500)

    def test_busy_import_waits(self):
        self.push()
        self.channel.auto_import = True
        self.put_stock(self.products["KER-1"], 1)
        self.store.stock.move(self.items["KER-1"], MAIN, available=-1)
        with (
            patch.object(type(self.channel), "_lock_import", lambda channel: False),
            self.assertRaises(RetryableJobError) as caught,
        ):
            self.push()
        self.assertTrue(caught.exception.ignore_retry, "to wait for one's turn is no failure")

    def refused_in_a_job(self, method, **silence):
        """What a run says to the queue when the channel does not answer."""
        channel = type(self.channel)
        with (
            patch.object(channel, "_keep", lambda channel, commit: None),
            patch.object(channel, method, **silence),
            self.assertRaises(RetryableJobError) as caught,
        ):
            self.channel._push_stock(commit=True)
        return caught.exception

    def test_silent_channel_fails_no_job(self):
        """However long a channel does not answer: that stands with the channel."""
        error = TransientError("no answer", "server")
        refused = self.refused_in_a_job("_prepare_levels", side_effect=error)
        self.assertTrue(refused.ignore_retry)

    def test_silent_import_fails_no_job(self):
        self.push()
        self.channel.auto_import = True
        self.put_stock(self.products["KER-1"], 1)
        self.store.stock.move(self.items["KER-1"], MAIN, available=-1)
        with patch.object(type(self.channel), "_take_import", lambda channel, seconds: None):
            refused = self.refused_in_a_job("_import_orders", return_value="no answer")
        self.assertTrue(refused.ignore_retry)

    def test_what_waits_without_a_job_is_taken_up(self):
        """A change that the run just missed, and a level that it gave up on."""
        jobs = self.env["queue.job"]
        self.push()
        jobs.search([]).unlink()
        self.env["sales.channel"]._cron_send_outgoing()
        self.assertFalse(jobs.search([]))
        self.put_stock(self.products["KER-1"], 1)
        self.settle()
        jobs.search([]).unlink()
        self.env["sales.channel"]._cron_send_outgoing()
        self.assertEqual(jobs.search([]).method_name, "_job_send_stock")
        self.push()
        jobs.search([]).unlink()
        self.level("KER-1").is_dirty = True
        self.env["sales.channel"]._cron_send_outgoing()
        self.assertEqual(jobs.search([]).method_name, "_job_send_stock")

    def test_waiting_orders_keep_their_goods(self):
        """An order that waits in the inbox is sold all the same."""
        self.push()
        row = self.channel.order_ids.filtered(lambda row: row.name == "#1004")
        payload = row.payload
        payload["lineItems"]["nodes"][0]["variant"]["id"] = self.listings["HON-500"].external_key
        row.sale_order_id = False
        row.write({"state": "attention", "payload": payload})
        self.assertEqual(self.channel._get_waiting_pieces(), {self.products["HON-500"].id: 1})
        self.put_stock(self.products["HON-500"], 5)
        self.push()
        self.assertEqual(self.there("HON-500"), 504)

    def test_kit_from_its_parts(self):
        if "mrp.bom" not in self.env:
            return
        kit = self.env["product.product"].create({"name": "Set", "type": "consu"})
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": self.products["KER-1"].id, "product_qty": 3}),
                    Command.create({"product_id": self.products["LIP-1"].id, "product_qty": 1}),
                ],
            }
        )
        self.listings["HON-500"].product_id = kit
        self.push()
        self.assertEqual(self.there("HON-500"), 166)
        self.put_stock(self.products["KER-1"], -200)
        self.push()
        self.assertEqual((self.there("HON-500"), self.there("KER-1")), (100, 300))

    def test_constant_queries(self):
        """Ten times the listings are computed with the same number of queries."""

        def levels(count):
            products = self.env["product.product"].create(
                [{"name": f"P{i}", "is_storable": True} for i in range(count)]
            )
            listings = self.env["sales.channel.listing"].create(
                [
                    {
                        "channel_id": self.channel.id,
                        "external_key": f"{count}-{i}",
                        "product_id": product.id,
                        "inventory_item_id": f"{count}-{i}",
                    }
                    for i, product in enumerate(products)
                ]
            )
            return self.env["sales.channel.stock"].create(
                [
                    {
                        "channel_id": self.channel.id,
                        "listing_id": listing.id,
                        "location_id": self.location.id,
                    }
                    for listing in listings
                ]
            )

        few, many = levels(10), levels(100)
        counts = []
        for rows in (few, few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.channel._get_offered(rows)
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])
        self.assertLessEqual(counts[2], 20)

    def test_batches(self):
        """At most 250 levels in one request."""
        sizes = []
        self.push()
        with patch.object(ShopifyOutgoing, "levels_at_once", 3):
            for product in self.products.values():
                self.put_stock(product, 1)
            original = ShopifyOutgoing.set_levels

            def set_levels(adapter, levels, *args):
                sizes.append(len(levels))
                return original(adapter, levels, *args)

            with patch.object(ShopifyOutgoing, "set_levels", set_levels):
                self.push()
        self.assertEqual(sizes, [3, 1])

    def test_beside_another_system_we_only_watch(self):
        self.channel.is_shadow = True
        self.put_stock(self.products["KER-1"], 1)
        self.assertEqual(self.push(), 0)
        self.assertFalse(self.sets())
        self.assertFalse(self.env["sales.channel.stock.change"].search([]))
        self.channel.is_shadow = False
        self.assertEqual(self.push(), 4)

    def test_nobody_pays_for_it_without_channels(self):
        """Moving goods costs no statement more where no channel is told of stock."""
        self.channel.push_stock = False
        self.settle()
        self.put_stock(self.products["KER-1"], 1)
        self.assertNotIn("sales.channel.stock.change", self.env.cr.precommit.data)

    def test_rights(self):
        reader = self.new_user("ch_reader", "channel_connectors.group_channel_reader")
        operator = self.new_user("ch_operator", "channel_connectors.group_channel_user")
        self.push()
        rows = self.channel.stock_ids
        self.assertEqual(rows.with_user(reader).mapped("present"), [500] * 4)
        with self.assertRaises(AccessError):
            rows.with_user(reader).action_send()
        with self.assertRaises(AccessError):
            self.channel.with_user(reader).action_push_stock()
        self.put_stock(self.products["KER-1"], 1)
        self.settle()
        result = self.channel.with_user(operator).action_push_stock()
        self.assertEqual(result["params"]["type"], "success")
        self.assertEqual(self.there("KER-1"), 501)
