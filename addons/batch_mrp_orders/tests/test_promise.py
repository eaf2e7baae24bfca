# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .promise_common import MONDAY, PromiseCase


class TestPromise(PromiseCase):
    def test_from_stock_it_ships_today(self):
        self._stock_up(self.jar, 10)
        order = self._quotation()
        order.action_promise()
        self.assertEqual(order.promise_date, self._day(2))
        self.assertEqual(order.promise_state, "promised")
        self.assertEqual(order.promise_explanation, "10 Units from stock; 2 days shipping")

    def test_shipping_days_are_working_days(self):
        self.clock.move_to(MONDAY + timedelta(days=4))
        self._stock_up(self.jar, 10)
        order = self._quotation()
        order.action_promise()
        self.assertEqual(order.promise_date, self._day(8))

    def test_production_level_by_level(self):
        self._stock_up(self.raw, 20)
        self._stock_up(self.glass, 2000)
        self._stock_up(self.jar, 2)
        order = self._quotation(12)
        order.action_promise()
        self.assertEqual(order.promise_date, self._day(2))
        self.assertEqual(
            order.promise_explanation,
            "2 Units from stock; production on Nov 23, Kettle; "
            "production on Nov 23, Filling line; 2 days shipping",
        )
        holds = order.order_line.capacity_hold_ids
        kettle = holds.filtered(lambda hold: hold.workcenter_id == self.kettle)
        line = holds.filtered(lambda hold: hold.workcenter_id == self.line)
        self.assertEqual(kettle.date_from, datetime(2026, 11, 23, 8))
        self.assertEqual(kettle.date_to, datetime(2026, 11, 23, 11))
        self.assertEqual(line.date_from, kettle.date_to)
        self.assertEqual(line.date_to, datetime(2026, 11, 23, 11, 5))

    def test_missing_material_names_supplier_and_day(self):
        self._stock_up(self.raw, 20)
        order = self._quotation()
        order.action_promise()
        # Glass comes on Wednesday noon; it is filled and handed over the same day.
        self.assertEqual(order.promise_date, self._day(11))
        self.assertEqual(
            order.promise_explanation,
            "Glass 500 g missing, earliest Dec 2 from Glass & Lids; "
            "production on Nov 23, Kettle; production on Dec 2, Filling line; 2 days shipping",
        )

    def test_what_nobody_sells_is_named(self):
        self._stock_up(self.glass, 20)
        order = self._quotation(commitment_date=MONDAY + timedelta(days=20))
        order.action_promise()
        self.assertFalse(order.promise_date)
        self.assertEqual(order.promise_state, "impossible")
        self.assertTrue(order.is_late)
        self.assertEqual(
            order.promise_explanation, "Raw honey missing: it has neither a supplier nor a recipe"
        )
        self.assertFalse(order.order_line.capacity_hold_ids)

    def test_receipt_is_waited_for(self):
        self._stock_up(self.raw, 20)
        receipt = self._receive(self.glass, 50, 3)
        order = self._quotation()
        order.action_promise()
        self.assertEqual(order.promise_date, self._day(7))
        self.assertIn(
            f"10 Units Glass 500 g expected on Nov 26 ({receipt.name})", order.promise_explanation
        )

    def test_overdue_receipt_is_expected_tomorrow(self):
        self._stock_up(self.raw, 20)
        self._receive(self.glass, 50, -3)
        order = self._quotation()
        order.action_promise()
        self.assertEqual(order.promise_date, self._day(3))

    def test_surplus_of_an_open_run_comes_when_the_run_is_done(self):
        self._stock_up(self.raw, 20)
        self._stock_up(self.glass, 20)
        self._stock_up(self.bulk, 20)
        run = self.env["mrp.production"].create(
            {
                "product_id": self.jar.id,
                "product_qty": 10,
                "bom_id": self.jar_recipe.id,
                "date_start": MONDAY + timedelta(days=2),
            }
        )
        run.action_confirm()
        order = self._quotation(6)
        order.action_promise()
        self.assertEqual(order.promise_date, self._day(4))
        self.assertEqual(
            order.promise_explanation, f"6 Units from run {run.name} on Nov 25; 2 days shipping"
        )
        self.assertEqual(order.order_line.capacity_hold_ids.production_id, run)

    def test_confirmed_runs_without_planned_work_orders_take_the_kettle(self):
        self._stock_up(self.raw, 100)
        for _number in range(4):
            run = self.env["mrp.production"].create(
                {"product_id": self.bulk.id, "product_qty": 10, "bom_id": self.bulk_recipe.id}
            )
            run.action_confirm()
            # Its goods are taken, only its time is of interest.
            self._create_order((self.bulk, 10))
        runs = self.env["mrp.production"].search([("product_id", "=", self.bulk.id)])
        self.assertFalse(runs.workorder_ids.leave_id)
        order = self._quotation(10, product=self.bulk)
        order.action_promise()
        kettle = order.order_line.capacity_hold_ids.filtered("workcenter_id")
        # Four runs of three hours fill Monday 8 to 16 and Tuesday 8 to 12.
        self.assertEqual(kettle.date_from, datetime(2026, 11, 24, 12))

    def test_planned_work_orders_take_the_kettle(self):
        self._stock_up(self.raw, 100)
        run = self.env["mrp.production"].create(
            {"product_id": self.bulk.id, "product_qty": 10, "bom_id": self.bulk_recipe.id}
        )
        run.action_confirm()
        run.button_plan()
        self._create_order((self.bulk, 10))
        order = self._quotation(10, product=self.bulk)
        order.action_promise()
        kettle = order.order_line.capacity_hold_ids.filtered("workcenter_id")
        self.assertEqual(kettle.date_from, run.workorder_ids.date_finished)

    def test_holidays_and_alternative_work_centers(self):
        self._stock_up(self.raw, 100)
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Closed",
                "calendar_id": self.calendar.id,
                "resource_id": self.kettle.resource_id.id,
                "date_from": MONDAY,
                "date_to": MONDAY + timedelta(days=2),
            }
        )
        order = self._quotation(10, product=self.bulk)
        order.action_promise()
        self.assertEqual(order.promise_date, self._day(4))
        self.kettle.alternative_workcenter_ids = self.line
        order.action_promise()
        self.assertEqual(order.promise_date, self._day(2))
        self.assertIn("Filling line", order.promise_explanation)

    def test_goods_must_be_good_on_the_day_they_arrive(self):
        self._stock_up(self.raw, 20)
        self._stock_up(self.glass, 20)
        self._stock_up(self.jar, 10, expires=MONDAY + timedelta(days=2))
        order = self._quotation(commitment_date=MONDAY + timedelta(days=1))
        order.action_promise()
        self.assertNotIn("from stock", order.promise_explanation)
        self.assertIn("Kettle", order.promise_explanation)

    def test_kit_is_promised_by_its_parts(self):
        box = self._create_product("Gift box", self.unit, tracking="none", is_storable=False)
        self._create_recipe(box, 1, self.unit, [(self.jar, 2, self.unit)], kind="phantom")
        self._stock_up(self.jar, 3)
        self._stock_up(self.raw, 20)
        order = self._quotation(2, product=box)
        order.action_promise()
        self.assertEqual(order.promise_date, self._day(11))
        self.assertIn("3 Units Blossom honey 500 g from stock", order.promise_explanation)

    def test_a_changed_line_is_not_promised_any_more(self):
        self._stock_up(self.jar, 10)
        order = self._quotation()
        order.action_promise()
        order.order_line.product_uom_qty = 11
        self.assertFalse(order.promise_date)
        self.assertFalse(order.promise_state)
        self.assertFalse(order.promise_explanation)

    def test_requested_date_that_cannot_be_met_is_flagged(self):
        self._stock_up(self.raw, 20)
        order = self._quotation(commitment_date=MONDAY + timedelta(days=4))
        order.action_promise()
        self.assertTrue(order.is_late)
        self.assertEqual(order.promise_delay_days, 7)
        order.commitment_date = MONDAY + timedelta(days=11)
        self.assertFalse(order.is_late)
        self.assertEqual(self.env["sale.order"].search([("is_late", "=", True)]) & order, order[:0])

    def test_confirmation_writes_the_promise_unless_a_date_was_set(self):
        self._stock_up(self.jar, 20)
        free, wished = (
            self._quotation(),
            self._quotation(commitment_date=MONDAY + timedelta(days=30)),
        )
        (free | wished).action_promise()
        promised = free.promise_date
        (free | wished).action_confirm()
        self.assertEqual(
            free.commitment_date,
            datetime.combine(promised, datetime.min.time()) + timedelta(hours=12),
        )
        self.assertEqual(wished.commitment_date, MONDAY + timedelta(days=30))
        self.assertFalse((free | wished).order_line.capacity_hold_ids)
        self.assertFalse(free.is_late)

    def test_confirmation_looks_again_when_the_promise_has_expired(self):
        self._stock_up(self.jar, 10)
        order = self._quotation()
        order.action_promise()
        self.clock.move_to(MONDAY + timedelta(days=7))
        order.action_confirm()
        self.assertEqual(order.commitment_date.date(), self._day(9))

    def test_runs_are_due_when_the_goods_must_leave(self):
        order = self._create_order((self.jar, 10), commitment_date=MONDAY + timedelta(days=14))
        self.assertEqual(order.ship_by_date, self._day(10))
        demand = self.env["mrp.demand"].search([("order_id", "=", order.id)])
        self.assertEqual(demand.date_due, self._day(10))
        self.company.promise_shipping_days = 1
        self.assertEqual(order.ship_by_date, self._day(11))

    def test_unpromised_order_confirms_as_ever(self):
        order = self._quotation()
        order.action_confirm()
        self.assertFalse(order.commitment_date)

    def test_confirmed_order_from_reserved_and_allocated_goods(self):
        self._stock_up(self.raw, 20)
        self._stock_up(self.glass, 20)
        self._stock_up(self.jar, 4)
        order = self._create_order((self.jar, 10))
        runs = self._plan()
        order.action_promise()
        jar_run = runs.filtered(lambda run: run.product_id == self.jar)
        self.assertEqual(order.promise_date, self._day(2))
        self.assertEqual(
            order.promise_explanation,
            f"4 Units from stock; 6 Units from run {jar_run.name} on Nov 23; 2 days shipping",
        )
        self.assertFalse(order.order_line.capacity_hold_ids)

    def test_shipped_order_is_not_late(self):
        self._stock_up(self.jar, 10)
        order = self._create_order((self.jar, 10), commitment_date=MONDAY - timedelta(days=1))
        order.action_promise()
        self.assertTrue(order.is_late)
        self._ship(order)
        self.assertFalse(order.is_late)

    def test_salesperson_promises_own_orders(self):
        seller = new_test_user(self.env, "seller", groups="sales_team.group_sale_salesman")
        other = new_test_user(self.env, "other", groups="sales_team.group_sale_salesman")
        self._stock_up(self.raw, 20)
        self._stock_up(self.glass, 20)
        order = self._quotation(user_id=seller.id).with_user(seller)
        order.action_promise()
        self.assertEqual(order.promise_date, self._day(2))
        self.assertIn("Kettle", order.promise_explanation)
        self.assertTrue(order.order_line.capacity_hold_ids.workcenter_id.ids)
        with self.assertRaises(AccessError):
            order.order_line.capacity_hold_ids[0].expires_on = fields.Datetime.now()
        with self.assertRaises(AccessError):
            order.with_user(other).action_promise()
        order.action_confirm()
        self.assertEqual(order.commitment_date.date(), self._day(2))

    def test_queries_do_not_grow_with_orders(self):
        self._stock_up(self.raw, 5)
        self._add_seller(self.raw, self.glass_maker, 3)
        quotations = [self._quotation(3 + number) for number in range(14)]
        self.env["sale.order"].concat(*quotations[:2]).action_promise()  # fills lasting caches
        few = self.env["sale.order"].concat(*quotations[2:4])
        many = self.env["sale.order"].concat(*quotations[4:])

        def count(promised):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            promised.action_promise()
            self.env.flush_all()
            self.assertTrue(all(promised.mapped("promise_date")))
            return self.env.cr.sql_log_count - before

        first, again = (count(few), count(many)), (count(few), count(many))
        self.assertEqual(*first)
        self.assertEqual(*again)
        self.assertLessEqual(max(*first, *again), 46)
