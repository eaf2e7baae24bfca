# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import datetime, timedelta
from itertools import pairwise

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from .common import BatchCase

MONDAY = datetime(2026, 11, 2, 6, 0)


class CampaignCase(BatchCase):
    """Honey with and without nuts, light and dark, is stirred in one kettle, 8 to 17 o'clock."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clock = cls.enterClassContext(freeze_time(MONDAY))
        cls.calendar = cls.env["resource.calendar"].create({"name": "Day shift", "tz": "UTC"})
        cls.company.resource_calendar_id = cls.calendar
        cls.kettle, cls.filler = cls.env["mrp.workcenter"].create(
            [
                {"name": name, "resource_calendar_id": cls.calendar.id}
                for name in ("Kettle", "Filler")
            ]
        )
        cls.env["mrp.cleaning.rule"].search([]).active = False
        cls.nuts = cls.env["product.allergen"].create({"name": "Hazelnut"})
        cls.light = cls._create_honey("Light honey")
        cls.dark = cls._create_honey("Dark honey", colour_rank=5)
        cls.nut = cls._create_honey("Nut honey", allergen_ids=cls.nuts.ids)
        cls.nut_rule, cls.colour_rule = cls.env["mrp.cleaning.rule"].create(
            [
                {"name": "Nuts", "allergen_id": cls.nuts.id, "minutes": 90},
                {"name": "Dark", "basis": "colour", "minutes": 30, "needs_release": False},
            ]
        )
        cls.planner = new_test_user(cls.env, "campaign_planner", groups="mrp.group_mrp_user")

    @classmethod
    def _create_honey(cls, name, **values):
        product = cls._create_product(name, cls.kg, **values)
        recipe = cls._create_recipe(product, 10, cls.kg, [(cls.raw, 10, cls.kg)])
        cls.env["mrp.routing.workcenter"].create(
            {
                "name": "Stir",
                "bom_id": recipe.id,
                "workcenter_id": cls.kettle.id,
                "time_cycle_manual": 60,
            }
        )
        return product

    @classmethod
    def _plan_runs(cls, *products, start=MONDAY):
        """Runs one after the other, as core plans them."""
        runs = cls.env["mrp.production"].create(
            [
                {"product_id": product.id, "product_qty": 10, "date_start": start}
                for product in products
            ]
        )
        runs.action_confirm()
        runs.button_plan()
        return runs

    def _open(self, user=None, **values):
        campaigns = self.env["mrp.campaign"].with_user(user or self.planner)
        kettle = self.kettle.with_user(user or self.planner)
        campaign = campaigns.browse(campaigns._open_for(kettle)["res_id"])
        if values:
            campaign.write(values)
            campaign.action_propose()
        return campaign

    def assertApart(self, runs):
        """Nothing takes the kettle twice, and every slot is what its work order says."""
        leaves = self.env["resource.calendar.leaves"].search(
            [("resource_id", "=", self.kettle.resource_id.id), ("time_type", "=", "other")]
        )
        spans = sorted((leave.date_from, leave.date_to) for leave in leaves)
        for first, second in pairwise(spans):
            self.assertLessEqual(first[1], second[0])
        for work in runs.workorder_ids:
            leave = work.leave_id
            self.assertEqual(
                (work.date_start, work.date_finished), (leave.date_from, leave.date_to)
            )
            self.assertEqual(work.production_id.date_start, work.date_start)
            self.assertEqual(work.production_id.date_finished, work.date_finished)
            self.assertEqual(work.duration_expected, 60)

    @classmethod
    def _get_dates(cls, runs):
        cls.env.flush_all()
        cls.env.invalidate_all()
        return [(run.date_start, run.date_finished) for run in runs]

    def _slots(self):
        return self.env["mrp.cleaning.slot"].search([("workcenter_id", "=", self.kettle.id)])


class TestCampaign(CampaignCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.runs = cls._plan_runs(cls.nut, cls.light, cls.nut, cls.dark)

    def test_preview_changes_nothing_and_says_why(self):
        runs = self.runs
        old = self._get_dates(runs)
        campaign = self._open()
        self.assertEqual(self._get_dates(runs), old)
        self.assertFalse(self._slots())
        self.assertEqual((campaign.old_cleaning, campaign.new_cleaning), (90 + 90, 30))
        self.assertTrue(campaign.is_best)
        rows = campaign.line_ids
        self.assertEqual(rows.mapped("sequence"), [1, 2, 3, 4])
        self.assertEqual(set(rows.mapped("old_sequence")), {1, 2, 3, 4})
        second = rows.filtered(lambda row: row.old_sequence == 2)
        self.assertIn("Hazelnut", second.old_reason)
        cleaned = rows.filtered("new_cleaning")
        self.assertTrue(cleaned.new_reason)
        self.assertFalse(cleaned.new_needs_release)

    def test_apply_keeps_time_for_the_cleaning(self):
        runs = self.runs
        campaign = self._open()
        campaign.action_apply()
        self.assertApart(runs)
        slot = self._slots()
        self.assertEqual(slot.date_to - slot.date_from, timedelta(minutes=30))
        self.assertEqual(slot.date_to, slot.workorder_id.date_start)
        self.assertEqual(slot.company_id, self.company)
        slot.with_user(self.planner).write(
            {name: slot[name] + timedelta(days=3) for name in ("date_from", "date_to")}
        )
        self.assertEqual(
            (slot.leave_id.date_from, slot.leave_id.date_to), (slot.date_from, slot.date_to)
        )
        self.assertEqual(self._get_dates(runs.sorted("date_start"))[0][0], MONDAY.replace(hour=8))
        self.assertEqual(campaign.applied_by_id, self.planner)
        with self.assertRaises(UserError):
            campaign.action_apply()

    def test_core_and_promises_leave_the_cleaning_alone(self):
        runs = self.runs[:2]
        (self.runs - runs).button_unplan()
        runs[1].button_unplan()
        campaign = self._open()
        slots = self.env["mrp.cleaning.slot"]
        interval = tuple(
            (moment - datetime(1970, 1, 1)) // timedelta(minutes=1)
            for moment in (MONDAY.replace(hour=9), MONDAY.replace(hour=16))
        )
        slots._plan([(runs[0].workorder_ids, interval, {"minutes": 420})])
        runs[1].button_plan()
        self.assertEqual(runs[1].date_start, MONDAY.replace(hour=16))
        capacity = runs._get_free_capacity(runs.workorder_ids, interval[0] - 60)
        self.assertIn(interval, capacity.centres[self.kettle.id].booked)
        with self.assertRaises(UserError):
            campaign.action_apply()

    def test_undo_gives_back_what_nobody_has_changed(self):
        runs = self.runs
        old = self._get_dates(runs)
        first = self._open()
        first.action_apply()
        self.assertNotEqual(self._get_dates(runs), old)
        first.action_undo()
        self.assertEqual(self._get_dates(runs), old)
        self.assertFalse(self._slots())
        self.assertFalse(first.undo_note)
        with self.assertRaises(UserError):
            first.action_undo()

    def test_undo_says_what_it_leaves(self):
        runs = self.runs
        old = self._get_dates(runs)
        campaign = self._open()
        campaign.action_apply()
        moved = runs[1]
        later = {"date_start": MONDAY.replace(day=20, hour=9)}
        later["date_finished"] = later["date_start"] + timedelta(hours=1)
        moved.workorder_ids.write(later)
        # Somebody has planned something else where the last run stood.
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Repair",
                "calendar_id": self.calendar.id,
                "resource_id": self.kettle.resource_id.id,
                "time_type": "other",
                "date_from": old[3][0] + timedelta(minutes=30),
                "date_to": old[3][1] + timedelta(minutes=30),
            }
        )
        campaign.action_undo()
        self.assertEqual(self._get_dates(runs)[0], old[0])
        self.assertEqual(moved.workorder_ids.date_start, later["date_start"])
        self.assertIn(moved.name, campaign.undo_note)
        self.assertIn(runs[3].name, campaign.undo_note)
        self.assertNotIn(runs[0].name, campaign.undo_note)

    def test_undo_brings_back_the_cleanings_there_were(self):
        runs = self.runs
        self._open().action_apply()
        before = [(slot.workorder_id, slot.date_from, slot.date_to) for slot in self._slots()]
        self.assertTrue(before)
        more = self._plan_runs(self.nut, start=MONDAY.replace(day=3))
        campaign = self._open()
        campaign.action_apply()
        self.assertApart(runs | more)
        campaign.action_undo()
        after = [(slot.workorder_id, slot.date_from, slot.date_to) for slot in self._slots()]
        self.assertEqual(after, before)

    def test_changed_since_the_preview(self):
        runs = self.runs
        for change in (
            lambda: runs[3].button_unplan(),
            lambda: self._plan_runs(self.light),
            lambda: self.nut_rule.write({"minutes": 60}),
            lambda: runs[0].action_cancel(),
        ):
            campaign = self._open()
            change()
            before = self._get_dates(runs)
            with self.assertRaises(UserError):
                campaign.action_apply()
            self.assertEqual(self._get_dates(runs), before)
            campaign.action_propose()
        campaign.action_apply()
        self.assertEqual(campaign.state, "applied")

    def test_cancelled_or_unplanned_run_gives_its_cleaning_back(self):
        runs = self.runs
        self._open().action_apply()
        for undo in ("action_cancel", "button_unplan"):
            slot = self._slots()
            leave = slot.leave_id
            run = slot.production_id
            getattr(run, undo)()
            self.assertFalse(slot.exists())
            self.assertFalse(leave.exists())
            runs -= run
            self.assertApart(runs)
            if undo == "action_cancel":
                self._plan_runs(self.nut, self.light)
                self._open().action_apply()

    def test_deadlines_come_before_cleaning(self):
        due = MONDAY.replace(day=3)
        order = self._create_order((self.light, 10), commitment_date=due + timedelta(days=1))
        runs = self.runs | self._plan_runs(*[self.nut] * 3, self.light)
        late = runs[-1]
        self.env["mrp.production.allocation"].create(
            {
                "production_id": late.id,
                "product_id": self.light.id,
                "quantity": 10,
                "sale_line_id": order.order_line.id,
            }
        )
        campaign = self._open()
        row = campaign.line_ids.filtered(lambda row: row.production_id == late)
        self.assertTrue(row.date_due)
        self.assertEqual(row.new_late, 0)
        self.assertLessEqual(row.new_end, row.date_due)

    def test_what_the_kettle_has_in_it_and_what_stays_after(self):
        runs = self.runs
        after = self._plan_runs(self.light, start=MONDAY.replace(day=20, hour=8))
        begun = runs[0].workorder_ids
        begun.button_start()
        campaign = self._open()
        self.assertNotIn(begun, campaign.line_ids.workorder_id)
        self.assertEqual(campaign.line_ids.mapped("kind"), ["run"] * 3 + ["next"])
        self.assertEqual(campaign.line_ids[3].workorder_id, after.workorder_ids)
        self.assertEqual(campaign.line_ids[3].new_cleaning, 30)
        campaign.action_apply()
        self.assertEqual(after.workorder_ids.date_start, MONDAY.replace(day=20, hour=8))
        self.assertEqual(after.workorder_ids.cleaning_slot_ids.minutes, 30)
        self.assertApart(runs[1:] | after)

    def test_signed_off_kettle_needs_no_first_cleaning(self):
        (self.runs[2:]).button_unplan()
        work = self.runs[0].workorder_ids
        work.button_start()
        work.button_finish()
        self.assertEqual(self._open().new_cleaning, 90)
        self.env["mrp.cleaning"].create({"workcenter_id": self.kettle.id})
        self.assertEqual(self._open().new_cleaning, 0)

    def test_runs_that_stay_are_not_passed(self):
        stays = self._plan_runs(self.dark, start=MONDAY.replace(day=3, hour=8))
        campaign = self._open(date_until=MONDAY.replace(hour=17))
        self.assertIn(self.nut, campaign.line_ids.product_id)
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Repair",
                "calendar_id": self.calendar.id,
                "resource_id": self.kettle.resource_id.id,
                "time_type": "other",
                "date_from": MONDAY.replace(hour=11),
                "date_to": MONDAY.replace(hour=17),
            }
        )
        campaign.action_propose()
        self.assertIn(stays.name, campaign.obstacle)
        with self.assertRaises(UserError):
            campaign.action_apply()

    def test_later_step_makes_room(self):
        recipe = self.nut.bom_ids
        self.env["mrp.routing.workcenter"].create(
            {
                "name": "Fill",
                "bom_id": recipe.id,
                "workcenter_id": self.filler.id,
                "time_cycle_manual": 60,
                "sequence": 200,
            }
        )
        self.runs.button_unplan()
        runs = self._plan_runs(self.nut, self.light, self.dark)
        campaign = self._open()
        campaign.action_apply()
        stir, fill = runs[0].workorder_ids
        self.assertGreater(stir.date_start, MONDAY.replace(hour=9))
        self.assertGreaterEqual(fill.date_start, stir.date_finished)
        self.assertEqual(runs[0].date_finished, fill.date_finished)
        campaign.action_undo()
        self.assertEqual(fill.date_start, MONDAY.replace(hour=9))

    def test_buttons(self):
        runs = self.runs.with_user(self.planner)
        action = runs[1:].action_order_campaign()
        campaign = self.env["mrp.campaign"].browse(action["res_id"])
        self.assertEqual(campaign.line_ids.production_id, runs[1:].sudo(False))
        self.assertEqual(runs.workorder_ids.action_order_campaign()["res_model"], "mrp.campaign")
        self.kettle.with_user(self.planner).action_order_campaign()
        with self.assertRaises(UserError):
            self.filler.with_user(self.planner).action_order_campaign()

    def test_access(self):
        campaign = self._open()
        campaign.action_apply()
        seller = new_test_user(self.env, "seller", groups="sales_team.group_sale_salesman")
        for record in (campaign, campaign.line_ids, self._slots()):
            with self.assertRaises(AccessError):
                record.with_user(seller).read(["company_id"])
        company = self.env["res.company"].create({"name": "Other maker"})
        other = new_test_user(
            self.env,
            "other_planner",
            groups="mrp.group_mrp_manager",
            company_id=company.id,
            company_ids=company.ids,
        )
        for record in (campaign, campaign.line_ids, self._slots()):
            self.assertFalse(record.with_user(other).search([]))

    def test_queries_do_not_grow(self):
        def count(products):
            self._plan_runs(*products)
            campaign = self.env["mrp.campaign"].with_user(self.planner)
            action = campaign._open_for(self.kettle.with_user(self.planner))
            campaign = campaign.browse(action["res_id"])
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            campaign.action_propose()
            self.env.flush_all()
            return len(campaign.line_ids), self.env.cr.sql_log_count - before

        self.runs[2:].button_unplan()
        count([self.dark])
        few, queries = count([self.nut])
        many, more = count([self.light, self.dark] * 4)
        self.assertGreater(many, 2 * few)
        self.assertLessEqual(more, queries + 5)
