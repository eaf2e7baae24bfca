# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from .common import PaymentCase


class TestBankMatching(PaymentCase):
    def test_invoice_number_in_any_spelling(self):
        invoice = self._create_invoice(119.0)
        line = self._transfer(119.0, f"Danke! {invoice.name.replace('/', '-').lower()}")
        self.assertTrue(line.is_reconciled)
        self.assertEqual(line.match_state, "matched")
        self.assertEqual(line.match_rule_id, self.env.ref("order_hub_payments.rule_invoice_exact"))
        self.assertEqual(line.partner_id, self.customer)
        self.assertIn(invoice.payment_state, ("paid", "in_payment"))
        self.assertFalse(invoice.amount_residual)
        liquidity = line._seek_for_lines()[0]
        self.assertEqual(liquidity.partner_id, self.customer)

    def test_structured_creditor_reference(self):
        invoice = self._create_invoice(50.0)
        invoice.payment_reference = "RF18 5390 0754 7034"
        [line] = self._import(
            self._camt({"amount": 50.0, "text": "Danke", "structured": "RF18539007547034"})
        )
        self.assertEqual(line.match_state, "matched")
        self.assertFalse(invoice.amount_residual)

    def test_order_and_channel_number_lead_to_the_invoice(self):
        for field in ("name", "client_order_ref"):
            order = self._create_service_order(33.0, confirm=True, client_order_ref="SHOP-77001")
            invoice = order._create_invoices()
            invoice.action_post()
            line = self._transfer(33.0, f"Bestellung {order[field]}")
            self.assertEqual(line.match_state, "matched", field)
            self.assertFalse(invoice.amount_residual)
            order.client_order_ref = False

    def test_part_payment_leaves_the_rest_open(self):
        invoice = self._create_invoice(100.0)
        line = self._transfer(40.0, invoice.name)
        self.assertEqual(line.match_state, "partial")
        self.assertEqual(invoice.payment_state, "partial")
        self.assertEqual(invoice.amount_residual, 60.0)
        rest = self._transfer(60.0, invoice.name)
        self.assertEqual(rest.match_state, "matched")
        self.assertFalse(invoice.amount_residual)

    def test_overpayment_stays_open_as_the_customers_credit(self):
        invoice = self._create_invoice(100.0)
        line = self._transfer(105.5, invoice.name)
        self.assertEqual((line.match_state, line.surplus_amount), ("surplus", 5.5))
        self.assertFalse(invoice.amount_residual)
        [credit] = self.env["payment.open.item"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual((credit.amount_open, credit.aging), (-5.5, "9"))

    def test_one_transfer_pays_two_invoices(self):
        first, second = self._create_invoice(10.0), self._create_invoice(20.0)
        line = self._transfer(30.0, f"{first.name} + {second.name}")
        self.assertEqual(line.match_state, "matched")
        self.assertFalse((first | second).filtered("amount_residual"))

    def test_what_is_ambiguous_is_left_to_a_person(self):
        namesake = self.customer.copy({"name": self.customer.name})
        first = self._create_invoice(30.0)
        second = self._create_invoice(30.0, partner=namesake)
        line = self._transfer(30.0, "Honig", name=self.customer.name.upper())
        self.assertFalse(line.is_reconciled)
        self.assertFalse(line.partner_id)
        self.assertEqual(line.match_state, "choose")
        self.assertEqual(line.match_suggestion_ids.move_id, first | second)
        choice = line.match_suggestion_ids.filtered(lambda row: row.move_id == second)
        self.assertEqual(choice.document, second.name)
        choice.action_match()
        self.assertEqual((first.amount_residual, second.amount_residual), (30.0, 0.0))
        self.assertFalse(line.match_suggestion_ids)
        self.assertEqual(line.partner_id, namesake)

    def test_a_suggestion_that_was_paid_meanwhile_is_refused(self):
        self.env.ref("order_hub_payments.rule_payer").books = False
        invoice = self._create_invoice(30.0)
        line = self._transfer(30.0, "Honig", name=self.customer.name)
        self._transfer(30.0, invoice.name)
        with self.assertRaisesRegex(UserError, "already paid"):
            line.match_suggestion_ids.action_match()

    def test_payer_and_exact_amount(self):
        self.customer.name = "Hofladen Müller"
        invoice = self._create_invoice(77.0)
        line = self._transfer(77.0, "Danke", name="MUELLER, HOFLADEN")
        self.assertEqual(line.match_state, "matched")
        self.assertFalse(invoice.amount_residual)

    def test_payer_known_by_the_bank_account(self):
        account = "DE89370400440532013000"
        self.env["res.partner.bank"].create({"acc_number": account, "partner_id": self.customer.id})
        invoice = self._create_invoice(78.0)
        [line] = self._import(
            self._camt({"amount": 78.0, "text": "x", "name": "Erika", "payer_account": account})
        )
        self.assertEqual(line.match_state, "matched")
        self.assertFalse(invoice.amount_residual)

    def test_a_text_that_says_nothing_pays_nothing(self):
        """The original takes the only open invoice whose number holds the text."""
        invoice = self._create_invoice(500.0)
        line = self._transfer(3.0, "/")
        self.assertFalse(line.is_reconciled)
        self.assertEqual(line.match_state, "unknown")
        self.assertEqual(invoice.amount_residual, 500.0)

    def test_a_similar_name_is_nobody(self):
        self.assertFalse(self._transfer(3.0, "x", name="Hofladen").partner_id)

    def test_rules_are_data(self):
        self.env["bank.matching.rule"].search([("match_by", "=", "invoice")]).active = False
        invoice = self._create_invoice(12.0)
        self.assertEqual(self._transfer(12.0, invoice.name).match_state, "unknown")

    def test_other_companies_invoices_are_not_paid(self):
        invoice = self._create_invoice(12.0)
        other = self.env["res.company"].create({"name": "Other"})
        self.env.cr.execute(
            "UPDATE account_move SET company_id = %s WHERE id = %s", [other.id, invoice.id]
        )
        invoice.invalidate_recordset()
        self.assertEqual(self._transfer(12.0, invoice.name).match_state, "unknown")

    def test_what_came_too_early_is_matched_by_the_job(self):
        line = self._transfer(66.0, "Bestellung SHOP-88001", date="2026-02-01")
        self.assertEqual(line.match_state, "unknown")
        order = self._create_service_order(66.0, confirm=True, client_order_ref="SHOP-88001")
        target = "odoo.addons.order_hub_payments.models.account_bank_statement_line.RETRY_DAYS"
        with patch(target, 36500):
            self._run_job("order_hub_payments.ir_cron_match_open_items")
        self.assertEqual(line.match_state, "matched")
        self.assertEqual(order.bank_paid_amount, 66.0)

    def test_running_again_changes_nothing(self):
        invoice = self._create_invoice(100.0)
        lines = self._transfer(40.0, invoice.name) | self._transfer(9.0, "unknown")
        moves = lines.move_id.line_ids
        lines.action_match_open_items()
        self.assertEqual(lines.move_id.line_ids, moves)
        self.assertEqual(invoice.amount_residual, 60.0)

    def test_what_a_person_reconciles_is_done(self):
        self.env.ref("order_hub_payments.rule_payer").books = False
        invoice = self._create_invoice(30.0)
        line = self._transfer(30.0, "Honig", name=self.customer.name)
        self.assertTrue(line.match_suggestion_ids)
        line._add_account_move_line(invoice._get_open_receivable_lines())
        line.reconcile_bank_line()
        self.assertEqual((line.match_state, invoice.amount_residual), ("other", 0.0))
        self.assertFalse(line.match_suggestion_ids)

    def test_what_a_person_undoes_stays_undone(self):
        invoice = self._create_invoice(100.0)
        line = self._transfer(100.0, invoice.name)
        line.action_undo_reconciliation()
        self.assertEqual((line.match_state, invoice.amount_residual), ("undone", 100.0))
        target = "odoo.addons.order_hub_payments.models.account_bank_statement_line.RETRY_DAYS"
        with patch(target, 36500):
            self._run_job("order_hub_payments.ir_cron_match_open_items")
        self.assertFalse(line.is_reconciled)
        line.action_match_open_items()
        self.assertTrue(line.is_reconciled)

    def test_an_accountant_without_sales_rights_imports_and_assigns(self):
        accountant = new_test_user(
            self.env, "pay_accountant", groups="order_hub.group_role_accounting"
        )
        order = self._create_service_order(10.0, confirm=True)
        self._create_service_order(20.0, confirm=True, client_order_ref="1001")
        order.client_order_ref = "1001"
        lines = self._import(
            self._camt((10.0, order.name), (15.0, "1001")), user=accountant
        ).with_user(accountant)
        self.assertEqual(lines.mapped("match_state"), ["matched", "choose"])
        suggestion = lines[1].match_suggestion_ids
        self.assertEqual(suggestion.amount_open, 20.0)
        suggestion.action_match()
        self.assertTrue(lines[1].is_reconciled)

    def test_sales_staff_reads_no_transfers_and_changes_no_rules(self):
        seller = new_test_user(self.env, "pay_seller", groups="sales_team.group_sale_salesman")
        line = self._transfer(3.0, "x")
        with self.assertRaises(AccessError):
            line.with_user(seller).read(["amount"])
        rule = self.env.ref("order_hub_payments.rule_payer")
        with self.assertRaises(AccessError):
            rule.with_user(seller).books = False
        accountant = new_test_user(self.env, "pay_acc2", groups="account.group_account_user")
        with self.assertRaises(AccessError):
            rule.with_user(accountant).books = False

    def test_queries_do_not_grow_with_the_number_of_claims_loaded(self):
        def count(number):
            invoices = self._create_invoice(10.0, post=False)
            for _index in range(number - 1):
                invoices |= self._create_invoice(10.0, post=False)
            invoices.action_post()
            payments = self.env["account.bank.statement.line"].with_context(
                _test_account_reconcile_oca=False
            )
            payments = payments.create(
                [
                    {
                        "journal_id": self.bank.id,
                        "date": "2026-02-01",
                        "amount": 10.0,
                        "payment_ref": invoice.name,
                        "partner_name": self.customer.name,
                    }
                    for invoice in invoices
                ]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            booked = payments._match_open_items()
            self.env.flush_all()
            self.assertEqual(booked, payments)
            return self.env.cr.sql_log_count - before

        count(1)
        few, many = count(3), count(23)
        self.assertLessEqual((many - few) / 20, 4, f"{few} and {many} queries")
