# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.datev_personal_account import number_range
from .common import DatevCase


@tagged("post_install", "-at_install")
class TestSettings(DatevCase):
    def test_numbers_have_ranges(self):
        for field, wrong in (
            ("datev_consultant_number", ("1000", "12x4", "0")),
            ("datev_client_number", ("0", "A1")),
        ):
            for value in wrong:
                with self.subTest(field=field, value=value), self.assertRaises(ValidationError):
                    self.company[field] = value
        self.company.datev_consultant_number = "9999999"
        self.company.datev_client_number = 99999

    def test_length_and_chart_are_computed(self):
        self.assertEqual(self.company.datev_account_length, 4)
        self.assertEqual(self.company.datev_chart, "03")

    def test_tax_keys_are_preset_and_can_be_changed(self):
        self.assertEqual(
            [self.tax[name].datev_tax_key for name in ("ust_19", "ust_7", "vst_19", "vst_7")],
            ["3", "2", "9", "8"],
        )
        self.assertFalse(self.tax["eu"].datev_tax_key)
        self.tax["ust_19"].datev_tax_key = "101"
        self.invoice(self.line(100, account="sales_plain"))
        export = self.exported()
        self.assertEqual(export.fallback_count, 1)

    def test_flag_on_the_account_wins_over_the_chart(self):
        account = self.account("sales_19")
        self.assertIn("3", account.datev_effect)
        account.datev_automatic = "no"
        self.invoice(self.line(100))
        self.assertEqual(self.brief(self.exported()), [("119,00", "S", "10000", "8400", "3")])
        plain = self.account("sales_plain")
        plain.write({"datev_automatic": "yes", "datev_automatic_key": "3"})
        self.invoice(self.line(100, account="sales_plain"), day="2026-11-05")
        export = self.exported(date_from="2026-11-01", date_to="2026-11-30")
        self.assertEqual(self.brief(export), [("119,00", "S", "10000", "8200", "")])

    def test_flagged_account_takes_the_key_of_its_default_tax(self):
        plain = self.account("sales_plain")
        plain.write({"datev_automatic": "yes", "tax_ids": self.tax["ust_7"].ids})
        self.invoice(self.line(100, "ust_7", account="sales_plain"))
        self.assertEqual(self.brief(self.exported()), [("107,00", "S", "10000", "8200", "")])

    def test_automatic_with_unknown_tax_is_net_with_key_40(self):
        self.account("sales_plain").datev_automatic = "yes"
        self.invoice(self.line(100, account="sales_plain"))
        self.assertEqual(
            sorted(self.brief(self.exported())),
            [("100,00", "S", "10000", "8200", "40"), ("19,00", "S", "10000", "1776", "")],
        )

    def test_personal_accounts_without_gaps_per_company_and_kind(self):
        self.invoice(self.line(1))
        self.invoice(self.line(1), partner_id=self.other_customer.id)
        self.invoice(self.line(1, "vst_19"), move_type="in_invoice", ref="1")
        self.invoice(self.line(1, "vst_19"), move_type="in_invoice", partner_id=self.customer.id)
        self.exported()
        self.assertEqual(self.customer.datev_customer_account, 10000)
        self.assertEqual(self.other_customer.datev_customer_account, 10001)
        self.assertEqual(
            {self.supplier.datev_supplier_account, self.customer.datev_supplier_account},
            {70000, 70001},
        )

    def test_commercial_partner_carries_the_number(self):
        contact = self.env["res.partner"].create({"name": "Einkauf", "parent_id": self.customer.id})
        self.invoice(self.line(1), partner_id=contact.id)
        self.exported()
        self.assertEqual(contact.datev_customer_account, 10000)
        self.assertEqual(self.customer.datev_customer_account, 10000)

    def test_number_of_the_advisor_is_taken_over(self):
        self.customer.datev_customer_account = 12345
        self.invoice(self.line(1))
        self.invoice(self.line(1), partner_id=self.other_customer.id)
        self.exported()
        self.assertEqual(self.customer.datev_customer_account, 12345)
        self.assertEqual(self.other_customer.datev_customer_account, 12346)

    def test_number_range_and_uniqueness(self):
        self.assertEqual(number_range("customer", 4), (10_000, 69_999))
        self.assertEqual(number_range("supplier", 6), (7_000_000, 9_999_999))
        with self.assertRaises(ValidationError):
            self.customer.datev_customer_account = 70000
        self.customer.datev_customer_account = 10500
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            self.other_customer.datev_customer_account = 10500

    def test_settings_form_writes_the_company(self):
        self.env["res.config.settings"].create({"datev_client_number": "77"}).execute()
        self.assertEqual(self.company.datev_client_number, "77")
