# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import fields

from odoo.addons.batch_mrp_orders.tests.common import BatchCase


class TestChannelStock(BatchCase):
    """What a shop is offered: usable stock, kits, and what can be made."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["sales.channel"].search([]).push_stock = False
        cls.channel = cls.env["sales.channel"].create(
            {
                "name": "Shop",
                "api_base": "https://honey.myshopify.com",
                "warehouse_id": cls.warehouse.id,
            }
        )
        cls.location = cls.env["sales.channel.location"].create(
            {
                "channel_id": cls.channel.id,
                "external_id": "gid://shopify/Location/1",
                "name": "Shop",
                "warehouse_ids": cls.warehouse.ids,
            }
        )
        cls.channel.push_stock = True
        cls.level = cls.make_level(cls.jar)

    @classmethod
    def make_level(cls, product):
        listing = cls.env["sales.channel.listing"].create(
            {
                "channel_id": cls.channel.id,
                "external_key": f"gid://shopify/ProductVariant/{product.id}",
                "inventory_item_id": f"gid://shopify/InventoryItem/{product.id}",
                "product_id": product.id,
            }
        )
        return cls.env["sales.channel.stock"].create(
            {
                "channel_id": cls.channel.id,
                "listing_id": listing.id,
                "location_id": cls.location.id,
            }
        )

    def offered(self, level=None):
        level = level or self.level
        return self.channel._get_offered(level)[level.id]

    def changed(self):
        """Products whose change is noted at the end of the transaction."""
        self.env.cr.flush()
        changes = self.env["sales.channel.stock.change"].search([])
        products = changes.product_id
        changes.unlink()
        return products

    def test_blocked_lots_are_not_offered(self):
        self._stock_up(self.jar, 30, "GOOD")
        bad = self._stock_up(self.jar, 12, "BAD")
        self.assertEqual(self.offered(), 42)
        self.changed()
        bad.sudo().action_block("Glass in it")
        self.assertIn(self.jar, self.changed())
        self.assertEqual(self.offered(), 30)
        bad.sudo().action_release()
        self.assertIn(self.jar, self.changed())
        self.assertEqual(self.offered(), 42)

    def test_remaining_life(self):
        now = fields.Datetime.now()
        self._stock_up(self.jar, 5, "OLD", now - timedelta(days=2))
        lot = self._stock_up(self.jar, 7, "SOON", now + timedelta(days=20))
        self._stock_up(self.jar, 9, "LATE", now + timedelta(days=200))
        self.assertEqual(self.offered(), 16)
        self.channel.offer_min_days = 60
        self.assertEqual(self.offered(), 9)
        self.changed()
        lot.expiration_date = now + timedelta(days=90)
        self.assertIn(self.jar, self.changed())

    def test_claims_of_orders(self):
        """Goods made for an order are nobody else's, reserved or not."""
        order = self._create_order((self.jar, 8))
        self.assertEqual(self.offered(), 0)
        self._stock_up(self.bulk, 10)
        self._stock_up(self.glass, 100)
        run = self._plan()
        run.filtered(lambda r: r.product_id == self.jar).action_confirm()
        self._produce(run.filtered(lambda r: r.product_id == self.jar))
        order.picking_ids.do_unreserve()
        self.assertEqual(self.offered(), 0)
        self._stock_up(self.jar, 3, "FREE")
        self.assertEqual(self.offered(), 3)

    def test_demand_that_a_run_covers_takes_no_stock(self):
        """An order that is made to does not block what lies in stock."""
        order = self._create_order((self.jar, 8))
        self._stock_up(self.jar, 5)
        order.picking_ids.do_unreserve()
        self.assertEqual(self.offered(), 0)
        self._plan()
        order.picking_ids.do_unreserve()
        self.assertGreaterEqual(self.offered(), 0)

    def test_makeable_over_all_levels(self):
        self._stock_up(self.jar, 4)
        self._stock_up(self.raw, 10.2)
        self._stock_up(self.bulk, 1)
        self._stock_up(self.glass, 15)
        self.assertEqual(self.offered(), 4)
        self.channel.offer_makeable = True
        # 11 kg of honey fill 22 jars, 15 glasses are there.
        self.assertEqual(self.offered(), 19)
        self._stock_up(self.glass, 100)
        self.assertEqual(self.offered(), 26)

    def test_shared_materials_are_offered_once(self):
        """10 kg in jars of 500 g, or in pails of the same: 20 pieces together."""
        pail = self._create_product("Pail", self.unit, tracking="none")
        self._create_recipe(pail, 1, self.unit, [(self.bulk, 0.5, self.kg)])
        level = self.make_level(pail)
        self._stock_up(self.bulk, 10)
        self._stock_up(self.glass, 100)
        self.channel.offer_makeable = True
        both = self.level | level
        self.assertEqual(sum(self.channel._get_offered(both).values()), 20)
        self.assertEqual(self.offered(), 10, "asked for alone it is the same")
        touched = self.channel._get_products_using(self.jar | pail, {self.glass.id})
        self.assertEqual(touched, {self.jar.id, pail.id})
        self.channel.share_materials = False
        self.assertEqual(sum(self.channel._get_offered(both).values()), 40)

    def test_unit_price_and_best_before_for_channels(self):
        self.assertIsNone(self.jar._get_channel_unit_price())
        self.jar.write({"net_quantity": 500, "net_uom_id": self.env.ref("uom.product_uom_gram").id})
        self.assertEqual(self.jar._get_channel_unit_price(), "500 G / 1 KG")
        self.jar.write(
            {"net_quantity": 0.25, "net_uom_id": self.env.ref("uom.product_uom_litre").id}
        )
        self.assertEqual(self.jar._get_channel_unit_price(), "250 ML / 1 L")
        lot = self._stock_up(self.jar, 1, "DATED")
        lot.expiration_date = "2027-10-31 12:00:00"
        lot.use_date = "2027-09-30 23:00:00"
        self.assertEqual(
            lot._prepare_channel_note("Europe/Berlin"),
            {"lot": "DATED", "best_before": "2027-10-01"},
        )

    def test_kit_of_two_products(self):
        candle = self._create_product("Candle", self.unit, tracking="none")
        gift = self.env["product.product"].create({"name": "Gift", "type": "consu"})
        self._create_recipe(
            gift, 1, self.unit, [(self.jar, 2, self.unit), (candle, 1, self.unit)], kind="phantom"
        )
        level = self.make_level(gift)
        self._stock_up(self.jar, 7)
        self._stock_up(candle, 10)
        self.assertEqual(self.offered(level), 3)
        touched = self.channel._get_products_using(gift | self.jar, {candle.id})
        self.assertEqual(touched, {gift.id})

    def test_material_changes_what_is_made_of_it(self):
        self.assertFalse(self.channel._get_products_using(self.jar, {self.raw.id}))
        self.channel.offer_makeable = True
        self.assertEqual(self.channel._get_products_using(self.jar, {self.raw.id}), {self.jar.id})

    def test_constant_queries(self):
        def levels(count):
            products = self.env["product.product"]
            for index in range(count):
                product = self._create_product(f"J{count}-{index}", self.unit, tracking="none")
                self._create_recipe(
                    product, 1, self.unit, [(self.bulk, 1, self.kg)], kind="phantom"
                )
                products |= product
            return self.env["sales.channel.stock"].union(
                *(self.make_level(product) for product in products)
            )

        few, many = levels(3), levels(30)
        counts = []
        for rows in (few, few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.channel._get_offered(rows)
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])

    def test_what_is_being_made_is_not_given_up(self):
        order = self._create_order((self.jar, 8))
        run = self._plan().filtered(lambda run: run.product_id == self.jar)
        self.assertIn(order, run.sale_order_ids)
        self.assertFalse(order._channel_is_committed())
        run.action_start()
        self.assertTrue(order._channel_is_committed())

    def test_goods_from_stock_are_given_up(self):
        self._stock_up(self.jar, 20, "J-1")
        order = self._create_order((self.jar, 8))
        self.assertEqual(order.production_status, "ready")
        self.assertFalse(order._channel_is_committed())
