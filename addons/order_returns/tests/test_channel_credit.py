# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.channel_connectors.tests.outgoing import OutgoingCase


@tagged("post_install", "-at_install")
class TestChannelCredit(OutgoingCase):
    """Money goes back through the stand-in shop exactly once, with one credit note."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_clearing()

    def billed(self, name):
        order = self.confirm(name)
        self.ship(order.picking_ids)
        self.channel._send_intents("fulfilment")
        self.invoice(order)
        return order

    def complain(self, order, quantity, sku="HON-500", solution="credit"):
        wizard = self.env["order.complaint"].create(
            {
                "order_id": order.id,
                "reason_id": self.env.ref("order_returns.reason_quality").id,
                "operation_id": self.env.ref(f"order_returns.operation_{solution}").id,
            }
        )
        product = self.products[sku]
        wizard.line_ids.filtered(lambda line: line.product_id == product)[0].quantity = quantity
        return self.env["rma"].browse(wizard.action_create()["res_id"])

    def import_again(self):
        self.channel.orders_cursor = False
        self.channel._import_orders()

    def refunds(self, name):
        return self.theirs(name)["refunds"]

    def test_credited_refunded_and_reported_once(self):
        order = self.billed("#1002")
        rma = self.complain(order, 1)
        rma.action_refund()
        note = rma.refund_id
        note.action_post()
        intent = self.intents("refund")
        self.assertEqual(len(intent), 1)
        self.channel._send_intents("refund")
        self.channel._send_intents("refund")
        self.assertEqual(intent.state, "done", intent.error)
        (refund,) = self.refunds("#1002")
        amount = refund["totalRefundedSet"]["shopMoney"]["amount"]
        self.assertEqual(amount, f"{note.amount_total:.2f}")
        self.import_again()
        self.assertEqual(order.channel_refund_ids.move_id, note)
        self.assertFalse(order.action_create_channel_credit_notes())
        self.assertEqual(order.channel_refund_ids.credited, {rma.sale_line_id.channel_line_id: "1"})

    def test_single_pieces_add_up_to_the_invoice(self):
        order = self.billed("#1002")
        rma = self.complain(order, 1)
        line = rma.sale_line_id
        pieces = int(line.qty_delivered)
        rmas = rma.browse(rma.ids + [self.complain(order, 1).id for _i in range(pieces - 1)])
        for piece in rmas:
            piece.action_refund()
        (invoiced,) = line.invoice_lines
        credited = rmas.refund_line_id
        self.assertAlmostEqual(sum(credited.mapped("price_total")), invoiced.price_total, 6)
        self.assertAlmostEqual(sum(credited.mapped("price_subtotal")), invoiced.price_subtotal, 6)

    def test_refunded_by_hand_in_the_shop(self):
        """What comes in with the same amount is this credit note, not another one."""
        order = self.billed("#1002")
        rma = self.complain(order, 1)
        rma.action_refund()
        note = rma.refund_id
        refund = self.env["sales.channel.refund"].create(
            {
                "channel_id": self.channel.id,
                "order_id": order.id,
                "external_id": "by-hand",
                "date": "2026-11-20",
                "amount": note.amount_total,
                "currency_id": note.currency_id.id,
                "lines": [],
            }
        )
        self.assertFalse(order.action_create_channel_credit_notes())
        self.assertEqual(refund.move_id, note)
        note.action_post()
        self.assertFalse(self.intents("refund"), "the money is back already")

    def test_refunded_in_the_shop_before(self):
        order = self.billed("#1002")
        rma = self.complain(order, 1)
        refund = self.env["sales.channel.refund"].create(
            {
                "channel_id": self.channel.id,
                "order_id": order.id,
                "external_id": "before",
                "date": "2026-11-20",
                "amount": 1.0,
                "currency_id": order.currency_id.id,
                "lines": [],
            }
        )
        with self.assertRaises(UserError):
            rma.action_refund()
        order.action_create_channel_credit_notes()
        line = rma.sale_line_id
        refund.credited = {line.channel_line_id: str(line.qty_invoiced)}
        with self.assertRaises(UserError):
            rma.action_refund()

    def test_replacement_is_nothing_the_shop_hears_of(self):
        order = self.billed("#1002")
        before = len(self.intents("fulfilment"))
        rma = self.complain(order, 1, solution="replace")
        rma.action_create_replacement()
        self.assertFalse(rma.replacement_order_id.channel_order_id)
        self.ship(rma.replacement_order_id.picking_ids)
        self.assertEqual(len(self.intents("fulfilment")), before)
        self.assertEqual(rma.state, "replaced")
