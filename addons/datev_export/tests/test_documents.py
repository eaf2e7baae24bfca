# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.tests import tagged

from .common import DatevCase


@tagged("post_install", "-at_install")
class TestDocuments(DatevCase):
    def test_colliding_numbers_get_a_suffix_and_a_finding(self):
        first = self.invoice(self.line(100), name="RE 2026.1")
        second = self.invoice(self.line(100), name="RE 20261")
        export = self.exported()
        self.assertEqual(first.datev_document, "RE20261")
        self.assertEqual(second.datev_document, "RE20261-2")
        finding = export.finding_ids.filtered(lambda f: f.code == "document_renamed")
        self.assertEqual(finding.move_id, second)

    def test_collision_with_an_exported_entry(self):
        self.invoice(self.line(100), name="RE 2026.1", day="2026-09-01")
        self.exported(date_from="2026-09-01", date_to="2026-09-30")
        second = self.invoice(self.line(100), name="RE 20261")
        self.exported()
        self.assertEqual(second.datev_document, "RE20261-2")

    def test_suppliers_may_use_the_same_number(self):
        bills = self.env["account.move"]
        for partner in (self.supplier, self.other_customer):
            bills += self.invoice(
                self.line(10, "vst_19"),
                move_type="in_invoice",
                ref="2026-001",
                partner_id=partner.id,
            )
        self.exported()
        self.assertEqual(bills.mapped("datev_document"), ["2026-001", "2026-001"])

    def test_payment_of_an_invoice_from_an_earlier_export(self):
        invoice = self.invoice(self.line(100), name="RÄ 1", day="2026-09-01")
        self.exported(date_from="2026-09-01", date_to="2026-09-30")
        self.pay(invoice)
        self.assertEqual(self.rows(self.exported())[0]["document"], "RAE1")

    def test_payment_of_a_bill_carries_the_supplier_number(self):
        bill = self.invoice(self.line(10, "vst_19"), move_type="in_invoice", ref="R 77/26")
        self.pay(bill)
        self.assertEqual([row["document"] for row in self.rows(self.exported())], ["R77/26"] * 2)

    def test_payment_in_advance_keeps_its_own_number(self):
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.customer.id,
                "amount": 40,
                "date": "2026-10-09",
            }
        )
        payment.action_post()
        if not payment.move_id:
            self.skipTest("payments have no entry of their own in this configuration")
        row = self.rows(self.exported())[0]
        self.assertTrue(row["document"])
        self.assertEqual(row["amount"], "40,00")

    def test_refund_paid_out_names_the_credit_note(self):
        note = self.invoice(self.line(100), move_type="out_refund")
        self.pay(note)
        documents = [row["document"] for row in self.rows(self.exported())]
        self.assertEqual(documents, [note.datev_document] * 2)
