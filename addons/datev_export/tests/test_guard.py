# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import DatevCase


@tagged("post_install", "-at_install")
class TestGuard(DatevCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls.invoice(cls.line(100))
        cls.draft = cls.invoice(cls.line(1), day="2026-11-02")
        cls.datev = cls.export()

    def test_reset_cancel_and_delete_are_refused(self):
        for method in ("button_draft", "button_cancel", "unlink"):
            with self.subTest(method), self.assertRaisesRegex(UserError, "exported to DATEV"):
                getattr(self.move, method)()

    def test_exported_values_are_refused(self):
        for vals in (
            {"ref": "anders"},
            {"payment_reference": "anders"},
            {"name": "RE/2026/99999"},
            {"partner_id": self.other_customer.id},
            {"invoice_date_due": "2027-01-01"},
            {"delivery_date": "2026-01-01"},
        ):
            with self.subTest(vals), self.assertRaisesRegex(UserError, "exported to DATEV"):
                self.move.write(vals)

    def test_exported_values_of_lines_are_refused(self):
        line = self.move.invoice_line_ids
        for vals in (
            {"account_id": self.account("sales_7").id},
            {"name": "anders"},
            {"balance": -5},
            {"price_unit": 5},
            {"partner_id": self.other_customer.id},
        ):
            with self.subTest(vals), self.assertRaisesRegex(UserError, "exported to DATEV"):
                line.write(vals)
        with self.assertRaisesRegex(UserError, "exported to DATEV"):
            self.move.with_context(skip_readonly_check=True).write(
                {"line_ids": [Command.create({"name": "neu", "account_id": line.account_id.id})]}
            )

    def test_what_is_not_exported_stays_free(self):
        self.move.write({"narration": "Notiz", "ref": self.move.ref})
        self.move.message_post(body="Hallo")
        self.pay(self.move)
        self.assertEqual(self.move.amount_residual, 0)
        self.move.line_ids.remove_move_reconcile()
        self.assertEqual(self.move.amount_residual, 119)

    def test_reversal_is_the_way_to_correct(self):
        reversal = self.move._reverse_moves([{"invoice_date": "2026-11-05"}], cancel=True)
        self.assertEqual(reversal.state, "posted")
        self.assertFalse(reversal.datev_export_id)
        self.assertFalse(reversal.datev_document)

    def test_other_entries_are_not_held(self):
        self.draft.button_draft()
        self.draft.ref = "frei"
        self.assertEqual(self.draft.state, "draft")

    def test_bank_line_is_held(self):
        journal = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": journal.id,
                "date": "2026-12-12",
                "payment_ref": "Miete",
                "amount": -50,
                "counterpart_account_id": self.account("rent").id,
            }
        )
        export = self.export("2026-12-01", "2026-12-31")
        self.assertEqual(line.move_id.datev_export_id, export)
        with self.assertRaisesRegex(UserError, "exported to DATEV"):
            line.amount = -60

    def test_database_keeps_an_entry_in_one_export(self):
        other = self.export(export=False)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            self.env["datev.export.entry"].create(
                {"export_id": other.id, "move_id": self.move.id, "mode": "gross"}
            )
            self.env.flush_all()
