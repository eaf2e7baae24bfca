# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import datetime, time, timedelta
from itertools import pairwise

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import new_test_user

from .common import BatchCase

MONDAY = datetime(2026, 11, 2, 6, 0)


class TestSchedule(BatchCase):
    """Honey is stirred in one of two kettles and filled on one line, 8 to 17 o'clock."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clock = cls.enterClassContext(freeze_time(MONDAY))
        cls.calendar = cls.env["resource.calendar"].create({"name": "Day shift", "tz": "UTC"})
        cls.company.resource_calendar_id = cls.calendar
        cls.kettle, cls.other_kettle, cls.filler = cls.env["mrp.workcenter"].create(
            [
                {"name": name, "resource_calendar_id": cls.calendar.id}
                for name in ("Kettle", "Second kettle", "Filler")
            ]
        )
        cls._add_operation(cls.bulk_recipe, cls.kettle, 30)
        cls._add_operation(cls.jar_recipe, cls.filler, 6)

    @classmethod
    def _add_operation(cls, recipe, workcenter, minutes, **values):
        return cls.env["mrp.routing.workcenter"].create(
            {
                "name": f"At {workcenter.name}",
                "bom_id": recipe.id,
                "workcenter_id": workcenter.id,
                "time_cycle_manual": minutes,
                **values,
            }
        )

    def _order_in(self, days, quantity, product=None):
        due = MONDAY + timedelta(days=days)
        return self._create_order((product or self.jar, quantity), commitment_date=due)

    def _plan_products(self):
        runs = self._plan()
        return (
            runs.filtered(lambda run: run.product_id == self.jar),
            runs.filtered(lambda run: run.product_id == self.bulk),
        )

    def assertScheduled(self, runs):
        """What core's own planning leaves behind, and no work centre is used twice."""
        for work in runs.workorder_ids:
            leave = work.leave_id
            self.assertEqual(leave.resource_id, work.workcenter_id.resource_id)
            self.assertEqual(leave.calendar_id, work.workcenter_id.resource_calendar_id)
            self.assertEqual(leave.time_type, "other")
            self.assertEqual(
                (work.date_start, work.date_finished), (leave.date_from, leave.date_to)
            )
            hours = work.workcenter_id.resource_calendar_id.get_work_hours_count(
                leave.date_from, leave.date_to
            )
            self.assertAlmostEqual(hours * 60, work.duration_expected, delta=1)
        for run in runs.filtered("workorder_ids"):
            self.assertTrue(run.is_planned)
            self.assertEqual(run.date_start, min(run.workorder_ids.mapped("date_start")))
            self.assertGreaterEqual(
                run.date_finished, max(run.workorder_ids.mapped("date_finished"))
            )
            self.assertEqual(set(run.move_raw_ids.mapped("date")), {run.date_start})
            self.assertEqual(set(run.move_finished_ids.mapped("date")), {run.date_finished})
        for leaves in runs.workorder_ids.leave_id.grouped("resource_id").values():
            spans = sorted((leave.date_from, leave.date_to) for leave in leaves)
            for first, second in pairwise(spans):
                self.assertLessEqual(first[1], second[0])

    def test_backward_from_the_due_date_suppliers_first(self):
        order = self._order_in(8, 20)
        filling, kettle = self._plan_products()
        self.assertScheduled(filling | kettle)
        self.assertEqual(set((filling | kettle).mapped("state")), {"confirmed"})
        self.assertEqual(filling.date_finished.date(), order.ship_by_date)
        self.assertGreaterEqual(filling.date_finished.time(), time(16, 50))
        self.assertLessEqual(kettle.date_finished, filling.date_start)
        self.assertGreater(kettle.date_start, MONDAY + timedelta(days=4), "not before it must")

    def test_forward_from_now_when_it_is_late(self):
        self._order_in(0, 20)
        filling, kettle = self._plan_products()
        self.assertScheduled(filling | kettle)
        self.assertEqual(kettle.date_start, datetime(2026, 11, 2, 8, 0))
        self.assertEqual(filling.date_start, kettle.date_finished)

    def test_more_urgent_orders_get_the_earlier_slots(self):
        self.jar_recipe.write({"enable_batch_size": True, "batch_size": 40})
        late, early = self._order_in(2, 40), self._order_in(1, 40)
        runs = self._plan()
        self.assertScheduled(runs)
        fillings = runs.filtered(lambda run: run.product_id == self.jar).sorted("date_start")
        self.assertEqual(fillings.mapped("allocation_ids.order_id").ids, [early.id, late.id])

    def test_what_is_planned_already_is_left_alone(self):
        self._order_in(8, 20)
        first = self._plan()
        self._order_in(8, 20)
        second = self._plan()
        self.assertScheduled(first | second)

    def test_alternative_work_centre_takes_what_does_not_fit(self):
        self.kettle.alternative_workcenter_ids = self.other_kettle
        self.bulk_recipe.bom_line_ids.product_qty = 10
        self._order_in(4, 16 * 10, self.bulk)
        runs = self._plan()
        self.assertEqual(len(runs), 16)
        self.assertScheduled(runs)
        self.assertEqual(runs.workorder_ids.workcenter_id, self.kettle | self.other_kettle)

    def test_time_held_for_a_quotation_is_left_alone(self):
        slot = (datetime(2026, 11, 9, 8), datetime(2026, 11, 9, 17))
        quotation = self._create_order((self.jar, 1), confirm=False)
        self.env["mrp.capacity.hold"].create(
            {
                "sale_line_id": quotation.order_line.id,
                "warehouse_id": self.warehouse.id,
                "expires_on": MONDAY + timedelta(days=2),
                "workcenter_id": self.filler.id,
                "date_from": slot[0],
                "date_to": slot[1],
            }
        )
        self._order_in(7, 20)
        filling, _kettle = self._plan_products()
        self.assertLessEqual(filling.date_finished, slot[0])

    def test_operations_side_by_side(self):
        self.jar_recipe.allow_operation_dependencies = True
        filling = self.jar_recipe.operation_ids
        label = self._add_operation(self.jar_recipe, self.other_kettle, 3)
        pack = self._add_operation(self.jar_recipe, self.kettle, 3)
        pack.blocked_by_operation_ids = filling | label
        self._order_in(8, 20)
        run, _kettle = self._plan_products()
        self.assertScheduled(run)
        works = {work.operation_id: work for work in run.workorder_ids}
        self.assertEqual(works[pack].blocked_by_workorder_ids, works[filling] | works[label])
        self.assertLess(works[label].date_start, works[filling].date_finished)
        self.assertGreaterEqual(works[pack].date_start, works[filling].date_finished)
        self.assertGreaterEqual(works[pack].date_start, works[label].date_finished)

    def test_ingredient_is_ready_when_an_open_run_begins(self):
        self._stock_up(self.bulk, 50)
        self._order_in(8, 20)
        filling = self._plan()
        self.assertEqual(filling.product_id, self.jar)
        filling.do_unreserve()
        self.env["stock.quant"].search([("product_id", "=", self.bulk.id)]).quantity = 0
        kettle = self._plan()
        self.assertEqual(kettle.product_id, self.bulk)
        self.assertEqual(kettle.allocation_ids.consumer_production_id, filling)
        self.assertLessEqual(kettle.date_finished, filling.date_start)
        self.assertEqual(kettle.date_start.date(), filling.date_start.date())

    def test_run_waits_for_receipts_and_its_lead_time(self):
        self.jar_recipe.produce_delay = 1
        self._stock_up(self.bulk, 20)
        supplier = self.env["res.partner"].create({"name": "Glassworks"})
        purchase = self.env["purchase.order"].create(
            {
                "partner_id": supplier.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.glass.id,
                            "product_qty": 100,
                            "date_planned": MONDAY + timedelta(days=3, hours=6),
                        }
                    )
                ],
            }
        )
        purchase.button_confirm()
        self._order_in(2, 20)
        run, _kettle = self._plan_products()
        self.assertScheduled(run)
        self.assertGreaterEqual(run.date_start, MONDAY + timedelta(days=3, hours=6))
        self.assertEqual(run.date_finished, run.date_start + timedelta(days=1))

    def test_planner_says_when_to_begin(self):
        self._order_in(8, 20)
        wizard = self.env["mrp.plan.runs"].create({})
        line = wizard.line_ids.filtered(lambda line: line.product_id == self.jar)
        line.date_start = (MONDAY + timedelta(days=15)).date()
        wizard.action_confirm()
        self.assertGreaterEqual(line.production_id.date_start.date(), line.date_start)

    def test_no_free_time_is_told_to_the_planner(self):
        self.jar_recipe.operation_ids.time_cycle_manual = 60 * 24 * 366
        self._order_in(8, 20)
        run, kettle = self._plan_products()
        self.assertScheduled(kettle)
        self.assertFalse(run.is_planned)
        self.assertIn("no free time", run.activity_ids.note)

    def test_reserved_lots_keep_until_a_later_start(self):
        self.kettle.resource_calendar_id = self.calendar
        self._stock_up(self.raw, 100, "early", expires=MONDAY + timedelta(days=2))
        self._stock_up(self.raw, 100, "late", expires=MONDAY + timedelta(days=90))
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Repair",
                "resource_id": self.kettle.resource_id.id,
                "calendar_id": self.calendar.id,
                "date_from": MONDAY,
                "date_to": MONDAY + timedelta(days=10),
            }
        )
        self._order_in(1, 10, self.bulk)
        run = self._plan()
        self.assertGreater(run.date_start, MONDAY + timedelta(days=9))
        self.assertEqual(run.move_raw_ids.move_line_ids.lot_id.name, "late")

    def test_runs_without_work_orders_have_dates(self):
        (self.jar_recipe | self.bulk_recipe).operation_ids.unlink()
        self.bulk_recipe.produce_delay = 2
        order = self._order_in(8, 20)
        filling, kettle = self._plan_products()
        self.assertLessEqual(filling.date_start.date(), order.ship_by_date)
        self.assertLessEqual(kettle.date_finished, filling.date_start)
        self.assertEqual(kettle.date_finished - kettle.date_start, timedelta(days=2))

    def test_unplanned_run_can_be_planned_by_core(self):
        self._order_in(8, 20)
        runs = self._plan()
        runs.button_unplan()
        self.assertFalse(any(runs.mapped("is_planned")))
        self.assertFalse(runs.workorder_ids.leave_id)
        runs.button_plan()
        self.assertTrue(all(runs.mapped("is_planned")))

    def test_planner_needs_no_other_rights(self):
        self._order_in(8, 20)
        planner = new_test_user(self.env, "planner", groups="mrp.group_mrp_user")
        wizard = self.env["mrp.plan.runs"].with_user(planner).create({})
        wizard.action_confirm()
        self.assertScheduled(wizard.sudo().line_ids.production_id)

    def test_queries_of_the_engine_input_do_not_grow(self):
        self.jar_recipe.write({"enable_batch_size": True, "batch_size": 10})

        def count(quantity):
            self._order_in(20, quantity)
            runs = self._plan()
            works = self.env["mrp.workorder"].browse(runs.workorder_ids.ids)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            runs._get_free_capacity(works, 0)
            for run, group in works.grouped("production_id").items():
                run._get_schedule_steps(group)
            return len(runs), self.env.cr.sql_log_count - before

        count(10)
        few, queries = count(20)
        many, more = count(100)
        self.assertGreater(many, 3 * few)
        self.assertLessEqual(more, queries)
