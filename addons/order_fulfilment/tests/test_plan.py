# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user

from .common import FulfilmentCase


class TestPlan(FulfilmentCase):
    def test_by_carrier_and_day_and_number(self):
        post = self._create_deliveries(3)
        cargo = self._create_deliveries(1, carrier=self.cargo)
        later = self._create_deliveries(1, days=3)
        late = self._create_deliveries(1, days=-3)
        batches = (post | cargo | later | late)._plan_batches(size=3)
        self.assertEqual(
            sorted(batches.mapped(lambda b: len(b.picking_ids))), [1, 1, 1, 3], "late is today"
        )
        for batch in batches:
            self.assertEqual(len(batch.picking_ids.carrier_id), 1)
            numbers = batch.picking_ids.mapped("batch_sequence")
            self.assertEqual(sorted(numbers), list(range(1, len(numbers) + 1)))
            self.assertEqual(batch.state, "in_progress")
            self.assertIn(batch.picking_ids.carrier_id.name, batch.description)

    def test_orders_of_one_product_are_together(self):
        mixed = self._create_deliveries(1)
        jars = self._create_deliveries(2, (self.jar, 1))
        candles = self._create_deliveries(1, (self.candle, 3))
        jars |= self._create_deliveries(1, (self.jar, 4))
        batches = (mixed | jars | candles)._plan_batches(size=3)
        full = batches.filtered(lambda batch: len(batch.picking_ids) == 3)
        self.assertEqual(full.picking_ids, jars)
        self.assertIn(self.jar.display_name, full.description)

    def test_what_must_not_leave_is_not_picked(self):
        held, good, planned = self._create_deliveries(3)
        held.sale_id.planning_block_reason = "No"
        planned._plan_batches()
        batch = planned.batch_id
        self.assertEqual((held | good | planned)._plan_batches().picking_ids, good)
        self.assertEqual(planned.batch_id, batch)

    def test_incomplete_deliveries_wait_or_are_picked(self):
        short = self._create_deliveries(1, (self.jar, 1), (self.glass, 5))
        self.assertEqual(short.state, "assigned")
        self.assertFalse(short._plan_batches())
        self.assertEqual(short._plan_batches(partial=True).picking_ids, short)

    def test_limits_of_the_operation_type(self):
        kind = self.warehouse.out_type_id
        kind.write({"batch_max_pickings": 5, "batch_max_lines": 4})
        batches = self._create_deliveries(5)._plan_batches()
        self.assertEqual(sorted(len(batch.picking_ids) for batch in batches), [1, 2, 2])

    def test_queries_do_not_grow_with_the_deliveries(self):
        kind = self.warehouse.out_type_id
        kind.batch_max_pickings = 100
        self._create_deliveries(2)._plan_batches()
        counts = []
        for size in (5, 25):
            pickings = self._create_deliveries(size)
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            pickings._plan_batches()
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - start)
        self.assertLess(counts[1] - counts[0], 30, counts)

    def test_clerk_plans_in_the_wizard(self):
        clerk = new_test_user(self.env, "ship_planner", groups="order_hub.group_role_warehouse")
        today = self._create_deliveries(2)
        self._create_deliveries(1, days=5)
        plan = self.env["stock.batch.plan"].with_user(clerk)
        wizard = plan.create({"warehouse_id": self.warehouse.id})
        self.assertEqual(wizard.ready_count, 2)
        action = wizard.action_plan()
        batch = self.env["stock.picking.batch"].search(action["domain"])
        self.assertEqual(batch.picking_ids, today)
        with self.assertRaises(UserError):
            wizard.action_plan()

    def test_list_in_the_order_of_the_walk(self):
        shelves = self.env["stock.location"].create(
            [{"name": name, "location_id": self.stock.id} for name in ("B-02", "A-01")]
        )
        other = self._create_product("Soap", self.unit, weight=0.1)
        first = fields.Datetime.now() + timedelta(days=100)
        lots = self.env["stock.lot"].create(
            [
                {"name": name, "product_id": other.id, "expiration_date": first + extra}
                for name, extra in (("S-2", timedelta(days=50)), ("S-1", timedelta()))
            ]
        )
        for lot, quantity, shelf in zip(lots, (100, 3), shelves, strict=True):
            self.env["stock.quant"]._update_available_quantity(other, shelf, quantity, lot_id=lot)
        pickings = self._create_deliveries(3, (other, 2))
        batch = pickings._plan_batches()
        rows = batch._get_pick_rows()
        self.assertEqual(rows.mapped("lot_id.name"), ["S-1", "S-2"], "first expired first")
        self.assertEqual(rows.mapped("location_id"), shelves[::-1])
        self.assertEqual(rows.mapped("quantity"), [3, 3])
        self.assertEqual(rows.mapped("boxes"), ["1: 2,  2: 1", "2: 1,  3: 2"])
        self.assertTrue(all(rows.mapped("best_before")))
        report = self.env["ir.actions.report"]
        html, _kind = report._render_qweb_html("order_fulfilment.report_pick_list", batch.ids)
        self.assertIn(b"1: 2,  2: 1", html)
        self.assertLess(html.index(b"S-1"), html.index(b"S-2"))

    def test_ticks_are_those_of_the_goods(self):
        clerk = new_test_user(self.env, "ship_picker", groups="order_hub.group_role_warehouse")
        pickings = self._create_deliveries(2)
        batch = pickings._plan_batches()
        rows = batch.with_user(clerk)._get_pick_rows()
        row = rows.filtered(lambda row: row.product_id == self.jar)
        row.action_toggle_picked()
        lines = pickings.move_line_ids
        self.assertEqual(lines.filtered("picked").product_id, self.jar)
        self.assertEqual(batch.pick_progress, 50)
        self.assertIn("Candle", pickings[0].ship_problem)
        (rows - row).action_toggle_picked()
        self.assertTrue(all(lines.mapped("picked")))
        self.assertFalse(pickings[0].ship_problem)
        self.assertTrue(all(batch._get_pick_rows().mapped("picked")))
        row.action_toggle_picked()
        self.assertEqual(lines.filtered("picked").product_id, self.candle)

    def test_new_warehouses_make_no_batch_for_each_customer(self):
        warehouse = self.env["stock.warehouse"].create({"name": "Second", "code": "SECND"})
        self.assertFalse(warehouse.out_type_id.auto_batch)
        self.assertTrue(warehouse.in_type_id.auto_batch, "what core does otherwise stays")
