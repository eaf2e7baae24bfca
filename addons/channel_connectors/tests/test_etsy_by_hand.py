# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.tests import new_test_user

from .etsy import EtsyCase, receipt

PAID_BACK = {
    "amount": {"amount": 500, "divisor": 100, "currency_code": "EUR"},
    "created_timestamp": 1_794_900_000,
    "reason": "",
    "note_from_issuer": "",
    "status": "SUCCESS",
}


class TestByHand(EtsyCase):
    """What only people can do at Etsy: nobody is offered it here, and it says where it is done."""

    def import_order(self, number=3301, **changes):
        self.receive([receipt(number, (9001, "SEIFE-LAV-100", 690, 2), **changes)])
        return self.order(number)

    def credit(self, order):
        invoice = order._create_invoices()
        invoice.action_post()
        return invoice._reverse_moves()

    def test_on_channel_and_order(self):
        user = new_test_user(
            self.env, "by_hand_sales", "base.group_user,sales_team.group_sale_salesman_all_leads"
        )
        order = self.import_order().with_user(user)
        self.assertTrue(self.channel.by_hand_note)
        self.assertEqual(order.channel_by_hand_note, self.channel.by_hand_note)
        self.assertTrue(order.channel_page.endswith("3301"))
        self.assertEqual(order.action_open_channel_page()["url"], order.channel_page)
        self.channel.channel_type = "shopify"
        self.assertFalse(self.channel.by_hand_note)
        self.assertFalse(self.env["sale.order"].new({}).channel_page)

    def test_cancelled_here_and_open_there(self):
        order = self.import_order()
        order.action_confirm()
        self.assertFalse(order.channel_is_open_there)
        order._action_cancel()
        self.assertFalse(order.channel_can_cancel, "what cannot work is not offered")
        self.assertTrue(order.channel_is_open_there)
        self.import_order(status="canceled", updated_timestamp=1_794_900_000)
        self.assertFalse(order.channel_is_open_there)

    def test_credit_note_by_hand(self):
        """One made here has to be paid back there; one of a refund there has been."""
        order = self.import_order()
        order.action_confirm()
        note = self.credit(order)
        self.assertTrue(note.channel_refund_note)
        self.assertFalse(note.reversed_entry_id.channel_refund_note, "an invoice is none")
        note.action_post()
        self.assertFalse(note.channel_refund_state, "what cannot work is not offered")
        self.assertTrue(note.channel_refund_note)

    def test_credit_note_of_a_refund(self):
        order = self.import_order()
        order.action_confirm()
        order._create_invoices().action_post()
        self.import_order(
            status="partially refunded", refunds=[PAID_BACK], updated_timestamp=1_794_900_000
        )
        order.action_create_channel_credit_notes()
        note = order.channel_refund_ids.move_id
        self.assertCents(note.amount_total, 5)
        self.assertFalse(note.channel_refund_note)
