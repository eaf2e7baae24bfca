# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from unittest.mock import patch

from odoo.exceptions import UserError

from tests.sandbox.shopify import fulfilment
from tests.sandbox.shopify.stock import MAIN, SECOND

from ..channels.base.errors import TransientError
from ..channels.shopify.outgoing import ShopifyOutgoing
from .outgoing import OutgoingCase


class TestShipmentsOut(OutgoingCase):
    def sent(self, name):
        """Live fulfilments of an order at the stand-in: pieces by SKU, and numbers."""
        return [
            (
                {row["lineItem"]["sku"]: pieces for _fo, row, pieces in node["pieces"]},
                [info["number"] for info in node["trackingInfo"]],
            )
            for node in self.theirs(name).get("fulfillments", [])
            if node["status"] == "SUCCESS"
        ]

    def made(self, name="fulfillmentCreate"):
        return [row for row in self.store.effects if row["mutation"] == name]

    def test_shipment_with_tracking(self):
        order = self.confirm("#1001")
        self.ship(order.picking_ids, tracking="0034043")
        intent = self.intents("fulfilment", order)
        self.assertEqual((len(intent), intent.state, intent.attempts), (1, "waiting", 0))
        self.send()
        self.assertEqual(intent.state, "done", intent.error)
        self.assertEqual(self.sent("#1001"), [({"HON-500": 2, "HON-250W": 1}, ["0034043"])])
        node = self.theirs("#1001")["fulfillments"][0]
        self.assertEqual(node["trackingInfo"][0]["company"], "DHL")
        self.assertEqual(intent.external_id, node["id"])
        self.assertEqual(self.theirs("#1001")["displayFulfillmentStatus"], "FULFILLED")
        self.send()
        self.assertEqual(len(self.made()), 1)

    def test_partial_and_the_rest(self):
        order = self.confirm("#1002")
        first = self.ship(order.picking_ids, {self.products["HON-500"]: 2}, "A")
        self.send()
        rest = order.picking_ids - first
        self.assertEqual(len(rest), 1)
        self.ship(rest, tracking="B")
        self.send()
        self.assertEqual(
            self.sent("#1002"),
            [({"HON-500": 2}, ["A"]), ({"HON-500": 1, "KER-1": 1, "LIP-1": 2}, ["B"])],
        )

    def test_parcel_by_parcel(self):
        """Two packages with a number each are two shipments with their own pieces."""
        order = self.confirm("#1002")
        picking = order.picking_ids
        picking.action_assign()
        for line in picking.move_line_ids:
            package = "P1" if line.product_id == self.products["HON-500"] else "P2"
            line.result_package_id = self.env["stock.package"].search(
                [("name", "=", package)]
            ) or self.env["stock.package"].create({"name": package})
        self.ship(picking, tracking="N1,N2")
        self.assertEqual(len(self.intents("fulfilment", order)), 2)
        self.send()
        self.assertEqual(
            self.sent("#1002"), [({"HON-500": 3}, ["N1"]), ({"KER-1": 1, "LIP-1": 2}, ["N2"])]
        )

    def test_several_numbers_without_packages(self):
        order = self.confirm("#1001")
        self.ship(order.picking_ids, tracking="N1, N2")
        self.send()
        self.assertEqual(self.sent("#1001"), [({"HON-500": 2, "HON-250W": 1}, ["N1", "N2"])])

    def test_custom_item_leaves_with_the_goods(self):
        """What the shop wants shipped and is no product here is told with the last parcel."""
        order = self.confirm("#1002")
        line = order.order_line.filtered(lambda li: li.channel_line_kind == "goods")[-1]
        line.write({"channel_line_kind": "custom"})
        line.product_id.is_storable = False
        line.product_id.type = "service"
        self.assertEqual(order._get_delivered(line), 0)

    def test_tracking_before_it_was_sent(self):
        order = self.confirm("#1001")
        picking = self.ship(order.picking_ids)
        picking.carrier_tracking_ref = "LATE"
        self.assertFalse(self.intents("tracking", order))
        self.send()
        self.assertEqual(self.sent("#1001")[0][1], ["LATE"])

    def test_tracking_after_it_was_sent(self):
        order = self.confirm("#1001")
        picking = self.ship(order.picking_ids)
        self.send()
        self.assertEqual(self.sent("#1001")[0][1], [])
        picking.carrier_tracking_ref = "ONE"
        picking.carrier_tracking_ref = "TWO"
        intents = self.intents("tracking", order)
        self.assertEqual(intents.mapped("state"), ["obsolete", "waiting"])
        self.send("tracking")
        self.assertEqual(self.sent("#1001")[0][1], ["TWO"])
        self.assertEqual(intents.mapped("state"), ["obsolete", "done"])
        picking.carrier_tracking_ref = "TWO"
        self.assertEqual(self.intents("tracking", order), intents)
        self.assertEqual(len(self.made("fulfillmentTrackingInfoUpdate")), 1)

    def test_tracking_waits_for_its_shipment(self):
        """As long as nobody knows whether the shipment was told, its number waits."""
        order = self.confirm("#1001")
        picking = self.ship(order.picking_ids)
        self.store.add_faults("drop_after", operation="FulfillmentCreate")
        self.send()
        picking.carrier_tracking_ref = "ONE"
        tracking = self.intents("tracking", order)
        self.send("tracking")
        self.assertEqual(tracking.state, "waiting")
        self.assertIn("not known", tracking.error)
        self.intents("fulfilment", order).action_retry()
        self.send()
        tracking.action_retry()
        self.send("tracking")
        self.assertEqual(tracking.state, "done")
        self.assertEqual(self.sent("#1001")[0][1], ["ONE"])

    def test_answer_lost(self):
        """The work was done, the answer was not heard: it is found, not done again."""
        for kind in ("drop_after", "half_after", "status_after"):
            with self.subTest(kind=kind):
                name = {"drop_after": "#1001", "half_after": "#1002", "status_after": "#1003"}[kind]
                order = self.confirm(name)
                self.ship(order.picking_ids, tracking="N")
                self.store.add_faults(kind, operation="FulfillmentCreate")
                self.send()
                intent = self.intents("fulfilment", order)
                self.assertEqual(intent.state, "sending")
                self.assertTrue(intent.error)
                self.assertTrue(intent.next_try)
                self.send()
                self.assertEqual(intent.attempts, 1, "not before its time")
                intent.next_try = False
                self.send()
                self.assertEqual(intent.state, "done", intent.error)
                self.assertEqual(len(self.sent(name)), 1)

    def test_request_lost(self):
        """The request did not arrive: it is sent again."""
        order = self.confirm("#1001")
        self.ship(order.picking_ids, tracking="N")
        self.store.add_faults("drop", operation="FulfillmentCreate")
        self.send()
        intent = self.intents("fulfilment", order)
        self.assertEqual((intent.state, len(self.sent("#1001"))), ("sending", 0))
        intent.action_retry()
        self.send()
        self.assertEqual((intent.state, len(self.sent("#1001"))), ("done", 1))

    def test_equal_parcels_are_told_apart(self):
        """After a lost answer, an older shipment of the same pieces is not taken for ours."""
        order = self.confirm("#1003")
        first = self.ship(order.picking_ids, {self.products["HON-500"]: 1})
        self.send()
        self.ship(order.picking_ids - first, {self.products["HON-500"]: 1})
        self.store.add_faults("drop", operation="FulfillmentCreate")
        self.send()
        second = self.intents("fulfilment", order)[1]
        self.assertEqual(second.state, "sending")
        second.action_retry()
        self.send()
        self.assertEqual(second.state, "done")
        self.assertEqual([pieces for pieces, _n in self.sent("#1003")], [{"HON-500": 1}] * 2)

    def test_hold_of_others_is_respected(self):
        order = self.confirm("#1001")
        (node,) = fulfilment.ensure(self.store, self.theirs("#1001"))
        fulfilment.hold(self.store, node["id"], {"reason": "HIGH_RISK_OF_FRAUD"})
        node["fulfillmentHolds"][0]["heldByRequestingApp"] = False
        self.ship(order.picking_ids)
        self.send()
        intent = self.intents("fulfilment", order)
        self.assertEqual(intent.state, "waiting")
        self.assertIn("HIGH_RISK_OF_FRAUD", intent.error)
        self.assertFalse(self.sent("#1001"))
        fulfilment.release(self.store, node["id"])
        intent.action_retry()
        self.send()
        self.assertEqual((intent.state, len(self.sent("#1001"))), ("done", 1))

    def test_own_hold_is_released(self):
        order = self.confirm("#1001")
        (node,) = fulfilment.ensure(self.store, self.theirs("#1001"))
        fulfilment.hold(self.store, node["id"], {"reason": "OTHER"})
        self.ship(order.picking_ids)
        self.send()
        self.assertEqual(self.intents("fulfilment", order).state, "done")
        self.assertEqual(len(self.sent("#1001")), 1)

    def test_expected_from_another_place(self):
        """The channel expects the goods from elsewhere: they are moved to where they left."""
        order = self.confirm("#1001")
        (node,) = fulfilment.ensure(self.store, self.theirs("#1001"))
        fulfilment.move(self.store, node["id"], SECOND)
        self.ship(order.picking_ids)
        self.send()
        self.assertEqual(self.intents("fulfilment", order).state, "done")
        places = {row["place"] for row in self.theirs("#1001")["fulfillments"]}
        self.assertEqual(places, {MAIN})

    def test_split_over_two_places_that_cannot_move(self):
        """One request for each place, where nothing can be moved."""
        order = self.confirm("#1001")
        (node,) = fulfilment.ensure(self.store, self.theirs("#1001"))
        line = node["lineItems"][0]
        fulfilment.move(self.store, node["id"], SECOND, [{"id": line["id"], "quantity": 1}])
        self.ship(order.picking_ids)
        with patch.object(fulfilment, "supported_actions", self.only_send):
            self.patch_computed()
            self.send()
        intent = self.intents("fulfilment", order)
        self.assertEqual(intent.state, "done", intent.error)
        self.assertEqual(len(self.sent("#1001")), 2)
        self.assertEqual(len(intent.external_id.split(",")), 2)

    @staticmethod
    def only_send(_store, _node):
        return [{"action": "CREATE_FULFILLMENT"}]

    def patch_computed(self):
        from tests.sandbox.shopify import execution

        key = ("FulfillmentOrder", "supportedActions")
        computed = patch.dict(execution.COMPUTED, {key: self.only_send})
        computed.start()
        self.addCleanup(computed.stop)

    def test_already_sent_in_the_channel(self):
        order = self.confirm("#1001")
        (node,) = fulfilment.ensure(self.store, self.theirs("#1001"))
        entry = {"fulfillmentOrderId": node["id"]}
        fulfilment.create(self.store, {"lineItemsByFulfillmentOrder": [entry]})
        self.ship(order.picking_ids)
        self.send()
        intent = self.intents("fulfilment", order)
        self.assertEqual(intent.state, "done")
        self.assertIn("3", intent.error)
        self.assertEqual(len(self.sent("#1001")), 1)

    def test_cancelled_in_the_channel(self):
        order = self.confirm("#1001")
        self.ship(order.picking_ids)
        self.theirs("#1001")["cancelledAt"] = "2026-11-20T10:00:00Z"
        self.send()
        intent = self.intents("fulfilment", order)
        self.assertEqual(intent.state, "failed")
        self.assertIn("cancelled", intent.error)
        intent.action_drop()
        self.assertEqual(intent.state, "obsolete")

    def test_returned_and_sent_again(self):
        """What came back and leaves again is no second shipment of the same pieces."""
        order = self.confirm("#1004")
        picking = self.ship(order.picking_ids)
        self.send()
        wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
        wizard.product_return_moves.write({"quantity": 1, "to_refund": True})
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.write({"quantity": 1, "picked": True})
        back.button_validate()
        self.assertEqual(order.order_line.filtered("channel_line_id")[0].qty_delivered, 0)
        self.assertEqual(len(self.intents("fulfilment", order)), 1)

    def test_channel_is_not_told(self):
        self.channel.report_shipments = False
        order = self.confirm("#1001")
        self.ship(order.picking_ids)
        self.assertFalse(self.intents("fulfilment"))

    def test_other_orders_are_not_touched(self):
        sale = self.env["sale.order"].create(
            {
                "partner_id": self.make_customer("Shop").id,
                "order_line": [(0, 0, {"product_id": self.products["KER-1"].id})],
            }
        )
        sale.action_confirm()
        self.ship(sale.picking_ids)
        self.assertFalse(self.intents("fulfilment"))

    def test_warehouse_worker_ships(self):
        """Whoever packs knows nothing of channels."""
        worker = self.new_user("ch_worker", "stock.group_stock_user")
        order = self.confirm("#1001")
        picking = order.picking_ids.with_user(worker)
        picking.action_assign()
        picking.move_ids.picked = True
        picking.carrier_tracking_ref = "N"
        picking.button_validate()
        self.assertEqual(picking.state, "done")
        self.send()
        self.assertEqual(self.sent("#1001")[0][1], ["N"])

    def test_one_failure_stops_nobody(self):
        """An order the channel refuses does not hold up the next one."""
        first, second = self.confirm("#1001"), self.confirm("#1004")
        self.ship(first.picking_ids)
        self.ship(second.picking_ids)
        first.channel_order_id.external_id = "gid://shopify/Order/404"
        self.send()
        self.assertEqual(self.intents("fulfilment", first).state, "failed")
        self.assertEqual(self.intents("fulfilment", second).state, "done")
        self.assertEqual(self.channel.outgoing_problem_count, 1)
        self.assertEqual(self.channel.health, "bad")

    def test_channel_down(self):
        """Nobody asks a dead channel for every order; it is tried again later."""
        orders = self.confirm("#1001") | self.confirm("#1004")
        for picking in orders.picking_ids:
            self.ship(picking)
        asked = []

        def down(_adapter, order_id):
            asked.append(order_id)
            raise TransientError("down", "server")

        with patch.object(ShopifyOutgoing, "shipping_state", down):
            self.send()
        self.assertEqual(len(asked), 1)
        self.assertEqual(self.intents("fulfilment").mapped("state"), ["waiting", "waiting"])
        self.assertEqual(self.channel.outgoing_problem_count, 1)

    def test_sent_is_not_deleted(self):
        order = self.confirm("#1001")
        self.ship(order.picking_ids)
        self.send()
        with self.assertRaises(UserError):
            self.intents("fulfilment").unlink()
        with self.assertRaises(UserError):
            self.intents("fulfilment").action_drop()
