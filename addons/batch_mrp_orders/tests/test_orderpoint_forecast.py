# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import datetime, timedelta

from .promise_common import MONDAY, PromiseCase


class TestOrderpointForecast(PromiseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        manufacture = cls.warehouse.manufacture_pull_id.route_id
        cls.bulk.route_ids = manufacture
        cls.bulk.bom_ids.planning_policy = "stock"
        cls.orderpoint = cls.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": cls.bulk.id,
                "location_id": cls.stock.id,
                "route_id": manufacture.id,
                "product_min_qty": 12,
                "product_max_qty": 12,
                "trigger": "manual",
            }
        )

    def _sold(self, quantity, date, back=False):
        """Goods that left for a customer on ``date``, or came back."""
        customers = self.env.ref("stock.stock_location_customers")
        inside, outside = (customers, self.stock) if back else (self.stock, customers)
        move = self.env["stock.move"].create(
            {
                "product_id": self.bulk.id,
                "product_uom_qty": quantity,
                "product_uom": self.bulk.uom_id.id,
                "location_id": inside.id,
                "location_dest_id": outside.id,
            }
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE stock_move SET state = 'done', date = %s WHERE id = %s", (date, move.id)
        )
        self.env.invalidate_all()

    def test_full_batches(self):
        self.assertEqual(self.orderpoint.qty_to_order, 20)

    def test_no_more_than_can_be_sold_before_it_expires(self):
        for month in (8, 9, 10):
            self._sold(31, datetime(2026, month, 5))
        self.assertEqual(self.orderpoint.forecast_qty, 31)
        self.bulk.write({"expiration_time": 15, "removal_time": 0})
        self.assertEqual(self.orderpoint.sellable_qty, 15)
        self.orderpoint.action_use_suggested_min()
        self.orderpoint.write({"product_min_qty": 12, "product_max_qty": 12.5})
        self.assertEqual(self.orderpoint.qty_to_order, 10)

    def test_forecast_backtest_and_suggestion(self):
        for month, quantity in ((9, 10), (10, 10), (11, 10), (12, 25)):
            self._sold(quantity, datetime(2025, month, 5))
        for month in (8, 9, 10):
            self._sold(12, datetime(2026, month, 5))
        self._sold(2, datetime(2026, 10, 9), back=True)
        point = self.orderpoint
        self.assertTrue(point.forecast_tested)
        self.assertAlmostEqual(point.forecast_error, 0.6)
        self.assertAlmostEqual(point.forecast_qty, 34 / 3, places=5)
        self.assertAlmostEqual(
            point.suggested_min_qty, 34 / 3 / 31 * point.lead_days * 1.6, places=5
        )
        point.action_use_suggested_min()
        self.assertEqual(point.product_min_qty, point.suggested_min_qty)

    def test_no_history_no_suggestion(self):
        self.assertEqual(self.orderpoint.forecast_qty, 0)
        self.assertEqual(self.orderpoint.suggested_min_qty, 0)
        self.assertFalse(self.orderpoint.forecast_tested)

    def test_forecast_of_many_takes_as_many_queries_as_of_one(self):
        points = self.orderpoint
        for number in range(10):
            product = self._create_product(f"Extra {number}", self.kg)
            points |= points.create({"product_id": product.id, "location_id": self.stock.id})
        self._sold(5, MONDAY - timedelta(days=60))

        def count(records):
            records.mapped("lead_days")
            records.invalidate_recordset(["forecast_qty"])
            before = self.env.cr.sql_log_count
            records._get_monthly_sales()
            return self.env.cr.sql_log_count - before

        count(points)
        self.assertEqual(count(points), count(points[:1]))
