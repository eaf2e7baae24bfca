# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.tests import tagged

from odoo.addons.channel_connectors.tests.etsy_shop import EtsyShopCase


@tagged("post_install", "-at_install")
class TestEtsyCredit(EtsyShopCase):
    """Etsy gives money back only by hand: staff is told how much, and it is credited once."""

    def refunded_there(self, order, amount):
        """The owner refunds at Etsy; the change is imported."""
        event = {"receipt_id": int(order.channel_order_id.external_id), "amount": amount}
        self.store.happen("refund", **event)
        self.assertFalse(self.channel._import_orders())
        order.action_create_channel_credit_notes()
        return order.channel_refund_ids

    def test_refunded_by_hand_in_the_shop(self):
        order = self.channel.order_ids.sale_order_id.filtered(
            lambda row: row.state == "draft" and not row.channel_refund_ids
        )[:1]
        order.action_confirm()
        self.ship(order.picking_ids)
        invoice = self.invoice(order)
        wizard = self.env["order.complaint"].create(
            {
                "order_id": order.id,
                "reason_id": self.env.ref("order_returns.reason_quality").id,
                "operation_id": self.env.ref("order_returns.operation_credit").id,
            }
        )
        line = wizard.line_ids[:1]
        line.quantity = line.open_qty
        rma = self.env["rma"].browse(wizard.action_create()["res_id"])
        rma.action_refund()
        note = rma.refund_id
        note.action_post()
        self.assertFalse(note.channel_refund_state, "nobody asks Etsy for it")
        self.assertTrue(note.channel_refund_note)
        self.assertEqual(
            note.amount_total,
            sum(rma.sale_line_id.invoice_lines.filtered("sale_line_ids").mapped("price_total")),
        )
        self.assertLess(note.amount_total, invoice.amount_total)
        refund = self.refunded_there(order, round(100 * note.amount_total))
        self.assertEqual(refund.move_id, note)
        note.invalidate_recordset()
        self.assertFalse(note.channel_refund_note, "it is paid back")
        refunds = self.refunded_there(order, 100)
        self.assertEqual(len(refunds), 2)
        self.assertEqual(len(refunds.move_id), 2, "another amount is another credit note")
