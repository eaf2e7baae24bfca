# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""A real ledger: every tax of the chart, and the entries a product cannot do without."""

import tracemalloc
from datetime import date

from odoo import Command
from odoo.tests import tagged

from ..extf.check_master import check_master
from ..extf.reader import read_stack
from ..extf.spec_master import ACCOUNTS, PARTNERS
from ..extf.stacks import StackFile
from ..models.datev_files import FilesOnDisk
from .common import DatevCase

# What the tax advisor would confirm; a supply within the EU has no tax to be gross of.
CONFIRMED = {
    "tax_eu_19_purchase": "19",
    "tax_eu_7_purchase": "18",
    "tax_ust_vst_19_purchase_13b_bau": "94",
    "tax_ust_vst_7_purchase_13b_bau": "91",
    "tax_vst_ust_19_purchase_13b_mobil": "94",
    "tax_eu_sale": "11",
}


@tagged("post_install", "-at_install")
class TestTaxesOfTheChart(DatevCase):
    def test_every_tax_of_the_chart_sold_and_bought_once(self):
        """With the keys an advisor would confirm; what has none goes with rows of its own."""
        taxes = (
            self.env["account.tax"]
            .with_context(active_test=False)
            .search(
                [("type_tax_use", "in", ("sale", "purchase")), ("company_id", "=", self.company.id)]
            )
        )
        self.assertGreater(len(taxes), 40)
        taxes.filtered(lambda tax: not tax.active).active = True
        for name, key in CONFIRMED.items():
            self.env["account.chart.template"].ref(f"{name}_{self.chart[3:]}").datev_tax_key = key
        moves = self.env["account.move"]
        for index, tax in enumerate(taxes):
            sold = tax.type_tax_use == "sale"
            moves += self.invoice(
                self.line(100 + index / 7, tax, account="sales_plain" if sold else "expense"),
                self.line(3.33, tax, account="sales_plain" if sold else "rent"),
                move_type="out_invoice" if sold else "in_invoice",
                ref=False if sold else f"L{index}",
                post=False,
            )
        moves.action_post()
        export = self.exported()
        self.assertEqual(export.move_count, len(moves))
        # Four domestic taxes, and those of reverse charge whose accounts are the key's.
        self.assertEqual(export.gross_count, 4 + len(CONFIRMED) - 1)

    def test_reverse_charge_with_a_confirmed_key_is_one_row(self):
        """The key is used only where it posts to the accounts of the tax."""
        Template = self.env["account.chart.template"]
        suffix = self.chart[3:]
        eu = Template.ref(f"tax_eu_19_purchase_{suffix}")
        building = Template.ref(f"tax_ust_vst_19_purchase_13b_bau_{suffix}")
        building.active = True
        eu.datev_tax_key, building.datev_tax_key = "19", "94"
        self.tax["reverse"].datev_tax_key = "94"
        for tax in (eu, building, self.tax["reverse"]):
            self.invoice(
                self.line(100.01, tax, account="expense"), move_type="in_invoice", ref=tax.name
            )
        export = self.exported()
        keys = [row["key"] for row in self.rows(export)]
        self.assertEqual(keys[:2], ["19", "94"])
        self.assertEqual((export.gross_count, export.fallback_count), (2, 1))
        self.assertIn("net_target_differs", export.finding_ids.mapped("code"))


@tagged("post_install", "-at_install")
class TestTaxesOfTheChartSkr04(TestTaxesOfTheChart):
    chart = "de_skr04"


@tagged("post_install", "-at_install")
class TestKinds(DatevCase):
    def test_supply_within_the_eu_names_the_vat_number(self):
        self.customer.write({"country_id": self.env.ref("base.at").id, "vat": "ATU12345675"})
        self.tax["eu"].datev_tax_key = "11"
        self.invoice(self.line(500, "eu"), self.line(20, "eu", account="sales_plain"))
        rows = self.rows(self.exported())
        self.assertEqual({row["state"] for row in rows}, {"ATU12345675"})
        self.assertEqual(sorted(row["key"] for row in rows), ["", "11"])

    def test_one_stop_shop_names_state_and_rate(self):
        position = self.env["account.fiscal.position"].create(
            {"name": "OSS AT", "country_id": self.env.ref("base.at").id}
        )
        tax = self.tax["ust_19"].copy(
            {
                "name": "20 % AT",
                "amount": 20,
                "l10n_de_datev_code": False,
                "datev_tax_key": "240",
                "fiscal_position_ids": [Command.set(position.ids)],
            }
        )
        target = "1767"
        account = self.account(target) or self.env["account.account"].create(
            {"code": target, "name": "USt OSS", "account_type": "liability_current"}
        )
        lines = tax.repartition_line_ids.filtered(lambda line: line.repartition_type == "tax")
        lines.account_id = account
        self.invoice(self.line(100, tax, account="sales_plain"))
        (row,) = self.rows(self.exported())
        self.assertEqual((row["amount"], row["key"]), ("120,00", "240"))
        self.assertEqual((row["state"], row["state_rate"]), ("AT", "20,00"))

    def test_cost_centres_in_two_dimensions(self):
        first, second = self.env["account.analytic.plan"].create(
            [{"name": "Kostenstelle"}, {"name": "Projekt"}]
        )
        account = self.env["account.analytic.account"].create
        shop, office = (
            account({"name": name, "plan_id": first.id, "company_id": self.company.id})
            for name in ("Laden/Süd", "Büro")
        )
        fair = account({"name": "Messe", "code": "P 7", "plan_id": second.id})
        self.company.write({"datev_cost_plan_id": first.id, "datev_second_cost_plan_id": second.id})
        self.invoice(
            self.line(
                100.01,
                "vst_19",
                analytic_distribution={f"{shop.id},{fair.id}": 50, str(office.id): 50},
            ),
            move_type="in_invoice",
            ref="K1",
        )
        rows = self.rows(self.exported())
        self.assertEqual(
            sorted((row["cost"], row["second_cost"]) for row in rows),
            [("Büro", ""), ("Laden Süd", "P 7")],
        )
        self.assertEqual(sum(int(row["amount"].replace(",", "")) for row in rows), 11901)

    def test_cash_discount_taken_with_the_payment(self):
        """Bank and discount are rows of their own; together they clear the invoice."""
        term = self.env["account.payment.term"].create(
            {
                "name": "2 % in 14 Tagen",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 14,
                "early_pay_discount_computation": "included",
            }
        )
        invoice = self.invoice(self.line(100), invoice_payment_term_id=term.id)
        self.pay(invoice, day="2026-10-10")
        rows = self.rows(self.exported())
        paid = [row for row in rows if row["side"] == "H" or row["contra"] == "10000"]
        self.assertEqual(
            sorted(row["amount"] for row in paid if row["document"] == rows[0]["document"]),
            ["116,62", "2,38"],
        )

    def test_one_payment_clears_invoice_and_credit_note(self):
        """Netted, both would stay open at the advisor."""
        invoice = self.invoice(self.line(100))
        note = self.invoice(self.line(10), move_type="out_refund")
        receivable = (invoice + note).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        payment = self.manual(
            ("1360", 107.1),
            (receivable.account_id.code, -119, {"partner_id": self.customer.id}),
            (receivable.account_id.code, 11.9, {"partner_id": self.customer.id}),
        )
        own = payment.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        for sign, line in ((-1, receivable[0]), (1, receivable[1])):
            (own.filtered(lambda item, sign=sign: item.balance * sign > 0) + line).reconcile()
        rows = self.rows(self.exported())[2:]
        self.assertEqual(
            sorted((row["amount"], row["document"]) for row in rows),
            [("11,90", note.datev_document), ("119,00", invoice.datev_document)],
        )

    def test_exchange_difference_closes_the_open_item(self):
        """1.100 USD, invoiced at 1.1 and paid at 1.0: the gain is an entry in EUR."""
        dollar = self.foreign("USD", 1.1)
        self.env["res.currency.rate"].create(
            {
                "name": "2026-10-18",
                "currency_id": dollar.id,
                "company_id": self.company.id,
                "rate": 1,
            }
        )
        invoice = self.invoice(self.line(1100, None, "sales_plain"), currency_id=dollar.id)
        self.pay(invoice)
        self.assertEqual(invoice.amount_residual, 0)
        difference = self.env["account.move"].search(
            [("journal_id", "=", self.company.currency_exchange_journal_id.id)]
        )
        self.assertEqual(difference.state, "posted")
        export = self.exported(date_to="2026-12-31")
        self.assertIn(difference, export.entry_ids.move_id)
        gain = self.company.income_currency_exchange_account_id.code
        proof = {line.account_number: line for line in export.proof_line_ids}
        self.assertEqual(proof[gain].file_credit, 100)
        self.assertEqual((proof["10000"].file_debit, proof["10000"].file_credit), (1100, 1100))
        (row,) = (r for r in self.rows(export) if gain in (r["account"], r["contra"]))
        self.assertEqual((row["amount"], row["day"]), ("100,00", f"{difference.date:%d%m}"))
        # Under the number of the invoice all of them clear at the advisor.
        self.assertEqual(
            {
                row["document"]
                for row in self.rows(export)
                if "10000" in (row["account"], row["contra"])
            },
            {invoice.datev_document},
        )

    def test_cash_journal(self):
        """Money in and out of the till, against accounts and against an open item."""
        cash = self.env["account.journal"].search(
            [("type", "=", "cash"), ("company_id", "=", self.company.id)], limit=1
        ) or self.env["account.journal"].create({"name": "Kasse", "code": "KAS", "type": "cash"})
        lines = self.env["account.bank.statement.line"].create(
            [
                {
                    "journal_id": cash.id,
                    "date": "2026-10-12",
                    "payment_ref": name,
                    "amount": amount,
                    **({"counterpart_account_id": self.account(account).id} if account else {}),
                }
                for name, amount, account in (
                    ("Einlage", 500.05, "1360"),
                    ("Porto", -23.81, "expense"),
                    ("Noch offen", 7, None),
                )
            ]
        )
        export = self.exported()
        self.assertEqual(export.entry_ids.move_id, lines[:2].move_id)
        left_out = export.finding_ids.filtered(lambda finding: finding.code == "suspense")
        self.assertEqual(left_out.move_id, lines[2].move_id)
        till = cash.default_account_id.code
        self.assertEqual(
            sorted(self.brief(export)),
            sorted(
                [("500,05", "S", till, "1360", ""), ("23,81", "S", self.code("expense"), till, "")]
            ),
        )

    def code(self, name):
        return self.accounts[self.chart][name]

    def test_stock_valuation(self):
        """What a stock count posts goes to the advisor as it stands, without tax."""
        if "valuation_account_id" not in self.env["stock.location"]._fields:
            self.skipTest("stock_account is not installed")
        stock, change = self.account("3980") or self.account("1360"), self.account("3400")
        journal = self.env["account.journal"].search(
            [("type", "=", "general"), ("company_id", "=", self.company.id)], limit=1
        )
        self.company.write(
            {"account_stock_journal_id": journal.id, "account_stock_valuation_id": stock.id}
        )
        category = self.env["product.category"].create(
            {
                "name": "Rohstoffe",
                "property_valuation": "real_time",
                "property_cost_method": "standard",
                "property_stock_valuation_account_id": stock.id,
            }
        )
        product = self.env["product.product"].create(
            {
                "name": "Sheabutter",
                "is_storable": True,
                "categ_id": category.id,
                "standard_price": 3.33,
            }
        )
        product.property_stock_inventory.valuation_account_id = change
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", self.company.id)])
        quant = (
            self.env["stock.quant"]
            .with_context(inventory_mode=True, force_period_date="2026-10-15")
            .create(
                {
                    "product_id": product.id,
                    "location_id": warehouse[0].lot_stock_id.id,
                    "inventory_quantity": 7,
                }
            )
        )
        quant.action_apply_inventory()
        move = self.env["stock.move"].search([("product_id", "=", product.id)]).account_move_id
        self.assertEqual(move.state, "posted")
        export = self.exported()
        self.assertEqual(export.entry_ids.move_id, move)
        (row,) = self.rows(export)
        # The account of purchases is automatic: without the key DATEV would take tax out.
        self.assertEqual(row["key"], "40")
        self.assertEqual(
            (row["amount"], {row["account"], row["contra"]}), ("23,31", {stock.code, change.code})
        )

    def test_complaint_memory_error_with_many_bookings(self):
        """18 MB of rows go through a file and back through the proof with a fraction of it."""
        head = b"head\r\nheadings\r\n"
        rows = b"x" * 298 + b"\r\n"
        files = FilesOnDisk()
        tracemalloc.start()
        try:
            for first in range(0, 60_000, 1_000):
                entries = tuple(range(first, first + 1_000))
                day = date(2026, 10, 5)
                files.add([StackFile(day, day, 1, head + rows * 1_000, entries)])
            (file,) = files.files
            read = [entry for _before, found, _content in file.segments() for entry in found[:1]]
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        self.assertEqual((file.rows, read), (60_000, list(range(0, 60_000, 1_000))))
        self.assertLess(peak, 6_000_000)

    def test_complaint_expense_receipts(self):
        """Receipts paid out of pocket are bookings like bills, by the contact who paid."""
        receipt = self.invoice(self.line(10, "vst_19"), move_type="in_receipt", ref="BON7")
        sold = self.invoice(self.line(20), move_type="out_receipt")
        export = self.exported()
        self.assertEqual(export.entry_ids.move_id, receipt + sold)
        self.assertEqual(
            sorted(self.brief(export)),
            [
                ("11,90", "H", "70000", self.code("expense"), "9"),
                ("23,80", "S", "10000", self.code("sales_19"), ""),
            ],
        )
        self.assertEqual(self.rows(export)[0]["document"], "BON7")

    def test_complaint_no_list_of_what_is_wrong_before_the_export(self):
        """The check tells everything with the record to repair, and leaves no trace."""
        self.company.datev_consultant_number = False
        bare = self.manual(("1360", 5), (self.supplier.property_account_payable_id.code, -5))
        empty = self.manual(("1360", 0), ("rent", 0))
        export = self.export(export=False)
        export.action_check()
        found = {finding.code: finding for finding in export.finding_ids}
        self.assertTrue(found["consultant_number"].settings)
        self.assertEqual(found["no_partner"].move_id, bare)
        self.assertEqual(found["no_amount"].move_id, empty)
        self.assertEqual(
            [found[code].severity for code in ("consultant_number", "no_partner", "no_amount")],
            ["blocking", "warning", "left_out"],
        )
        self.assertEqual(export.state, "draft")
        self.assertFalse(export.attachment_ids or (bare + empty).datev_export_id)

    def test_opening_balances_have_a_stack_of_their_own(self):
        self.invoice(self.line(100))
        opening = self.manual(("rent", 500), ("expense", -500), day="2026-10-01")
        opening.journal_id.datev_stack = "opening"
        export = self.exported()
        self.assertEqual(len(export.attachment_ids), 2)
        carried = [row for row in self.rows(export) if row["contra"] == "9000"]
        self.assertEqual([row["amount"] for row in carried], ["500,00", "500,00"])

    def test_master_data_of_new_and_changed_contacts_only(self):
        self.company.datev_master_data = True
        self.customer.write({"phone": "+49 30 1", "zip": "10115", "city": "Berlin"})
        self.invoice(self.line(100))
        first = self.exported(date_from="2026-10-01", date_to="2026-10-10")
        self.assertEqual(self.masters(first), {"partners": ["10000"], "accounts": True})
        self.invoice(self.line(100), day="2026-10-12")
        second = self.exported(date_from="2026-10-01", date_to="2026-10-15")
        self.assertEqual(self.masters(second), {"accounts": True})
        self.customer.city = "Potsdam"
        self.invoice(self.line(100), day="2026-10-20")
        third = self.exported(date_from="2026-10-16", date_to="2026-10-25")
        self.assertEqual(self.masters(third), {"partners": ["10000"], "accounts": True})
        third._withdraw("Falscher Monat")
        again = self.exported(date_from="2026-10-16", date_to="2026-10-25")
        self.assertEqual(self.masters(again), {"partners": ["10000"], "accounts": True})
        self.assertTrue(again._files_unchanged())

    def masters(self, export):
        found = {}
        for attachment in export.attachment_ids:
            if "Debitoren" in attachment.name:
                self.assertEqual(check_master(attachment.raw, PARTNERS), [])
                lines = attachment.raw.decode("cp1252").splitlines()[2:]
                found["partners"] = [line.split(";")[0] for line in lines]
            elif "Kontenbeschriftungen" in attachment.name:
                self.assertEqual(check_master(attachment.raw, ACCOUNTS), [])
                lines = attachment.raw.decode("cp1252").splitlines()[2:]
                named = {line.split(";")[0] for line in lines}
                used = {
                    number
                    for number in export.proof_line_ids.mapped("account_number")
                    if len(number) == 4
                }
                found["accounts"] = named == used
            else:
                self.assertTrue(read_stack(attachment.raw).rows)
        return found
