# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError

from tests.sandbox.shopify import fulfilment, refunds

from .outgoing import OutgoingCase


class TestRefundsOut(OutgoingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_clearing()

    def credit(self, order, quantities=None):
        """A posted credit note for an order, or for some pieces of its products."""
        invoice = order.invoice_ids.filtered(lambda move: move.move_type == "out_invoice")
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
        )
        note = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        if quantities is not None:
            for line in note.invoice_line_ids:
                line.quantity = quantities.get(line.product_id, 0)
        note.action_post()
        return note

    def give_back(self, note, **options):
        wizard = self.env["sales.channel.refund.send"].create({"move_id": note.id, **options})
        wizard.action_confirm()
        return self.intents("refund")

    def send_during(self, fault):
        """Send while requests for refunds get no answer."""
        self.store.add_faults(fault, count=5, operation="RefundCreate")
        with patch("time.sleep"):
            self.channel._send_intents("refund")
        self.store.faults.clear()

    def refunds(self, name):
        return self.theirs(name)["refunds"]

    def billed(self, name, ship=True):
        order = self.confirm(name)
        if ship:
            self.ship(order.picking_ids)
            self.channel._send_intents("fulfilment")
        self.invoice(order)
        return order

    def test_whole_order(self):
        order = self.billed("#1001")
        note = self.credit(order)
        self.assertEqual(note.channel_refund_state, "sendable")
        action = note.action_refund_in_channel()
        self.assertEqual(action["context"]["default_move_id"], note.id)
        intent = self.give_back(note)
        note.invalidate_recordset(["channel_refund_state"])
        self.assertEqual(note.channel_refund_state, "sent")
        self.channel._send_intents("refund")
        self.assertEqual(intent.state, "done", intent.error)
        (refund,) = self.refunds("#1001")
        amount = refund["totalRefundedSet"]["shopMoney"]["amount"]
        self.assertEqual(amount, f"{note.amount_total:.2f}")
        self.assertEqual({row["restockType"] for row in refund["refundLineItems"]}, {"NO_RESTOCK"})
        note.invalidate_recordset(["channel_refund_state"])
        self.assertEqual(note.channel_refund_state, "done")

    def test_never_twice(self):
        order = self.billed("#1001")
        note = self.credit(order)
        self.give_back(note)
        self.give_back(note)
        self.assertEqual(len(self.intents("refund")), 1)
        self.channel._send_intents("refund")
        self.channel._send_intents("refund")
        self.assertEqual(len(self.refunds("#1001")), 1)
        note.invalidate_recordset(["channel_refund_state"])
        with self.assertRaises(UserError):
            note.action_refund_in_channel()

    def test_comes_back_with_the_next_import(self):
        """The channel tells of our own refund: it has its credit note already."""
        order = self.billed("#1001")
        note = self.credit(order)
        self.give_back(note)
        self.channel._send_intents("refund")
        self.channel.orders_cursor = False
        self.channel._import_orders()
        self.assertEqual(len(order.channel_refund_ids), 1)
        self.assertEqual(order.channel_refund_ids.move_id, note)
        self.assertFalse(order.action_create_channel_credit_notes())

    def test_imported_before_it_was_noted(self):
        """The worker died after the channel refunded; the import came first."""
        order = self.billed("#1001")
        note = self.credit(order)
        intent = self.give_back(note)
        self.send_during("drop_after")
        self.assertEqual(intent.state, "sending")
        self.channel.orders_cursor = False
        self.channel._import_orders()
        self.assertEqual(len(order.channel_refund_ids), 1)
        self.assertFalse(order.channel_refund_ids.move_id)
        self.assertFalse(order.action_create_channel_credit_notes(), "nobody knows yet whose")
        intent.action_retry()
        self.channel._send_intents("refund")
        self.assertEqual(intent.state, "done", intent.error)
        self.assertEqual(len(self.refunds("#1001")), 1)
        self.assertEqual(order.channel_refund_ids.move_id, note)

    def test_some_pieces_come_back_into_stock(self):
        order = self.billed("#1002")
        note = self.credit(order, {self.products["HON-500"]: 1})
        item = self.theirs("#1002")["lineItems"][0]["variant"]["inventoryItem"]["id"]
        before = self.store.stock.quantity(item, self.location.external_id, "available")
        intent = self.give_back(note, restock=True)
        self.channel._send_intents("refund")
        self.assertEqual(intent.state, "done", intent.error)
        (refund,) = self.refunds("#1002")
        rows = [(row["quantity"], row["restockType"]) for row in refund["refundLineItems"]]
        self.assertEqual(rows, [(1, "RETURN")])
        after = self.store.stock.quantity(item, self.location.external_id, "available")
        self.assertEqual(after - before, 1)

    def test_not_sent_yet_is_taken_off(self):
        order = self.billed("#1002", ship=False)
        note = self.credit(order, {self.products["HON-500"]: 1})
        self.give_back(note)
        self.channel._send_intents("refund")
        (refund,) = self.refunds("#1002")
        self.assertEqual([row["restockType"] for row in refund["refundLineItems"]], ["CANCEL"])
        (node,) = fulfilment.ensure(self.store, self.theirs("#1002"))
        self.assertEqual(sum(row["remainingQuantity"] for row in node["lineItems"]), 5)

    def test_other_amount_is_not_guessed(self):
        """The channel would give back something else for these pieces: a person decides."""
        order = self.billed("#1002")
        note = self.credit(order, {self.products["HON-500"]: 1})
        intent = self.give_back(note)
        intent.payload = {**intent.payload, "amount": "1.00"}
        self.channel._send_intents("refund")
        self.assertEqual(intent.state, "failed")
        self.assertIn(note.currency_id.format(1.0), intent.error)
        self.assertFalse(self.refunds("#1002"))

    def test_amount_only(self):
        order = self.billed("#1002")
        note = self.credit(order, {self.products["HON-500"]: 1})
        intent = self.give_back(note, exact_amount=True)
        self.channel._send_intents("refund")
        self.assertEqual(intent.state, "done", intent.error)
        (refund,) = self.refunds("#1002")
        self.assertFalse(refund["refundLineItems"])
        self.assertEqual(
            refund["totalRefundedSet"]["shopMoney"]["amount"], f"{note.amount_total:.2f}"
        )

    def test_more_than_was_paid(self):
        order = self.billed("#1002")
        note = self.credit(order)
        intent = self.give_back(note, exact_amount=True)
        intent.payload = {**intent.payload, "amount": "1000.00"}
        self.channel._send_intents("refund")
        self.assertEqual(intent.state, "failed")
        self.assertFalse(self.refunds("#1002"))

    # Charged in another currency than the shop's

    def francs_back(self, name="#1010"):
        """What the customer got back, as the shop has sent it."""
        rows = [row for row in self.theirs(name)["transactions"] if row["kind"] == "REFUND"]
        money = [row["amountSet"]["presentmentMoney"] for row in rows]
        self.assertEqual({row["currencyCode"] for row in money}, {"CHF"})
        return [row["amount"] for row in money]

    def test_francs_whole_order(self):
        order = self.billed("#1010")
        note = self.credit(order)
        self.assertEqual((note.amount_total, note.currency_id.name), (41.20, "CHF"))
        intent = self.give_back(note)
        self.channel._send_intents("refund")
        self.assertEqual(intent.state, "done", intent.error)
        self.assertEqual(self.francs_back(), ["41.20"])
        theirs = self.theirs("#1010")
        self.assertEqual(theirs["displayFinancialStatus"], "REFUNDED")
        self.assertEqual(theirs["totalRefundedSet"]["shopMoney"]["amount"], "43.83")
        self.channel.orders_cursor = False
        self.channel._import_orders()
        refund = order.channel_refund_ids
        self.assertEqual(
            (refund.move_id, refund.amount, refund.currency_id.name), (note, 41.20, "CHF")
        )

    def test_francs_part_by_part(self):
        """The shipping, a piece, an amount, and no more than is left of what was paid."""
        order = self.billed("#1010")
        shipping = order.order_line.filtered(lambda line: line.channel_line_kind == "shipping")
        for wanted, options, amount in (
            ({shipping.product_id: 1}, {}, "14.01"),
            ({self.products["HON-500"]: 1}, {}, "7.51"),
            ({self.products["KER-1"]: 1}, {"exact_amount": True}, "12.17"),
            ({shipping.product_id: 1}, {"exact_amount": True}, None),
        ):
            note = self.credit(order, wanted)
            self.give_back(note, **options)
            self.channel._send_intents("refund")
            intent = self.intents("refund").filtered(lambda row, note=note: row.move_id == note)
            self.assertEqual(intent.state, "done" if amount else "failed", intent.error)
            if amount:
                self.assertEqual(f"{note.amount_total:.2f}", amount)
                self.assertEqual(self.francs_back()[-1], amount)
        self.assertEqual(len(self.refunds("#1010")), 3)
        self.assertIn(note.currency_id.format(7.51), intent.error, "with its currency")

    def test_francs_after_an_unknown_outcome(self):
        """Carried out or not, the same content is asked for again: the same francs, once."""
        order = self.billed("#1010")
        for fault, wanted, amount in (
            ("drop_after", {self.products["HON-500"]: 2}, "15.02"),
            ("drop", {self.products["KER-1"]: 1}, "12.17"),
        ):
            note = self.credit(order, wanted)
            intent = self.give_back(note).filtered(lambda row, note=note: row.move_id == note)
            self.send_during(fault)
            self.assertEqual(intent.state, "sending")
            self.assertEqual(intent.progress["request"]["currency"], "CHF")
            intent.action_retry()
            self.channel._send_intents("refund")
            self.assertEqual(intent.state, "done", intent.error)
            self.assertEqual(self.francs_back()[-1], amount)
        self.assertEqual(len(self.francs_back()), 2)

    def test_credit_note_in_the_wrong_currency(self):
        order = self.billed("#1010")
        note = self.credit(order)
        intent = self.give_back(note, exact_amount=True)
        note.button_draft()
        note.currency_id = self.env.company.currency_id
        note.action_post()
        self.channel._send_intents("refund")
        self.assertEqual(intent.state, "failed")
        self.assertIn("CHF", intent.error)
        self.assertFalse(self.refunds("#1010"))

    def test_shop_demands_its_customers_currency(self):
        """The stand-in is no easier than the shop."""
        node = self.theirs("#1010")
        payment = node["transactions"][0]
        content = {
            "orderId": node["id"],
            "refundLineItems": [{"lineItemId": node["lineItems"][0]["id"], "quantity": 1}],
            "transactions": [
                {"gateway": payment["gateway"], "amount": "7.51", "parentId": payment["id"]}
            ],
        }
        (paid_in_euros,) = content["transactions"]
        for wrong, field in (
            ({}, "currency"),
            ({"currency": "EUR"}, "currency"),
            ({"currency": "CHF", "transactions": [paid_in_euros | {"amount": "7.99"}]}, "trans"),
        ):
            (problem,) = refunds.create(self.store, content | wrong)["userErrors"]
            self.assertIn(field, problem["field"][0])
        self.assertFalse(refunds.create(self.store, content | {"currency": "CHF"})["userErrors"])

    def test_invoicing_clerk(self):
        clerk = self.new_user("ch_clerk", "account.group_account_invoice")
        order = self.billed("#1001")
        note = self.credit(order).with_user(clerk)
        self.assertEqual(note.channel_refund_state, "sendable")
        wizard = self.env["sales.channel.refund.send"].with_user(clerk)
        wizard.create({"move_id": note.id}).action_confirm()
        self.channel._send_intents("refund")
        self.assertEqual(len(self.refunds("#1001")), 1)
        with self.assertRaises(AccessError):
            self.intents("refund").with_user(clerk).read(["payload"])


class TestCancellationsOut(OutgoingCase):
    def cancelled(self, name):
        return bool(self.theirs(name)["cancelledAt"])

    def test_asks_after_cancelling_here(self):
        order = self.confirm("#1001")
        action = order.action_cancel()
        self.assertEqual(action["res_model"], "sales.channel.cancel")
        self.assertTrue(order.channel_can_cancel)
        self.assertFalse(self.cancelled("#1001"))
        wizard = self.env["sales.channel.cancel"].create({"order_id": order.id})
        wizard.action_confirm()
        self.channel._send_intents("cancellation")
        intent = self.intents("cancellation")
        self.assertEqual(intent.state, "done", intent.error)
        self.assertTrue(self.cancelled("#1001"))
        self.assertEqual(len(self.theirs("#1001")["refunds"]), 1)
        order.invalidate_recordset(["channel_can_cancel"])
        self.assertFalse(order.channel_can_cancel)

    def test_answer_lost(self):
        order = self.confirm("#1001")
        order.action_cancel()
        wizard = self.env["sales.channel.cancel"].create({"order_id": order.id, "refund": True})
        wizard.action_confirm()
        self.store.add_faults("drop_after", operation="OrderCancel")
        self.channel._send_intents("cancellation")
        intent = self.intents("cancellation")
        self.assertEqual(intent.state, "sending")
        intent.action_retry()
        self.channel._send_intents("cancellation")
        self.assertEqual(intent.state, "done", intent.error)
        made = [row for row in self.store.effects if row["mutation"] == "orderCancel"]
        self.assertEqual(len(made), 1)
        self.assertEqual(len(self.theirs("#1001")["refunds"]), 1)

    def test_shipped_there_is_refused(self):
        order = self.confirm("#1001")
        (node,) = fulfilment.ensure(self.store, self.theirs("#1001"))
        entry = {"fulfillmentOrderId": node["id"]}
        fulfilment.create(self.store, {"lineItemsByFulfillmentOrder": [entry]})
        order.action_cancel()
        self.env["sales.channel.cancel"].create({"order_id": order.id}).action_confirm()
        self.channel._send_intents("cancellation")
        intent = self.intents("cancellation")
        self.assertEqual(intent.state, "failed")
        self.assertIn("fulfilled", intent.error)
        # Dropped, it may be asked for again.
        intent.action_drop()
        order.invalidate_recordset(["channel_can_cancel"])
        self.assertTrue(order.channel_can_cancel)

    def test_only_cancelled_orders(self):
        order = self.confirm("#1001")
        wizard = self.env["sales.channel.cancel"].create({"order_id": order.id})
        with self.assertRaises(UserError):
            wizard.action_confirm()

    def test_import_does_not_ask(self):
        """Cancelled in the channel: here it is cancelled too, and nobody is told back."""
        order = self.order("#1001")
        self.store.change_order(
            "#1001", {"cancelledAt": self.store.stamp(), "cancelReason": "CUSTOMER"}
        )
        self.channel._import_orders()
        self.assertEqual(order.state, "cancel")
        self.assertFalse(order.channel_can_cancel)

    def test_salesperson(self):
        seller = self.new_user("ch_seller", "sales_team.group_sale_salesman_all_leads")
        order = self.order("#1001").with_user(seller)
        self.assertEqual(order.action_cancel()["res_model"], "sales.channel.cancel")
        wizard = self.env["sales.channel.cancel"].with_user(seller)
        wizard.create({"order_id": order.id}).action_confirm()
        self.channel._send_intents("cancellation")
        self.assertTrue(self.cancelled("#1001"))
