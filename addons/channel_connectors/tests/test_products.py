# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import pickle

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from odoo.addons.channel_connectors.channels.shopify import client

from tests.sandbox.shopify import catalog

from .common import ChannelCase
from .outgoing import OutgoingCase


class ProductCase(ChannelCase):
    """A shop with its products; no order is imported unless a test wants some."""

    intents = OutgoingCase.intents

    def setUp(self):
        super().setUp()
        self.store.__setstate__(pickle.loads(self.saved).__getstate__())

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.saved = pickle.dumps(cls.store)
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

    def send(self, kind):
        self.channel._send_intents(kind)

    def theirs_by_sku(self, sku):
        return [row for row in self.store.variants.values() if row["sku"] == sku]

    def made(self):
        return [row for row in self.store.effects if row["mutation"] == "productSet"]


class TestFetch(ProductCase):
    def test_linked_by_sku_then_barcode(self):
        other = self.new_product("Pollen", "OWN-1", barcode="4006381333931").product_variant_id
        self.add_variant("THEIRS-1", barcode="4006381333931")
        self.add_variant("NOBODY")
        found = self.fetch()
        self.assertEqual(found["HON-500"].product_id, self.products["HON-500"])
        self.assertEqual(found["THEIRS-1"].product_id, other)
        self.assertFalse(found["NOBODY"].product_id)
        self.assertFalse(found["GUT-25"].product_id, "a gift card is no product")
        self.assertEqual(found["NOBODY"].price, 7.99)
        self.assertEqual(found["NOBODY"].weight, 650)

    def test_doubts_are_for_a_person(self):
        self.new_product(sku="TWICE")
        self.new_product(sku="TWICE")
        self.new_product(sku="A", barcode="4006381333931")
        self.new_product(sku="B")
        self.add_variant("TWICE")
        self.add_variant("B", barcode="4006381333931")
        found = self.fetch()
        self.assertEqual((found["TWICE"].doubt, found["TWICE"].is_mapped), ("sku", False))
        self.assertEqual((found["B"].doubt, found["B"].is_mapped), ("conflict", False))
        found["B"].product_id = self.products["KER-1"]
        self.assertFalse(found["B"].doubt)
        self.assertEqual(self.fetch()["B"].product_id, self.products["KER-1"], "a choice stays")

    def test_what_is_gone_and_comes_back(self):
        node = self.add_variant("SHORT")
        self.assertFalse(self.fetch()["SHORT"].is_gone)
        del self.store.variants[node["id"]]
        self.env.cr.execute(
            "UPDATE sales_channel_listing SET fetched_at = fetched_at - interval '1 day'"
        )
        self.listings.invalidate_model()
        found = self.fetch()
        self.assertTrue(found["SHORT"].is_gone)
        self.assertFalse(found["HON-500"].is_gone)
        self.store.variants[node["id"]] = node
        self.assertFalse(self.fetch()["SHORT"].is_gone)

    def test_constant_queries_per_page(self):
        """The same number of statements for few and for many new products."""
        counts = []
        for count in (3, 3, 40):
            for number in range(count):
                sku = f"Q-{len(counts)}-{number}"
                self.new_product(sku=sku)
                self.add_variant(sku)
            variants = self.adapter_variants(f"Q-{len(counts)}-")
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.channel._store_variants(variants, self.channel.create_date)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - start)
        self.assertLessEqual(counts[2], counts[0], counts)

    def adapter_variants(self, prefix):
        pages = self.channel._adapter().variant_pages()
        return [row for page in pages for row in page if row.sku.startswith(prefix)]

    def test_orders_that_waited_go_on(self):
        self.channel._import_orders()
        self.products["HON-500"].default_code = "RENAMED"
        listing = self.fetch()["HON-500"]
        listing.product_id = False
        self.products["HON-500"].default_code = "HON-500"
        self.env["queue.job"].search([]).unlink()
        self.row("#1001").write({"state": "attention", "reason_code": "product"})
        listing.action_link()
        self.assertEqual(listing.product_id, self.products["HON-500"])
        self.assertEqual(self.row("#1001").state, "new")
        self.assertEqual(
            len(self.env["queue.job"].search([("method_name", "=", "_job_process_waiting")])), 1
        )


class TestMake(ProductCase):
    def test_products_from_listings(self):
        self.add_variant("NEW-1", "12.95", "4006381333931", "Rapshonig 500 g")
        listing = self.fetch()["NEW-1"]
        product = self.make(listing)
        self.assertEqual(
            (product.name, product.default_code, product.barcode, product.list_price),
            ("Rapshonig 500 g", "NEW-1", "4006381333931", 12.95),
        )
        self.assertEqual((product.weight, product.taxes_id), (0.65, self.tax))
        self.assertTrue(product.is_storable)
        self.assertFalse(listing.differs)

    def test_never_twice(self):
        """Neither for a second listing with the same SKU nor when done again."""
        for _each in range(2):
            self.add_variant("SAME")
        self.fetch()
        same = self.listings.search([("sku", "=", "SAME")])
        self.assertEqual(len(same), 2)
        product = self.make(same[0])
        self.assertEqual(len(product), 1)
        self.assertEqual(same[1].product_id, product)
        self.make(same)
        count = self.env["product.product"].search_count([("default_code", "=", "SAME")])
        self.assertEqual(count, 1)

    def test_what_is_known_is_linked_instead(self):
        listing = self.fetch()["HON-500"]
        listing.product_id = False
        self.assertEqual(self.make(listing), self.products["HON-500"])

    def test_a_barcode_belongs_to_one_product(self):
        self.add_variant("ONE", barcode="4006381333931")
        self.add_variant("TWO", barcode="4006381333931")
        found = self.fetch()
        self.make(found["ONE"] | found["TWO"])
        self.assertEqual(found["ONE"].product_id.barcode, "4006381333931")
        self.assertFalse(found["TWO"].product_id.barcode)

    def test_a_tax_on_top_of_the_price(self):
        """Gross prices of the shop become net ones where the tax is on top."""
        self.add_variant("NET", "10.70")
        listing = self.fetch()["NET"]
        self.assertCents(self.make(listing, tax_id=self.net_tax.id).list_price, 10.00)
        self.assertFalse(listing.differs)

    def test_a_cent_that_only_rounding_makes(self):
        """7 % off 9.99 and on again is 9.99 or a cent beside it: no difference to act on."""
        for cents in range(900, 940):
            self.add_variant(f"R-{cents}", f"{cents / 100:.2f}")
        self.fetch()
        rows = self.listings.search([("sku", "=like", "R-%")])
        self.make(rows, tax_id=self.net_tax.id)
        self.assertFalse(rows.filtered("differs").mapped("sku"))


class TestOffer(ProductCase):
    def test_made_with_price_weight_and_stock(self):
        template = self.new_product()
        intent = self.offer(template)
        self.send("product")
        self.assertEqual(intent.state, "done", intent.error)
        (node,) = self.theirs_by_sku("RAP-250")
        self.assertEqual(node["price"], "6.50")
        self.assertEqual(node["product"]["status"], "DRAFT")
        item = self.store.stock.items[node["item"]]
        self.assertEqual(item["measurement"]["weight"], {"value": 0.4, "unit": "KILOGRAMS"})
        listing = self.listings.search([("external_key", "=", node["id"])])
        self.assertEqual(listing.product_id, template.product_variant_id)
        self.assertEqual(template.channel_listing_count, 1)
        self.assertFalse(listing.differs)

    def test_net_price_becomes_the_gross_one_of_the_shop(self):
        template = self.new_product(list_price=10, taxes_id=[Command.set(self.net_tax.ids)])
        self.offer(template)
        self.send("product")
        self.assertEqual(self.theirs_by_sku("RAP-250")[0]["price"], "10.70")

    def test_variants_of_a_template(self):
        attribute = self.env["product.attribute"].create(
            {"name": "Size", "value_ids": [Command.create({"name": n}) for n in ("S", "L")]}
        )
        line = {"attribute_id": attribute.id, "value_ids": [Command.set(attribute.value_ids.ids)]}
        template = self.new_product(attribute_line_ids=[Command.create(line)])
        for product, sku in zip(template.product_variant_ids, ("RAP-S", "RAP-L"), strict=True):
            product.default_code = sku
        self.offer(template)
        self.send("product")
        nodes = self.theirs_by_sku("RAP-S") + self.theirs_by_sku("RAP-L")
        self.assertEqual(len({node["product"]["id"] for node in nodes}), 1)
        self.assertEqual([node["title"] for node in nodes], ["S", "L"])
        self.assertEqual(template.channel_listing_ids.product_id, template.product_variant_ids)

    def test_done_once_whatever_happens(self):
        """Answers that are lost, a search that is behind, and a worker that begins again."""
        self.patch(client.time, "sleep", lambda _seconds: None)
        for fault in ("status_after", "drop_after", "half_after"):
            for behind in (False, True):
                with self.subTest(fault=fault, behind=behind):
                    sku = f"{fault}-{behind}".upper()
                    self.store.search_is_behind = behind
                    template = self.new_product(f"Honey {sku}", sku)
                    self.offer(template)
                    self.store.add_faults(fault, 9, operation="mutation ProductSet")
                    self.send("product")
                    intent = self.intents("product").filtered(
                        lambda row, template=template: row.product_tmpl_id == template
                    )
                    self.assertEqual(intent.state, "sending")
                    self.assertEqual(len(self.theirs_by_sku(sku)), 1)
                    self.store.faults.clear()
                    done = len(self.made())
                    intent.action_retry()
                    self.send("product")
                    self.assertEqual(intent.state, "done", intent.error)
                    self.assertEqual(len(self.theirs_by_sku(sku)), 1)
                    self.assertEqual(len(self.made()), done, "found, not made again")

    def test_there_already(self):
        self.add_variant("RAP-250")
        template = self.new_product()
        intent = self.offer(template)
        self.send("product")
        self.assertEqual(intent.state, "done", intent.error)
        self.assertFalse(self.made())
        self.assertEqual(template.channel_listing_count, 1)
        self.assertFalse(self.offer(template), "nothing more to make")

    def test_refused_with_the_reason(self):
        nameless = self.new_product(sku=False)
        with self.assertRaises(UserError):
            self.offer(nameless)
        self.new_product(sku="TWICE")
        with self.assertRaises(UserError):
            self.offer(self.new_product(sku="TWICE"))
        for _each in range(2):
            self.add_variant("RAP-250")
        intent = self.offer(self.new_product())
        self.send("product")
        self.assertEqual(intent.state, "failed")
        self.assertTrue(intent.error)
        self.assertFalse(self.made())

    def test_made_again_when_it_is_gone(self):
        template = self.new_product()
        self.offer(template)
        self.send("product")
        template.channel_listing_ids.is_gone = True
        for node in self.theirs_by_sku("RAP-250"):
            del self.store.variants[node["id"]]
        self.offer(template)
        self.send("product")
        self.assertEqual(len(self.theirs_by_sku("RAP-250")), 1)
        self.assertEqual(self.intents("product").mapped("state"), ["done", "done"])


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
