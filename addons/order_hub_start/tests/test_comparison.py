# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import base64
from datetime import date
from io import BytesIO

from openpyxl import load_workbook

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestComparison(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.env["res.partner"].create({"name": "Apotheke am Markt"})
        cls.product = cls.env["product.product"].create(
            {"name": "Salbe", "default_code": "CMP-1", "is_storable": True, "tracking": "lot"}
        )
        cls.manager = new_test_user(
            cls.env, "compare_manager", groups="order_hub.group_role_manager"
        )
        cls.accountant = new_test_user(
            cls.env, "compare_accountant", groups="order_hub.group_role_accounting"
        )

    @classmethod
    def make_order(cls, number, price, state="sale", quantity=1, delivered=0, **values):
        order = cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "client_order_ref": number,
                "order_line": [
                    Command.create(
                        {
                            "product_id": cls.product.id,
                            "product_uom_qty": quantity,
                            "price_unit": price,
                            "tax_ids": False,
                        }
                    )
                ],
                **values,
            }
        )
        # Only what is read is of interest here, not how an order gets there.
        order.write({"state": state, "date_order": "2021-03-10 10:00:00"})
        order.order_line.qty_delivered = delivered
        return order

    def compare(self, kind, *rows, user=None, comparison=None, **values):
        """Upload a list of the old system and compare it."""
        text = "\n".join(";".join(row) for row in rows)
        vals = {"file": base64.b64encode(text.encode())}
        if not comparison:
            period = {"date_from": date(2021, 3, 1), "date_to": date(2021, 3, 31)}
            comparison = (
                self.env["order.hub.comparison"]
                .with_user(user or self.manager)
                .create({"kind": kind, **period, **values})
            )
        comparison.write(vals)
        comparison.action_compare()
        return comparison

    def found(self, comparison):
        rows = comparison.row_ids.sorted("name")
        return [(row.name, row.difference_kind, row.reason or "") for row in rows]

    ORDERS = ("Auftragsnummer", "Gesamtbetrag", "Status")

    def test_orders(self):
        self.make_order("9001", 100)
        late = self.make_order("9002", 100, state="cancel")
        extra = self.make_order("Q-7", 30)
        self.make_order("9004", 10, state="draft")
        comparison = self.compare(
            "orders",
            self.ORDERS,
            ("9001", "100,00", "versendet"),
            ("9002", "100,00", "versendet"),
            ("9003", "55,50", ""),
        )
        self.assertEqual(
            self.found(comparison),
            sorted(
                [
                    ("9002", "different", "cancelled_here"),
                    ("9003", "missing_here", ""),
                    (extra.name, "missing_there", ""),
                ]
            ),
        )
        self.assertEqual(comparison.agreeing_count, 1)
        self.assertFalse(comparison.is_safe)
        row = comparison.row_ids.filtered(lambda row: row.name == "9002")
        action = row.action_view_record()
        self.assertEqual((action["res_model"], action["res_id"]), ("sale.order", late.id))

    def test_an_acknowledgement_stays_while_values_do(self):
        self.make_order("9001", 100)
        self.make_order("9002", 20)
        first = (self.ORDERS, ("9001", "90,00", ""), ("9002", "20,00", ""))
        comparison = self.compare("orders", *first)
        row = comparison.row_ids
        row.note = "Rabatt von Hand"
        row.action_acknowledge()
        self.assertTrue(comparison.is_safe)
        self.compare("orders", *first, comparison=comparison)
        self.assertEqual(comparison.row_ids, row)
        self.assertEqual(row.acknowledged_by_id, self.manager)
        self.assertTrue(comparison.is_safe)
        changed = (self.ORDERS, ("9001", "80,00", ""), ("9002", "20,00", ""))
        self.compare("orders", *changed, comparison=comparison)
        self.assertEqual(comparison.row_ids, row)
        self.assertFalse(row.is_acknowledged)
        self.assertEqual(row.note, "Rabatt von Hand")
        self.assertFalse(comparison.is_safe)
        equal = (self.ORDERS, ("9001", "100,00", ""), ("9002", "20,00", ""))
        self.compare("orders", *equal, comparison=comparison)
        self.assertFalse(comparison.row_ids)
        self.assertTrue(comparison.is_safe)

    def test_shipped(self):
        self.make_order("9001", 10, quantity=3, delivered=3)
        self.make_order("9002", 10, quantity=3, delivered=1)
        comparison = self.compare(
            "shipped",
            ("Auftragsnummer", "Artikelnummer", "Gelieferte Menge"),
            ("9001", "CMP-1", "2"),
            ("9001", "CMP-1", "1"),
            ("9002", "CMP-1", "3"),
        )
        self.assertEqual(self.found(comparison), [("9002 / CMP-1", "different", "unshipped")])
        self.assertEqual(comparison.row_ids.difference, -2)

    def test_stock_in_other_lots(self):
        location = (
            self.env["stock.warehouse"]
            .search([("company_id", "=", self.env.company.id)], limit=1)
            .lot_stock_id
        )
        for name, quantity in (("L1", 3), ("L2", 5)):
            lot = self.env["stock.lot"].create({"name": name, "product_id": self.product.id})
            self.env["stock.quant"]._update_available_quantity(
                self.product, location, quantity, lot_id=lot
            )
        heading = ("Artikelnummer", "Charge", "Menge")
        rows = heading, ("CMP-1", "L1", "5"), ("CMP-1", "L2", "3")
        comparison = self.compare("stock", *rows)
        mine = comparison.row_ids.filtered(lambda row: row.name.startswith("CMP-1"))
        self.assertEqual(mine.mapped("reason"), ["lots", "lots"])
        wide = self.compare("stock", *rows, tolerance=2)
        self.assertEqual(wide.agreeing_count, 2)

    def test_invoices_as_accountant(self):
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2021-03-10",
                "invoice_origin": "9001",
                "invoice_line_ids": [
                    Command.create({"name": "Salbe", "price_unit": 50, "tax_ids": False})
                ],
            }
        )
        move.action_post()
        comparison = self.compare(
            "invoices",
            ("Rechnungsnummer", "Rechnungsbetrag", "Auftragsnummer"),
            ("R-1", "50,02", "9001"),
            user=self.accountant,
        )
        self.assertEqual(self.found(comparison), [("R-1", "different", "rounding")])
        self.assertEqual(comparison.row_ids.res_id, move.id)
        with self.assertRaises(AccessError):
            self.compare("orders", self.ORDERS, user=self.accountant)

    def test_sales_staff_and_other_companies_see_none(self):
        comparison = self.compare("orders", self.ORDERS, ("9001", "1,00", ""))
        seller = new_test_user(self.env, "compare_seller", groups="order_hub.group_role_sales")
        with self.assertRaises(AccessError):
            comparison.with_user(seller).read(["verdict"])
        other = self.env["res.company"].create({"name": "Andere"})
        boss = new_test_user(
            self.env,
            "compare_boss",
            groups="order_hub.group_role_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        with self.assertRaises(AccessError):
            comparison.with_user(boss).read(["verdict"])
        self.assertFalse(self.env["order.hub.comparison.row"].with_user(boss).search([]))

    def test_a_file_with_problems_is_not_compared(self):
        comparison = self.compare("orders", self.ORDERS, ("9001", "viel", ""))
        self.assertEqual(comparison.state, "problems")
        self.assertIn("viel", comparison.problems)
        self.assertFalse(comparison.row_ids)
        self.assertFalse(comparison.is_safe)
        comparison.file = False
        with self.assertRaises(UserError):
            comparison.action_compare()
        with self.assertRaises(ValidationError):
            comparison.date_to = date(2021, 2, 1)

    def test_a_list_that_agrees_with_nothing_is_not_safe(self):
        comparison = self.compare("orders", self.ORDERS, ("BEISPIEL-1", "1,00", ""))
        self.assertEqual(comparison.state, "compared")
        self.assertFalse(comparison.is_safe)

    def test_export_without_formulas(self):
        comparison = self.compare("orders", self.ORDERS, ("9001", "1,00", ""))
        comparison.row_ids.note = "=1+1"
        url = comparison.action_export()["url"]
        self.assertIn(f"/{comparison.id}/export_file", url)
        sheet = load_workbook(BytesIO(base64.b64decode(comparison.export_file))).active
        cells = sheet[2]
        self.assertEqual([cells[0].value, cells[2].value, cells[6].value], ["9001", 1, "=1+1"])
        self.assertEqual([cells[0].data_type, cells[6].data_type], ["s", "s"])

    def test_queries_do_not_grow(self):
        def count(number):
            for i in range(number):
                self.make_order(f"{number}-{i:03}", 2)
            rows = [(f"{number}-{i:03}", "1,00", "") for i in range(number)]
            comparison = self.compare("orders", self.ORDERS)
            comparison.file = base64.b64encode(
                "\n".join(";".join(row) for row in (self.ORDERS, *rows)).encode()
            )
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            comparison.action_compare()
            self.env.flush_all()
            return self.env.cr.sql_log_count - start

        count(2)
        few = count(3)
        self.assertEqual(count(30), few)
