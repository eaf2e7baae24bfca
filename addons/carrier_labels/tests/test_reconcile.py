# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from unittest.mock import patch

from .common import LabelCase


class TestReconcile(LabelCase):
    """What is not used is given back; what nobody knows is never guessed."""

    def bought(self, **values):
        picking = self.picking(**values)
        picking.action_buy_labels()
        return picking, self.label(picking)

    def die(self, work):
        """Do something until it ends early. Not with assertRaises, whose savepoint would take
        back what was committed by then.
        """
        try:
            work()
        except KeyboardInterrupt:
            return
        self.fail("it did not end early")

    def test_kept_as_long_as_it_may_be_used(self):
        picking, label = self.bought()
        self.age(label, 23)
        self.reconcile()
        self.assertEqual(label.state, "bought")
        self.age(label, 2)
        self.reconcile()
        self.assertEqual(label.state, "voided")
        self.assertEqual(self.dhl.store.living(), {})
        self.assertEqual(picking.label_state, "none")

    def test_of_a_transaction_that_failed_it_is_kept_for_a_retry_only(self):
        picking = self.picking()
        self.fail_after_purchase(picking)
        label = self.label(picking)
        self.reconcile()
        self.assertEqual(label.state, "bought")
        self.age(label, 0.6)
        self.reconcile()
        self.assertEqual(label.state, "voided")

    def test_deliveries_that_do_not_come(self):
        picking, label = self.bought()
        picking.action_cancel()
        self.age(label, 0.1)
        self.reconcile()
        self.assertEqual(label.state, "voided")
        _picking, label = self.bought()
        self.env.flush_all()
        self.env.cr.execute("UPDATE carrier_label SET res_id = 2147483647 WHERE id = %s", label.ids)
        self.age(label, 0.1)
        self.reconcile()
        self.assertEqual(label.state, "voided")

    def test_went_with_another_number(self):
        picking, label = self.bought()
        picking.carrier_tracking_ref = "by hand"
        self.ship(picking)
        self.age(label, 0.1)
        self.reconcile()
        self.assertEqual(label.state, "voided")

    def test_used_labels_stay(self):
        picking, label = self.bought()
        self.ship(picking)
        self.age(label, 100)
        self.reconcile()
        self.assertEqual(label.state, "used")
        self.assertEqual(len(self.dhl.store.living()), 1)

    def test_a_dead_worker_is_a_decision(self):
        picking = self.picking()
        labels = self.env["carrier.label"]
        with patch.object(type(labels), "_store_safely", side_effect=KeyboardInterrupt):
            self.die(picking._obtain_labels)
        label = self.label(picking)
        self.assertEqual(label.state, "asked")
        self.reconcile()
        self.assertEqual(label.state, "uncertain")

    def test_void_is_tried_again(self):
        picking, label = self.bought()
        label.sudo()._disown("not wanted")
        for count in range(1, 4):
            self.dhl.store.add_faults("status", operation="delete", status=500)
            self.reconcile()
            self.assertEqual((label.state, label.void_tries), ("unwanted", count))
            self.assertTrue(label.void_error)
        self.reconcile()
        self.assertEqual(label.state, "voided")
        self.assertFalse(label.void_error)
        self.assertEqual(picking.label_state, "none")

    def test_a_void_nobody_heard_of(self):
        _picking, label = self.bought()
        label.sudo()._disown("not wanted")
        with patch.object(type(label), "_note_void", side_effect=KeyboardInterrupt):
            self.die(self.reconcile)
        self.env.invalidate_all()
        self.assertEqual((label.state, self.dhl.store.living()), ("unwanted", {}))
        self.reconcile()
        self.assertEqual(label.state, "voided")

    def test_a_void_whose_answer_is_lost(self):
        _picking, label = self.bought()
        label.sudo()._disown("not wanted")
        self.dhl.store.add_faults("status_after", operation="delete", status=500)
        self.reconcile()
        self.assertEqual((label.state, self.dhl.store.living()), ("unwanted", {}))
        self.dhl.store.add_faults("status", operation="delete", status=429)
        self.reconcile()
        self.assertEqual(label.state, "unwanted")
        self.reconcile()
        self.assertEqual(label.state, "voided")

    def test_what_dhl_no_longer_knows_is_shown(self):
        _picking, label = self.bought()
        self.dhl.store.close(label.numbers)
        label.sudo()._disown("not wanted")
        self.reconcile()
        self.assertEqual(label.state, "unwanted")
        self.assertIn("Tagesabschluss", label.void_error)
        for _count in range(9):
            self.reconcile()
        self.assertEqual(label.void_tries, 5)

    def test_by_hand(self):
        _picking, label = self.bought()
        label.action_void()
        self.env.invalidate_all()
        self.assertEqual((label.state, self.dhl.store.living()), ("voided", {}))

    def test_the_list_of_the_day(self):
        pickings = self.env["stock.picking"].union(*(self.picking() for _number in range(3)))
        for picking in pickings[:2]:
            self.ship(picking)
        pickings[2].action_buy_labels()
        self.env.flush_all()
        action = self.account.action_close_day()
        manifest = self.env["carrier.manifest"].browse(action["res_id"])
        self.env.invalidate_all()
        self.assertEqual(manifest.parcels, 2)
        self.assertEqual(len(manifest.document_ids), 1)
        self.assertFalse(manifest.error)
        states = [row["state"] for row in self.dhl.store.shipments.values()]
        self.assertEqual(sorted(states), ["closed", "closed", "open"])
        self.assertNotIn("res_id", self.account.action_close_day())
        self.ship(pickings[2])
        self.account.closes_day = True
        self.env.flush_all()
        self.dhl.store.add_faults("status", operation="close", status=500)
        self.env["carrier.label.account"]._cron_close_day()
        failed = self.env["carrier.manifest"].search([("account_id", "=", self.account.id)])[0]
        self.assertTrue(failed.error)
        self.env["carrier.label.account"]._cron_close_day()
        self.env.invalidate_all()
        self.assertEqual(sum(failed.search([("error", "=", False)]).mapped("parcels")), 3)
