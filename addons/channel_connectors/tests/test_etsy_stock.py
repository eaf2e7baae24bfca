# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import copy
from unittest.mock import patch

from tests.sandbox.etsy.events import happen

from .etsy_shop import EtsyShopCase

SOAP = 1710000001
THREE = 1710000004
ADVENT = 1710000005


class EtsyStockCase(EtsyShopCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["sales.channel.listing"].search([("channel_id", "=", cls.channel.id)]).unlink()
        # Sold by the samples and not confirmed here: it is kept back until it is.
        cls.channel.order_ids.sale_order_id.filtered(
            lambda order: order.state == "draft"
        )._action_cancel()
        cls.channel.order_ids.filtered(lambda row: row.state == "attention").state = "ignored"
        cls.rose = cls.make_product("DREI", 19, is_storable=True)
        cls.advent = cls.make_product("TEE-ADVENT", 7, is_storable=True)
        cls.listings = {}
        for listing, product, key in (
            (SOAP, cls.products["SEIFE-LAV-100"], 22100000001),
            (SOAP, cls.products["SEIFE-LAV-200"], 22100000003),
            (THREE, cls.rose, 22200000003),
            (ADVENT, cls.advent, 22100000005),
        ):
            cls.listings[key] = cls.env["sales.channel.listing"].create(
                {
                    "channel_id": cls.channel.id,
                    "external_key": str(key),
                    "external_product_id": str(listing),
                    "sku": product.default_code,
                    "title": product.name,
                    "product_id": product.id,
                }
            )
        cls.channel.push_stock = True
        cls.channel.auto_import = False
        cls.channel.action_fetch_locations()

    def there(self, product_id, listing=SOAP):
        products = self.store.listings[listing]["inventory"]["products"]
        (product,) = [row for row in products if row["product_id"] == product_id]
        return product["offerings"][0]["quantity"]

    def level(self, key):
        return self.listings[key].stock_ids

    def writes(self, listing=None):
        rows = [row for row in self.store.effects if row["kind"] == "inventory"]
        return [row for row in rows if listing in (None, row["listing_id"])]


class TestEtsyStock(EtsyStockCase):
    def test_one_write_for_a_listing(self):
        self.assertEqual(self.channel.location_ids.warehouse_ids, self.warehouse)
        self.assertEqual(self.push(), 3)
        self.assertEqual((self.there(22100000001), self.there(22100000003)), (50, 50))
        self.assertEqual(len(self.writes(SOAP)), 1)
        self.assertEqual(self.push(), 0)
        self.put_stock(self.products["SEIFE-LAV-100"], -8)
        before = len(self.store.requests)
        self.assertEqual(self.push(), 1)
        self.assertEqual((self.there(22100000001), self.there(22100000003)), (42, 50))
        # Looked at together, read again just before, written once.
        self.assertEqual(len(self.store.requests) - before, 3)

    def test_three_variations_keep_every_field(self):
        self.put_stock(self.rose, 123)
        before = copy.deepcopy(self.store.listings[THREE]["inventory"])
        self.push()
        after = copy.deepcopy(self.store.listings[THREE]["inventory"])
        self.assertEqual(self.there(22200000003, THREE), 123)
        for inventory in (before, after):
            for product in inventory["products"]:
                if product["product_id"] == 22200000003:
                    product["offerings"][0]["quantity"] = None
        self.assertEqual(after, before)
        self.assertIn(
            "max_variations_supported=3", self.asked(f"PUT /v3/application/listings/{THREE}")[0]
        )

    def test_at_most_999_and_never_below_nothing(self):
        self.put_stock(self.products["SEIFE-LAV-100"], 5000)
        self.channel.stock_buffer = 60
        self.push()
        self.assertEqual((self.there(22100000001), self.there(22100000003)), (999, 0))
        self.put_stock(self.products["SEIFE-LAV-100"], -100)
        self.assertEqual(self.push(), 0)
        self.assertFalse(self.channel._prove().filtered(lambda row: row.kind == "stock"))

    def test_filled_up_to_the_most_again(self):
        """Etsy shows 999 of 5,000: what it sells does not change what we offer."""
        soap = self.products["SEIFE-LAV-100"]
        self.put_stock(soap, 5000)
        self.push()
        sold = {"kind": "sell", "listing_id": SOAP, "product_id": 22100000001, "quantity": 40}
        happen(self.store, sold)
        self.put_stock(soap, -40)
        self.assertEqual(self.push(), 1)
        self.assertEqual(self.there(22100000001), 999)
        happen(self.store, {**sold, "quantity": 999})
        happen(self.store, {**sold, "product_id": 22100000003, "quantity": 50})
        self.put_stock(soap, -999)
        self.push()
        self.assertEqual(self.level(22100000001).relisting, "asked")

    def test_sold_between_look_and_write(self):
        self.push()
        self.put_stock(self.products["SEIFE-LAV-100"], 10)

        def sell():
            event = {"kind": "sell", "listing_id": SOAP, "product_id": 22100000003}
            happen(self.store, event)
            happen(self.store, {**event, "product_id": 22100000001})

        self.push_while(sell)
        self.assertEqual(self.intents("stock").mapped("state")[-2:], ["obsolete", "done"])
        # What was sold of the other one and is not known here yet is not offered again.
        self.assertEqual((self.there(22100000001), self.there(22100000003)), (60, 49))

    def test_answer_lost(self):
        self.push()
        for kind in ("drop_after", "half_after", "status_after"):
            with self.subTest(kind=kind):
                self.put_stock(self.products["SEIFE-LAV-100"], 1)
                self.store.add_faults(kind, operation="updateListingInventory")
                self.push()
                writes = len(self.writes(SOAP))
                intent = self.intents("stock").filtered(lambda row: row.state == "sending")
                self.assertEqual(len(intent), 1)
                self.push()
                self.assertEqual(intent.state, "done", intent.error)
                self.assertEqual(len(self.writes(SOAP)), writes)
        self.assertFalse(self.channel.stock_ids.filtered(lambda r: r.is_dirty or r.intent_id))

    def test_sold_while_nobody_knows(self):
        """The write was done, its answer lost, then somebody bought: nothing is put back."""
        self.store.add_faults("drop_after", operation="updateListingInventory")
        self.push()
        event = {"kind": "sell", "listing_id": SOAP, "product_id": 22100000001, "quantity": 3}
        happen(self.store, event)
        self.channel.auto_import = True
        self.push()
        self.assertIn("obsolete", self.intents("stock").mapped("state"))
        self.assertFalse(self.channel.stock_ids.filtered(lambda r: r.is_dirty or r.intent_id))

    def test_reactivation_is_asked_for(self):
        self.put_stock(self.advent, 5)
        self.push()
        level = self.level(22100000005)
        self.assertEqual((level.relisting, level.is_dirty), ("asked", False))
        self.assertEqual(self.channel.relisting_count, 1)
        self.assertFalse(self.writes(ADVENT))
        # Not asked again and again, nor a difference to worry about.
        self.put_stock(self.advent, 1)
        self.push()
        self.assertEqual(level.relisting, "asked")
        self.assertFalse(self.channel._prove().filtered(lambda row: row.stock_id == level))
        level.action_leave()
        self.push()
        self.assertEqual((level.relisting, len(self.writes(ADVENT))), ("declined", 0))
        fees = [row for row in self.store.ledger if row["ledger_type"] == "renew_sold"]
        self.assertFalse(fees)
        level.action_relist()
        self.push()
        self.assertEqual(self.there(22100000005, ADVENT), 6)
        self.assertEqual((level.relisting, level.problem), (False, False))
        self.assertEqual(self.store.listings[ADVENT]["state"], "active")
        # Agreed to once, not for ever.
        event = {"kind": "sell", "listing_id": ADVENT, "product_id": 22100000005}
        happen(self.store, {**event, "quantity": 6})
        self.assertEqual(self.store.listings[ADVENT]["state"], "sold_out")
        self.put_stock(self.advent, 2)
        self.push()
        self.assertEqual(level.relisting, "asked")

    def test_reactivation_by_rule(self):
        self.put_stock(self.advent, 5)
        self.channel.relisting = "never"
        self.push()
        level = self.level(22100000005)
        self.assertEqual((level.relisting, len(self.writes(ADVENT))), ("declined", 0))
        self.channel.relisting = "always"
        self.push()
        self.assertEqual(self.there(22100000005, ADVENT), 5)

    def test_reactivation_refused(self):
        self.store.relisting = "refused"
        self.channel.relisting = "always"
        self.put_stock(self.advent, 5)
        self.push()
        level = self.level(22100000005)
        self.assertEqual(self.there(22100000005, ADVENT), 0)
        self.assertIn("renewed", level.problem)
        self.assertEqual(self.there(22100000001), 50, "the others are told")

    def test_reactivated_in_the_shop(self):
        """Once it is offered again by other means there is nothing to decide."""
        self.put_stock(self.advent, 5)
        self.push()
        listing = self.store.listings[ADVENT]
        listing["state"] = "active"
        listing["inventory"]["products"][0]["offerings"][0]["quantity"] = 1
        self.put_stock(self.advent, 1)
        self.push()
        self.assertEqual(self.there(22100000005, ADVENT), 6)
        self.assertFalse(self.level(22100000005).relisting)

    def test_ended_between_look_and_write(self):
        """What sold out in that moment is not paid for without asking."""
        self.push()
        self.put_stock(self.products["SEIFE-LAV-100"], 10)
        self.put_stock(self.products["SEIFE-LAV-200"], -50)
        self.push()
        self.assertEqual((self.there(22100000001), self.there(22100000003)), (60, 0))
        self.put_stock(self.products["SEIFE-LAV-200"], 4)
        event = {"kind": "sell", "listing_id": SOAP, "quantity": 60, "product_id": 22100000001}
        self.push_while(lambda: happen(self.store, event))
        self.assertEqual(self.store.listings[SOAP]["state"], "sold_out")
        self.assertEqual(self.level(22100000003).relisting, "asked")

    def test_deleted_listing(self):
        self.push()
        happen(self.store, {"kind": "delete_listing", "listing_id": SOAP})
        self.put_stock(self.products["SEIFE-LAV-100"], 1)
        self.put_stock(self.rose, 9)
        self.push()
        listing = self.listings[22100000001]
        self.assertTrue(listing.is_gone)
        self.assertTrue(self.level(22100000001).problem)
        self.assertEqual(self.there(22200000003, THREE), 9, "the others are told")
        self.put_stock(self.products["SEIFE-LAV-100"], 1)
        self.push()
        self.push(everything=True)
        self.assertTrue(listing.is_gone)

    def test_variations_changed_in_the_shop(self):
        """A product that got other choices is found again by its number at night."""
        self.push()
        product = self.store.listings[SOAP]["inventory"]["products"][0]
        product["property_values"][0].update(value_ids=[9999], values=["120 g"])
        self.put_stock(self.products["SEIFE-LAV-100"], 1)
        self.push()
        self.assertTrue(self.listings[22100000001].is_gone)
        self.push(everything=True)
        self.assertFalse(self.listings[22100000001].is_gone)
        self.assertEqual(self.there(22100000001), 51)

    def test_one_quantity_for_all_variations(self):
        """Where Etsy keeps one stock for several products they cannot be told apart."""
        inventory = self.store.listings[SOAP]["inventory"]
        inventory["quantity_on_property"] = []
        for product in inventory["products"]:
            product["offerings"][0]["quantity"] = 3
        self.push()
        self.assertEqual((self.there(22100000001), self.there(22100000003)), (50, 50))
        self.put_stock(self.products["SEIFE-LAV-100"], 1)
        self.level(22100000003).is_dirty = True
        self.push()
        self.put_stock(self.products["SEIFE-LAV-200"], 3)
        self.put_stock(self.products["SEIFE-LAV-100"], 1)
        self.push()
        self.assertTrue(self.level(22100000003).problem)

    def test_nothing_left_is_taken_off_sale(self):
        """Etsy takes no inventory without stock. Off sale and on again costs nothing."""
        self.push()
        self.put_stock(self.products["SEIFE-LAV-200"], -50)
        self.push()
        self.assertEqual(self.there(22100000003), 0)
        self.put_stock(self.products["SEIFE-LAV-100"], -50)
        self.push()
        listing = self.store.listings[SOAP]
        self.assertEqual(listing["state"], "inactive", self.level(22100000001).problem)
        self.assertTrue(self.level(22100000001).is_resting)
        self.assertTrue(self.level(22100000003).is_resting)
        self.assertFalse(self.channel._prove().filtered(lambda row: row.kind == "stock"))
        # The other one comes back first: on sale again, and this one is known to be gone.
        self.put_stock(self.products["SEIFE-LAV-200"], 4)
        self.push()
        self.assertEqual(listing["state"], "active")
        self.assertEqual((self.there(22100000001), self.there(22100000003)), (0, 4))
        self.assertFalse(self.channel.stock_ids.filtered("is_resting"))
        self.assertFalse([row for row in self.store.ledger if "renew" in row["ledger_type"]])

    def test_worker_killed_while_taking_off_sale(self):
        """It is off sale, and nobody could note it any more: it comes back all the same."""
        self.push()
        self.put_stock(self.products["SEIFE-LAV-200"], -50)
        self.put_stock(self.products["SEIFE-LAV-100"], -50)
        self.store.add_faults("drop_after", count=9, operation="updateListing")
        with patch("time.sleep"):
            self.push()
        self.store.faults.clear()
        self.assertEqual(self.store.listings[SOAP]["state"], "inactive")
        self.assertEqual(self.intents("stock")[-1].state, "sending")
        self.push()
        self.assertEqual(self.intents("stock")[-1].state, "done")
        self.put_stock(self.products["SEIFE-LAV-100"], 3)
        self.push()
        self.assertEqual(self.store.listings[SOAP]["state"], "active")
        self.assertEqual((self.there(22100000001), self.there(22100000003)), (3, 0))

    def test_paused_by_the_seller(self):
        """What a person took off sale stays so, with its quantities kept up."""
        self.store.listings[SOAP]["state"] = "inactive"
        self.push()
        self.put_stock(self.products["SEIFE-LAV-100"], -50)
        self.put_stock(self.products["SEIFE-LAV-200"], -50)
        self.push()
        self.put_stock(self.products["SEIFE-LAV-100"], 5)
        self.push()
        self.assertEqual(self.store.listings[SOAP]["state"], "inactive")
        self.assertFalse(self.channel.stock_ids.filtered("is_resting"))

    def test_nightly_proof(self):
        self.push()
        self.put_stock(self.rose, 5)
        self.push()
        stock = self.channel._prove().filtered(lambda row: row.kind == "stock")
        self.assertFalse(stock, stock.mapped("name"))
        happen(self.store, {"kind": "sell", "listing_id": SOAP, "product_id": 22100000001})
        (difference,) = self.channel._prove().filtered(lambda row: row.kind == "stock")
        self.assertEqual((difference.theirs, difference.ours), ("49", "50"))
        self.push(everything=True)
        self.assertFalse(self.channel._prove().filtered(lambda row: row.kind == "stock"))
