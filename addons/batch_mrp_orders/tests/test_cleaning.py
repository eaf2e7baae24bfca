# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user

from .common import BatchCase

NOW = fields.Datetime.to_datetime("2026-11-02 08:00:00")


class TestCleaning(BatchCase):
    """Honey with nuts and without share a kettle."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kettle = cls.env["mrp.workcenter"].create({"name": "Kettle"})
        cls.nuts = cls.env["product.allergen"].create({"name": "Test nuts"})
        cls.nut_honey = cls._create_product("Nut honey", cls.kg, allergen_ids=cls.nuts.ids)
        recipe = cls._create_recipe(cls.nut_honey, 10, cls.kg, [(cls.raw, 10, cls.kg)])
        cls.env["mrp.routing.workcenter"].create(
            [
                {
                    "name": "Stir",
                    "bom_id": bom.id,
                    "workcenter_id": cls.kettle.id,
                    "time_cycle_manual": 30,
                }
                for bom in (cls.bulk_recipe, recipe)
            ]
        )
        cls.rule = cls.env["mrp.cleaning.rule"].create(
            {"name": "Nuts", "allergen_id": cls.nuts.id, "minutes": 60}
        )
        cls.operator = new_test_user(cls.env, "kettle_operator", groups="mrp.group_mrp_user")
        cls.quality = new_test_user(
            cls.env, "kettle_quality", groups="batch_mrp_orders.group_quality"
        )

    def setUp(self):
        super().setUp()
        clock = freeze_time(NOW)
        self.clock = clock.start()
        self.addCleanup(clock.stop)

    def _create_run(self, product):
        run = self.env["mrp.production"].create({"product_id": product.id, "product_qty": 10})
        run.action_confirm()
        return run.with_user(self.operator)

    def _run_nuts(self):
        work = self._create_run(self.nut_honey).workorder_ids
        work.button_start()
        self.clock.tick(timedelta(hours=1))
        work.button_finish()
        self.clock.tick(timedelta(minutes=5))

    def _sign(self, user, **values):
        entry = {"workcenter_id": self.kettle.id, **values}
        return self.env["mrp.cleaning"].with_user(user).create(entry)

    def test_uncleaned_kettle_blocks_on_every_screen(self):
        self._run_nuts()
        run = self._create_run(self.bulk)
        with self.assertRaisesRegex(UserError, "Nuts"):
            run.action_floor_start()
        with self.assertRaisesRegex(UserError, "Nuts"):
            run.workorder_ids.button_start()
        self.assertEqual(run.workorder_ids.state, "ready")
        self._create_run(self.nut_honey).action_floor_start()

    def test_the_test_after_the_cleaning_counts(self):
        self._sign(self.operator)
        self.clock.tick(timedelta(minutes=5))
        self._run_nuts()
        run = self._create_run(self.bulk)
        with self.assertRaises(UserError):
            run.action_floor_start()
        self._sign(self.operator, kind="fail")
        with self.assertRaises(UserError):
            run.action_floor_start()
        self.clock.tick(timedelta(minutes=5))
        entry = self._sign(self.operator, user_id=self.quality.id, date="2020-01-01 00:00:00")
        self.assertEqual((entry.user_id, entry.date), (self.operator, fields.Datetime.now()))
        run.action_floor_start()
        self.assertEqual(run.workorder_ids.state, "progress")
        with self.assertRaises(AccessError):
            entry.kind = "fail"

    def test_quality_waives_for_one_run_with_a_reason(self):
        self._run_nuts()
        run, other = self._create_run(self.bulk), self._create_run(self.bulk)
        with self.assertRaises(AccessError):
            self._sign(self.operator, kind="waived", production_id=run.id, remark="Urgent")
        with self.assertRaises(UserError):
            self._sign(self.quality, kind="waived", production_id=run.id)
        self._sign(self.quality, kind="waived", production_id=run.id, remark="For animals")
        with self.assertRaises(UserError):
            other.action_floor_start()
        run.action_floor_start()
        self.assertEqual(run.workorder_ids.state, "progress")

    def test_only_rules_of_the_place_and_the_company_that_ask_for_a_release(self):
        self._run_nuts()
        elsewhere = self.env["mrp.workcenter"].create({"name": "Other kettle"})
        company = self.env["res.company"].create({"name": "Other maker"})
        for values in (
            {"workcenter_id": elsewhere.id},
            {"workcenter_id": False, "needs_release": False},
            {"needs_release": True, "company_id": company.id},
        ):
            self.rule.write(values)
            self._create_run(self.bulk).workorder_ids._check_cleaned()
        self.assertFalse(self.env["mrp.cleaning.rule"].with_user(self.operator).search([]))
        self.rule.company_id = self.company
        with self.assertRaises(UserError):
            self._create_run(self.bulk).workorder_ids._check_cleaned()

    def _add_steps(self):
        return self.env["mrp.cleaning.step"].create(
            [{"rule_id": self.rule.id, "name": name} for name in ("Rinse hot", "Take a swab")]
        )

    def test_checklist_is_ticked_before_the_sign_off(self):
        steps = self._add_steps()
        self._run_nuts()
        run = self._create_run(self.bulk)
        action = run.action_sign_cleaning()
        cleanings = self.env["mrp.cleaning"].with_user(self.operator)
        form = Form(cleanings.with_context(**action["context"]))
        self.assertEqual([row["name"] for row in form.check_ids._records], steps.mapped("name"))
        with form.check_ids.edit(0) as check:
            check.is_done = True
        with self.assertRaisesRegex(UserError, "Take a swab"):
            form.save()
        with form.check_ids.edit(1) as check:
            check.is_done = True
        entry = form.save()
        steps[1].name = "Take two swabs"
        self.assertEqual(entry.check_ids.mapped("name"), ["Rinse hot", "Take a swab"])
        with self.assertRaises(AccessError):
            entry.check_ids[0].is_done = False
        run.action_floor_start()

    def test_failed_test_and_other_runs_need_no_checklist(self):
        steps = self._add_steps()
        self._run_nuts()
        same = self._create_run(self.nut_honey)
        self.assertFalse(self._sign(self.operator, production_id=same.id).check_ids)
        self._sign(self.operator, kind="fail", production_id=self._create_run(self.bulk).id)
        with self.assertRaises(UserError):
            self._sign(self.operator)
        ticked = [
            Command.create({"step_id": step.id, "is_done": True, "name": "Made up"})
            for step in steps
        ]
        entry = self._sign(self.operator, check_ids=ticked)
        self.assertEqual(entry.check_ids.mapped("name"), steps.mapped("name"))
