# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user

from .test_best_before import TODAY, BestBeforeCase


class TestLotNumber(BestBeforeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bulk.default_code = "BULK"
        cls.company.lot_number_pattern = "{product}-{yy}{doy}-{seq:2}"
        cls.worker = new_test_user(cls.env, "ramp", groups="stock.group_stock_user")

    def _lot_name(self, run):
        run.with_user(self.operator).action_generate_serial()
        return run.lot_producing_ids.name

    def test_runs_are_numbered_by_their_day(self):
        self.assertEqual(self._lot_name(self._run()), "BULK-26326-01")
        self.assertEqual(self._lot_name(self._run()), "BULK-26326-02")
        late = self._run(production_date=TODAY - timedelta(days=1))
        self.assertEqual(self._lot_name(late), "BULK-26325-01")

    def test_product_without_a_code_has_its_id(self):
        self.bulk.default_code = False
        self.assertEqual(self._lot_name(self._run()), f"P{self.bulk.id}-26326-01")

    def test_typed_in_numbers_are_passed_over(self):
        self._stock_up(self.bulk, 1, "BULK-26326-01")
        self._stock_up(self.raw, 1, "BULK-26326-03")
        self.assertEqual(
            self.bulk._get_lot_numbers(count=3),
            ["BULK-26326-02", "BULK-26326-04", "BULK-26326-05"],
        )

    def test_numbers_of_products_without_a_code_in_the_pattern_differ(self):
        self.company.lot_number_pattern = "L{yy}{doy}{seq}"
        names = self.bulk._get_lot_numbers(count=2) + self.jar._get_lot_numbers(count=2)
        self.assertEqual(names, ["L26326001", "L26326002", "L26326003", "L26326004"])

    def test_companies_share_the_numbers(self):
        other = self.env["res.company"].create(
            {"name": "Other honey", "lot_number_pattern": "{product}-{yy}{doy}-{seq:2}"}
        )
        self.assertEqual(self.bulk._get_lot_numbers(), ["BULK-26326-01"])
        self.assertEqual(self.bulk._get_lot_numbers(company=other), ["BULK-26326-02"])
        other.lot_number_pattern = False
        self.assertEqual(self.bulk._get_lot_numbers(company=other), [])

    def test_sequence_of_the_product_goes_first(self):
        self.bulk.serial_prefix_format = "OWN/"
        self.assertEqual(self._lot_name(self._run()), "OWN/0000001")

    def test_without_a_pattern_core_numbers(self):
        self.company.lot_number_pattern = False
        self.assertRegex(self._lot_name(self._run()), r"^\d{7}$")

    def test_finished_run_has_its_number(self):
        run = self._run().with_user(self.operator)
        run.qty_producing = 10
        run.move_raw_ids.picked = True
        run.with_context(skip_consumption=True).button_mark_done()
        self.assertEqual(run.state, "done")
        self.assertEqual(run.lot_producing_ids.name, "BULK-26326-01")

    def test_started_run_has_its_number_where_wanted(self):
        run = self._run().with_user(self.operator)
        run.action_start()
        self.assertFalse(run.lot_producing_ids)
        self.company.lot_number_at_start = True
        run = self._run().with_user(self.operator)
        run.action_start()
        self.assertEqual(run.lot_producing_ids.name, "BULK-26326-01")
        run.action_start()
        self.assertEqual(len(run.lot_producing_ids), 1)

    def test_started_work_order_numbers_the_run(self):
        self.company.lot_number_at_start = True
        center = self.env["mrp.workcenter"].create({"name": "Kettle"})
        self.bulk_recipe.operation_ids = [
            Command.create({"name": "Cook", "workcenter_id": center.id})
        ]
        run = self._run().with_user(self.operator)
        run.workorder_ids.button_start()
        self.assertEqual(run.lot_producing_ids.name, "BULK-26326-01")

    def test_backorder_has_a_number_of_its_own(self):
        run = self._run(quantity=20)
        self._lot_name(run)
        run.qty_producing = 10
        run._set_qty_producing()
        run.move_raw_ids.picked = True
        run.with_context(
            mo_ids_to_backorder=run.ids, skip_consumption=True, skip_backorder=True
        ).button_mark_done()
        rest = run.production_group_id.production_ids - run
        self.assertEqual(self._finish(rest).name, "BULK-26326-02")

    def test_new_lot_without_a_name_is_numbered(self):
        lot = self.env["stock.lot"].with_user(self.worker).create({"product_id": self.bulk.id})
        self.assertEqual(lot.name, "BULK-26326-01")

    def _receipt(self, *quantities, **values):
        supplier = self.env.ref("stock.stock_location_suppliers")
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": supplier.id,
                "location_dest_id": self.stock.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.bulk.id,
                            "product_uom_qty": quantity,
                            "location_id": supplier.id,
                            "location_dest_id": self.stock.id,
                        }
                    )
                    for quantity in quantities
                ],
            }
        )
        receipt.action_confirm()
        return receipt.with_user(self.worker)

    def test_received_lots_are_numbered_where_wanted(self):
        self.company.lot_number_on_receipt = True
        receipt = self._receipt(5)
        line = receipt.move_line_ids
        line.supplier_lot = "S-1"
        line.quantity = 2
        same = line.copy({"quantity": 2, "picking_id": receipt.id, "supplier_lot": "S-1"})
        other = line.copy({"quantity": 1, "picking_id": receipt.id, "supplier_lot": "S-2"})
        receipt.move_ids.picked = True
        receipt.button_validate()
        self.assertEqual(receipt.state, "done")
        self.assertEqual((line | same).lot_id.name, "BULK-26326-01")
        self.assertEqual(other.lot_id.name, "BULK-26326-02")
        self.assertEqual(other.lot_id.supplier_lot, "S-2")

    def test_dialog_goes_on_with_the_pattern(self):
        move = self._receipt(25).move_ids
        first = self.bulk.with_user(self.worker).get_next_lot_number()
        self.assertEqual(first, "BULK-26326-01")
        context = {
            "default_product_id": self.bulk.id,
            "default_location_dest_id": self.stock.id,
            "default_tracking": "lot",
            "default_quantity": 25,
            "default_company_id": self.company.id,
        }
        for typed, expected in (
            (first, ["BULK-26326-01", "BULK-26326-02", "BULK-26326-03"]),
            ("", ["BULK-26326-04", "BULK-26326-05", "BULK-26326-06"]),
            ("KAR-09", ["KAR-09", "KAR-10", "KAR-11"]),
        ):
            lines = move.action_generate_lot_line_vals(context, "generate", typed, 10, "")
            self.assertEqual([line["lot_name"] for line in lines], expected)
            self.assertEqual([line["quantity"] for line in lines], [10, 10, 5])

    def test_only_those_who_make_lots_take_numbers(self):
        seller = new_test_user(self.env, "seller", groups="sales_team.group_sale_salesman")
        with self.assertRaises(AccessError):
            self.bulk.with_user(seller).get_next_lot_number()

    def test_settings_show_what_it_will_look_like(self):
        with Form(self.env["res.config.settings"]) as form:
            form.lot_number_pattern = "X{yy}{doy}-{seq:2}"
            self.assertIn(
                "today: X26326-01, X26326-02 … and tomorrow: X26327-01", form.lot_number_preview
            )
            form.lot_number_pattern = "X{yyyy}-{seq:2}"
            self.assertIn("tomorrow: X2026-03", form.lot_number_preview)
            form.lot_number_pattern = "X{yy}"
            self.assertIn("running number {seq} once", form.lot_number_preview)
            form.lot_number_pattern = "{day}{seq}"
            self.assertIn("“{day}” is no part", form.lot_number_preview)
            form.lot_number_pattern = "X{yy}-{seq}"
        self.assertEqual(self.env["stock.lot.counter"].search_count([]), 0)

    def test_wrong_pattern_is_not_saved(self):
        with self.assertRaisesRegex(ValidationError, "{ww} goes with the year only"):
            self.company.lot_number_pattern = "{yy}{ww}{dd}-{seq}"

    def test_numbers_cost_two_queries(self):
        self.bulk._get_lot_numbers()
        with self.assertQueryCount(2):
            self.bulk._get_lot_numbers(count=50)
