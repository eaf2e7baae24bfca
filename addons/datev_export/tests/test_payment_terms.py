# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import csv
import io

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..extf.check_master import check_master
from ..extf.spec_master import PARTNERS, PAYMENT_TERMS
from .common import DatevCase


@tagged("post_install", "-at_install")
class TestPaymentTerms(DatevCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"datev_master_data": True, "datev_payment_terms": True})
        cls.discount, cls.plain, cls.parts = cls.env["account.payment.term"].create(
            [
                {
                    "name": "14 Tage 2 %, 30 Tage netto",
                    "line_ids": cls.due(30),
                    "early_discount": True,
                    "discount_percentage": 2,
                    "discount_days": 14,
                },
                {"name": "21 Tage", "line_ids": cls.due(21)},
                {"name": "Zwei Raten", "line_ids": cls.due(10, 50) + cls.due(40, 50)},
            ]
        )
        cls.customer.property_payment_term_id = cls.discount
        cls.other_customer.property_payment_term_id = cls.parts
        cls.supplier.property_supplier_payment_term_id = cls.plain

    @staticmethod
    def due(days, percent=100):
        return [(0, 0, {"value": "percent", "value_amount": percent, "nb_days": days})]

    def file(self, export, kind, name):
        """Rows of the file of that kind, or None; it keeps the rules of the format."""
        found = export.attachment_ids.filtered(lambda attachment: name in attachment.name)
        if not found:
            return None
        self.assertEqual(check_master(found.raw, kind), [])
        text = found.raw.decode("cp1252")
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))[2:]

    def terms(self, export):
        """(number, name, discount, days of it, due) of each term in the file."""
        rows = self.file(export, PAYMENT_TERMS, "Zahlungsbedingungen")
        return rows and [(row[0], row[1], row[3], row[4], row[7]) for row in rows]

    def contacts(self, export):
        """Number of the terms of each contact in the file."""
        rows = self.file(export, PARTNERS, "Debitoren")
        return rows and {row[0]: row[108] for row in rows}

    def month(self, first, last):
        return self.exported(date_from=f"2026-10-{first}", date_to=f"2026-10-{last}")

    def test_terms_of_exported_contacts_are_numbered_and_told_once(self):
        self.invoice(self.line(100))
        self.invoice(self.line(100, "vst_19"), move_type="in_invoice", ref="L1")
        first = self.month("01", "10")
        self.assertEqual(
            self.terms(first),
            [
                ("1", "14 Tage 2 %, 30 Tage netto", "200", "14", "30"),
                ("2", "21 Tage", "", "", "21"),
            ],
        )
        self.assertEqual(self.contacts(first), {"10000": "1", "70000": "2"})
        self.invoice(self.line(100), day="2026-10-12")
        self.assertIsNone(self.terms(self.month("11", "15")))
        self.discount.discount_days = 10
        self.invoice(self.line(100), day="2026-10-17")
        third = self.month("16", "20")
        told = [("1", "14 Tage 2 %, 30 Tage netto", "200", "10", "30")]
        self.assertEqual(self.terms(third), told)
        self.assertIsNone(self.contacts(third))
        third._withdraw("Falscher Monat")
        self.assertEqual(self.terms(self.month("16", "20")), told)

    def test_a_number_the_advisor_has_is_taken_and_stays(self):
        own = self.env["datev.payment.term"].create({"term_id": self.discount.id, "number": 40})
        self.invoice(self.line(100))
        export = self.month("01", "10")
        self.assertEqual(self.contacts(export), {"10000": "40"})
        self.invoice(self.line(100, "vst_19"), move_type="in_invoice", day="2026-10-12", ref="L2")
        self.assertEqual(self.contacts(self.month("11", "15")), {"70000": "41"})
        with self.assertRaises(UserError):
            own.number = 41
        with self.assertRaises(UserError):
            own.unlink()

    def test_a_check_assigns_nothing(self):
        self.invoice(self.line(100))
        self.export(export=False).action_check()
        self.assertFalse(self.env["datev.payment.term"].search([]))

    def test_terms_without_words_for_them_are_a_finding(self):
        self.invoice(self.line(100), partner_id=self.other_customer.id)
        export = self.month("01", "10")
        self.assertIsNone(self.terms(export))
        self.assertIn("Zwei Raten", self.finding(export, "payment_terms").message)
        self.assertEqual(self.contacts(export), {"10000": ""})

    def test_without_the_setting_terms_are_told_with_the_contact(self):
        """Days and discount have columns of their own, other ones for suppliers."""
        self.company.datev_payment_terms = False
        self.supplier.property_supplier_payment_term_id = self.discount
        self.invoice(self.line(100))
        self.invoice(self.line(100, "vst_19"), move_type="in_invoice", ref="L1")
        export = self.month("01", "10")
        self.assertIsNone(self.terms(export))
        customer, supplier = self.file(export, PARTNERS, "Debitoren")
        self.assertEqual(customer[108:120], ["", "30", "2,00"] + 9 * [""])
        self.assertEqual(supplier[108:120], 3 * [""] + ["14", "2,00", "", "", "30"] + 4 * [""])

    def finding(self, export, code):
        return export.finding_ids.filtered(lambda finding: finding.code == code)
