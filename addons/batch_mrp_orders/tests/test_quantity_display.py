# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from lxml import etree, html

from .common import BatchCase


class TestQuantityDisplay(BatchCase):
    def _print(self, value, precision="Product Unit"):
        printer = self.env["ir.qweb.field.float"].with_context(lang="de_DE")
        return printer.value_to_html(value, {"decimal_precision": precision})

    def test_precision_holds_grams(self):
        self.assertEqual(self.env["decimal.precision"].precision_get("Product Unit"), 6)

    def test_prints_are_trimmed(self):
        self.assertEqual(self._print(12.0), "12")
        self.assertEqual(self._print(0.004), "0,004")
        self.assertEqual(self._print(1234.5), "1.234,5")
        self.assertEqual(self._print(0.0), "0")

    def test_printed_field_is_trimmed(self):
        order = self._create_order((self.jar, 12))
        printed = self.env["ir.qweb.field.float"].record_to_html(
            order.order_line, "product_uom_qty", {}
        )
        self.assertEqual(printed, "12")

    def test_prices_keep_their_digits(self):
        self.assertEqual(self._print(8.0, "Product Price"), "8,00")

    def test_views_hide_trailing_zeros(self):
        arch = self.env["sale.order"].get_view(self.env.ref("sale.view_order_form").id, "form")[
            "arch"
        ]
        tree = etree.fromstring(arch)
        nodes = tree.xpath("//field[@name='order_line']/list/field[@name='product_uom_qty']")
        self.assertTrue(nodes)
        for node in nodes:
            self.assertIn("'hide_trailing_zeros': true", node.get("options"))
            self.assertEqual(node.get("digits"), "[16, 6]")

    def test_options_of_a_view_are_kept(self):
        arch = "<list><field name='open_qty' options=\"{'decimals': 2}\"/></list>"
        view = self.env["ir.ui.view"].create(
            {"model": "mrp.demand", "type": "list", "name": "options", "arch": arch}
        )
        node = etree.fromstring(self.env["mrp.demand"].get_view(view.id, "list")["arch"])[0]
        self.assertEqual(node.get("options"), "{'decimals': 2, 'hide_trailing_zeros': true}")

    def test_documents_print_whole_pieces_and_all_grams(self):
        self._stock_up(self.jar, 20)
        self._stock_up(self.bulk, 5)
        order = self._create_order((self.jar, 12), (self.bulk, 0.004))
        self._ship(order)
        invoice = order._create_invoices()
        invoice.action_post()
        for report, records in (
            ("sale.report_saleorder", order),
            ("stock.report_deliveryslip", order.picking_ids),
            ("stock.report_picking", order.picking_ids),
            ("account.report_invoice_with_payments", invoice),
        ):
            with self.subTest(report=report):
                text = self._render(report, records)
                self.assertRegex(text, r"\b12\b")
                self.assertIn("0,004", text)
                self.assertNotRegex(text, r"[.,]\d*0{4}\b")

    def test_production_documents_print_whole_pieces(self):
        self._create_order((self.jar, 12))
        runs = self._plan()
        for report, records in (
            ("mrp.report_mrporder", runs),
            ("mrp.report_bom_structure", self.jar_recipe),
        ):
            with self.subTest(report=report):
                text = self._render(report, records)
                self.assertNotRegex(text, r"[.,]\d*0{4}\b")

    def _render(self, report, records):
        """Text of a printed document in German."""
        content, _kind = (
            self.env["ir.actions.report"]
            .with_context(lang="de_DE")
            ._render_qweb_html(report, records.ids)
        )
        return " ".join(html.fromstring(content).itertext())
