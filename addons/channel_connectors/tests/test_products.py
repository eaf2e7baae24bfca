# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import time

from odoo import Command
from odoo.exceptions import UserError

from .products import ProductCase


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
        self.patch(time, "sleep", lambda _seconds: None)
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
