# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user
from odoo.tools import format_date

from .common_floor import QUALITY, FloorCase


class TestBatchRecord(FloorCase):
    # ------------------------------------------------------------------- producing
    def test_a_run_from_start_to_finish(self):
        run = self._create_balm_run()
        run.action_floor_start()
        run.action_floor_start()
        run.action_floor_pause()
        run.action_floor_start()
        self._weigh_all(run)
        with self.assertRefused("Temperature"):
            run.action_open_finish()
        with self.assertRefused("Temperature"):
            run.button_mark_done()
        self._answer_all(run)
        action = run.action_open_finish()
        wizard = self.env["mrp.floor.finish"].with_user(self.operator).browse(action["res_id"])
        self.assertEqual(wizard.quantity, 10)
        wizard.action_generate_lot()
        lot = run.lot_producing_ids
        wizard.action_finish()
        wizard.action_finish()
        self.assertEqual((run.state, run.floor_state), ("done", "finished"))
        self.assertEqual(run.batch_record_state, "to_release")
        self.assertEqual(run.lot_producing_ids, lot)
        self.assertEqual(run.event_ids.mapped("kind"), ["start", "pause", "resume", "finish"])
        consumed = {
            (line.product_id, line.lot_id): line.quantity_product_uom
            for line in run.move_raw_ids.move_line_ids
        }
        self.assertEqual(
            consumed,
            {
                (self.oil, self.early): 5,
                (self.oil, self.late): 3,
                (self.wax, self.wax_lot): 0.6,
                (self.tin, self.env["stock.lot"]): 4,
            },
        )
        used = run.move_finished_ids.move_line_ids.consume_line_ids.lot_id
        self.assertEqual(used, self.early | self.late | self.wax_lot)

    def test_nothing_unweighed_is_consumed(self):
        run = self._create_balm_run()
        self._weigh(run, self.wax, 600, self.gram, self.wax_lot)
        self._answer_all(run)
        for close in (run.action_open_finish, run.button_mark_done):
            with self.assertRefused("Almond oil"):
                close()

    def test_unused_ingredient_is_explained_and_stays(self):
        run = self._create_balm_run()
        self._weigh(run, self.oil, 5, self.kg, self.early)
        self._weigh(run, self.oil, 3, self.kg, self.late)
        self._weigh(run, self.tin, 4, self.unit)
        self._weigh(run, self.wax, 0, self.gram, is_last=True, reason="None there")
        self._answer_all(run)
        run._floor_finish(10)
        self.assertEqual(run.state, "done")
        self.assertNotIn("done", self._move(run, self.wax).filtered("quantity").mapped("state"))
        record = run._get_batch_record()
        wax = next(i for i in record["ingredients"] if i["product"] == "Beeswax")
        self.assertFalse(wax["within"])

    def test_operations_keep_cores_times(self):
        centre = self.env["mrp.workcenter"].create({"name": "Kettle"})
        self.recipe.operation_ids = [
            Command.create({"name": "Melt", "workcenter_id": centre.id, "time_cycle_manual": 10})
        ]
        run = self._create_balm_run()
        self.assertEqual(run.floor_workcenter_id, centre)
        run.action_floor_start()
        self.assertEqual(run.workorder_ids.time_ids.user_id, self.operator)
        self.assertFalse(any(run.move_raw_ids.mapped("picked")), "only the scale picks")
        run.action_floor_pause()
        self.assertTrue(run.workorder_ids.time_ids.date_end)
        run.action_floor_start()
        self._weigh_all(run)
        self._answer_all(run)
        run._floor_finish(10)
        self.assertEqual((run.state, run.workorder_ids.state), ("done", "done"))
        self.assertFalse(run.floor_workcenter_id)
        self.assertEqual(self._get_lines(run, self.wax), [("WAX-1", 0.6, True)])

    def test_yield_out_of_tolerance_needs_a_reason(self):
        with self.assertRefused("9 kg instead of 10 kg"):
            self._finish(9)
        run = self._finish(9, reason="Stuck to the kettle")
        self.assertEqual(run.deviation_ids.kind, "yield")
        self.assertEqual(run.qty_produced, 9)
        self.assertEqual(run._get_batch_record()["yield"]["percent"].replace(",", "."), "90.0 %")

    def test_the_rest_is_made_in_another_run(self):
        run = self._create_balm_run()
        self._weigh(run, self.oil, 4, self.kg, self.early, is_last=True, reason="Half")
        self._weigh(run, self.wax, 300, self.gram, self.wax_lot, is_last=True, reason="Half")
        self._weigh(run, self.tin, 2, self.unit, is_last=True, reason="Half")
        self._answer_all(run)
        run._floor_finish(5, backorder=True)
        self.assertEqual((run.state, run.qty_produced), ("done", 5))
        rest = run.production_group_id.production_ids - run
        self.assertEqual((rest.product_qty, rest.floor_state), (5, "ready"))
        self.assertEqual(len(rest.check_ids), 3, "the rest has its own checks")
        self.assertFalse(rest.weighing_ids)
        self.assertFalse(rest.event_ids)
        self.assertEqual(self._get_lines(run, self.wax), [("WAX-1", 0.3, True)])

    # ---------------------------------------------------------------------- checks
    def test_checks_are_those_of_the_recipe_version(self):
        run = self._create_balm_run()
        self.recipe.check_ids[0].maximum = 99
        self.assertEqual(self._check(run, "Temperature").maximum, 68)
        action = self.recipe.action_new_version()
        version = self.env["mrp.bom"].browse(action["res_id"])
        self.assertEqual(version.check_ids.mapped("name"), self.recipe.check_ids.mapped("name"))
        self.assertEqual(version.bom_line_ids.mapped("tolerance_percent"), [0, 5, 0])

    def test_limits_and_reasons_of_checks(self):
        run = self._create_balm_run()
        check = self._check(run, "Temperature")
        with self.assertRefused("Enter the reason"):
            check._answer(70)
        check._answer(70, "Burner stuck")
        self.assertEqual(check.result, "fail")
        self.assertEqual(run.deviation_ids.kind, "check")
        with self.assertRefused("answered before"):
            check._answer(66)
        again = check._answer(66, "Read again")
        self.assertEqual((check.result, again.result), ("void", "pass"))
        self.assertEqual(self._check(run, "Temperature"), again)
        self.assertEqual(again._answer(66), again, "pressed twice")
        self.assertEqual(len(run.check_ids), 4)

    # --------------------------------------------------------------------- release
    def test_released_record_never_changes(self):
        run = self._finish()
        self.assertEqual(run._get_batch_record()["decision"]["state"], "to_release")
        run.with_user(self.quality)._decide_record("release", "All fine")
        record = run._get_batch_record()
        self.assertEqual(
            (run.batch_record_state, record["decision"]["by"], record["decision"]["remark"]),
            ("released", self.quality.name, "All fine"),
        )
        admin = run.with_user(self.env.ref("base.user_admin")).sudo()
        for change in (
            lambda: admin.write({"product_qty": 11}),
            lambda: admin.write({"batch_record_state": "to_release"}),
            lambda: admin.write({"lot_producing_ids": [Command.clear()]}),
            lambda: admin.weighing_ids[0].write({"quantity": 1}),
            lambda: admin.weighing_ids[0].unlink(),
            lambda: admin.check_ids[0].write({"value": 1}),
            lambda: admin.event_ids[0].write({"date": "2020-01-01"}),
            lambda: admin._log_event("pause"),
            lambda: admin._log_deviation("yield", "late", "late"),
            lambda: admin.move_raw_ids.move_line_ids[0].write({"quantity": 1}),
            lambda: run.with_user(self.quality)._decide_record("reject", "No"),
        ):
            with self.assertRaises(UserError):
                change()
        self.oil.name = "Something else"
        self.assertEqual(run._get_batch_record(), record)
        run.with_user(self.quality)._add_correction("Scale was calibrated late")
        after = run._get_batch_record()
        self.assertEqual(
            [c["reason"] for c in after.pop("corrections")], ["Scale was calibrated late"]
        )
        record.pop("corrections")
        self.assertEqual(after, record)

    def test_output_waits_for_the_release(self):
        self.company.block_until_release = True
        order = self._create_order((self.balm, 10))
        run = self._create_balm_run()
        self.env["mrp.production.allocation"].create(
            {
                "production_id": run.id,
                "product_id": self.balm.id,
                "quantity": 10,
                "sale_line_id": order.order_line.id,
            }
        )
        self._weigh_all(run)
        self._answer_all(run)
        run._floor_finish(10)
        lot = run.lot_producing_ids
        self.assertTrue(lot.is_blocked)
        self.assertFalse(order.order_line.move_ids.quantity)
        self.assertEqual(run.sudo().allocation_ids.quantity, 10, "the promise stays")
        run.with_user(self.quality)._decide_record("release", None)
        self.assertFalse(lot.is_blocked)
        self.assertEqual(order.order_line.move_ids.quantity, 10)

    def test_release_does_not_lift_another_block(self):
        self.company.block_until_release = True
        run = self._finish()
        run.lot_producing_ids.with_user(self.quality).action_block("Complaint")
        run.with_user(self.quality)._decide_record("release", None)
        self.assertEqual(run.lot_producing_ids.block_reason, "Complaint")

    def test_rejected_output_is_blocked(self):
        run = self._finish()
        with self.assertRefused("why"):
            run.with_user(self.quality)._decide_record("reject", "")
        run.with_user(self.quality)._decide_record("reject", "Smells of fish")
        self.assertEqual(run.batch_record_state, "rejected")
        self.assertIn("Smells of fish", run.lot_producing_ids.block_reason)

    def test_a_run_closed_without_the_screen_has_a_record(self):
        self.recipe.check_ids.unlink()
        run = self._produce(self._create_balm_run().sudo(False).with_user(self.env.user), "PLAIN")
        self.assertEqual(run.batch_record_state, "to_release")
        record = run._get_batch_record()
        oil = record["ingredients"][0]
        self.assertEqual([lot["lot"] for lot in oil["lots"]], ["OIL-1", "OIL-2"])
        self.assertEqual(record["outputs"][0]["lot"], "PLAIN")

    def test_the_record_is_printed(self):
        run = self._finish(reason="x")
        self.late.name = "OIL-2"
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "batch_mrp_orders.report_batch_record", run.ids
        )
        text = html.decode()
        for word in (run.name, "OIL-1", "OIL-2", "WAX-1", "600 g", "65 °C", self.operator.name):
            self.assertIn(word, text)

    # ---------------------------------------------------------------------- access
    def test_the_date_of_the_mark_is_recorded(self):
        run = self._create_balm_run()
        self._weigh_all(run)
        self._answer_all(run)
        wizard_id = run.action_open_finish()["res_id"]
        wizard = self.env["mrp.floor.finish"].with_user(self.operator).browse(wizard_id)
        wizard.action_generate_lot()
        lot = run.lot_producing_ids
        self.balm.date_mark = "best_before"
        lot.write({"expiration_date": "2027-06-30 12:00:00", "use_date": "2027-05-31 12:00:00"})
        wizard.invalidate_recordset(["expires"])
        self.assertEqual(wizard.expires, lot.use_date)
        self.assertEqual(run._describe_lot(lot)["expires"], format_date(self.env, lot.use_date))
        self.balm.date_mark = "use_by"
        wizard.invalidate_recordset(["expires"])
        self.assertEqual(wizard.expires, lot.expiration_date)
        described = run._describe_lot(lot)["expires"]
        self.assertEqual(described, format_date(self.env, lot.expiration_date))

    def test_roles(self):
        run = self._finish()
        with self.assertRaises(AccessError):
            run._decide_record("release", None)
        open_run = self._create_balm_run()
        with self.assertRaises(AccessError):
            self._weigh(open_run.with_user(self.quality), self.wax, 600, self.gram, self.wax_lot)
        with self.assertRaises(AccessError):
            self._check(open_run, "Temperature").with_user(self.quality)._answer(65)
        for user in (self.operator, self.quality):
            entries = run.with_user(user).weighing_ids
            self.assertTrue(entries.mapped("quantity"))
            with self.assertRaises(AccessError):
                entries[0].write({"quantity": 1})
            with self.assertRaises(AccessError):
                self.env["mrp.production.event"].with_user(user).create(
                    {"production_id": run.id, "kind": "start"}
                )
        sales = new_test_user(self.env, "floor_sales", groups="sales_team.group_sale_salesman")
        with self.assertRaises(AccessError):
            run.with_user(sales).weighing_ids.mapped("quantity")

    def test_companies_see_their_own(self):
        run = self._finish(9, reason="x")
        other = self.env["res.company"].create({"name": "Other"})
        user = new_test_user(
            self.env,
            "floor_other",
            groups=QUALITY,
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        for name in ("weighing", "check", "event", "deviation"):
            model = self.env[f"mrp.production.{name}"]
            found = model.search([("production_id", "=", run.id)])
            self.assertTrue(found, name)
            self.assertFalse(model.with_user(user).search([("id", "in", found.ids)]), name)
