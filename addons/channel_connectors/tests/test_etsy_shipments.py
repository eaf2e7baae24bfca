# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from tests.sandbox.etsy.events import happen

from .etsy_shop import EtsyShopCase

FIRST = 3511000001


class ShipmentCase(EtsyShopCase):
    def shipped(self, tracking="0034043", number=FIRST):
        order = self.confirm(number)
        self.ship(order.picking_ids, tracking=tracking)
        return self.intents(order=order)

    def tracking(self):
        """What is known of the right to report shipments."""
        return self.channel.ability_ids.filtered(lambda row: row.ability == "tracking")


class TestEtsyShipments(ShipmentCase):
    def codes(self, number=FIRST):
        rows = self.store.receipts[number]["shipments"]
        return [(row["carrier_name"], row["tracking_code"]) for row in rows]

    def test_told_once(self):
        intent = self.shipped()
        self.send()
        self.assertEqual(intent.state, "done", intent.error)
        self.assertEqual(self.codes(), [("DHL", "0034043")])
        self.assertEqual(intent.external_id, "0034043")
        self.assertEqual(self.tracking().state, "yes")
        intent.state = "waiting"
        self.send()
        self.assertEqual(self.mails(), [(FIRST, "0034043")])

    def test_answer_lost(self):
        """The work was done and nobody heard of it: it is found by its number."""
        for number, kind in enumerate(("drop_after", "half_after", "status_after")):
            with self.subTest(kind=kind), self.env.cr.savepoint() as savepoint:
                self.store.mails.clear()
                self.store.receipts[FIRST]["shipments"] = []
                intent = self.shipped(f"LOST{number}")
                self.store.add_faults(kind, operation="createReceiptShipment")
                self.send()
                self.assertEqual(intent.state, "sending")
                self.assertTrue(intent.error)
                intent.next_try = False
                self.send()
                self.assertEqual(intent.state, "done", intent.error)
                self.assertEqual(self.mails(), [(FIRST, f"LOST{number}")])
                savepoint.rollback()

    def test_refused_before_it_was_done(self):
        """Throttled or broken before: told later, once."""
        intent = self.shipped()
        self.store.add_faults("status", count=9, status=503, operation="createReceiptShipment")
        self.send()
        self.assertEqual((intent.state, self.mails()), ("sending", []))
        self.store.faults.clear()
        intent.next_try = False
        self.send()
        self.assertEqual((intent.state, len(self.mails())), ("done", 1))

    def test_two_parcels_of_one_delivery(self):
        self.shipped("A1, A2")
        self.store.add_faults("drop_after", operation="createReceiptShipment", after=1)
        self.send()
        intent = self.intents()
        intent.next_try = False
        self.send()
        self.assertEqual(intent.state, "done", intent.error)
        self.assertEqual(self.mails(), [(FIRST, "A1"), (FIRST, "A2")])

    def test_partial_deliveries(self):
        order = self.confirm(FIRST)
        first = self.ship(order.picking_ids, {self.products["TEE-ABEND-80"]: 1}, "A")
        self.send()
        self.ship(order.picking_ids - first, tracking="B")
        self.send()
        self.assertEqual(self.mails(), [(FIRST, "A"), (FIRST, "B")])
        self.assertEqual(self.intents().mapped("state"), ["done", "done"])

    def test_without_a_number(self):
        """Etsy can only be told that all has left: a part of it waits for the rest."""
        order = self.confirm(FIRST)
        first = self.ship(order.picking_ids, {self.products["TEE-ABEND-80"]: 1})
        self.send()
        self.assertEqual((self.intents().state, self.mails()), ("waiting", []))
        self.ship(order.picking_ids - first)
        self.intents().next_try = False
        self.send()
        self.assertEqual(self.intents().mapped("state"), ["done", "done"])
        self.assertEqual(self.mails(), [(FIRST, None)])
        first.carrier_tracking_ref = "LATE"
        self.send("tracking")
        self.assertEqual(self.mails(), [(FIRST, None), (FIRST, "LATE")])
        self.send("tracking")
        self.assertEqual(self.intents("tracking").state, "done")

    def test_entered_by_somebody_else(self):
        """A number that stands there already is not told again, however it is spelt."""
        intent = self.shipped("jd 0140")
        event = {"kind": "ship", "receipt_id": FIRST, "carrier_name": "DHL"}
        happen(self.store, {**event, "tracking_code": "JD0140"})
        self.send()
        self.assertEqual(intent.state, "done")
        self.assertEqual(len(self.mails()), 1)
        self.assertFalse(self.asked("POST"))

    def test_unknown_carrier(self):
        self.carrier.name = "Fahrradkurier"
        self.shipped()
        self.send()
        self.assertEqual(self.codes(), [("other", "0034043")])

    def test_no_carrier(self):
        """Etsy takes a number only with a carrier."""
        order = self.confirm(FIRST)
        picking = order.picking_ids
        picking.carrier_tracking_ref = "0034043"
        picking.move_ids.picked = True
        picking.button_validate()
        self.send()
        self.assertEqual(self.codes(), [("other", "0034043")])

    def test_cancelled_there(self):
        intent = self.shipped()
        happen(self.store, {"kind": "cancel", "receipt_id": FIRST})
        self.send()
        self.assertEqual((intent.state, self.mails()), ("failed", []))


class TestEtsyByHand(ShipmentCase):
    """A shop whose key may not report shipments."""

    def setUp(self):
        super().setUp()
        self.store.tracking_refused = True

    def parcels(self):
        return self.env["sales.channel.parcel"].search([("channel_id", "=", self.channel.id)])

    def test_refused_once_and_not_asked_again(self):
        intent = self.shipped("N1,N2")
        self.send()
        self.assertEqual((intent.state, intent.error), ("by_hand", False))
        self.assertFalse(self.channel.last_error)
        self.assertEqual(self.tracking().state, "no")
        self.assertEqual(len(self.asked("POST")), 1)
        second = self.shipped("N3", 3511000002)
        self.send()
        self.assertEqual(second.state, "by_hand")
        self.assertEqual(len(self.asked("POST")), 1)
        parcels = self.parcels().sorted("number")
        self.assertEqual(parcels.mapped("number"), ["N1", "N2", "N3"])
        first = parcels[0]
        self.assertEqual((first.name, first.buyer), (str(FIRST), "Marie Schäfer"))
        self.assertEqual((first.carrier, first.url), ("DHL Paket", "https://dhl.example/N1"))
        self.assertIn(str(FIRST), first.page)
        self.assertEqual(self.channel.parcel_count, 3)
        self.assertFalse(self.mails())

    def test_ticked_off(self):
        intent = self.shipped("N1,N2")
        self.send()
        self.parcels()[0].action_enter()
        self.assertEqual(intent.state, "by_hand")
        self.parcels().action_enter()
        self.assertEqual((intent.state, intent.external_id), ("done", "N1, N2"))
        self.assertEqual(self.parcels().entered_by, self.env.user)
        self.parcels()[0].action_reopen()
        self.assertEqual(intent.state, "by_hand")
        with self.assertRaises(UserError):
            intent.unlink()

    def test_ticked_off_by_itself(self):
        """What the channel shows was entered, whoever has forgotten to tick it off."""
        intent = self.shipped("N1")
        self.send()
        event = {"kind": "ship", "receipt_id": FIRST, "carrier_name": "DHL"}
        happen(self.store, {**event, "tracking_code": "N1"})
        self.channel._prove()
        self.assertEqual(intent.state, "done")
        self.assertTrue(self.parcels().is_entered)
        self.assertFalse(self.parcels().entered_by)

    def test_number_that_comes_later(self):
        order = self.confirm(FIRST)
        picking = self.ship(order.picking_ids)
        self.send()
        self.assertEqual(self.parcels().mapped("number"), [False])
        picking.carrier_tracking_ref = "LATE"
        self.assertEqual(self.parcels().mapped("number"), ["LATE"])
        self.parcels().action_enter()
        picking.carrier_tracking_ref = "LATER"
        self.send("tracking")
        self.assertEqual(self.intents("tracking").state, "by_hand")
        self.assertEqual(self.parcels().filtered(lambda row: not row.is_entered).number, "LATER")

    def test_asked_again_by_a_person(self):
        intent = self.shipped("N1")
        self.send()
        self.store.tracking_refused = False
        intent.action_retry()
        self.send()
        self.assertEqual(intent.state, "done", intent.error)
        self.assertEqual(self.mails(), [(FIRST, "N1")])
        self.assertFalse(self.parcels())
        second = self.shipped("N3", 3511000002)
        self.send()
        self.assertEqual(second.state, "done")

    def test_dropped(self):
        intent = self.shipped("N1")
        self.send()
        intent.action_drop()
        self.assertEqual((intent.state, len(self.parcels())), ("obsolete", 0))

    def test_other_refusals_are_none_of_this(self):
        """A key that is wrong is a matter of the connection."""
        intent = self.shipped("N1")
        self.store.secrets = ["changed"]
        self.send()
        self.assertEqual(intent.state, "waiting")
        self.assertFalse(self.tracking())
        self.assertTrue(self.channel.last_error)

    def test_roles(self):
        self.shipped("N1")
        self.send()
        reader = new_test_user(
            self.env, "etsy_reader", "base.group_user,channel_connectors.group_channel_reader"
        )
        user = new_test_user(
            self.env, "etsy_user", "base.group_user,channel_connectors.group_channel_user"
        )
        parcel = self.parcels()
        self.assertTrue(parcel.with_user(reader).read(["buyer", "number", "page"]))
        with self.assertRaises(AccessError):
            parcel.with_user(reader).action_enter()
        parcel.with_user(user).action_enter()
        self.assertEqual(parcel.entered_by, user)

    def test_queries_do_not_grow(self):
        """Reading the list costs the same for few and for many."""
        for number in (FIRST, 3511000002, 3511000004):
            self.shipped(f"N{number}", number)
        self.send()
        parcels = self.parcels()
        self.assertEqual(len(parcels), 3)
        names = ["name", "buyer", "shipped_at", "carrier", "number", "page", "entered_at"]
        parcels.read(names)
        counts = []
        for rows in (parcels[:1], parcels):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rows.read(names)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])

    @patch("time.sleep")
    def test_nothing_is_retried_in_the_background(self, _sleep):
        self.shipped("N1")
        self.send()
        self.channel._cron_send_outgoing()
        self.send()
        self.assertEqual(len(self.asked("POST")), 1)
