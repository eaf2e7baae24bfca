# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.exceptions import UserError

from tests.sandbox.etsy import catalog

from ..channels.base.products import Variant
from ..channels.etsy import products
from .etsy_shop import EtsyShopCase

ADVENT = 1710000005


class TestEtsyProducts(EtsyShopCase):
    """Products that nobody has bought yet."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.channel.auto_import = False
        cls.listings = cls.env["sales.channel.listing"]

    def fetch(self):
        self.channel._fetch_products()
        rows = self.listings.search([("channel_id", "=", self.channel.id)])
        return {row.external_key: row for row in rows}

    def offer(self, number, sku, state="active", listing=None, title="Rose soap", **choice):
        """The shop gets a listing, or its listing another product."""
        article = catalog.Article(number, sku, 690, 3, **choice)
        spec = catalog.Spec(listing or number, title, (article,), {513: "Size"}, state=state)
        self.store.listings[spec.listing_id] = catalog.listing(spec)

    def make_all(self, count, first):
        for number in range(first, first + count):
            self.offer(number, f"MANY-{number}")

    def test_stock_of_what_was_never_sold(self):
        rose = self.make_product("DREI-100-MK", 19, is_storable=True)
        self.put_stock(rose, 17)
        self.assertFalse(self.listings.search([("product_id", "=", rose.id)]))
        self.channel.action_fetch_locations()
        self.channel.push_stock = True
        self.channel.action_fetch_products()
        listing = self.listings.search([("product_id", "=", rose.id)])
        self.assertEqual(
            listing.title, "Seife nach Wahl: Größe, Duft, Verpackung – 100 g, Minze, Karton"
        )
        self.assertCents(listing.price, 7.90)
        self.env.cr.flush()
        self.channel._push_stock()
        levels = {
            product["sku"]: product["offerings"][0]["quantity"]
            for product in self.store.listings[1710000004]["inventory"]["products"]
        }
        self.assertEqual(levels["DREI-100-MK"], 17)
        self.assertEqual(levels["DREI-100-RK"], 5, "what is not ours stays as it is")

    def test_the_same_listing_as_from_orders(self):
        known = self.listings.search([("channel_id", "=", self.channel.id)])
        soap = known.filtered(lambda row: row.sku == "SEIFE-LAV-100")
        found = self.fetch()
        self.assertEqual(found[soap.external_key], soap)
        self.assertEqual(soap.product_id, self.products["SEIFE-LAV-100"])

    def test_doubts_are_for_a_person(self):
        self.make_product("DOUBLE", 19)
        self.make_product("DOUBLE", 19)
        self.offer(22900000001, "DOUBLE")
        self.offer(22900000002, "UNKNOWN")
        found = self.fetch()
        self.assertEqual(found["22900000001"].doubt, "sku")
        self.assertFalse(found["22900000001"].product_id)
        self.assertFalse(found["22900000002"].is_mapped)
        self.assertFalse(found["22900000002"].doubt)

    def test_choice_survives_another_number(self):
        """Etsy numbers products anew when a listing is edited; without SKU the listing tells."""
        choice = {"choices": ((513, 1213, "100 g"),)}
        self.offer(22900000001, "", listing=1710000077, **choice)
        first = self.fetch()["22900000001"]
        self.assertFalse(first.product_id)
        first.product_id = self.products["SEIFE-LAV-100"]
        self.offer(22900000002, "", listing=1710000077, **choice)
        self.assertEqual(self.fetch()["22900000002"].product_id, first.product_id)

    def test_expired_only_if_known(self):
        """Last year's listings are not to be decided on; a known one is not gone."""
        self.offer(22900000001, "OLD", "expired")
        self.assertNotIn("22900000001", self.fetch())
        self.offer(22900000001, "OLD")
        self.assertIn("22900000001", self.fetch())
        self.env.cr.execute(
            "UPDATE sales_channel_listing SET fetched_at = fetched_at - interval '1 day'"
        )
        self.listings.invalidate_model()
        self.offer(22900000001, "OLD", "expired")
        self.assertFalse(self.fetch()["22900000001"].is_gone)

    def test_pages_and_limits(self):
        """A request for each hundred listings of a state, counted against the limits."""
        self.make_all(101, 22900000000)
        before = len(self.store.requests)
        self.channel._fetch_products()
        pages = [line for line in self.store.requests[before:] if "/listings?" in line]
        self.assertEqual(len(pages), len(products.STATES) + 1)
        self.assertTrue(all("includes=Inventory" in line for line in pages))
        budget = []
        state = self.channel._account_state(None)
        state.adjust(lambda known: budget.append(known) or known)
        self.assertLess(budget[0].budget.level, budget[0].budget.size)

    def test_constant_queries(self):
        counts = []
        for number, count in enumerate((2, 2, 30)):
            skus = [f"MANY-{number}-{each}" for each in range(count)]
            for sku in skus:
                self.make_product(sku, 19)
            fresh = [Variant(f"229{sku}", "1", sku, sku) for sku in skus]
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.channel._store_variants(fresh, self.channel.create_date)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - start)
        self.assertLessEqual(counts[2], counts[1], counts)

    def test_every_night(self):
        """New products are found before stock is compared, once they have been fetched."""
        queued = lambda: self.env["queue.job"].search(  # noqa: E731
            [("method_name", "=", "_job_fetch_products")]
        )
        self.channel.push_stock = True
        self.env["sales.channel"]._cron_reconcile_stock()
        self.assertFalse(queued())
        self.fetch()
        self.env["sales.channel"]._cron_reconcile_stock()
        self.assertEqual(len(queued()), 1)
        self.offer(22900000001, "SEIFE-NEU")
        product = self.make_product("SEIFE-NEU", 19)
        self.channel._job_fetch_products()
        self.assertTrue(self.listings.search([("product_id", "=", product.id)]))

    def test_assistant_knows_all(self):
        self.channel.setup_step = "connection"
        self.channel.action_setup_next()
        self.assertEqual(self.channel.last_error, False)
        self.assertIn("TEE-ADVENT", self.channel.setup_listing_ids.mapped("sku"))
        self.assertTrue(self.channel.products_fetched_at)

    def test_nothing_is_sent_that_etsy_does_not_take(self):
        soap = self.fetch()["22100000001"]
        soap.product_id.write({"list_price": 5.0, "barcode": "4006381333931", "weight": 9})
        self.channel.lead_price = "odoo"
        self.assertFalse(soap.to_send)
        self.channel.lead_price = "channel"
        self.assertTrue(soap.to_take_over)
        with self.assertRaises(UserError):
            soap.action_send()
        with self.assertRaises(UserError):
            self.channel._make_in_channel(soap.product_id.product_tmpl_id)
        offered = self.env["sales.channel.product.offer"]._get_channels()
        self.assertNotIn(self.channel, offered)
        soap.action_take_over()
        self.assertCents(soap.product_id.list_price, 6.90)
