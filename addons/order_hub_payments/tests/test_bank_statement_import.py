# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import io
import zipfile
from unittest.mock import patch

from lxml import etree

from odoo.exceptions import UserError

from .common import IBAN, NAMESPACE, PaymentCase


class TestBankStatementImport(PaymentCase):
    def test_a_statement_becomes_transactions(self):
        lines = self._import(
            self._camt(
                {"amount": 12.34, "text": "Rechnung 1", "structured": "RF18539007547034"},
                {"amount": 5.0, "text": "Miete", "sign": "DBIT"},
            )
        )
        self.assertEqual(lines.mapped("amount"), [12.34, -5.0])
        self.assertEqual(lines[0].remittance, "Rechnung 1\nRF18539007547034")
        self.assertEqual(lines[0].payment_ref, "Rechnung 1")
        self.assertEqual(lines[0].partner_name, "Jemand")

    def test_the_same_file_twice_brings_nothing(self):
        content = self._camt((12.34, "eins"), (12.34, "eins"), (5.0, "zwei"))
        self.assertEqual(len(self._import(content)), 3, "equal transfers are two transfers")
        with self.assertRaisesRegex(UserError, "already imported"):
            self._import(content)

    def test_an_overlapping_file_brings_only_what_is_new(self):
        self._import(self._camt((12.34, "eins"), (5.0, "zwei"), statement="1"))
        lines = self._import(
            self._camt((12.34, "eins"), (5.0, "zwei"), (5.0, "zwei"), (7.0, "drei"), statement="M2")
        )
        self.assertEqual(lines.mapped("amount"), [5.0, 7.0])

    def test_what_the_bank_has_not_booked_is_left_out(self):
        content = self._camt(
            {"amount": 1.0, "text": "pending", "status": "PDNG"}, {"amount": 2.0, "text": "booked"}
        )
        self.assertEqual(self._import(content).mapped("amount"), [2.0])

    def test_a_collective_booking_is_split(self):
        lines = self._import(
            self._camt({"amount": 30.0, "parts": [(10.0, "eins"), (20.0, "zwei")]})
        )
        self.assertEqual(lines.mapped("amount"), [10.0, 20.0])

    def test_parts_that_do_not_add_up_are_booked_as_one(self):
        without_amounts = {"amount": 30.0, "parts": [(None, "eins"), (None, "zwei")]}
        other_sum = {"amount": 31.0, "parts": [(10.0, "eins"), (20.0, "zwei")]}
        lines = self._import(self._camt(without_amounts, other_sum))
        self.assertEqual(lines.mapped("amount"), [30.0, 31.0])
        self.assertIn("zwei", lines[0].remittance)

    def test_an_amount_in_another_currency_is_not_taken_for_ours(self):
        lines = self._import(self._camt({"amount": 30.0, "parts": [(33.0, "US dollars")]}))
        self.assertEqual(lines.mapped("amount"), [30.0])

    def test_statements_of_two_accounts_in_one_file(self):
        other = self.bank.copy(
            {"code": "TBK2", "bank_acc_number": "DE89370400440532013000", "bank_account_id": False}
        )
        root = etree.fromstring(self._camt((1.0, "ours")))
        self._add_statement(root[0], [(2.0, "other")], "DE89370400440532013000", "2")
        lines = self._import(etree.tostring(root))
        self.assertEqual(lines.mapped("amount"), [1.0])
        moved = self.env["account.bank.statement.line"].search([("journal_id", "=", other.id)])
        self.assertEqual(moved.mapped("amount"), [2.0])

    def test_an_archive_of_statements(self):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("1.xml", self._camt((1.0, "eins"), statement="1"))
            archive.writestr("2.xml", self._camt((2.0, "zwei"), statement="2"))
        self.assertEqual(self._import(buffer.getvalue()).mapped("amount"), [1.0, 2.0])

    def test_files_too_large_are_refused_unread(self):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("1.xml", b" " * 5000)
        limit = "odoo.addons.order_hub_payments.wizard.account_statement_import.LARGEST_FILE"
        with patch(limit, 4000), self.assertRaisesRegex(UserError, "too large"):
            self._import(buffer.getvalue())
        with patch(limit, 100), self.assertRaisesRegex(UserError, "too large"):
            self._import(self._camt((1.0, "eins")))

    def test_hostile_files_are_refused(self):
        good = self._camt((1.0, "&amp;")).decode().split("?>", 1)[1]
        external = '<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
        bomb = '<!DOCTYPE Document [<!ENTITY a "aaaaaaaaaa"><!ENTITY x "&a;&a;&a;&a;">]>'
        for prolog in (external, bomb, "<!DOCTYPE Document>"):
            hostile = (
                prolog + good.replace("&amp;", "&x;" if "ENTITY" in prolog else "x")
            ).encode()
            with self.assertRaisesRegex(UserError, "document type"):
                self._import(hostile)

    def test_a_damaged_file_is_not_read_in_part(self):
        content = self._camt((1.0, "eins"), (2.0, "zwei"))
        with self.assertRaisesRegex(UserError, "damaged"):
            self._import(content[: len(content) // 2 + 200])
        with self.assertRaisesRegex(UserError, "not supported"):
            self._import(b"no statement at all")
        with self.assertRaisesRegex(UserError, "without a date"):
            self._import(self._camt({"amount": 1.0, "text": "x", "date": None}))

    def test_a_value_date_stands_in_for_the_booking_date(self):
        root = etree.fromstring(self._camt({"amount": 1.0, "text": "x", "date": None}))
        entry = root.find(f".//{{{NAMESPACE}}}Ntry")
        value = etree.SubElement(entry, f"{{{NAMESPACE}}}ValDt")
        etree.SubElement(value, f"{{{NAMESPACE}}}Dt").text = "2026-02-03"
        self.assertEqual(str(self._import(etree.tostring(root)).date), "2026-02-03")

    def test_another_companys_account_is_refused(self):
        with self.assertRaises(UserError):
            self._import(self._camt((1.0, "eins"), account=IBAN[:-1] + "9"))
