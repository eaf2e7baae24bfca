# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .common import BatchCase

TODAY = datetime(2026, 11, 22, 12)


class TestExpiryRisk(BatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-11-22 12:00:00"))
        cls.keeper = new_test_user(cls.env, "keeper", groups="stock.group_stock_user")
        cls.jar.write({"standard_price": 3, "responsible_id": cls.keeper.id})
        cls.env["stock.expiry.risk"].search([]).unlink()

    def _risks(self):
        self.env["stock.expiry.risk"]._refresh(self.company)
        return {
            risk.lot_id.name: risk.risk_qty
            for risk in self.env["stock.expiry.risk"].search(
                [("product_id", "in", (self.jar | self.bulk | self.raw).ids)]
            )
        }

    def _sell(self, product, quantity, day, destination="customer"):
        """So much has left stock on ``day``."""
        place = {
            "customer": self.env.ref("stock.stock_location_customers"),
            "production": self.env["stock.location"].search(
                [("usage", "=", "production"), ("company_id", "=", self.company.id)], limit=1
            ),
        }[destination]
        move = self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": quantity,
                "location_id": self.stock.id,
                "location_dest_id": place.id,
            }
        )
        move._action_confirm()
        move.quantity = quantity
        lot = self.env["stock.lot"].search([("name", "=", "PAST"), ("product_id", "=", product.id)])
        lot = lot or self._stock_up(product, 1000, "PAST", TODAY + timedelta(days=9000))
        move.move_line_ids.lot_id = lot
        move.picked = True
        move._action_done()
        move.date = day

    def _past_sales(self, product, monthly, **values):
        for month in (8, 9, 10):
            self._sell(product, monthly, datetime(2026, month, 15), **values)

    def test_what_nobody_buys_is_at_risk(self):
        self._stock_up(self.jar, 10, "A", TODAY + timedelta(days=30))
        self.assertEqual(self._risks(), {"A": 10})

    def test_past_sales_go_on(self):
        self._stock_up(self.jar, 40, "A", TODAY + timedelta(days=9))
        self._past_sales(self.jar, 30)
        self.assertEqual(self._risks(), {"A": 31})

    def test_what_runs_use_counts_like_sales(self):
        self._stock_up(self.raw, 40, "A", TODAY + timedelta(days=9))
        self._past_sales(self.raw, 30, destination="production")
        self.assertEqual(self._risks(), {"A": 31})

    def test_open_orders_come_first(self):
        self._stock_up(self.jar, 40, "A", TODAY + timedelta(days=9))
        self._create_order((self.jar, 38), commitment_date=TODAY + timedelta(days=2))
        self.assertEqual(self._risks(), {"A": 2})

    def test_orders_that_need_longer_life_do_not_help(self):
        self._stock_up(self.jar, 40, "A", TODAY + timedelta(days=9))
        self.customer.min_remaining_days = 20
        self._create_order((self.jar, 38), commitment_date=TODAY + timedelta(days=2))
        self.assertEqual(self._risks(), {"A": 40})

    def test_open_runs_use_their_ingredients(self):
        self._stock_up(self.raw, 40, "A", TODAY + timedelta(days=9))
        run = self.env["mrp.production"].create({"product_id": self.bulk.id, "product_qty": 10})
        run.action_confirm()
        self.assertEqual(self._risks(), {"A": 29.8})

    def test_blocked_lots_are_a_matter_of_quality(self):
        lot = self._stock_up(self.jar, 10, "A", TODAY + timedelta(days=30))
        lot.is_blocked = True
        self.assertEqual(self._risks(), {})

    def test_value_and_day(self):
        lot = self._stock_up(self.jar, 10, "A", TODAY + timedelta(days=30))
        lot.removal_date = TODAY + timedelta(days=25)
        self._risks()
        risk = self.env["stock.expiry.risk"].search([("lot_id", "=", lot.id)])
        self.assertEqual(risk.risk_value, 30)
        self.assertEqual(risk.last_day, (TODAY + timedelta(days=25)).date())
        self.assertEqual(risk.responsible_id, self.keeper)
        self.assertEqual(risk.action_view_lot()["res_id"], lot.id)

    def test_lines_follow_the_stock(self):
        lot = self._stock_up(self.jar, 10, "A", TODAY + timedelta(days=30))
        self._risks()
        line = self.env["stock.expiry.risk"].search([("lot_id", "=", lot.id)])
        self.env["stock.quant"]._update_available_quantity(self.jar, self.stock, -4, lot_id=lot)
        self.assertEqual(self._risks(), {"A": 6})
        self.assertEqual(line.risk_qty, 6)
        self.env["stock.quant"]._update_available_quantity(self.jar, self.stock, -6, lot_id=lot)
        self.assertEqual(self._risks(), {})
        self.assertFalse(line.exists())

    def test_responsible_is_told_once(self):
        soon = self._stock_up(self.jar, 10, "A", TODAY + timedelta(days=30))
        later = self._stock_up(self.jar, 10, "B", TODAY + timedelta(days=300))
        self._run_job("cron_expiry_risk")
        self.assertEqual(soon.activity_ids.user_id, self.keeper)
        self.assertIn("10", soon.activity_ids.summary)
        self.assertFalse(later.activity_ids)
        soon.activity_ids.action_done()
        self._run_job("cron_expiry_risk")
        self.assertFalse(soon.activity_ids)
        self.company.expiry_risk_days = 365
        self._run_job("cron_expiry_risk")
        self.assertEqual(len(later.activity_ids), 1)
        self._run_job("cron_expiry_risk")
        self.assertEqual(len(later.activity_ids), 1)

    def test_rights(self):
        self._stock_up(self.jar, 10, "A", TODAY + timedelta(days=30))
        for group in (
            "stock.group_stock_user",
            "mrp.group_mrp_user",
            "sales_team.group_sale_salesman",
            "batch_mrp_orders.group_quality",
        ):
            user = new_test_user(self.env, group.replace(".", "_"), groups=group)
            risks = self.env["stock.expiry.risk"].with_user(user)
            risks.action_refresh()
            lines = risks.search([("product_id", "=", self.jar.id)])
            self.assertEqual(lines.risk_qty, 10)
            with self.assertRaises(AccessError):
                lines.risk_qty = 1
        outsider = new_test_user(self.env, "outsider", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.env["stock.expiry.risk"].with_user(outsider).action_refresh()

    def test_companies_do_not_see_each_other(self):
        self._stock_up(self.jar, 10, "A", TODAY + timedelta(days=30))
        self._risks()
        other = self.env["res.company"].create({"name": "Other honey"})
        user = new_test_user(
            self.env,
            "stranger",
            groups="stock.group_stock_user",
            company_id=other.id,
            company_ids=[fields.Command.set(other.ids)],
        )
        risks = self.env["stock.expiry.risk"].with_user(user)
        risks.action_refresh()
        self.assertFalse(risks.search([]))
        self.assertTrue(self.env["stock.expiry.risk"].search([("lot_id.name", "=", "A")]))

    def test_many_lots_cost_the_same_queries(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["stock.expiry.risk"]._get_risks(self.company)
            return self.env.cr.sql_log_count - before

        for product in (self.jar, self.raw):
            self._stock_up(product, 40, "A", TODAY + timedelta(days=30))
            self._create_order((product, 1))
        count()
        few = count()
        for number in range(8):
            product = self._create_product(f"Honey {number}", self.unit)
            for lot in range(3):
                self._stock_up(product, 40, f"{lot}", TODAY + timedelta(days=30 + lot))
            self._create_order((product, 1), (self.jar, 1))
        count()
        self.assertEqual(count(), few)
