# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from unittest.mock import patch

from odoo.exceptions import UserError

from ..models import stock_picking
from .common import LabelCase


class TestBuying(LabelCase):
    """One label for each delivery, whatever happens to the answer or to the transaction."""

    def test_ahead_then_validated(self):
        picking = self.picking()
        self.assertEqual(picking.label_state, "none")
        self.assertEqual(picking.action_buy_labels(), {picking.id: False})
        label = self.label(picking)
        self.assertEqual((label.state, picking.label_state), ("bought", "bought"))
        self.assertTrue(label.ahead)
        self.assertEqual(picking.carrier_tracking_ref, False)
        self.ship(picking)
        self.assertEqual(picking.state, "done")
        self.assertEqual(picking.carrier_tracking_ref, label.numbers)
        self.assertEqual(picking.label_state, "used")
        self.assertEqual(self.dhl.store.requests.count("buy"), 1)
        self.assertEqual(picking.delivery_state, "shipping_recorded_in_carrier")
        self.assertEqual(picking.carrier_price, 4.99)
        self.assertEqual(len(picking._get_label_attachments()), 1)

    def test_many_ahead_in_sets(self):
        pickings = self.env["stock.picking"].union(*(self.picking() for _number in range(5)))
        with patch.object(stock_picking, "BOUGHT_TOGETHER", 2):
            self.assertEqual(pickings.action_buy_labels(), dict.fromkeys(pickings.ids, False))
        self.assertEqual(self.dhl.store.requests.count("buy"), 3)
        self.assertEqual(len(self.dhl.store.living()), 5)

    def test_ahead_where_core_would_not_ask(self):
        picking = self.picking()
        picking.picking_type_id.print_label = False
        self.ship(picking)
        self.assertFalse(picking.carrier_tracking_ref or self.dhl.store.shipments)
        picking = self.picking()
        picking.action_buy_labels()
        self.env.invalidate_all()
        picking.picking_type_id.print_label = False
        self.ship(picking)
        self.assertEqual(picking.carrier_tracking_ref, self.label(picking).numbers)

    def test_what_has_gone_gets_no_other_label(self):
        picking = self.picking()
        self.ship(picking)
        label = self.label(picking)
        self.reconcile()
        self.customer.street = "Lindenstraße 14"
        self.assertEqual(picking.action_buy_labels(), {picking.id: False})
        picking.carrier_tracking_ref = False
        self.assertTrue(picking.action_buy_labels()[picking.id])
        self.assertIn(label.numbers, picking._obtain_labels()[picking.id])
        self.reconcile()
        self.assertEqual((label.state, len(self.dhl.store.living())), ("used", 1))

    def test_bought_while_validating(self):
        picking = self.picking()
        self.ship(picking)
        label = self.label(picking)
        self.assertEqual(picking.carrier_tracking_ref, label.numbers)
        self.assertFalse(label.ahead)
        self.assertEqual(list(self.dhl.store.living()), [label.reference])
        self.assertIn(picking.name, label.reference)
        self.assertTrue(8 <= len(label.reference) <= 35)

    def test_a_set_is_one_request(self):
        pickings = self.env["stock.picking"].union(*(self.picking() for _number in range(4)))
        self.assertEqual(set(pickings.action_buy_labels().values()), {False})
        self.assertEqual(self.dhl.store.requests.count("buy"), 1)
        self.assertEqual(len(self.dhl.store.shipments), 4)
        # Once more: everybody has one.
        self.assertEqual(set(pickings.action_buy_labels().values()), {False})
        self.assertEqual(len(self.dhl.store.shipments), 4)

    def test_failed_after_the_purchase_and_tried_again(self):
        picking = self.picking()
        self.fail_after_purchase(picking)
        self.assertFalse(picking.carrier_tracking_ref)
        self.assertEqual(self.label(picking).state, "bought")
        picking.send_to_shipper()
        self.assertEqual(len(self.dhl.store.shipments), 1)
        self.assertEqual(picking.carrier_tracking_ref, self.label(picking).numbers)

    def test_changed_meanwhile_is_bought_anew_and_the_old_one_given_back(self):
        picking = self.picking()
        picking.action_buy_labels()
        first = self.label(picking)
        self.customer.street = "Lindenstraße 13"
        picking.action_buy_labels()
        second = self.label(picking)
        self.assertEqual((first.state, second.state), ("unwanted", "bought"))
        self.reconcile()
        self.assertEqual(first.state, "voided")
        self.assertEqual(list(self.dhl.store.living()), [second.reference])

    def test_lost_answer_is_a_decision(self):
        picking = self.picking()
        self.dhl.store.add_faults("drop_after", operation="buy")
        told = picking.action_buy_labels()[picking.id]
        label = self.label(picking)
        self.assertEqual((label.state, picking.label_state), ("uncertain", "uncertain"))
        self.assertIn(label.reference, told)
        # Nobody buys it again, neither now nor later.
        self.assertIn(label.reference, picking.action_buy_labels()[picking.id])
        with self.assertRaises(UserError):
            self.ship(picking)
        self.reconcile()
        self.assertEqual(self.dhl.store.requests.count("buy"), 1)
        self.assertEqual(label.state, "uncertain")

    def test_decided_there_is_one(self):
        picking = self.picking()
        self.dhl.store.add_faults("drop_after", operation="buy")
        picking.action_buy_labels()
        self.env.invalidate_all()
        label = self.label(picking)
        ((number,),) = self.dhl.store.living().values()
        action = picking.action_decide_label()
        wizard = self.env["carrier.label.decide"].with_context(**action["context"]).create({})
        wizard.write({"found": "yes", "numbers": "00340000000000000000"})
        with self.assertRaises(UserError):
            wizard.action_decide()
        wizard.numbers = f" {number} "
        wizard.action_decide()
        self.env.invalidate_all()
        self.assertEqual((label.state, label.numbers), ("bought", number))
        self.ship(picking)
        self.assertEqual(picking.carrier_tracking_ref, number)
        self.assertEqual(len(picking._get_label_attachments()), 1)
        with self.assertRaises(UserError):
            wizard.action_decide()

    def test_decided_there_is_none(self):
        picking = self.picking()
        self.dhl.store.add_faults("drop", operation="buy")
        picking.action_buy_labels()
        label = self.label(picking)
        wizard = self.env["carrier.label.decide"].create({"label_id": label.id})
        with self.assertRaises(UserError):
            wizard.action_decide()
        wizard.found = "no"
        wizard.action_decide()
        self.assertEqual(picking.action_buy_labels(), {picking.id: False})
        self.assertEqual(len(self.dhl.store.shipments), 1)

    def test_nothing_bought_can_be_tried_again(self):
        for fault in ({"kind": "status", "status": 429}, {"kind": "refuse", "positions": [0]}):
            picking = self.picking()
            self.dhl.store.add_faults(operation="buy", **fault)
            self.assertTrue(picking.action_buy_labels()[picking.id])
            self.assertEqual(self.label(picking).state, "refused")
            self.assertEqual(picking.label_state, "refused")
            self.assertTrue(picking.label_error)
            self.assertEqual(picking.action_buy_labels(), {picking.id: False})
            self.assertEqual(picking.carrier_label_ids.mapped("state"), ["bought", "refused"])

    def test_207_some(self):
        pickings = self.env["stock.picking"].union(*(self.picking() for _number in range(3)))
        self.dhl.store.add_faults("refuse", operation="buy", positions=[1])
        told = pickings.action_buy_labels()
        self.assertEqual([bool(told[picking.id]) for picking in pickings], [False, True, False])
        self.assertEqual(pickings.mapped("label_state"), ["bought", "refused", "bought"])

    def test_some_parcels_only(self):
        picking = self.picking(quantity=2)
        self.pack(picking)
        self.dhl.store.add_faults("refuse", operation="buy", positions=[1])
        self.assertTrue(picking.action_buy_labels()[picking.id])
        self.assertEqual(self.label(picking).state, "unwanted")
        self.assertEqual(picking.label_state, "refused")
        self.reconcile()
        self.assertEqual(self.dhl.store.living(), {})
        self.assertEqual(picking.action_buy_labels(), {picking.id: False})
        self.ship(picking)
        self.assertEqual(len(picking.carrier_tracking_ref.split(",")), 2)
        self.assertEqual(picking.carrier_price, 2 * 4.99)

    def pack(self, picking):
        """Each piece in a package of its own."""
        line = picking.move_line_ids
        line.quantity = 1
        line.result_package_id = self.env["stock.package"].create({"name": f"P1-{picking.id}"})
        other = line.copy({"quantity": 1})
        other.result_package_id = self.env["stock.package"].create({"name": f"P2-{picking.id}"})

    def test_what_is_wrong_is_found_before_anything_is_bought(self):
        picking = self.picking(customer=self.make_customer())
        picking.partner_id.street = "Lindenstraße"
        self.assertTrue(picking.action_buy_labels()[picking.id])
        self.assertEqual(self.dhl.store.requests.count("buy"), 0)
        self.assertFalse(picking.carrier_label_ids)

    def test_dry_run(self):
        good, bad = self.picking(), self.picking(customer=self.make_customer(zip="99999"))
        told = (good | bad).action_check_labels()
        self.assertFalse(told[good.id])
        self.assertIn("leitcodiert", told[bad.id])
        self.assertFalse(self.dhl.store.shipments or (good | bad).carrier_label_ids)

    def test_cancelled_shipment_is_given_back_after_the_commit(self):
        picking = self.picking()
        self.ship(picking)
        label = self.label(picking)
        self.reconcile()
        self.assertEqual(label.state, "used")
        picking.cancel_shipment()
        self.assertEqual(len(self.dhl.store.living()), 1)
        self.assertFalse(picking.carrier_tracking_ref)
        self.reconcile()
        self.assertEqual(label.state, "voided")
        self.assertEqual(self.dhl.store.living(), {})
        picking.send_to_shipper()
        self.assertEqual(len(self.dhl.store.living()), 1)

    def test_search(self):
        missing, bought, used = (self.picking() for _number in range(3))
        (bought | used).action_buy_labels()
        self.env.invalidate_all()
        self.ship(used)
        self.env.flush_all()
        found = {
            state: self.env["stock.picking"].search(
                [("label_state", "=", state), ("id", "in", (missing | bought | used).ids)]
            )
            for state in ("none", "bought", "used")
        }
        self.assertEqual(found, {"none": missing, "bought": bought, "used": used})
        self.assertIn(missing, self.env["stock.picking"].search([("label_provider", "=", True)]))

    def test_queries_do_not_grow(self):
        def bought(count):
            pickings = self.env["stock.picking"].union(*(self.picking() for _n in range(count)))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(set(pickings.action_buy_labels().values()), {False})
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        bought(1)
        few, many = bought(2), bought(12)
        self.assertLessEqual((many - few) / 10, 1, (few, many))
