# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user

from .common import FulfilmentCase


class TestCheck(FulfilmentCase):
    def kinds(self, picking):
        return [problem.kind for problem in picking._find_ship_problems().get(picking.id, [])]

    def test_good_one_can_leave(self):
        self.assertEqual(self.kinds(self._create_deliveries(1)), [])

    def test_each_reason(self):
        cases = {
            "hold": lambda p: p.sale_id.write({"planning_block_reason": "No"}),
            "address": lambda p: p.partner_id.write({"zip": "123"}),
            "state": lambda p: p.do_unreserve(),
            "missing": lambda p: p.move_ids[0].move_line_ids.write({"quantity": 1}),
            "scan": lambda p: p.move_line_ids[0].write({"scanned_qty": 1}),
            "done": lambda p: p.button_validate(),
        }
        for kind, change in cases.items():
            customer = self._create_customer(f"Customer {kind}")
            picking = self._create_deliveries(1, customer=customer)
            with self.subTest(kind):
                change(picking)
                self.env.invalidate_all()
                self.assertIn(kind, self.kinds(picking))
                self.assertTrue(picking.ship_problem)

    def test_blocked_lot(self):
        picking = self._create_deliveries(1)
        self._block(self.lot)
        self.assertEqual(self.kinds(picking), ["lot"])
        self.assertIn("JAR-1", picking.ship_problem)

    def test_lot_must_keep_as_long_as_the_customer_demands(self):
        picking = self._create_deliveries(1)
        today = fields.Date.context_today(picking)
        self.lot.write(self.lot._get_dates_at(today + timedelta(days=300)))
        self.jar.min_remaining_days = 299
        self.assertEqual(self.kinds(picking), [])
        self.jar.min_remaining_days = 300
        self.assertEqual(self.kinds(picking), ["lot"])
        self.lot.expiration_date = fields.Datetime.now() - timedelta(days=1)
        self.jar.min_remaining_days = 0
        self.assertEqual(self.kinds(picking), ["lot"])

    def test_weight_counts_where_a_label_is_bought(self):
        picking = self._create_deliveries(1)
        picking.shipping_weight = 0
        self.assertEqual(self.kinds(picking), [])
        self.post.delivery_type = "dhl_de"
        self.assertEqual(self.kinds(picking), ["weight"])
        self.post.max_weight = 5
        picking.shipping_weight = 6
        self.assertEqual(self.kinds(picking), ["weight"])

    def test_same_queries_for_many_as_for_few(self):
        clerk = new_test_user(self.env, "ship_looker", groups="stock.group_stock_user")
        counts = []
        for size in (2, 2, 12):
            pickings = self._create_deliveries(size)
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            pickings.with_user(clerk).mapped("ship_problem")
            counts.append(self.cr.sql_log_count - start)
        self.assertLess(counts[2] - counts[1], 5, counts)
