# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user
from odoo.tools import format_date

from .common import BatchCase

TODAY = date(2026, 11, 22)


def noon(day):
    return datetime.combine(day, datetime.min.time()) + timedelta(hours=12)


class BestBeforeCase(BatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-11-22 15:00:00"))
        cls.raw_lot = cls._stock_up(cls.raw, 500, "RAW", noon(TODAY + timedelta(days=20)))
        cls.jar.write({"use_time": 10, "removal_time": 5, "alert_time": 30})
        cls.operator = new_test_user(cls.env, "operator", groups="mrp.group_mrp_user")

    @classmethod
    def _run(cls, product=None, quantity=10, **values):
        run = cls.env["mrp.production"].create(
            {"product_id": (product or cls.bulk).id, "product_qty": quantity, **values}
        )
        run.action_confirm()
        run.action_assign()
        return run

    @classmethod
    def _finish(cls, run, user=None):
        run = run.with_user(user or cls.env.user)
        if not run.lot_producing_ids:
            run.action_generate_serial()
        run.qty_producing = run.product_qty
        run._set_qty_producing()
        run.move_raw_ids.picked = True
        run.with_context(skip_consumption=True, skip_expired=True).button_mark_done()
        assert run.state == "done"
        return run.lot_producing_ids.sudo()

    def _end_transaction(self):
        self.env.flush_all()
        self.env.cr.precommit.run()


class TestBestBefore(BestBeforeCase):
    def test_shelf_life_of_the_recipe_counts_from_the_day_of_production(self):
        self.bulk_recipe.shelf_life_days = 90
        lot = self._finish(self._run(), self.operator)
        self.assertEqual(lot.production_date, TODAY)
        self.assertEqual(lot.expiration_date, noon(TODAY + timedelta(days=90)))
        self.assertEqual((lot.expiry_origin, lot.expiry_limited_by_id.id), ("run", False))

    def test_product_says_it_where_the_recipe_does_not(self):
        lot = self._finish(self._run())
        self.assertEqual(lot.expiration_date, noon(TODAY + timedelta(days=365)))

    def test_other_dates_keep_cores_distances(self):
        self._stock_up(self.bulk, 10, "BULK", noon(TODAY + timedelta(days=300)))
        self._stock_up(self.glass, 100)
        self.jar_recipe.shelf_life_days = 100
        lot = self._finish(self._run(self.jar))
        expires = noon(TODAY + timedelta(days=100))
        self.assertEqual(lot.expiration_date, expires)
        self.assertEqual(lot.use_date, expires - timedelta(days=10))
        self.assertEqual(lot.removal_date, expires - timedelta(days=5))
        self.assertEqual(lot.alert_date, expires - timedelta(days=30))
        self.assertEqual(lot.quant_ids.mapped("removal_date"), [lot.removal_date] * 2)

    def test_ingredients_limit_where_the_recipe_says_so(self):
        self.bulk_recipe.write({"expiry_cap": "ingredients", "expiry_margin_days": 3})
        lot = self._finish(self._run())
        self.assertEqual(lot.expiration_date, noon(TODAY + timedelta(days=17)))
        self.assertEqual(lot.expiry_limited_by_id, self.raw_lot)

    def test_limit_passes_on_through_the_levels(self):
        self._stock_up(self.glass, 100)
        (self.bulk_recipe | self.jar_recipe).expiry_cap = "ingredients"
        bulk_lot = self._finish(self._run())
        jar_lot = self._finish(self._run(self.jar))
        self.assertEqual(jar_lot.expiration_date, self.raw_lot.expiration_date)
        self.assertEqual(jar_lot.expiry_limited_by_id, bulk_lot)

    def test_exempt_ingredient_does_not_limit(self):
        self.bulk_recipe.expiry_cap = "ingredients"
        self.bulk_recipe.bom_line_ids.limits_expiry = False
        lot = self._finish(self._run())
        self.assertEqual(lot.expiration_date, noon(TODAY + timedelta(days=365)))

    def test_run_recorded_later_counts_from_its_day(self):
        run = self._run(production_date=TODAY - timedelta(days=9))
        self.assertEqual(run.expiry_date, TODAY + timedelta(days=356))
        lot = self._finish(run)
        self.assertEqual(lot.production_date, TODAY - timedelta(days=9))
        self.assertEqual(lot.expiration_date, noon(TODAY + timedelta(days=356)))
        self.assertEqual(run.production_date, TODAY - timedelta(days=9))

    def test_lot_made_before_the_run_is_finished_moves_with_it(self):
        run = self._run()
        run.action_generate_serial()
        lot = run.lot_producing_ids
        self.assertEqual(lot.production_date, TODAY)
        with freeze_time("2026-11-25 22:30:00"):
            run.company_id.partner_id.tz = "Europe/Berlin"
            self._finish(run)
        self.assertEqual(lot.production_date, date(2026, 11, 25))
        self.assertEqual(lot.expiration_date, noon(date(2026, 11, 25) + timedelta(days=365)))

    def test_day_is_that_of_the_company(self):
        self.company.partner_id.tz = "Europe/Berlin"
        with freeze_time("2026-11-25 23:30:00"):
            self.assertEqual(self._finish(self._run()).production_date, date(2026, 11, 26))

    def test_last_work_order_says_when_the_goods_were_made(self):
        center = self.env["mrp.workcenter"].create({"name": "Kettle"})
        self.bulk_recipe.operation_ids = [
            Command.create({"name": "Cook", "workcenter_id": center.id})
        ]
        run = self._run()
        run.workorder_ids.button_start()
        run.workorder_ids.button_finish()
        with freeze_time("2026-11-30 08:00:00"):
            self.assertEqual(self._finish(run).production_date, TODAY)

    def test_change_of_ingredients_before_closing_counts(self):
        self.bulk_recipe.expiry_cap = "ingredients"
        fresh = self._stock_up(self.raw, 500, "FRESH", noon(TODAY + timedelta(days=200)))
        run = self._run()
        run.action_generate_serial()
        lot = run.lot_producing_ids
        self.assertEqual(lot.expiry_limited_by_id, self.raw_lot)
        run.move_raw_ids.move_line_ids.lot_id = fresh
        self._end_transaction()
        self.assertEqual(lot.expiration_date, fresh.expiration_date)
        run.move_raw_ids.move_line_ids.unlink()
        self._end_transaction()
        self.assertEqual(lot.expiration_date, noon(TODAY + timedelta(days=365)))

    def test_only_what_is_really_consumed_counts(self):
        self.bulk_recipe.expiry_cap = "ingredients"
        fresh = self._stock_up(self.raw, 500, "FRESH", noon(TODAY + timedelta(days=200)))
        run = self._run()
        line = run.move_raw_ids.move_line_ids
        line.copy({"lot_id": fresh.id, "quantity": line.quantity})
        line.quantity = 0
        run.qty_producing = 10
        run.action_generate_serial()
        run.move_raw_ids.picked = True
        run.with_context(skip_consumption=True).button_mark_done()
        self.assertEqual(run.lot_producing_ids.expiry_limited_by_id, fresh)

    def test_entered_dates_stay(self):
        run = self._run()
        run.action_generate_serial()
        lot = run.lot_producing_ids
        with Form(lot) as form:
            form.expiration_date = noon(TODAY + timedelta(days=50))
        self.assertEqual(lot.expiry_origin, "entered")
        self._finish(run)
        self.assertEqual(lot.expiration_date, noon(TODAY + timedelta(days=50)))
        self.assertEqual(lot.production_date, TODAY, "the day is a fact, not a judgement")
        lot.with_user(self.operator).action_take_dates_from_run()
        self.assertEqual(lot.expiration_date, noon(TODAY + timedelta(days=365)))

    def test_lots_from_before_stay(self):
        run = self._run()
        run.lot_producing_ids = self.env["stock.lot"].create(
            {"name": "OLD", "product_id": self.bulk.id}
        )
        lot = run.lot_producing_ids
        lot.write({"expiration_date": noon(TODAY + timedelta(days=33)), "expiry_origin": False})
        self._finish(run)
        self.assertEqual(lot.expiration_date, noon(TODAY + timedelta(days=33)))
        with self.assertRaisesRegex(UserError, "No production run makes this lot"):
            self.raw_lot.action_take_dates_from_run()

    def test_corrected_day_moves_the_dates_while_the_goods_are_here(self):
        run = self._run()
        lot = self._finish(run)
        run.production_date = TODAY - timedelta(days=2)
        self.assertEqual(lot.expiration_date, noon(TODAY + timedelta(days=363)))
        run.date_finished = noon(TODAY - timedelta(days=4))
        self.assertEqual(lot.production_date, TODAY - timedelta(days=4))
        self.assertEqual(lot.expiration_date, noon(TODAY + timedelta(days=361)))

    def test_corrected_ingredient_moves_the_dates_too(self):
        self.bulk_recipe.expiry_cap = "ingredients"
        run = self._run()
        lot = self._finish(run)
        self.assertEqual(lot.expiry_limited_by_id, self.raw_lot)
        fresh = self._stock_up(self.raw, 500, "FRESH", noon(TODAY + timedelta(days=200)))
        run.move_raw_ids.move_line_ids.lot_id = fresh
        self._end_transaction()
        self.assertEqual(lot.expiry_limited_by_id, fresh)
        self.assertEqual(lot.expiration_date, fresh.expiration_date)

    def test_nothing_moves_after_shipping_and_a_note_says_so(self):
        run = self._run()
        lot = self._finish(run)
        order = self._create_order((self.bulk, 3))
        self._ship(order)
        run.production_date = TODAY - timedelta(days=2)
        self.assertEqual(lot.production_date, TODAY)
        self.assertEqual(lot.expiration_date, noon(TODAY + timedelta(days=365)))
        self.assertIn("have left", run.message_ids[0].body)
        self.assertIn(format_date(self.env, TODAY - timedelta(days=2)), run.message_ids[0].body)
        with self.assertRaisesRegex(UserError, "have left already"):
            lot.action_take_dates_from_run()

    def test_lot_of_two_runs_keeps_as_long_as_its_oldest_goods(self):
        first = self._run(production_date=TODAY - timedelta(days=5))
        lot = self._finish(first)
        second = self._run()
        second.lot_producing_ids = lot
        self._finish(second)
        self.assertEqual(lot.production_date, TODAY - timedelta(days=5))
        self.assertEqual(lot.expiration_date, noon(TODAY + timedelta(days=360)))

    def test_by_product_has_the_day_and_its_own_shelf_life(self):
        wax = self._create_product("Wax", self.kg, expiration_time=700)
        self.bulk_recipe.write(
            {
                "shelf_life_days": 30,
                "byproduct_ids": [
                    Command.create(
                        {"product_id": wax.id, "product_qty": 1, "product_uom_id": self.kg.id}
                    )
                ],
            }
        )
        run = self._run()
        move = run.move_byproduct_ids
        wax_lot = self.env["stock.lot"].create({"name": "WAX", "product_id": wax.id})
        move.lot_ids = wax_lot
        move.quantity = 1
        move.picked = True
        self._finish(run)
        self.assertEqual(wax_lot.production_date, TODAY)
        self.assertEqual(wax_lot.expiration_date, noon(TODAY + timedelta(days=700)))

    def test_run_says_what_to_expect(self):
        self.bulk_recipe.expiry_cap = "ingredients"
        run = self._run().with_user(self.operator)
        with Form(run) as form:
            self.assertEqual(run.expiry_date, TODAY + timedelta(days=20))
            self.assertEqual(form.expiry_limited_by_id, self.raw_lot)
            form.production_date = TODAY - timedelta(days=360)
            self.assertEqual(form.expiry_date, TODAY + timedelta(days=5))
            self.assertFalse(form.expiry_limited_by_id)

    def test_split_run_dates_each_lot(self):
        run = self._run(quantity=20)
        run.production_date = TODAY - timedelta(days=3)
        rest = run._split_productions({run: [10, 10]}) - run
        first = self._finish(run)
        with freeze_time("2026-11-24 08:00:00"):
            second = self._finish(rest)
        self.assertEqual(first.production_date, TODAY - timedelta(days=3))
        self.assertEqual(second.production_date, TODAY + timedelta(days=2))

    def test_dating_many_runs_costs_the_same_queries(self):
        self.bulk_recipe.expiry_cap = "ingredients"
        runs = self.env["mrp.production"]
        for _number in range(12):
            run = self._run()
            run.action_generate_serial()
            runs |= run
        self.env.flush_all()

        def count(runs):
            runs.production_date = TODAY - timedelta(days=len(runs))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            runs._update_lot_dates()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(runs[:1])
        self.assertEqual(count(runs[:2]), count(runs))

    def test_other_companies_lots_are_not_touched(self):
        other = self.env["res.company"].create({"name": "Other honey"})
        self.env.user.company_ids |= other
        lot = self._finish(self._run())
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", other.id)], limit=1)
        run = (
            self.env["mrp.production"]
            .with_company(other)
            .create(
                {
                    "product_id": self.bulk.id,
                    "product_qty": 1,
                    "bom_id": False,
                    "company_id": other.id,
                    "picking_type_id": warehouse.manu_type_id.id,
                    "production_date": TODAY - timedelta(days=50),
                }
            )
        )
        run.action_confirm()
        self._finish(run)
        self.assertNotEqual(run.lot_producing_ids, lot)
        self.assertEqual(lot.production_date, TODAY)
        self.assertEqual(run.lot_producing_ids.production_date, TODAY - timedelta(days=50))


class TestReceivedDates(BestBeforeCase):
    def _receive(self, **values):
        supplier = self.env.ref("stock.stock_location_suppliers")
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": supplier.id,
                "location_dest_id": self.stock.id,
                "scheduled_date": noon(TODAY + timedelta(days=1)),
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.raw.id,
                            "product_uom_qty": 5,
                            "location_id": supplier.id,
                            "location_dest_id": self.stock.id,
                        }
                    )
                ],
            }
        )
        receipt.action_confirm()
        receipt.move_ids.move_line_ids.write({"lot_name": "IN", "quantity": 5, **values})
        receipt.move_ids.picked = True
        receipt.button_validate()
        return receipt.move_line_ids.lot_id

    def test_supplier_says_it(self):
        lot = self._receive(expiration_date=noon(TODAY + timedelta(days=44)))
        self.assertEqual(lot.expiration_date, noon(TODAY + timedelta(days=44)))
        self.assertEqual(lot.expiry_origin, "entered")

    def test_else_the_days_of_the_product(self):
        lot = self._receive()
        self.assertEqual(lot.expiration_date, noon(TODAY + timedelta(days=366)))
        self.assertFalse(lot.production_date)

    def test_lot_without_a_date_has_cores_default(self):
        lot = self.env["stock.lot"].create({"name": "X", "product_id": self.raw.id})
        self.assertEqual(lot.expiry_origin, "product")
        self.assertEqual(lot.expiration_date.date(), fields.Date.today() + timedelta(days=365))
