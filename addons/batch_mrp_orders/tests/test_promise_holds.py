# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import datetime, timedelta

from odoo.tests import new_test_user

from .promise_common import MONDAY, PromiseCase


class TestPromiseHolds(PromiseCase):
    def _kettle_start(self, order):
        holds = order.order_line.capacity_hold_ids
        return holds.filtered(lambda hold: hold.workcenter_id == self.kettle).date_from

    def test_two_quotations_do_not_get_the_same_kilo(self):
        self._stock_up(self.jar, 10)
        self._add_seller(self.jar, self.glass_maker, 5)
        self.jar_recipe.active = False
        first, second = self._quotation(8), self._quotation(8)
        first.action_promise()
        second.action_promise()
        self.assertEqual(first.promise_date, self._day(2))
        self.assertEqual(second.promise_date, self._day(9))
        self.assertIn("2 Units from stock", second.promise_explanation)

    def test_two_quotations_do_not_get_the_same_slot(self):
        self._stock_up(self.raw, 100)
        first, second = (self._quotation(10, product=self.bulk) for _number in range(2))
        first.action_promise()
        second.action_promise()
        self.assertEqual(self._kettle_start(first), datetime(2026, 11, 23, 8))
        self.assertEqual(self._kettle_start(second), datetime(2026, 11, 23, 11))

    def test_one_call_for_both_is_the_same(self):
        self._stock_up(self.raw, 100)
        orders = self._quotation(10, product=self.bulk) | self._quotation(10, product=self.bulk)
        orders.action_promise()
        self.assertEqual(
            orders.order_line.capacity_hold_ids.filtered("workcenter_id").mapped("date_from"),
            [datetime(2026, 11, 23, 8), datetime(2026, 11, 23, 11)],
        )

    def test_promising_again_keeps_what_is_held(self):
        self._stock_up(self.raw, 100)
        self._stock_up(self.jar, 10)
        first = self._create_order((self.bulk, 10), (self.jar, 10), confirm=False)
        first.action_promise()
        # A confirmed order that nobody promised anything wants the same.
        later = self._create_order((self.bulk, 10))
        self._quotation(10, product=self.bulk).action_promise()
        before = self._kettle_start(first)
        first.action_promise()
        self.assertEqual(self._kettle_start(first), before)
        self.assertEqual(first.promise_date, self._day(2))
        later.action_promise()
        self.assertIn("Kettle", later.promise_explanation)

    def test_expired_holds_count_no_more_and_are_cleaned(self):
        self._stock_up(self.jar, 10)
        self.company.promise_hold_hours = 2
        first, second = self._quotation(), self._quotation()
        first.action_promise()
        self.assertEqual(first.promise_hold_until, MONDAY + timedelta(hours=2))
        self.clock.move_to(MONDAY + timedelta(hours=3))
        second.action_promise()
        self.assertEqual(second.promise_date, self._day(2))
        self.env["mrp.capacity.hold"]._gc_expired()
        self.assertFalse(first.order_line.capacity_hold_ids)
        self.assertTrue(second.order_line.capacity_hold_ids)

    def test_no_hours_hold_nothing(self):
        self._stock_up(self.jar, 10)
        self.company.promise_hold_hours = 0
        order = self._quotation()
        order.action_promise()
        self.assertTrue(order.promise_date)
        self.assertFalse(order.promise_hold_until)
        self.assertFalse(order.order_line.capacity_hold_ids)

    def test_cancelled_and_changed_quotations_give_back(self):
        self._stock_up(self.jar, 20)
        first, second = self._quotation(), self._quotation()
        (first | second).action_promise()
        first.action_cancel()
        self.assertFalse(first.order_line.capacity_hold_ids)
        second.order_line.product_uom_qty = 15
        second.action_promise()
        self.assertEqual(second.order_line.capacity_hold_ids.quantity, 15)
        second.order_line.unlink()
        self.assertFalse(self.env["mrp.capacity.hold"].search([("order_id", "=", second.id)]))

    def test_held_stock_that_was_shipped_is_replaced_or_promised_anew(self):
        self._stock_up(self.jar, 10)
        self._stock_up(self.raw, 20)
        self._stock_up(self.glass, 20)
        order = self._quotation()
        order.action_promise()
        self._ship(self._create_order((self.jar, 10)))
        order.action_promise()
        self.assertNotIn("from stock", order.promise_explanation)
        self.assertEqual(order.promise_date, self._day(2))

    def test_another_company_sees_no_holds(self):
        self._stock_up(self.jar, 10)
        self._quotation().action_promise()
        other = self.env["res.company"].create({"name": "Other"})
        user = new_test_user(
            self.env,
            "elsewhere",
            groups="sales_team.group_sale_salesman,mrp.group_mrp_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        self.assertFalse(self.env["mrp.capacity.hold"].with_user(user).search([]))
