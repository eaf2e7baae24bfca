# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tools import mute_logger

from .common import BatchCase


class TestRecipeVersion(BatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.context_today(cls.bulk_recipe)
        action = cls.bulk_recipe.action_new_version()
        cls.next_recipe = cls.env["mrp.bom"].browse(action["res_id"])
        cls.next_recipe.bom_line_ids.product_qty = 11

    def _find(self, day=None):
        bom = self.env["mrp.bom"]
        if day:
            bom = bom.with_context(recipe_date=day)
        return bom._bom_find(self.bulk)[self.bulk]

    def test_copy_is_valid_from_tomorrow(self):
        tomorrow = self.today + timedelta(days=1)
        self.assertEqual(self.next_recipe.version, 2)
        self.assertEqual(self.next_recipe.valid_from, tomorrow)
        self.assertEqual(self.bulk_recipe.valid_until, tomorrow)
        self.assertEqual(self.next_recipe.batch_size, self.bulk_recipe.batch_size)
        self.assertEqual(self.bulk_recipe.version_state, "current")
        self.assertEqual(self.next_recipe.version_state, "future")
        self.assertIn("version 2", self.next_recipe.display_name)

    def test_version_of_the_day_is_found(self):
        self.assertEqual(self._find(), self.bulk_recipe)
        self.assertEqual(self._find(self.today + timedelta(days=1)), self.next_recipe)
        self.next_recipe.valid_from = self.today
        self.assertEqual(self._find(), self.next_recipe)
        self.assertEqual(self.bulk_recipe.version_state, "superseded")
        found = self.env["mrp.bom"].search(
            [("version_state", "=", "superseded"), ("product_tmpl_id.name", "=", self.bulk.name)]
        )
        self.assertEqual(found, self.bulk_recipe)

    def test_archived_version_gives_way_to_the_one_before(self):
        self.next_recipe.action_archive()
        self.assertFalse(self.bulk_recipe.valid_until)
        self.assertEqual(self._find(self.today + timedelta(days=9)), self.bulk_recipe)
        self.bulk_recipe.action_new_version()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            self.next_recipe.action_unarchive()
            self.next_recipe.flush_recordset()

    def test_one_next_version(self):
        with self.assertRaisesRegex(UserError, "has a next version already, version 2"):
            self.bulk_recipe.action_new_version()
        third = self.env["mrp.bom"].browse(self.next_recipe.action_new_version()["res_id"])
        self.assertEqual(third.version, 3)
        self.assertGreater(third.valid_from, self.next_recipe.valid_from)
        versions = self.env["mrp.bom"].search(third.action_view_versions()["domain"])
        self.assertEqual(versions, self.bulk_recipe | self.next_recipe | third)

    def test_day_of_a_version_comes_after_the_one_before(self):
        with self.assertRaisesRegex(ValidationError, "needs a day"):
            self.next_recipe.valid_from = False
        self.bulk_recipe.valid_from = self.today - timedelta(days=30)
        with self.assertRaisesRegex(ValidationError, "needs a day"):
            self.next_recipe.valid_from = self.today - timedelta(days=30)

    def test_run_uses_the_version_of_its_start_and_keeps_it(self):
        now = self.env["mrp.production"].create({"product_id": self.bulk.id, "product_qty": 10})
        later = self.env["mrp.production"].create(
            {
                "product_id": self.bulk.id,
                "product_qty": 10,
                "date_start": fields.Datetime.now() + timedelta(days=5),
            }
        )
        self.assertEqual(now.bom_id, self.bulk_recipe)
        self.assertEqual(later.bom_id, self.next_recipe)
        self.assertEqual(later.move_raw_ids.product_uom_qty, 11)
        now.action_confirm()
        now.date_start = fields.Datetime.now() + timedelta(days=20)
        self.next_recipe.valid_from = self.today
        self.assertEqual(now.bom_id, self.bulk_recipe)
        self.assertEqual(now.move_raw_ids.product_uom_qty, 10.2)

    def test_night_shift_uses_the_version_of_the_day_at_the_company(self):
        self.company.partner_id.tz = "Europe/Berlin"
        self.next_recipe.valid_from = "2030-07-02"
        rule = self.env["stock.rule"].search(
            [("action", "=", "manufacture"), ("warehouse_id", "=", self.warehouse.id)], limit=1
        )
        for moment, expected in (
            ("2030-07-01 21:30:00", self.bulk_recipe),
            ("2030-07-01 22:30:00", self.next_recipe),  # half past midnight
        ):
            run = self.env["mrp.production"].create(
                {"product_id": self.bulk.id, "product_qty": 10, "date_start": moment}
            )
            self.assertEqual(run.bom_id, expected)
            bom = rule._get_matching_bom(self.bulk, self.company, {"date_planned": moment})
            self.assertEqual(bom, expected)

    def test_planning_uses_the_version_of_the_start(self):
        self._create_order((self.bulk, 10), commitment_date=fields.Datetime.now())
        self._create_order(
            (self.bulk, 10), commitment_date=fields.Datetime.now() + timedelta(days=8)
        )
        runs = self._plan()
        self.assertEqual(runs.bom_id, self.bulk_recipe | self.next_recipe)
        self.assertEqual(sorted(runs.move_raw_ids.mapped("product_uom_qty")), [10.2, 11])

    def test_procurement_uses_the_version_of_the_start(self):
        self.next_recipe.valid_from = self.today + timedelta(days=10)
        (self.bulk_recipe | self.next_recipe).produce_delay = 4
        rule = self.env["stock.rule"].search(
            [("action", "=", "manufacture"), ("warehouse_id", "=", self.warehouse.id)], limit=1
        )
        for days, expected in ((12, self.bulk_recipe), (15, self.next_recipe)):
            planned = fields.Datetime.now() + timedelta(days=days)
            bom = rule._get_matching_bom(self.bulk, self.company, {"date_planned": planned})
            self.assertEqual(bom, expected)
