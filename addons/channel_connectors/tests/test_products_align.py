# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from .outgoing import OutgoingCase
from .products import ProductCase


class TestAlign(ProductCase):
    def setUp(self):
        super().setUp()
        self.product = self.products["HON-500"]
        self.product.taxes_id = self.tax
        self.listing = self.fetch()["HON-500"]

    def test_the_one_who_leads(self):
        self.product.weight = 0.7
        self.assertTrue(self.listing.price_differs)
        self.assertEqual(self.listing._get_changes(self.wish())[0], {"weight": "700"})
        self.assertEqual(self.listing._get_changes(self.wish())[1], {"price": "7.99"})
        self.listing.action_take_over()
        self.assertEqual(self.product.list_price, 7.99)
        self.assertFalse(self.listing.to_take_over)
        self.listing.action_send()
        self.send("change")
        self.assertFalse(self.listing.to_send)
        item = self.store.variants[self.listing.external_key]["item"]
        self.assertEqual(self.store.stock.items[item]["measurement"]["weight"]["value"], 0.7)

    def wish(self):
        return self.listing._get_wishes()[self.listing]

    def test_search(self):
        rows = self.listings.search([("price_differs", "=", True)])
        self.assertIn(self.listing, rows)
        self.listing.action_take_over()
        self.assertNotIn(self.listing, self.listings.search([("price_differs", "=", True)]))
        self.assertIn(self.listing, self.listings.search([("price_differs", "=", False)]))

    def test_newer_wish_replaces_the_older_one(self):
        self.channel.lead_price = "odoo"
        self.listing.action_send()
        self.listing.action_send()
        self.assertEqual(self.intents("change").mapped("state"), ["waiting"])
        self.product.list_price = 8.5
        self.listing.action_send()
        self.assertEqual(self.intents("change").mapped("state"), ["obsolete", "waiting"])
        self.send("change")
        self.assertEqual(self.store.variants[self.listing.external_key]["price"], "8.50")
        self.product.list_price = 9.5
        self.listing.action_send()
        self.send("change")
        self.product.list_price = 8.5
        self.listing.action_send()
        self.send("change")
        self.assertEqual(self.store.variants[self.listing.external_key]["price"], "8.50")

    def test_lost_answer(self):
        self.channel.lead_price = "odoo"
        self.store.add_faults("drop_after", 1, operation="mutation VariantsUpdate")
        self.listing.action_send()
        self.send("change")
        self.assertEqual(self.intents("change").state, "done")
        self.assertEqual(self.store.variants[self.listing.external_key]["price"], "9.50")

    def test_pricelist(self):
        self.channel.lead_price = "odoo"
        self.channel.product_pricelist_id = self.env["product.pricelist"].create(
            {
                "name": "Shop",
                "currency_id": self.channel.currency_id.id,
                "item_ids": [Command.create({"compute_price": "percentage", "percent_price": -10})],
            }
        )
        self.listing.invalidate_recordset()
        self.assertCents(self.listing.product_price, 10.45)

    def test_unit_price_of_goods_by_weight(self):
        """A jar says nothing about its content; a unit of 500 g does."""
        self.assertIsNone(self.product._get_channel_unit_price())
        half = self.env["uom.uom"].create(
            {
                "name": "500 g",
                "relative_factor": 500,
                "relative_uom_id": self.env.ref("uom.product_uom_gram").id,
            }
        )
        product = self.new_product(uom_id=half.id).product_variant_id
        self.assertEqual(product._get_channel_unit_price(), "500 G / 1 KG")
        self.offer(product.product_tmpl_id)
        self.send("product")
        (node,) = self.theirs_by_sku("RAP-250")
        self.assertTrue(node["showUnitPrice"])
        self.assertEqual(node["unitPriceMeasurement"]["quantityValue"], 500)


class TestLots(OutgoingCase):
    def test_lots_are_noted_once_per_shipment(self):
        self.channel.report_lots = True
        product = self.products["HON-500"]
        product.tracking = "lot"
        order = self.order("#1001")
        self.assertIn(product, order.order_line.product_id)
        self.env["stock.quant"].search([("product_id", "=", product.id)]).sudo().unlink()
        lots = self.env["stock.lot"].create(
            [{"name": name, "product_id": product.id} for name in ("L-1", "L-2")]
        )
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(
                product, self.warehouse.lot_stock_id, 1, lot_id=lot
            )
        order.action_confirm()
        self.ship(order.picking_ids)
        intent = self.intents("lots")
        self.assertEqual(len(intent), 1)
        self.store.add_faults("drop_after", 1, operation="mutation MetafieldsSet")
        self.channel._send_intents("lots")
        self.assertEqual(intent.state, "done", intent.error)
        key = (self.row("#1001").external_id, "batch", "lots")
        value = self.store.metafields[key]["value"]
        self.assertIn("L-1", value)
        self.assertIn(order.picking_ids.name, value)
        intent.sudo().write({"state": "waiting"})
        self.channel._send_intents("lots")
        self.assertEqual(self.store.metafields[key]["value"], value, "said again, it is the same")

    def test_only_where_it_is_wanted(self):
        order = self.confirm("#1001")
        self.ship(order.picking_ids)
        self.assertFalse(self.intents("lots"))


class TestProductRoles(ProductCase):
    def test_roles(self):
        roles = {
            name: OutgoingCase.new_user(
                self, f"product_{name}", f"channel_connectors.group_channel_{group}"
            )
            for name, group in (("reader", "reader"), ("operator", "user"), ("manager", "manager"))
        }
        self.add_variant("NEW-1")
        listing = self.fetch()["NEW-1"]
        template = self.new_product()
        for name in ("reader", "operator"):
            user = roles[name]
            seen = listing.with_user(user)
            self.assertTrue(seen.read(["price", "to_send", "product_price", "price_differs"]))
            self.listings.with_user(user).search([("price_differs", "=", True)])
            self.assertEqual(template.with_user(user).channel_listing_count, 0)
            with self.assertRaises(AccessError):
                self.env["sales.channel.product.make"].with_user(user).create({})
            with self.assertRaises(AccessError):
                self.env["sales.channel.product.offer"].with_user(user).create(
                    {"channel_id": self.channel.id}
                )
        channel = self.channel.with_user(roles["reader"])
        with self.assertRaises(AccessError):
            channel.action_fetch_products()
        with self.assertRaises(AccessError):
            listing.with_user(roles["reader"]).action_link()
        self.channel.with_user(roles["operator"]).action_fetch_products()
        listing.with_user(roles["operator"]).action_link()
        self.make_as(roles["manager"], listing, template)

    def make_as(self, user, listing, template):
        wizard = self.env["sales.channel.product.make"].with_user(user)
        form = Form(wizard.with_context(active_ids=listing.ids))
        form.tax_id = self.tax
        form.save().action_make()
        self.assertTrue(listing.product_id)
        offer = self.env["sales.channel.product.offer"].with_user(user)
        offer = offer.with_context(active_model="product.template", active_ids=template.ids)
        form = Form(offer)
        form.channel_id = self.channel
        form.save().action_make()
        self.channel.with_user(user).action_send_outgoing()
        self.assertEqual(self.intents("product").state, "done")

    def test_beside_another_system_nothing_is_sent(self):
        self.fetch()
        self.channel.is_shadow = True
        with self.assertRaises(UserError):
            self.offer(self.new_product())
        with self.assertRaises(UserError):
            self.listings.search([("sku", "=", "HON-500")]).action_send()
