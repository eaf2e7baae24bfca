# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from .test_campaign import MONDAY, CampaignCase


class TestCleaningMissing(CampaignCase):
    def _missing(self):
        self.env.flush_all()
        self.env.invalidate_all()
        works = self.env["mrp.workorder"].with_user(self.planner)
        found = works.search([("is_cleaning_missing", "=", True)])
        others = works.search(
            [("is_cleaning_missing", "=", False), ("workcenter_id", "=", self.kettle.id)]
        )
        self.assertFalse(found & others)
        self.assertTrue(all(found.mapped("cleaning_warning")))
        self.assertFalse(any(others.mapped("cleaning_warning")))
        runs = self.env["mrp.production"].search([("is_cleaning_missing", "=", True)])
        self.assertEqual(runs, found.production_id.sudo(False).with_env(self.env))
        return runs

    def _move(self, run, start):
        work = run.workorder_ids.with_user(self.planner)
        work.write({"date_start": start, "date_finished": start + timedelta(hours=1)})

    def test_only_changes_that_need_a_release(self):
        runs = self._plan_runs(self.light, self.nut, self.light, self.dark, self.light)
        self.assertEqual(self._missing(), runs[2])
        self.assertIn("Hazelnut", runs[2].cleaning_warning)
        self.nut_rule.company_id = self.env["res.company"].create({"name": "Other maker"})
        self.assertFalse(self._missing())

    def test_applied_campaign_is_safe_until_somebody_moves_a_run(self):
        begun, *runs = self._plan_runs(self.nut, self.nut, self.light, self.dark)
        begun.workorder_ids.button_start()
        self.assertEqual(self._missing(), runs[1])
        self._open().action_apply()
        self.assertFalse(self._missing())
        slot = self._slots()
        self._move(runs[0], slot.date_to + timedelta(days=1))
        self.assertFalse(self._missing(), "nuts are last now")
        self._move(runs[2], slot.date_to + timedelta(days=2))
        self.assertEqual(self._missing(), runs[2])
        runs[2].with_user(self.planner).action_plan_cleaning()
        self.assertFalse(self._missing())
        self.assertEqual(len(self._slots()), 2)
        planned = runs[2].workorder_ids.cleaning_slot_ids
        self.assertEqual(planned.date_to, runs[2].date_start)
        self.assertApart(begun.browse())

    def test_no_time_is_told(self):
        runs = self._plan_runs(self.nut, self.light)
        action = runs[1].with_user(self.planner).action_plan_cleaning()
        self.assertEqual(action["tag"], "display_notification")
        self.assertIn(runs[1].name, action["params"]["message"])
        self.assertFalse(self._slots())

    def test_signed_off_and_waived(self):
        runs = self._plan_runs(self.nut, self.light, self.light)
        work = runs[0].workorder_ids
        work.button_start()
        work.button_finish()
        self.assertEqual(self._missing(), runs[1])
        entry = {"workcenter_id": self.kettle.id}
        self.env["mrp.cleaning"].create({**entry, "kind": "fail"})
        self.assertEqual(self._missing(), runs[1])
        self.clock.tick(timedelta(minutes=5))
        self.env["mrp.cleaning"].create(entry)
        self.assertFalse(self._missing())
        self.clock.move_to(MONDAY)

    def test_starting_the_run_ends_its_cleaning(self):
        runs = self._plan_runs(self.nut, self.light)
        slots = self.env["mrp.cleaning.slot"]
        begin = int((MONDAY.replace(hour=9) - MONDAY.replace(1970, 1, 1, 0)).total_seconds() // 60)
        work = runs[1].workorder_ids
        slots._plan([(work, (begin, begin + 90), {"minutes": 90})])
        self.clock.move_to(MONDAY.replace(hour=9, minute=30))
        work.button_start()
        slot = work.cleaning_slot_ids
        self.assertEqual(slot.date_to, MONDAY.replace(hour=9, minute=30))
        self.assertEqual(slot.leave_id.date_to, slot.date_to)
        self.clock.move_to(MONDAY)

    def test_queries_do_not_grow(self):
        def count(times):
            runs = self._plan_runs(*[self.nut, self.light] * times)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            runs.with_user(self.planner).mapped("cleaning_warning")
            return self.env.cr.sql_log_count - before

        count(1)
        queries = count(1)
        # A run more may cost nothing; what is read once for all of them may differ.
        self.assertLess(count(6), queries + 5)
