# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import io
from unittest.mock import MagicMock, patch

from odoo.exceptions import UserError
from odoo.tools.pdf import PdfFileReader

from .common import LabelCase


class TestPrint(LabelCase):
    """One file for many, before and after the deliveries are validated."""

    def test_one_file_for_many(self):
        pickings = self.env["stock.picking"].union(*(self.picking() for _number in range(3)))
        with self.assertRaises(UserError):
            pickings._get_label_file()
        pickings.action_buy_labels()
        self.env.invalidate_all()
        self.ship(pickings[1])
        name, content = pickings._get_label_file()
        self.assertEqual(name, "labels.pdf")
        reader = PdfFileReader(io.BytesIO(content))
        self.assertEqual(reader.getNumPages(), 3)
        numbers = pickings.carrier_label_ids.sorted("res_id").mapped("numbers")
        pages = [reader.getPage(page).extract_text() for page in range(3)]
        self.assertTrue(all(number in page for number, page in zip(numbers, pages, strict=True)))
        action = pickings.action_print_shipping_labels()
        self.assertEqual(action["type"], "ir.actions.act_url")

    def test_label_printers(self):
        first = self.picking()
        first.action_buy_labels()
        self.carrier.label_format = "zpl"
        second = self.picking()
        second.action_buy_labels()
        self.env.invalidate_all()
        self.assertTrue(second._get_label_file()[1].startswith(b"^XA"))
        with self.assertRaises(UserError):
            (first | second)._get_label_file()
        printer = MagicMock()
        with patch.object(type(second), "_label_printer", return_value=printer):
            second.action_print_shipping_labels()
        self.assertEqual(printer.print_document.call_args.kwargs, {"doc_format": "raw"})
