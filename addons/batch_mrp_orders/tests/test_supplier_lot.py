# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user

from .common import BatchCase


class TestSupplierLot(BatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.worker = new_test_user(cls.env, "ramp", groups="stock.group_stock_user")

    def _receipt(self, *lines):
        """A confirmed receipt of raw honey; each line is (our lot, supplier's lot, kg)."""
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.stock.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.raw.id,
                            "product_uom_qty": sum(line[2] for line in lines),
                            "location_id": self.env.ref("stock.stock_location_suppliers").id,
                            "location_dest_id": self.stock.id,
                        }
                    )
                ],
            }
        )
        receipt.action_confirm()
        receipt.move_ids.move_line_ids.unlink()
        receipt.move_ids.move_line_ids = [
            Command.create(
                {
                    "product_id": self.raw.id,
                    "lot_name": name,
                    "supplier_lot": supplier_lot,
                    "quantity": quantity,
                    "location_id": receipt.location_id.id,
                    "location_dest_id": self.stock.id,
                    "picking_id": receipt.id,
                }
            )
            for name, supplier_lot, quantity in lines
        ]
        receipt.move_ids.picked = True
        return receipt

    def test_receipt_puts_the_suppliers_number_onto_the_lot(self):
        receipt = self._receipt(("H-1", " IM-4711 ", 10), ("H-2", False, 5))
        receipt.with_user(self.worker).button_validate()
        lots = receipt.move_line_ids.lot_id.sorted("name")
        self.assertEqual(lots.mapped("supplier_lot"), ["IM-4711", False])

    def test_known_lot_gets_the_number_it_had_not(self):
        lot = self._stock_up(self.raw, 3, "H-3")
        self._receipt(("H-3", "IM-1", 10)).with_user(self.worker).button_validate()
        self.assertEqual(lot.supplier_lot, "IM-1")
        self._receipt(("H-3", "IM-1", 10)).button_validate()
        self.assertEqual(lot.product_qty, 23)

    def test_one_lot_is_one_lot_of_the_supplier(self):
        self._receipt(("H-4", "IM-1", 10)).button_validate()
        with self.assertRaisesRegex(UserError, "H-4 of Raw honey is the supplier's lot IM-1"):
            self._receipt(("H-4", "IM-2", 10)).button_validate()
        with self.assertRaisesRegex(UserError, "under a lot number of its own"):
            self._receipt(("H-5", "IM-1", 1), ("H-5", "IM-2", 1)).button_validate()

    def test_lot_is_found_by_the_suppliers_number(self):
        lot = self._stock_up(self.raw, 3, "H-6")
        lot.supplier_lot = "Imkerei/0815"
        Lot = self.env["stock.lot"].with_user(self.worker)
        self.assertIn((lot.id, "H-6"), Lot.name_search("erei/08"))
        self.assertIn(lot.id, [found[0] for found in Lot.name_search("H-6")])
        self.assertEqual(
            lot.with_context(formatted_display_name=True).display_name, "H-6\t--Imkerei/0815--"
        )
        self.assertEqual(lot.display_name, "H-6")

    def test_pasted_lines_carry_the_suppliers_number(self):
        move = self._receipt(("H-7", "IM-1", 10)).move_ids
        values = move.action_generate_lot_line_vals(
            {
                "default_product_id": self.raw.id,
                "default_location_dest_id": self.stock.id,
                "default_tracking": "lot",
                "default_quantity": 30,
                "default_company_id": self.company.id,
            },
            "import",
            "",
            0,
            "N-1;12;L:4711\nN-2;8.5;31.12.2027;l: 2027-01\nN-3;L:",
        )
        self.assertEqual(
            [(line["lot_name"], line["quantity"], line.get("supplier_lot")) for line in values],
            [("N-1", 12, "4711"), ("N-2", 8.5, "2027-01"), ("N-3", 1, None)],
        )
        self.assertEqual(str(values[1]["expiration_date"])[:10], "2027-12-31")

    def test_screen_shows_the_number_of_a_known_lot(self):
        lot = self._stock_up(self.raw, 3, "H-8")
        lot.supplier_lot = "IM-8"
        self.warehouse.in_type_id.use_existing_lots = True
        receipt = self._receipt(("H-9", False, 10))
        with (
            Form(receipt.move_ids, view="stock.view_stock_move_operations") as form,
            form.move_line_ids.edit(0) as line,
        ):
            line.lot_id = lot
            self.assertEqual(line.supplier_lot, "IM-8")
