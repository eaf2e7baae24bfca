# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Each kind of entry, on SKR03 and SKR04: the rows and the proof."""

from odoo import Command
from odoo.tests import tagged

from .common import DatevCase


@tagged("post_install", "-at_install")
class TestBookings(DatevCase):
    def number(self, name):
        return self.accounts[self.chart][name]

    def test_domestic_sale_on_automatic_account_is_gross_without_key(self):
        self.invoice(self.line(100))
        export = self.exported()
        self.assertEqual(
            self.brief(export), [("119,00", "S", "10000", self.number("sales_19"), "")]
        )
        self.assertEqual(export.gross_count, 1)

    def test_domestic_sale_on_plain_account_has_the_key(self):
        self.invoice(self.line(100, account="sales_plain"))
        self.assertEqual(
            self.brief(self.exported()),
            [("119,00", "S", "10000", self.number("sales_plain"), "3")],
        )

    def test_mixed_rates(self):
        self.invoice(self.line(100), self.line(50, "ust_7"), self.line(33.33, "ust_7"))
        self.assertEqual(
            sorted(self.brief(self.exported())),
            [
                ("119,00", "S", "10000", self.number("sales_19"), ""),
                ("89,16", "S", "10000", self.number("sales_7"), ""),
            ],
        )

    def test_wrong_rate_on_automatic_account_falls_back_to_net(self):
        """7 % on the 19 % account: key 40 and a row for the tax, and it is said."""
        self.invoice(self.line(100, "ust_7", account="sales_19"))
        export = self.exported()
        self.assertEqual(
            sorted(self.brief(export)),
            [
                ("100,00", "S", "10000", self.number("sales_19"), "40"),
                ("7,00", "S", "10000", self.number("tax_7"), ""),
            ],
        )
        self.assertEqual(export.fallback_count, 1)
        self.assertIn("net_automatic_differs", export.finding_ids.mapped("code"))

    def test_rounding_per_line_and_global(self):
        """Forty lines of half-cent taxes, rounded either way, stay gross and exact."""
        for method in ("round_per_line", "round_globally"):
            with self.subTest(method):
                self.company.tax_calculation_rounding_method = method
                self.invoice(*[self.line(price) for price in (0.5, 1.5, 2.63, 10.5) * 10])
                self.assertEqual(self.exported().gross_count, 1)

    def test_price_included_tax(self):
        included = self.tax["ust_19"].copy(
            {"name": "19 % inklusive", "price_include_override": "tax_included"}
        )
        self.assertEqual(included.datev_tax_key, "3")
        self.invoice(*[self.line(9.99, included) for _index in range(7)])
        export = self.exported()
        self.assertEqual(export.gross_count, 1)

    def test_discount_and_negative_lines(self):
        self.invoice(
            self.line(100, discount=15),
            self.line(-20),
            self.line(-3, "ust_7"),
            self.line(70, "ust_7", discount=33.3),
        )
        self.assertEqual(self.exported().gross_count, 1)

    def test_line_types_without_amount_do_not_matter(self):
        self.invoice(
            Command.create({"display_type": "line_section", "name": "Abschnitt"}),
            self.line(100),
            Command.create({"display_type": "line_note", "name": "Hinweis"}),
            self.line(0),
        )
        self.assertEqual(len(self.brief(self.exported())), 1)

    def test_tax_free_delivery_within_the_eu(self):
        self.invoice(self.line(500, "eu"))
        self.assertEqual(
            self.brief(self.exported()), [("500,00", "S", "10000", self.number("sales_eu"), "")]
        )

    def test_full_reversal_is_a_generalumkehr_and_names_the_invoice(self):
        """Side, account and key of the original, and the mark that turns it round."""
        invoice = self.invoice(self.line(100), self.line(50, account="sales_plain"))
        note = invoice._reverse_moves(
            [{"date": "2026-10-10", "invoice_date": "2026-10-10"}], cancel=True
        )
        rows = self.rows(self.exported())
        original, turned = rows[:2], rows[2:]
        for row in original:
            self.assertEqual(row.pop("reversal"), "")
        for row in turned:
            self.assertEqual(row.pop("reversal"), "1")
        for row in rows:
            row.pop("day")
            row.pop("due")
        self.assertEqual(original, turned)
        self.assertEqual(note.datev_document, invoice.datev_document)

    def test_reversal_without_generalumkehr(self):
        self.company.datev_general_reversal = False
        invoice = self.invoice(self.line(100))
        invoice._reverse_moves([{"date": "2026-10-10", "invoice_date": "2026-10-10"}], cancel=True)
        rows = self.rows(self.exported())
        self.assertEqual([row["side"] for row in rows], ["S", "H"])
        self.assertEqual({row["reversal"] for row in rows}, {""})
        self.assertEqual(rows[1]["document"], rows[0]["document"])

    def test_credit_note_for_a_part_is_no_reversal(self):
        invoice = self.invoice(self.line(100), self.line(20))
        note = invoice._reverse_moves([{"date": "2026-10-10", "invoice_date": "2026-10-10"}])
        note.invoice_line_ids[-1:].unlink()
        note.action_post()
        rows = self.rows(self.exported())
        self.assertEqual([row["side"] for row in rows], ["S", "H"])
        self.assertEqual({row["reversal"] for row in rows}, {""})

    def test_vendor_bill_with_input_tax(self):
        self.invoice(self.line(200, "vst_19"), move_type="in_invoice", ref="L-4711")
        rows = self.rows(self.exported())
        self.assertEqual(
            [(row["amount"], row["side"], row["account"], row["key"]) for row in rows],
            [("238,00", "H", "70000", "9")],
        )
        self.assertEqual(rows[0]["document"], "L-4711")

    def test_reverse_charge_falls_back_to_tax_rows(self):
        self.invoice(self.line(1000, "reverse"), move_type="in_invoice", ref="EU-1")
        export = self.exported()
        self.assertEqual(export.fallback_count, 1)
        self.assertEqual(len(self.rows(export)), 2)

    def test_foreign_vat_falls_back_to_tax_rows(self):
        """Like OSS: a rate and an account no key of ours knows."""
        austria = self.tax["ust_19"].copy(
            {"name": "20 % AT", "amount": 20, "l10n_de_datev_code": False, "datev_tax_key": False}
        )
        self.assertFalse(austria.datev_tax_key)
        self.invoice(self.line(100, austria, account="sales_plain"), self.line(50))
        export = self.exported()
        self.assertEqual(export.fallback_count, 1)
        self.assertIn("net_key_unknown", export.finding_ids.mapped("code"))

    def test_key_posting_elsewhere_falls_back(self):
        """A tax with key 3 whose tax account is not that of the key."""
        elsewhere = self.tax["ust_19"].copy({"name": "19 % anderswo"})
        lines = elsewhere.repartition_line_ids.filtered(lambda line: line.repartition_type == "tax")
        lines.account_id = self.account("tax_7")
        self.invoice(self.line(100, elsewhere))
        export = self.exported()
        self.assertEqual(export.fallback_count, 1)
        self.assertIn("net_target_differs", export.finding_ids.mapped("code"))

    def test_full_payment(self):
        invoice = self.invoice(self.line(100))
        self.pay(invoice)
        rows = self.rows(self.exported())
        self.assertEqual([row["document"] for row in rows], [rows[0]["document"]] * 2)
        self.assertEqual((rows[1]["side"], rows[1]["contra"]), ("S", "10000"))

    def test_partial_payment(self):
        invoice = self.invoice(self.line(100))
        self.pay(invoice, 50)
        rows = self.rows(self.exported())
        self.assertEqual(rows[1]["amount"], "50,00")
        self.assertEqual(rows[1]["document"], rows[0]["document"])

    def test_one_payment_for_two_invoices_is_cut(self):
        first = self.invoice(self.line(100))
        second = self.invoice(self.line(200))
        self.pay(first + second)
        rows = self.rows(self.exported())
        paid = {row["document"]: row["amount"] for row in rows if row["contra"] == "10000"}
        self.assertEqual(paid, {rows[0]["document"]: "119,00", rows[1]["document"]: "238,00"})

    def test_payment_terms_give_each_part_its_due_date(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "30/70",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 30, "nb_days": 10}),
                    Command.create({"value": "percent", "value_amount": 70, "nb_days": 40}),
                ],
            }
        )
        self.invoice(self.line(99.99), self.line(33.33, "ust_7"), invoice_payment_term_id=term.id)
        export = self.exported()
        due = {}
        for row in self.rows(export):
            cents = int(row["amount"].replace(",", ""))
            due[row["due"]] = due.get(row["due"], 0) + cents
        self.assertEqual(export.gross_count, 1)
        self.assertEqual(set(due), {"15102026", "14112026"})
        self.assertEqual(sum(due.values()), 15465)
        self.assertEqual(due["15102026"], 4640)

    def test_service_date_of_another_month(self):
        self.invoice(self.line(100), delivery_date="2026-09-30")
        self.invoice(self.line(100), delivery_date="2026-10-01")
        rows = self.rows(self.exported())
        self.assertEqual(
            [(row["service"], row["tax_period"]) for row in rows],
            [("30092026", "30092026"), ("", "")],
        )

    def test_manual_entries(self):
        self.manual(("rent", 1000), ("expense", 200), ("tax_19", -300), ("1360", -900))
        self.manual(("sales_19", 50), ("sales_7", -50))
        export = self.exported()
        self.assertEqual(export.plain_count, 2)
        self.assertIn("net_two_automatic", export.finding_ids.mapped("code"))

    def test_foreign_currency_has_amount_rate_and_euro(self):
        dollar = self.foreign("USD", 1.0837)
        invoice = self.invoice(self.line(333.33), self.line(77.77, "ust_7"), currency_id=dollar.id)
        export = self.exported()
        self.assertEqual(export.foreign_count, 1)
        rows = self.rows(export)

        def total(column):
            return sum(int(row[column].replace(",", "")) for row in rows)

        self.assertEqual(total("amount"), round(invoice.amount_total * 100))
        self.assertEqual(total("base"), round(abs(invoice.amount_total_signed) * 100))
        self.assertEqual(
            {(row["currency"], row["base_currency"]) for row in rows}, {("USD", "EUR")}
        )
        for row in rows:
            self.assertAlmostEqual(float(row["rate"].replace(",", ".")), 1.0837, 3)

    def test_purchase_in_several_rates_with_refund(self):
        self.invoice(
            self.line(12.34, "vst_19"),
            self.line(56.78, "vst_7", account="rent"),
            self.line(9.99, "vst_19", account="goods_19"),
            move_type="in_invoice",
            ref="A1",
        )
        self.invoice(self.line(5, "vst_19"), move_type="in_refund", ref="A2")
        self.assertEqual(self.exported().gross_count, 2)


@tagged("post_install", "-at_install")
class TestBookingsSkr04(TestBookings):
    chart = "de_skr04"
