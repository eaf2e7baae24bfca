# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import datetime
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import new_test_user

from odoo.addons.batch_mrp_orders.tests.common import BatchCase


class TestWorkflow(BatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.channel = cls.env["sales.channel"].create({"name": "Test shop"})
        cls.customer.write(
            {
                "street": "Lindenweg 4",
                "zip": "79098",
                "city": "Freiburg",
                "country_id": cls.env.ref("base.de").id,
            }
        )
        cls._stock_up(cls.jar, 100)

    @classmethod
    def _create_channel_order(cls, payment_state="paid", quantity=4, **values):
        order = cls._create_order(
            (cls.jar, quantity),
            confirm=False,
            channel_id=cls.channel.id,
            channel_payment_state=payment_state,
            **values,
        )
        order.channel_amount_total = order.amount_total
        return order

    def test_paid_orders_are_confirmed_and_unpaid_ones_wait(self):
        paid = self._create_channel_order()
        unpaid = self._create_channel_order("pending")
        own = self._create_order((self.jar, 1), confirm=False)
        self.env["sale.order"].action_process_orders()
        self.assertEqual(paid.state, "sale")
        self.assertEqual(paid.material_state, "available")
        self.assertEqual(unpaid.state, "draft")
        self.assertEqual(own.state, "draft", "orders entered by hand are confirmed by hand")

    def test_paid_order_with_incomplete_address_is_confirmed_but_not_planned(self):
        stranger = self.env["res.partner"].create({"name": "No address"})
        order = self._create_channel_order(quantity=500, partner_id=stranger.id)
        self.env["sale.order"].action_process_orders()
        self.assertEqual(order.production_status, "blocked")
        self.assertRegex(order.planning_block_reason, "(A|a)ddress|adresse")
        self.assertFalse(self.env["mrp.plan.runs"].create({}).line_ids)

    def test_gift_cards_need_no_address(self):
        stranger = self.env["res.partner"].create({"name": "No address"})
        card = self.env["product.product"].create({"name": "Gift card", "type": "service"})
        order = self._create_channel_order(partner_id=stranger.id)
        order.order_line.product_id = card
        order.channel_amount_total = order.amount_total
        self.env["sale.order"].action_process_orders()
        self.assertFalse(order.planning_block_reason)

    def test_invoice_when_shipped_dated_on_the_shipment(self):
        order = self._create_channel_order()
        self.env["sale.order"].action_process_orders()
        self.assertFalse(order.invoice_ids)
        self._ship(order).date_done = datetime(2026, 3, 31, 23, 30)
        order.with_context(tz="Europe/Berlin").action_process_orders()
        self.assertEqual(order.invoice_ids.state, "posted")
        self.assertEqual(
            str(order.invoice_ids.invoice_date), "2026-04-01", "after midnight in Berlin"
        )
        order.action_process_orders()
        self.assertEqual(len(order.invoice_ids), 1, "a second run makes no second invoice")

    def test_one_failing_order_does_not_stop_the_others(self):
        orders = self.env["sale.order"]
        for _number in range(5):
            orders |= self._create_channel_order()
        culprit = orders[3]

        def confirm(records):
            if culprit in records:
                raise UserError("Customer is locked")  # pylint: disable=translation-required
            return original(records)

        original = type(orders).action_confirm
        with patch.object(type(orders), "action_confirm", confirm):
            self.env["sale.order"].action_process_orders()
        self.assertEqual((orders - culprit).mapped("state"), ["sale"] * 4)
        self.assertEqual(culprit.state, "draft")
        self.assertEqual(culprit.workflow_failure_ids.error, "Customer is locked")
        self.env["sale.order"].action_process_orders()
        self.assertEqual(culprit.state, "sale", "tried again")
        self.assertFalse(culprit.workflow_error)

    def test_salesperson_processes_without_accounting_rights(self):
        seller = new_test_user(
            self.env, "seller", groups="sales_team.group_sale_salesman_all_leads"
        )
        order = self._create_channel_order()
        self.env["sale.order"].with_user(seller).action_process_orders()
        self.assertEqual(order.state, "sale")
        self._ship(order)
        self.env["sale.order"].with_user(seller).action_process_orders()
        self.assertEqual(order.invoice_ids.state, "posted")
