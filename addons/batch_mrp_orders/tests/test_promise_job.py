# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo.tests import new_test_user

from .promise_common import MONDAY, PromiseCase


class TestPromiseJob(PromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sellers = [
            new_test_user(cls.env, name, groups="sales_team.group_sale_salesman", lang="en_US")
            for name in ("anna", "ben")
        ]
        cls.cron = cls.env.ref("batch_mrp_orders.cron_refresh_promises")
        cls.kind = cls.env.ref("batch_mrp_orders.mail_activity_type_late_orders")

    def _activities(self, user):
        return self.env["mail.activity"].search(
            [("user_id", "=", user.id), ("activity_type_id", "=", self.kind.id)]
        )

    def _promised_orders(self):
        """Orders that wait for one receipt, three of Anna's and one of Ben's."""
        self._stock_up(self.raw, 200)
        receipt = self._receive(self.glass, 500, 3)
        orders = self.env["sale.order"]
        for user in (self.sellers[0],) * 3 + (self.sellers[1],):
            orders |= self._quotation(10, user_id=user.id)
        orders.action_promise()
        orders.action_confirm()
        self.env["sale.order"]._cron_refresh_promises()
        return orders, receipt

    def _triggers(self):
        self.env.flush_all()
        return self.env["ir.cron.trigger"].search_count([("cron_id", "=", self.cron.id)])

    def test_on_time_nobody_is_told(self):
        orders, _receipt = self._promised_orders()
        self.assertFalse(any(orders.mapped("is_late")))
        self.assertFalse(self._activities(self.sellers[0]))

    def test_a_late_receipt_tells_each_salesperson_once(self):
        orders, receipt = self._promised_orders()
        receipt.move_ids.date = MONDAY + timedelta(days=8)
        for _time in range(2):
            self.env["sale.order"]._cron_refresh_promises()
        self.assertTrue(all(orders.mapped("is_late")))
        self.assertEqual(orders.mapped("promise_delay_days"), [3, 3, 3, 3])
        anna, ben = (self._activities(user) for user in self.sellers)
        self.assertEqual((len(anna), len(ben)), (1, 1))
        self.assertEqual(anna.summary, "3 orders will be late")
        self.assertEqual(ben.summary, "1 order will be late")
        for order in orders[:3]:
            self.assertIn(order.name, anna.note)
        self.assertNotIn(orders[3].name, anna.note)
        self.assertEqual(
            self.env["sale.order"].with_user(self.sellers[0]).search([("is_late", "=", True)]),
            orders[:3],
        )

    def test_more_late_orders_join_the_open_activity(self):
        orders, receipt = self._promised_orders()
        receipt.move_ids.date = MONDAY + timedelta(days=8)
        self.env["sale.order"]._cron_refresh_promises()
        first = self._activities(self.sellers[0])
        receipt.move_ids.date = MONDAY + timedelta(days=10)
        self.env["sale.order"]._cron_refresh_promises()
        self.assertEqual(self._activities(self.sellers[0]), first)
        self.assertIn(str(orders[0].promise_date.year), first.note)

    def test_the_activity_goes_when_all_is_well_again(self):
        orders, receipt = self._promised_orders()
        receipt.move_ids.date = MONDAY + timedelta(days=8)
        self.env["sale.order"]._cron_refresh_promises()
        receipt.move_ids.date = MONDAY + timedelta(days=1)
        self.env["sale.order"]._cron_refresh_promises()
        self.assertFalse(any(orders.mapped("is_late")))
        self.assertFalse(self._activities(self.sellers[0]))

    def test_shortage_is_refreshed_too(self):
        orders, receipt = self._promised_orders()
        orders.action_check_materials()
        self.assertEqual(set(orders.mapped("material_state")), {"expected"})
        receipt.move_ids.picked = True
        receipt.button_validate()
        self.env["sale.order"]._cron_refresh_promises()
        self.assertEqual(set(orders.mapped("material_state")), {"available"})

    def test_arriving_material_triggers_the_job(self):
        receipt = self._receive(self.glass, 50, 1)
        self.env.cr.precommit.data.clear()
        before = self._triggers()
        receipt.move_ids.picked = True
        receipt.button_validate()
        self.assertEqual(self._triggers(), before + 1)

    def test_moved_run_triggers_the_job_once(self):
        self._stock_up(self.raw, 20)
        run = self.env["mrp.production"].create(
            {"product_id": self.bulk.id, "product_qty": 10, "bom_id": self.bulk_recipe.id}
        )
        run.action_confirm()
        self.env.cr.precommit.data.clear()
        before = self._triggers()
        run.date_start = MONDAY + timedelta(days=5)
        run.date_start = MONDAY + timedelta(days=6)
        self.assertEqual(self._triggers(), before + 1)

    def test_a_slipping_run_makes_its_orders_late(self):
        self._stock_up(self.raw, 20)
        self._stock_up(self.glass, 20)
        order = self._quotation()
        order.action_promise()
        order.action_confirm()
        runs = self._plan()
        self.env["sale.order"]._cron_refresh_promises()
        self.assertFalse(order.is_late)
        runs.date_start = MONDAY + timedelta(days=7)
        self.env["sale.order"]._cron_refresh_promises()
        self.assertEqual(order.promise_date, self._day(9))
        self.assertTrue(order.is_late)

    def test_unchanged_lines_are_not_written(self):
        orders, _receipt = self._promised_orders()
        before = orders.order_line.mapped("write_date")
        self.clock.move_to(MONDAY + timedelta(minutes=10))
        self.env["sale.order"]._cron_refresh_promises()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(orders.order_line.mapped("write_date"), before)

    def test_queries_of_the_job_do_not_grow_with_orders(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["sale.order"]._cron_refresh_promises()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        self._promised_orders()
        count()
        few = count()
        for _number in range(12):
            self._create_order((self.jar, 3))
        count()
        self.assertLessEqual(count() - few, 3)
