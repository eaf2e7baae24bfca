# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import BatchCase


@tagged("post_install", "-at_install")
class TestRunCost(BatchCase):
    """Lots have the price at which they came, whatever the product's average is by then."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.raw | cls.glass | cls.bulk | cls.jar).categ_id = cls.env["product.category"].create(
            {"name": "Honey at average", "property_cost_method": "average"}
        )
        cls.raw.standard_price, cls.glass.standard_price = 5.0, 0.4
        cls.company.cost_overhead_rate = 10
        cls.costs = cls.env["mrp.production.cost"]
        cls.raw_lot = cls._receive(cls.raw, 51, 6.0, "R-1")
        cls._receive(cls.raw, 500, 9.0, "R-2")
        cls._receive(cls.glass, 200, 0.5)

    @classmethod
    def _receive(cls, product, quantity, price, lot_name=None):
        order = cls.env["purchase.order"].create(
            {
                "partner_id": cls.customer.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_qty": quantity,
                            "price_unit": price,
                            "tax_ids": [],
                        }
                    )
                ],
            }
        )
        order.button_confirm()
        line = order.picking_ids.move_ids.move_line_ids[:1]
        line.quantity = quantity
        if lot_name:
            line.lot_name = lot_name
        order.picking_ids.move_ids.picked = True
        order.picking_ids.button_validate()
        return order.picking_ids.move_line_ids.lot_id

    def _run(self, product, recipe, quantity, good=None):
        run = self.env["mrp.production"].create(
            {
                "product_id": product.id,
                "bom_id": recipe.id,
                "product_qty": quantity,
                "lot_producing_ids": self.env["stock.lot"].create(
                    {"name": f"RUN-{product.id}-{quantity}", "product_id": product.id}
                ),
            }
        )
        run.action_confirm()
        run.action_assign()
        run.qty_producing = good or quantity
        run.move_raw_ids.picked = True
        done = run.with_context(skip_consumption=True, skip_expired=True, skip_backorder=True)
        done.button_mark_done()
        self.assertEqual(run.state, "done")
        return run

    def _cost(self, run):
        self.costs._compute_runs(run)
        return self.costs.search([("production_id", "in", run.ids)])

    def test_lots_at_their_own_price_over_two_levels(self):
        bulk = self._run(self.bulk, self.bulk_recipe, 10)
        jars = self._run(self.jar, self.jar_recipe, 20)
        self.assertEqual(bulk.move_raw_ids.move_line_ids.lot_id, self.raw_lot)
        cost = self._cost(jars)
        bulk_unit = 10.2 * 6 / 10
        self.assertAlmostEqual(cost.unit_cost, bulk_unit / 2 + 0.5, 2)
        self.assertTrue(cost.is_known)
        self.assertEqual(cost.good_qty, 20)

    def test_loss_is_borne_by_what_is_left(self):
        run = self._run(self.bulk, self.bulk_recipe, 10)
        self.env["stock.scrap"].create(
            {
                "product_id": self.bulk.id,
                "scrap_qty": 2,
                "lot_id": run.lot_producing_ids.id,
                "location_id": self.stock.id,
                "production_id": run.id,
            }
        ).action_validate()
        cost = self._cost(run)
        self.assertEqual(cost.good_qty, 8)
        self.assertEqual(cost.total_cost, 61.2)
        self.assertAlmostEqual(cost.unit_cost, 61.2 / 8, 6)
        # Planned at the product's price (an average by now); the four explain the difference.
        self.assertGreater(cost.deviation_yield, 0)
        self.assertLess(cost.deviation_price, 0)
        parts = (
            cost.deviation_price + cost.deviation_usage + cost.deviation_time + cost.deviation_yield
        )
        self.assertAlmostEqual(parts, cost.deviation, 6)
        self.assertAlmostEqual(cost.total_cost - cost.planned_cost, cost.deviation, 6)

    def test_work_at_the_rate_of_the_work_center(self):
        center = self.env["mrp.workcenter"].create({"name": "Kettle", "costs_hour": 30})
        self.bulk_recipe.operation_ids = [
            Command.create({"name": "Stir", "workcenter_id": center.id, "time_cycle_manual": 30})
        ]
        run = self._run(self.bulk, self.bulk_recipe, 10)
        run.workorder_ids.time_ids.unlink()
        self.env["mrp.workcenter.productivity"].create(
            {
                "workorder_id": run.workorder_ids.id,
                "workcenter_id": center.id,
                "loss_id": self.env.ref("mrp.block_reason7").id,
                "date_start": "2026-03-02 08:00:00",
                "date_end": "2026-03-02 10:00:00",
            }
        )
        cost = self._cost(run)
        self.assertEqual(cost.work_cost, 60)
        planned = run.workorder_ids.duration_expected / 60 * 30
        self.assertAlmostEqual(cost.deviation_time, (60 - planned) * 1.1, 2)

    def test_planned_prices_and_overhead_stay(self):
        run = self._run(self.bulk, self.bulk_recipe, 10)
        planned = self._cost(run).planned_cost
        self.raw.standard_price = 100
        self.company.cost_overhead_rate = 50
        cost = self._cost(run)
        self.assertEqual(cost.planned_cost, planned)
        self.assertEqual(cost.overhead_rate, 10)

    def test_job_computes_each_run_once(self):
        run = self._run(self.bulk, self.bulk_recipe, 10)
        self.assertIn(run, self.costs._get_stale_runs())
        self._run_job("ir_cron_run_costs")
        self.assertTrue(self.costs.search([("production_id", "=", run.id)]))
        self.assertNotIn(run, self.costs._get_stale_runs())

    def test_queries_do_not_grow_with_runs(self):
        runs = self.env["mrp.production"]
        for quantity in (10, 20, 30, 40):
            runs |= self._run(self.bulk, self.bulk_recipe, quantity)
        self._cost(runs)
        counts = []
        for some in (runs[:2], runs):
            self.costs.search([]).unlink()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.costs._compute_runs(some)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])

    def test_only_who_may_sees_costs(self):
        run = self._run(self.bulk, self.bulk_recipe, 10)
        cost = self._cost(run)
        groups = "mrp.group_mrp_manager,sales_team.group_sale_manager"
        nosy = new_test_user(self.env, "nosy", groups=groups)
        with self.assertRaises(AccessError):
            cost.with_user(nosy).read(["unit_cost"])
        with self.assertRaises(AccessError):
            run.with_user(nosy).action_view_actual_cost()
        owner = new_test_user(
            self.env, "owner", groups="mrp.group_mrp_user,batch_mrp_orders.group_cost"
        )
        action = run.with_user(owner).action_view_actual_cost()
        self.assertEqual(action["res_id"], cost.id)
        self.assertEqual(cost.with_user(owner).total_cost, 61.2)
