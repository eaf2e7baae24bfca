# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from decimal import Decimal
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from tests.sandbox.shopify import payouts

from ..channels.shopify.statements import ShopifyStatements
from .outgoing import OutgoingCase


class TestPayouts(OutgoingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_clearing()

    def pay_out(self, *names):
        """The vendor pays out these orders, and we take it over."""
        others = [order for order in self.store.orders.values() if order["name"] not in names]
        kept = [(order, order["transactions"]) for order in others]
        for order in others:
            order["transactions"] = []
        node = payouts.issue(self.store)
        for order, transactions in kept:
            order["transactions"] = transactions
        # What was left out belongs to the next payout.
        self.channel._import_payouts()
        payout = self.channel.payout_ids.filtered(lambda row: row.external_id == node["id"])
        self.assertEqual(len(payout), 1)
        return payout

    def billed(self, *names):
        orders = self.env["sale.order"]
        for name in names:
            order = self.confirm(name)
            self.invoice(order)
            orders |= order
        return orders

    def test_entries_are_not_looked_up_in_payouts(self):
        """What is booked belongs to no payout: no payout is searched for each line of it."""
        orders = self.billed("#1001")
        lines = type(self.env["sales.channel.payout.line"])
        with patch.object(lines, "search", side_effect=AssertionError("looked up")):
            orders._register_channel_payments()
            self.env.flush_all()
        self.assertTrue(orders.channel_payment_ids.payment_id.move_id.line_ids)

    def test_cleared_to_zero(self):
        """Order, payment, payout, fee and bank: nothing is left on the clearing account."""
        orders = self.billed("#1001", "#1002", "#1004")
        orders._register_channel_payments()
        total = sum(Decimal(str(order.amount_total)) for order in orders)
        self.assertEqual(self.balance(self.clearing), total)
        payout = self.pay_out("#1001", "#1002", "#1004")
        self.assertEqual((payout.state, payout.problem), ("new", False))
        self.assertCents(payout.amount_gross, float(total))
        payout.action_book()
        self.assertEqual(payout.state, "cleared", payout.line_ids.mapped("reason"))
        self.assertEqual(self.balance(self.clearing), 0)
        self.assertCents(self.balance(self.transit), payout.amount_net)
        self.assertCents(self.balance(self.fees), payout.amount_fee)
        self.assertEqual(payout.move_id.date, payout.date)
        self.assertFalse(payout.line_ids.filtered("reason"))

    def test_bank_statement_takes_the_rest(self):
        self.billed("#1001")
        payout = self.pay_out("#1001")
        payout.action_book()
        item = payout.move_id.line_ids.filtered(lambda line: line.account_id == self.transit)
        self.assertCents(item.amount_residual, payout.amount_net)
        self.assertIn(payout.reference, item.name)
        bank = self.env["account.journal"].create({"name": "Bank", "code": "BNKX", "type": "bank"})
        statement = self.env["account.bank.statement.line"].create(
            {
                "journal_id": bank.id,
                "date": payout.date,
                "payment_ref": payout.reference,
                "amount": payout.amount_net,
            }
        )
        _liquidity, suspense, _other = statement._seek_for_lines()
        statement.move_id.button_draft()
        suspense.account_id = self.transit
        statement.move_id.action_post()
        (item | suspense).reconcile()
        self.assertTrue(item.reconciled)
        self.assertEqual(self.balance(self.transit), 0)

    def test_payment_not_booked_before(self):
        """Booking the payout books what it pays out, invoiced or not."""
        self.confirm("#1001")
        payout = self.pay_out("#1001")
        payout.action_book()
        self.assertEqual(payout.state, "cleared")
        self.assertTrue(self.order("#1001").channel_payment_ids.payment_id)

    def test_refund_in_the_payout(self):
        """Money paid back leaves by the same account; its credit note is paid."""
        order = self.billed("#1001")
        node = self.theirs("#1001")
        payment = node["transactions"][0]
        from tests.sandbox.shopify import refunds

        line = node["lineItems"][0]
        refunds.create(
            self.store,
            {
                "orderId": node["id"],
                "refundLineItems": [{"lineItemId": line["id"], "quantity": 1}],
                "transactions": [
                    {"gateway": payment["gateway"], "amount": "7.99", "parentId": payment["id"]}
                ],
            },
        )
        self.channel.orders_cursor = False
        self.channel._import_orders()
        credit = order.action_create_channel_credit_notes()
        credit.action_post()
        payout = self.pay_out("#1001")
        self.assertEqual(set(payout.line_ids.mapped("kind")), {"charge", "refund"})
        payout.action_book()
        self.assertEqual(payout.state, "cleared", payout.line_ids.mapped("reason"))
        self.assertEqual(self.balance(self.clearing), 0)
        self.assertIn(credit.payment_state, ("paid", "in_payment"))
        back = order.channel_payment_ids.filtered(lambda row: row.amount < 0)
        self.assertEqual(back.payment_id.payment_type, "outbound")

    def test_currency_of_the_customer(self):
        """Paid in francs, paid out in euros at the channel's rate: cleared all the same."""
        francs = self.env.ref("base.CHF")
        self.assertEqual(self.order("#1010").currency_id, francs, self.row("#1010").reason)
        self.billed("#1010")
        payout = self.pay_out("#1010")
        payout.action_book()
        self.assertEqual(payout.state, "cleared", payout.line_ids.mapped("reason"))
        self.assertEqual(self.balance(self.clearing), 0)
        self.assertCents(self.balance(self.transit), payout.amount_net)

    def test_taken_over_once(self):
        self.billed("#1001")
        payout = self.pay_out("#1001")
        self.assertFalse(self.channel._import_payouts())
        payout.action_book()
        move = payout.move_id
        payout.action_book()
        self.assertEqual(payout.move_id, move)
        with self.assertRaises(UserError):
            payout.unlink()

    def test_what_is_left_has_a_reason(self):
        """An order nobody imported stays open until it is, then it clears by itself."""
        row = self.row("#1001")
        order = row.sale_order_id
        row.sale_order_id = False
        payout = self.pay_out("#1001", "#1004")
        payout.action_book()
        self.assertEqual(payout.state, "open")
        (line,) = payout.line_ids.filtered("reason")
        self.assertIn("not been imported", line.reason)
        self.assertCents(payout.amount_open, line.gross)
        row.sale_order_id = order
        payout.action_clear()
        self.assertEqual(payout.state, "cleared")
        self.assertEqual(self.balance(self.clearing), 0)

    def test_amount_that_differs(self):
        order = self.billed("#1001")
        order.channel_payment_ids.amount += 1
        payout = self.pay_out("#1001")
        payout.action_book()
        self.assertEqual(payout.state, "cleared")
        self.assertEqual(self.balance(self.clearing), 1)
        self.assertCents(
            order.channel_payment_ids.payment_id.move_id.line_ids.filtered(
                lambda item: item.account_id == self.clearing
            ).amount_residual,
            1,
        )

    def test_movement_without_an_order(self):
        """A label bought in the shop: open until somebody says what it is."""
        self.billed("#1001")
        original = payouts.entries

        def entries(store):
            rows = original(store)
            base = rows[0]
            gid = "gid://shopify/ShopifyPaymentsBalanceTransaction/1"
            label = {
                **base,
                "id": gid,
                "type": "SHIPPING_LABEL",
                "amount": {**base["amount"], "amount": "-5.00"},
                "fee": {**base["fee"], "amount": "0.00"},
                "net": {**base["net"], "amount": "-5.00"},
                "associatedOrder": None,
                "sourceOrderTransactionId": None,
                "associatedPayout": {
                    "id": store.paid_out.get(gid),
                    "status": "PAID",
                },
            }
            return [*rows, label]

        with (
            patch.object(payouts, "entries", entries),
            patch.dict(payouts.GROUPS, {"SHIPPING_LABEL": ("adjustmentsGross", "adjustmentsFee")}),
        ):
            payout = self.pay_out("#1001")
        label = payout.line_ids.filtered(lambda line: line.kind == "shipping_label")
        self.assertCents(label.gross, -5)
        label.account_id = self.fees
        payout.action_book()
        self.assertEqual(payout.state, "cleared")
        self.assertEqual(self.balance(self.clearing), 0)

    def test_reverse_charge_on_fees(self):
        """Fees billed from Ireland: the tax is owed and deducted, and on the return."""
        group = self.env["account.tax.group"].create({"name": "13b", "country_id": self.home.id})
        self.channel.fee_tax_id = self.env["account.tax"].create(
            {
                "name": "19 % § 13b",
                "amount": 19,
                "type_tax_use": "purchase",
                "country_id": self.home.id,
                "tax_group_id": group.id,
                "price_include_override": "tax_excluded",
                "invoice_repartition_line_ids": [
                    Command.create({"repartition_type": "base"}),
                    Command.create({"repartition_type": "tax", "factor_percent": 100}),
                    Command.create({"repartition_type": "tax", "factor_percent": -100}),
                ],
                "refund_repartition_line_ids": [
                    Command.create({"repartition_type": "base"}),
                    Command.create({"repartition_type": "tax", "factor_percent": 100}),
                    Command.create({"repartition_type": "tax", "factor_percent": -100}),
                ],
            }
        )
        self.billed("#1002")
        payout = self.pay_out("#1002")
        payout.action_book()
        taxes = payout.move_id.line_ids.filtered("tax_line_id")
        self.assertEqual(len(taxes), 2)
        self.assertCents(sum(taxes.mapped("balance")), 0)
        self.assertCents(max(taxes.mapped("balance")), round(payout.amount_fee * 0.19, 2))
        self.assertEqual(payout.state, "cleared")

    def test_what_does_not_add_up_is_not_booked(self):
        self.billed("#1001")
        original = ShopifyStatements.payout_lines
        with patch.object(
            ShopifyStatements, "payout_lines", lambda adapter, p: original(adapter, p)[1:]
        ):
            payout = self.pay_out("#1001", "#1004")
        self.assertTrue(payout.problem)
        with self.assertRaisesRegex(UserError, "add up"):
            payout.action_book()

    def test_setup_is_asked_for(self):
        self.billed("#1001")
        payout = self.pay_out("#1001")
        self.channel.fee_account_id = False
        with self.assertRaisesRegex(UserError, "Fee Account"):
            payout.action_book()
        self.channel.fee_account_id = self.fees
        self.journal.outbound_payment_method_line_ids.payment_account_id = False
        payout.action_book()
        self.assertEqual(payout.state, "cleared")

    def test_only_from_a_day_on(self):
        today = fields.Date.context_today(self.channel)
        self.channel.payouts_from = fields.Date.add(today, days=1)
        payouts.issue(self.store)
        self.assertFalse(self.channel._import_payouts())

    def test_of_the_day_at_the_company(self):
        """Half past midnight in Germany is still the day before, and the old year, in UTC."""
        self.company.partner_id.tz = "Europe/Berlin"
        self.confirm("#1001")
        node = payouts.issue(self.store)
        node["issuedAt"] = "2026-12-31T23:30:00Z"
        self.channel.payouts_from = "2027-01-02"
        self.assertFalse(self.channel._import_payouts())
        self.channel.payouts_from = "2027-01-01"
        self.assertEqual(str(self.channel._import_payouts().date), "2027-01-01")

    def test_roles(self):
        reader = self.new_user("po_reader", "channel_connectors.group_channel_reader")
        accountant = self.new_user("po_accountant", "account.group_account_user")
        manager = self.new_user("po_manager", "channel_connectors.group_channel_manager")
        self.confirm("#1001")
        payout = self.pay_out("#1001")
        self.assertTrue(payout.with_user(reader).line_ids.mapped("gross"))
        with self.assertRaises(AccessError):
            payout.with_user(reader).action_book()
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            payout.with_user(manager).action_book()
        payout.with_user(accountant).action_book()
        self.assertEqual(payout.state, "cleared")
        self.assertFalse(payout.with_user(accountant).line_ids.filtered("reason"))
