# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import base64
import io
from datetime import date, datetime

import zxingcpp
from freezegun import freeze_time
from lxml import html
from PIL import Image

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user

from .label_common import LabelCase

REPORT = "batch_mrp_orders.report_stock_label"


@freeze_time("2026-11-22")
class TestLabel(LabelCase):
    def _render(self, wizard):
        """The labels as the report engine makes them."""
        action = wizard.action_print()
        self.assertEqual(action["report_name"], REPORT)
        report = self.env["ir.actions.report"].with_context(**action["context"])
        content, _kind = report._render_qweb_html(REPORT, None, data=action["data"])
        return html.fromstring(content)

    def _scan(self, page):
        """What an independent reader finds in each picture of a code."""
        codes = []
        for source in page.xpath("//img/@src"):
            picture = Image.open(io.BytesIO(base64.b64decode(source.split(",")[1])))
            codes += zxingcpp.read_barcodes(picture.convert("L"))
        return codes

    def test_product_label(self):
        wizard = self._open_wizard(self.lot, "product", with_price=True)
        self.assertEqual(wizard.label_count, 12)
        page = self._render(wizard)
        labels = page.xpath("//div[@class='o_label']")
        self.assertEqual(len(labels), 12)
        text = " ".join(labels[0].text_content().split())
        for expected in (
            "Spelt and rye bread",
            "500 g",
            "Ingredients: Spelt flour <630> 43 %, Sourdough (Water, Rye flour), Water, Salt",
            "821 kJ",
            "Best before: 03/05/2027",
            "L B-1",
            "Store dry.",
            self.company.name,
            "5.00",
        ):
            self.assertIn(expected, text.replace("\xa0", " "))
        self.assertRegex(text, r"10\.00\D+ per 1 kg")
        bold = {node.text for node in labels[0].xpath(".//b")}
        self.assertLessEqual({"Spelt", "Rye"}, bold)

    def test_gs1_datamatrix_is_read_by_others(self):
        wizard = self._open_wizard(self.lot, "lot", quantity_in_code=True)
        (code,) = self._scan(self._render(wizard))
        self.assertEqual(code.format, zxingcpp.BarcodeFormat.DataMatrix)
        self.assertEqual(code.content_type, zxingcpp.ContentType.GS1)
        self.assertEqual(code.text, "(02)04006381333931(15)270305(10)B-1(37)12")

    def test_gs1_128_is_read_by_others(self):
        wizard = self._open_wizard(self.lot, "lot", code="code128")
        (code,) = self._scan(self._render(wizard))
        self.assertEqual(code.format, zxingcpp.BarcodeFormat.Code128)
        self.assertEqual(code.content_type, zxingcpp.ContentType.GS1)
        self.assertEqual(code.text, "(01)04006381333931(15)270305(10)B-1")

    def test_separator_within_gs1_128(self):
        wizard = self._open_wizard(self.lot, "lot", code="code128", quantity_in_code=True)
        (code,) = self._scan(self._render(wizard))
        self.assertEqual(code.text, "(02)04006381333931(15)270305(10)B-1(37)12")

    def test_core_reads_the_code(self):
        nomenclature = self.env["barcode.nomenclature"].search(
            [("is_gs1_nomenclature", "=", True)], limit=1
        )
        self.bread.date_mark = "use_by"
        wizard = self._open_wizard(self.lot, "lot", quantity_in_code=True)
        _symbology, text = wizard._get_labels()[0]["code"]
        parsed = {part["ai"]: part["value"] for part in nomenclature.parse_barcode(text)}
        self.assertEqual(parsed["02"], "04006381333931")
        self.assertEqual(parsed["10"], "B-1")
        self.assertEqual(parsed["17"], date(2027, 3, 5))
        self.assertEqual(parsed["37"], 12)

    def test_core_reads_the_net_weight(self):
        nomenclature = self.env["barcode.nomenclature"].search(
            [("is_gs1_nomenclature", "=", True)], limit=1
        )
        self.rye.barcode = "96385074"
        lot = self._stock_up(self.rye, 12.345, "R-1")
        wizard = self._open_wizard(lot, "lot", quantity_in_code=True)
        _symbology, text = wizard._get_labels()[0]["code"]
        parsed = {part["ai"]: part["value"] for part in nomenclature.parse_barcode(text)}
        self.assertEqual(parsed["3103"], 12.345)

    def test_plain_code_without_gtin(self):
        self.bread.barcode = "BROT-1"
        (code,) = self._scan(self._render(self._open_wizard(self.lot, "lot")))
        self.assertEqual((code.format, code.text), (zxingcpp.BarcodeFormat.DataMatrix, "B-1"))

    def test_lot_number_that_fits_no_code(self):
        for name, words in (("Ü 1", "cannot hold"), ("X" * 21, "longer than the 20")):
            self.lot.name = name
            wizard = self._open_wizard(self.lot, "lot")
            with self.assertRaisesRegex(UserError, words):
                wizard.action_print()
            self.assertRegex(wizard.findings, words)
            self.assertFalse(wizard.preview)
            wizard.code = "none"
            self.assertFalse(self._scan(self._render(wizard)))

    def test_wrong_check_digit_is_said(self):
        self.bread.barcode = "4006381333932"
        with self.assertRaisesRegex(UserError, "not its check digit"):
            self._open_wizard(self.lot, "lot").action_print()

    def test_date_is_that_of_the_company(self):
        """22:30 in UTC is the next day in summer time."""
        self.company.partner_id.tz = "Europe/Berlin"
        self.lot.expiration_date = self.lot.use_date = datetime(2027, 6, 5, 22, 30)
        label = self._open_wizard(self.lot, "lot")._get_labels()[0]
        self.assertEqual(label["date"], "06/06/2027")

    def test_best_before_and_use_by_are_two_dates(self):
        self.lot.use_date = datetime(2027, 2, 1, 12)
        wizard = self._open_wizard(self.lot, "lot")
        self.assertEqual(wizard._get_labels()[0]["date"], "02/01/2027")
        self.assertIn("Best before:", wizard.preview)
        self.bread.date_mark = "use_by"
        wizard.invalidate_recordset()
        self.assertEqual(wizard._get_labels()[0]["date"], "03/05/2027")
        self.assertIn("Use by:", wizard.preview)

    def test_copies_by_what_is_there(self):
        lot = self._stock_up(self.rye, 25, "R-2")
        wizard = self._open_wizard(self.lot | lot, "lot")
        self.assertEqual(wizard.line_ids.mapped("copies"), [1, 1])
        wizard.kind = "product"
        self.assertEqual(wizard.line_ids.mapped("copies"), [12, 1])
        wizard.line_ids.copies = 0
        with self.assertRaises(UserError):
            wizard.action_print()

    def test_from_run_receipt_and_product(self):
        run = self.env["mrp.production"].create({"product_id": self.bread.id, "product_qty": 40})
        wizard = self._open_wizard(run)
        self.assertEqual((wizard.kind, wizard.label_count), ("product", 40))
        self.assertEqual(wizard.line_ids.production_id, run)
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.stock.id,
            }
        )
        with self.assertRaises(UserError):
            receipt.action_print_labels()
        self.env["stock.move.line"].create(
            {
                "picking_id": receipt.id,
                "product_id": self.bread.id,
                "lot_id": self.lot.id,
                "quantity": 3,
            }
        )
        wizard = self._open_wizard(receipt)
        self.assertEqual((wizard.kind, wizard.line_ids.quantity), ("lot", 3))
        self.assertEqual(self.bread.product_tmpl_id.action_print_labels()["target"], "new")

    def test_sheets(self):
        sheet = self.env.ref("batch_mrp_orders.label_format_a4_70x37")
        wizard = self._open_wizard(self.lot, "lot", format_id=sheet.id)
        wizard.line_ids.copies = 25
        pages = wizard._get_pages()
        self.assertEqual([len(page) for page in pages], [24, 1])
        labels = self._render(wizard).xpath("//div[@class='o_label']/@style")
        self.assertIn("left: 140.0mm; top: 259.5mm", labels[23])
        with self.assertRaises(ValidationError):
            sheet.columns = 4

    def test_paper_of_the_label(self):
        roll = self.env.ref("batch_mrp_orders.label_format_62x100")
        wizard = self._open_wizard(self.lot, "product", format_id=roll.id)
        action = wizard.action_print()
        report = self.env["ir.actions.report"]._get_report(REPORT)
        self.assertEqual(
            report.with_context(**action["context"]).get_paperformat(), roll.paperformat_id
        )
        self.assertEqual(report.get_paperformat(), report.paperformat_id)

    def test_preview_and_findings(self):
        self.salt.declared_name = False
        wizard = self._open_wizard(self.lot, "product")
        self.assertIn("Spelt and rye bread", wizard.preview)
        self.assertIn("No declared name: Salt", wizard.findings)

    def test_text_that_does_not_fit_is_said(self):
        roll = self.env.ref("batch_mrp_orders.label_format_62x100")
        wizard = self._open_wizard(self.lot, "product", format_id=roll.id)
        self.assertFalse(wizard.findings)
        self.bread.label_note = "Baked in a stone oven by hand. " * 40
        wizard.invalidate_recordset()
        self.assertIn("probably longer than the label", wizard.findings)

    def test_roles(self):
        for group in ("stock.group_stock_user", "mrp.group_mrp_user"):
            user = new_test_user(self.env, f"labels_{group[:3]}", group)
            wizard = self._open_wizard(self.lot.with_user(user), "product")
            wizard.action_print()
            self.assertIn("Sourdough", wizard._get_labels()[0]["declaration"].ingredients)
        seller = new_test_user(self.env, "labels_seller", "sales_team.group_sale_salesman")
        with self.assertRaises(AccessError):
            self._open_wizard(self.lot.with_user(seller))

    def test_another_company(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        lot = self.env["stock.lot"].create(
            {"name": "E-1", "product_id": self.rye.id, "company_id": company.id}
        )
        user = new_test_user(self.env, "labels_here", "stock.group_stock_user")
        with self.assertRaises(AccessError):
            self._open_wizard(lot.with_user(user))
        wizard = self._open_wizard(lot.with_context(allowed_company_ids=company.ids))
        self.assertEqual(wizard.company_id, company)
        with self.assertRaises(AccessError):
            wizard.with_user(user).with_context(allowed_company_ids=self.company.ids).action_print()
