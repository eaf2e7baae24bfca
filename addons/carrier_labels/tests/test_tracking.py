# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import itertools
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import new_test_user

from ..carriers.base import types
from ..carriers.base.errors import CarrierBusy, CarrierRefused
from ..carriers.base.types import TrackingEvent, TrackingStatus
from .common import LabelCase


class Told:
    """A carrier that says what a test wants to hear."""

    def __init__(self):
        self.parcels, self.asked, self.error = {}, [], {}

    def track(self, numbers):
        self.asked.append(list(numbers))
        for number in numbers:
            if number in self.error:
                raise self.error[number]
        return {one: self.parcels[one] for one in numbers if one in self.parcels}


class TestTracking(LabelCase):
    """Where parcels are, asked for in sets."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = new_test_user(cls.env, "tracking_seller", groups="stock.group_stock_user")

    def setUp(self):
        super().setUp()
        self.told = Told()
        self.env["stock.picking"].search([("track_next", "!=", False)]).track_next = False
        self.env.flush_all()
        account = type(self.account)
        self.startPatcher(patch.object(account, "_client", lambda _account: self.told))

    def sent(self, *numbers, carrier=None, days=1):
        """Deliveries on their way, one for each text of numbers."""
        kind = self.env.ref("stock.warehouse0").out_type_id
        return self.env["stock.picking"].create(
            [
                {
                    "partner_id": self.customer.id,
                    "picking_type_id": kind.id,
                    "location_id": kind.default_location_src_id.id,
                    "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                    "carrier_id": (carrier or self.carrier).id,
                    "carrier_tracking_ref": each,
                    "user_id": self.seller.id,
                    "date_done": fields.Datetime.now() - timedelta(days=days),
                    "track_next": fields.Datetime.now() - timedelta(minutes=1),
                }
                for each in numbers
            ]
        )

    def say(self, number, state, time=None, text="Text"):
        time = time or datetime.now()
        events = (TrackingEvent(state, time, text, "Bonn"),)
        self.told.parcels[number] = TrackingStatus(number, state, time, text, "Bonn", events)

    def run_job(self):
        self.env.flush_all()
        with self.env.registry.cursor() as cr:
            start = cr.sql_log_count
            self.env(cr=cr)["delivery.carrier"]._cron_track()
            queries = cr.sql_log_count - start
        self.env.invalidate_all()
        return queries

    def due_again(self, pickings):
        pickings.track_next = fields.Datetime.now() - timedelta(minutes=1)

    def test_delivered(self):
        picking = self.sent("A1")
        self.say("A1", types.IN_TRANSIT)
        self.run_job()
        self.assertEqual((picking.parcel_state, picking.delivery_state), ("in_transit",) * 2)
        self.assertGreater(picking.track_next, fields.Datetime.now() + timedelta(hours=3))
        self.run_job()
        self.assertEqual(len(self.told.asked), 1, "asked again before its time")
        self.due_again(picking)
        self.say("A1", types.DELIVERED, datetime(2026, 3, 18, 10, 2), "Zugestellt")
        self.run_job()
        self.assertEqual(picking.delivery_state, "customer_delivered")
        self.assertEqual(picking.date_delivered, datetime(2026, 3, 18, 9, 2))
        self.assertEqual(picking.tracking_state, "Zugestellt")
        self.assertEqual(picking.tracking_state_history, "2026-03-18 10:02 Bonn Zugestellt")
        self.assertFalse(picking.track_next)

    def test_all_parcels_of_a_delivery(self):
        picking = self.sent("A1,A2")
        self.say("A1", types.DELIVERED)
        self.run_job()
        self.assertFalse(picking.parcel_state, "of the other nothing is known")
        for state, shown in (
            (types.IN_TRANSIT, "in_transit"),
            (types.DELIVERED, "delivered"),
        ):
            self.due_again(picking)
            self.say("A2", state)
            self.run_job()
            self.assertEqual(picking.parcel_state, shown)

    def test_problems_are_told_once_to_who_is_responsible(self):
        picking = self.sent("A1")
        for _again in range(2):
            self.say("A1", types.EXCEPTION, text="Anschrift nicht gefunden")
            self.due_again(picking)
            self.run_job()
        self.assertEqual(picking.activity_ids.user_id, self.seller)
        self.assertEqual(len(picking.activity_ids), 1)
        self.assertIn("Anschrift nicht gefunden", picking.activity_ids.note)
        self.assertEqual(picking.delivery_state, "incident")
        self.say("A1", types.RETURNED)
        self.due_again(picking)
        self.run_job()
        self.assertEqual(picking.delivery_state, "warehouse_delivered")
        self.assertFalse(picking.date_delivered)
        self.assertEqual(len(picking.activity_ids), 1, "the first one is over")
        gone = picking.activity_ids.with_context(active_test=False).search(
            [("res_model", "=", picking._name), ("res_id", "=", picking.id)]
        )
        self.assertEqual(len(gone), 2)

    def test_activities_of_people_stay(self):
        picking = self.sent("A1")
        self.say("A1", types.EXCEPTION)
        self.run_job()
        (ours,) = picking.activity_ids
        own = picking.activity_schedule("mail.mail_activity_data_todo", user_id=self.seller.id)
        by_hand = ours.copy({"automated": False})
        self.say("A1", types.IN_TRANSIT)
        self.due_again(picking)
        self.run_job()
        self.assertEqual(picking.activity_ids, own | by_hand)
        self.assertFalse(ours.active)

    def test_nobody_responsible(self):
        picking = self.sent("A1")
        picking.user_id = False
        kind = self.env.ref("carrier_labels.activity_type_parcel")
        kind.default_user_id = self.seller
        self.say("A1", types.RETURNED)
        self.run_job()
        self.assertEqual(picking.activity_ids.user_id, self.seller)

    def test_cancelled_shipment_leaves_nothing_of_its_parcel(self):
        picking = self.sent("A1")
        self.say("A1", types.EXCEPTION)
        self.run_job()
        self.assertTrue(picking.activity_ids)
        picking.cancel_shipment()
        self.assertFalse(picking.activity_ids)
        self.assertFalse(picking.parcel_state or picking.tracking_state or picking.track_next)

    def test_not_picked_up(self):
        picking = self.sent("A1")
        self.say("A1", types.PICKUP_READY, datetime.now() - timedelta(days=4))
        self.run_job()
        self.assertFalse(picking.activity_ids)
        picking.parcel_since -= timedelta(days=2)
        for _again in range(2):
            self.due_again(picking)
            self.run_job()
            self.assertEqual(len(picking.activity_ids), 1)
        self.say("A1", types.DELIVERED)
        self.due_again(picking)
        self.run_job()
        self.assertFalse(picking.activity_ids)

    def test_failures_stop_no_others(self):
        other = self.make_carrier(self.make_account(self.dhl.url, name="DHL 2"))
        pickings = self.sent(*(f"A{index}" for index in range(25)))
        theirs = self.sent("B1", carrier=other)
        for number in ("A24", "B1"):
            self.say(number, types.DELIVERED)
        self.told.error["A0"] = CarrierBusy("Busy", retry_after=7200)
        self.run_job()
        self.assertEqual(pickings[24].parcel_state, "delivered")
        self.assertEqual(theirs.parcel_state, "delivered")
        self.assertEqual(set(pickings[:20].mapped("track_error")), {"Busy"})
        self.assertGreater(pickings[0].track_next, fields.Datetime.now() + timedelta(minutes=115))
        self.assertFalse(any(pickings[20:].mapped("track_error")))
        self.assertEqual([len(asked) for asked in self.told.asked], [20, 5, 1])

    def test_without_access_nobody_asks_on(self):
        pickings = self.sent(*(f"A{index}" for index in range(45)))
        self.told.error["A0"] = CarrierRefused("No", code="access")
        self.run_job()
        self.assertEqual(len(self.told.asked), 1)
        self.assertEqual(set(pickings.mapped("track_error")), {"No"})

    def test_given_up(self):
        picking = self.sent("A1", days=100)
        self.say("A1", types.IN_TRANSIT)
        self.run_job()
        self.assertEqual(picking.delivery_state, "no_update")
        self.assertFalse(picking.track_next)

    def test_core_button_as_warehouse_user(self):
        picking = self.sent("A1")
        self.say("A1", types.DELIVERED)
        picking.with_user(self.seller).tracking_state_update()
        self.assertEqual(picking.parcel_state, "delivered")

    def test_queries(self):
        """Constant for a set: unchanged, changed, with activities and without them again."""
        self.sent(*(f"A{index}" for index in range(20)))
        pickings = self.env["stock.picking"].search([("track_next", "!=", False)])

        days = itertools.count(1)

        def run(number, state):
            day = next(days)
            for index, picking in enumerate(pickings[:number]):
                time = datetime(2026, 3, day, index)
                self.say(picking.carrier_tracking_ref, state, time, f"Text {index} {day}")
            self.due_again(pickings[:number])
            return self.run_job()

        for warm in (types.EXCEPTION, types.DELIVERED, types.IN_TRANSIT):
            run(20, warm)
        for state in (types.IN_TRANSIT, types.EXCEPTION, types.OUT_FOR_DELIVERY, types.DELIVERED):
            counts = []
            for number in (2, 20):
                counts.append(run(number, state))
                run(20, types.IN_TRANSIT)
            self.assertEqual(*counts, state)
