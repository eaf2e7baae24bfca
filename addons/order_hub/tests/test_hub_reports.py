# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from odoo.addons.batch_mrp_orders.tests.common import BatchCase


class TestHubReports(BatchCase):
    def pass_time(self, **time):
        """All that has happened so far was that much earlier."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order_stage_log SET entered_on = entered_on - %(time)s,"
            " left_on = left_on - %(time)s",
            {"time": timedelta(**time)},
        )
        self.env.invalidate_all()

    def stays(self, orders):
        self.env.flush_all()
        return self.env["sale.order.stage.log"].search(
            [("order_id", "in", orders.ids)], order="order_id, entered_on, id"
        )

    def test_each_stay_is_noted(self):
        order = self._create_order((self.jar, 5), confirm=False)
        self.pass_time(days=2)
        order.action_confirm()
        self.pass_time(hours=36)
        self._stock_up(self.jar, 5)
        order.picking_ids.action_assign()
        self.pass_time(days=1)
        stays = self.stays(order)
        self.assertEqual(stays.mapped("stage"), ["quotation", "to_plan", "ready"])
        self.assertEqual(stays.mapped(lambda stay: bool(stay.left_on)), [True, True, False])
        report = self.env["sale.order.stage.report"].search(
            [("order_id", "=", order.id)], order="entered_on"
        )
        for row, days in zip(report, (2, 1.5, 1), strict=True):
            self.assertAlmostEqual(row.days, days, 2)
        self.assertEqual(stays[1].entered_on, stays[0].left_on)

    def test_statuses_of_a_moment_are_none(self):
        order = self._create_order((self.jar, 5))
        self._stock_up(self.jar, 5)
        order.picking_ids.action_assign()
        self.assertEqual(self.stays(order).mapped("stage"), ["ready"])

    def test_same_status_written_again_is_the_same_stay(self):
        order = self._create_order((self.jar, 5))
        self.pass_time(days=1)
        before = self.stays(order)
        self.env.add_to_compute(order._fields["production_status"], order)
        self.env.flush_all()
        order.write({"production_status": "to_plan"})
        self.assertEqual(self.stays(order), before)
        self.assertFalse(before.left_on)

    def test_many_orders_cost_one_statement(self):
        def change(count):
            orders = self.env["sale.order"].concat(
                *(self._create_order((self.jar, 1)) for _number in range(count))
            )
            self.pass_time(days=1)
            orders.mapped("production_status")
            start = self.env.cr.sql_log_count
            orders._log_stages(orders.ids)
            self.assertEqual(self.env.cr.sql_log_count, start + 1)
            orders.planning_block_reason = "Wait"
            return self.stays(orders)

        self.assertEqual(len(change(2)), 4)
        self.assertEqual(len(change(7)), 14)

    def test_gone_with_its_order(self):
        order = self._create_order((self.jar, 5), confirm=False)
        self.assertTrue(self.stays(order))
        order.unlink()
        self.assertFalse(self.stays(order))

    def test_on_time_rate(self):
        self._stock_up(self.jar, 20)
        orders = [self._create_order((self.jar, 2)) for _number in range(3)]
        for order in orders:
            self._ship(order)
        today = fields.Date.context_today(self.env.user)
        for order, days in zip(orders, (3, -2, None), strict=True):
            order.ship_by_date = today + timedelta(days=days) if days else False
        self.env.flush_all()
        report = self.env["sale.order.delivery.report"]
        rows = {
            row.order_id: row
            for row in report.search([("order_id", "in", [order.id for order in orders])])
        }
        self.assertEqual([rows[order].punctual for order in orders[:2]], [1, 0])
        self.assertGreaterEqual(rows[orders[1]].days_late, 1)
        ((rate,),) = report._read_group(
            [("order_id", "in", [order.id for order in orders])], [], ["punctual:avg"]
        )
        self.assertEqual(rate, 0.5)  # the one without a date counts on neither side

    def test_last_shipment_counts(self):
        """An order in two parcels is one row, with the day of the second; also of one moment."""
        self._stock_up(self.jar, 20)
        order = self._create_order((self.jar, 2), (self.jar, 3))
        self._ship(order)
        first = order.picking_ids
        second = first.copy({"sale_id": order.id})
        now = fields.Datetime.now()
        report = self.env["sale.order.delivery.report"]
        for states, moments, expected in (
            (("done", "done"), (-2, -1), -1),
            (("done", "done"), (-1, -2), -1),
            (("done", "done"), (-1, -1), -1),
            (("done", "cancel"), (-2, -1), -2),
        ):
            for picking, state, days in zip(first + second, states, moments, strict=True):
                picking.write({"state": state, "date_done": now + timedelta(days=days)})
            self.env.flush_all()
            self.env.invalidate_all()
            row = report.search([("order_id", "=", order.id)])
            self.assertEqual(len(row), 1)
            self.assertEqual(row.shipped_on, now + timedelta(days=expected))
            self.assertFalse(
                report.search([("order_id", "=", order.id), ("shipped_on", "<", row.shipped_on)])
            )

    def test_open_orders_are_not_shipped(self):
        order = self._create_order((self.jar, 2))
        self.env.flush_all()
        report = self.env["sale.order.delivery.report"]
        self.assertFalse(report.search([("order_id", "=", order.id)]))

    def test_rights_and_companies(self):
        order = self._create_order((self.jar, 5))
        self.env.flush_all()
        seller = new_test_user(
            self.env, "hub_lead", groups="sales_team.group_sale_salesman_all_leads"
        )
        store = new_test_user(self.env, "hub_store2", groups="stock.group_stock_user")
        other = self.env["res.company"].create({"name": "Hub Elsewhere"})
        seller.company_ids += other
        domain = [("order_id", "=", order.id)]
        for model in ("sale.order.stage.log", "sale.order.stage.report"):
            records = self.env[model].with_user(seller)
            self.assertTrue(records.search(domain))
            self.assertFalse(records.with_context(allowed_company_ids=other.ids).search(domain))
            with self.assertRaises(AccessError):
                self.env[model].with_user(store).search(domain)
        with self.assertRaises(AccessError):
            self.stays(order).with_user(seller).write({"stage": "done"})
