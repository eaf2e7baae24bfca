# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import hashlib
from dataclasses import replace
from decimal import Decimal
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..extf import booking
from .common import DatevCase


@tagged("post_install", "-at_install")
class TestExport(DatevCase):
    def test_check_then_export_then_hand_over(self):
        self.invoice(self.line(100))
        export = self.export(export=False)
        export.action_check()
        self.assertEqual(export.state, "checked")
        self.assertTrue(export.proven)
        self.assertFalse(export.attachment_ids)
        self.assertFalse(self.customer.datev_customer_account)
        export.action_export()
        self.assertEqual(export.state, "exported")
        self.assertEqual(self.customer.datev_customer_account, 10000)
        content = export.attachment_ids[0].raw
        self.assertEqual(export.sha256, hashlib.sha256(content).hexdigest())
        export.action_hand_over()
        self.assertEqual(export.state, "handed_over")
        self.assertEqual(export.action_download()["type"], "ir.actions.act_url")
        self.assertEqual(export.attachment_ids[0].raw, content)

    def test_proof_table_shows_both_sides(self):
        self.invoice(self.line(100))
        export = self.exported()
        table = {
            line.account_number: (line.ledger_debit, line.ledger_credit, line.difference)
            for line in export.proof_line_ids
        }
        self.assertEqual(table, {"10000": (119, 0, 0), "1776": (0, 19, 0), "8400": (0, 100, 0)})
        self.assertEqual(export.proof_line_ids[0].name, "Drogerie Müller")

    def test_missing_numbers_block_with_a_way_out(self):
        self.company.write({"datev_consultant_number": False, "datev_client_number": False})
        invoice = self.invoice(self.line(100))
        export = self.export()
        self.assertEqual(export.state, "draft")
        self.assertFalse(export.attachment_ids)
        findings = export.finding_ids.filtered(lambda f: f.severity == "blocking")
        self.assertEqual(set(findings.mapped("code")), {"consultant_number", "client_number"})
        self.assertEqual(findings[0].action_fix()["res_model"], "datev.setup")
        self.assertFalse(invoice.datev_export_id)

    def test_late_posting_comes_as_supplement(self):
        first = self.invoice(self.line(100))
        export = self.exported()
        late = self.invoice(self.line(50))
        supplement = self.exported()
        self.assertEqual(first.datev_export_id, export)
        self.assertEqual(late.datev_export_id, supplement)
        self.assertEqual([row["amount"] for row in self.rows(supplement)], ["59,50"])
        self.assertEqual(
            (supplement.period_count, supplement.earlier_count, supplement.move_count), (2, 1, 1)
        )

    def test_nothing_new(self):
        self.invoice(self.line(100))
        self.exported()
        again = self.export()
        self.assertEqual(again.state, "draft")
        self.assertIn("nothing_new", again.finding_ids.mapped("code"))

    def test_withdrawn_export_frees_its_entries(self):
        invoice = self.invoice(self.line(100))
        export = self.exported()
        with self.assertRaises(UserError):
            export._withdraw("  ")
        wizard = self.env["datev.export.withdraw"].create(
            {"export_id": export.id, "reason": "Falscher Mandant"}
        )
        wizard.action_confirm()
        self.assertEqual(export.state, "withdrawn")
        self.assertFalse(invoice.datev_export_id)
        self.assertTrue(export.attachment_ids)
        again = self.exported()
        self.assertEqual(invoice.datev_export_id, again)
        self.assertEqual(self.customer.datev_customer_account, 10000)

    def test_zero_entry_is_listed_and_does_not_block(self):
        zero = self.invoice(self.line(0))
        self.invoice(self.line(100))
        export = self.exported()
        listed = export.finding_ids.filtered(lambda f: f.severity == "left_out")
        self.assertEqual((listed.code, listed.move_id), ("no_amount", zero))
        self.assertEqual(listed.action_fix()["res_id"], zero.id)
        self.assertEqual(export.left_out_count, 1)
        self.assertFalse(zero.datev_export_id)

    def test_bank_line_on_suspense_waits(self):
        journal = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        bank_line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": journal.id,
                "date": "2026-10-12",
                "payment_ref": "Überweisung",
                "amount": 77,
            }
        )
        self.assertEqual(bank_line.move_id.state, "posted")
        self.invoice(self.line(100))
        export = self.exported()
        self.assertEqual(
            export.finding_ids.filtered(lambda f: f.code == "suspense").move_id, bank_line.move_id
        )

    def test_other_company_does_not_leak(self):
        other = self.make_company("Andere GmbH")
        env = self.env(context=dict(self.env.context, allowed_company_ids=other.ids))
        account = env["account.account"].search([("code", "=", "8400")], limit=1)
        move = env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_date": "2026-10-05",
                "invoice_line_ids": [
                    Command.create({"name": "x", "price_unit": 7, "account_id": account.id})
                ],
            }
        )
        move.action_post()
        self.invoice(self.line(100))
        export = self.exported()
        self.assertEqual(len(self.rows(export)), 1)
        self.assertFalse(move.datev_export_id)
        elsewhere = env["datev.export"].create({"date_from": "2026-10-01", "date_to": "2026-10-31"})
        self.assertEqual(elsewhere.company_id, other)
        elsewhere.action_export()
        self.assertEqual(move.datev_export_id, elsewhere)
        self.assertEqual(self.customer.with_env(env).datev_customer_account, 10000)

    def test_branch_is_part_of_the_client(self):
        branch = self.env["res.company"].create({"name": "Filiale", "parent_id": self.company.id})
        self.env.user.write({"company_ids": [Command.link(branch.id)]})
        env = self.env(
            context=dict(self.env.context, allowed_company_ids=(self.company + branch).ids)
        )
        move = env["account.move"].create(
            {
                "move_type": "entry",
                "company_id": branch.id,
                "journal_id": env["account.journal"]
                .search([("type", "=", "general"), ("company_id", "=", self.company.id)], limit=1)
                .id,
                "date": "2026-10-10",
                "line_ids": [
                    Command.create({"account_id": self.account("rent").id, "balance": 10}),
                    Command.create({"account_id": self.account("1360").id, "balance": -10}),
                ],
            }
        )
        move.action_post()
        self.assertEqual(self.exported().period_count, 1)
        self.assertTrue(move.datev_export_id)

    def test_period_of_several_months_gives_a_file_each(self):
        self.invoice(self.line(100), day="2026-09-05")
        self.invoice(self.line(100))
        export = self.exported(date_from="2026-09-01", date_to="2026-10-31")
        self.assertEqual(len(export.attachment_ids), 2)
        self.assertEqual(export.action_download()["url"], f"/datev_export/bundle/{export.id}")

    def test_period_rules(self):
        with self.assertRaises(ValidationError):
            self.export("2025-12-01", "2026-01-31", export=False)
        export = self.export(export=False)
        export.action_check()
        export.date_to = "2026-10-30"
        self.assertEqual(export.state, "draft")

    def test_exported_record_is_final(self):
        self.invoice(self.line(100))
        export = self.exported()
        with self.assertRaises(UserError):
            export.unlink()
        with self.assertRaises(UserError):
            export.date_to = "2026-10-30"
        with self.assertRaises(UserError):
            export.action_export()
        with self.assertRaises(UserError):
            export.action_check()

    def test_exported_file_stays_as_it_is(self):
        self.invoice(self.line(100))
        attachment = self.exported().attachment_ids
        with self.assertRaises(UserError):
            attachment.raw = b"anders"
        with self.assertRaises(UserError):
            attachment.unlink()

    def test_a_wrong_cent_is_caught_and_named(self):
        """The proof is what stops an engine that errs by a cent."""
        invoice = self.invoice(self.line(100))
        self.invoice(self.line(70))
        book = booking.book

        def wrong(entry, chart):
            booked = book(entry, chart)
            if entry.key != invoice.id:
                return booked
            row = replace(booked.rows[0], amount=booked.rows[0].amount + Decimal("0.01"))
            return replace(booked, rows=(row,))

        with patch.object(booking, "book", wrong):
            export = self.export()
        self.assertEqual(export.state, "draft")
        self.assertFalse(export.proven)
        self.assertFalse(export.attachment_ids)
        findings = export.finding_ids.filtered(lambda f: f.code == "proof")
        self.assertEqual(findings.move_id, invoice)
        self.assertTrue(any("10000" in message for message in findings.mapped("message")))

    def test_short_account_number_blocks_and_names_the_account(self):
        account = self.env["account.account"].create(
            {"name": "Kurz", "code": "42", "account_type": "expense"}
        )
        self.invoice(self.line(100))
        self.manual(("rent", -5), ("42", 5))
        export = self.export()
        self.assertEqual(export.state, "draft")
        finding = export.finding_ids.filtered(lambda f: f.code == "account_number")
        self.assertEqual(finding.account_id, account)

    def test_lock_flag_is_written_everywhere(self):
        self.invoice(self.line(100))
        self.company.datev_lock = True
        export = self.exported()
        header = export.attachment_ids[0].raw.decode("cp1252").split("\r\n")[0].split(";")
        self.assertEqual(header[20], "1")
        self.assertEqual({row["lock"] for row in self.rows(export)}, {"1"})

    def test_characters_are_reported(self):
        self.customer.name = "Łódź 東京 Käse"
        self.invoice(self.line(100))
        export = self.exported()
        self.assertIn("characters", export.finding_ids.mapped("code"))
        self.assertEqual(self.rows(export)[0]["text"], "Lódz Käse")

    def test_late_postings_and_drafts_are_findings(self):
        self.invoice(self.line(100), day="2026-09-05")
        self.exported(date_from="2026-09-01", date_to="2026-09-30")
        self.invoice(self.line(3), day="2026-08-31")  # before the first export
        self.invoice(self.line(0), day="2026-09-19")  # in no file ever
        late = self.invoice(self.line(50), day="2026-09-20")
        draft = self.invoice(self.line(10), post=False)
        self.invoice(self.line(100))
        findings = self.exported().finding_ids
        for code, move in (("late", late), ("drafts", draft)):
            finding = findings.filtered(lambda f, code=code: f.code == code)
            action = finding.action_fix()
            self.assertEqual(self.env[action["res_model"]].search(action["domain"]), move)
        supplement = self.exported(date_from="2026-09-01", date_to="2026-09-30")
        self.assertEqual((supplement.move_count, supplement.earlier_count), (1, 1))
        self.assertNotIn("late", self.export("2026-10-01").finding_ids.mapped("code"))

    def test_opening_and_year_end_have_files_of_their_own(self):
        self.invoice(self.line(100))
        opening = self.manual(("rent", 500), ("expense", -500), day="2026-10-01")
        self.company.account_opening_move_id = opening
        journal = self.env["account.journal"].create(
            {"name": "Abschluss", "code": "ABS", "type": "general", "datev_stack": "year_end"}
        )
        closing = self.manual(("rent", 7), ("expense", -7), journal_id=journal.id)
        # The independent reader takes no stack of the year end.
        export = self.export()
        self.assertTrue(export.proven, export.finding_ids.mapped("message"))
        heads = [
            file.raw.decode("cp1252").split("\r\n")[0].split(";")
            for file in export._files()
            if b";21;" in file.raw[:40]
        ]
        self.assertEqual(sorted(head[18] for head in heads), ["1", "1", "2"])
        self.assertEqual((opening | closing).datev_export_id, export)
        self.assertEqual(export.move_count, 3)
