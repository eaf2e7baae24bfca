# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import csv
import io
import tempfile
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

from odoo import Command
from odoo.tests import TransactionCase, tagged

from ..extf.expand import account_sums
from ..extf.reader import read_stack

try:
    from mloda.community.feature_groups.experimental.german_ledger.datev import read_batch
except ImportError:  # the independent reader is a test dependency
    read_batch = None

HEADINGS = {
    "amount": 0,
    "side": 1,
    "currency": 2,
    "rate": 3,
    "base": 4,
    "base_currency": 5,
    "account": 6,
    "contra": 7,
    "key": 8,
    "day": 9,
    "document": 10,
    "text": 13,
    "cost": 36,
    "second_cost": 37,
    "state": 39,
    "state_rate": 40,
    "lock": 113,
    "service": 114,
    "tax_period": 115,
    "due": 116,
    "reversal": 117,
}


@tagged("post_install", "-at_install")
class DatevCase(TransactionCase):
    """A German company of its own with customers, a supplier and some accounts."""

    chart = "de_skr03"
    # What the tests call an account, in each chart.
    accounts = {
        "de_skr03": {
            "sales_19": "8400",
            "sales_7": "8300",
            "sales_plain": "8200",
            "sales_eu": "8125",
            "goods_19": "3400",
            "expense": "4930",
            "tax_19": "1776",
            "tax_7": "1771",
            "input_19": "1576",
            "rent": "4210",
        },
        "de_skr04": {
            "sales_19": "4400",
            "sales_7": "4300",
            "sales_plain": "4200",
            "sales_eu": "4125",
            "goods_19": "5400",
            "expense": "6815",
            "tax_19": "3806",
            "tax_7": "3801",
            "input_19": "1406",
            "rent": "6310",
        },
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True, mail_notrack=True))
        cls.company = cls.make_company("Prüfkosmetik GmbH")
        cls.env = cls.env(context=dict(cls.env.context, allowed_company_ids=cls.company.ids))
        cls.company = cls.company.with_env(cls.env)
        Partner = cls.env["res.partner"]
        cls.customer = Partner.create({"name": "Drogerie Müller", "is_company": True})
        cls.other_customer = Partner.create({"name": "Kaufhaus Süd", "is_company": True})
        cls.supplier = Partner.create({"name": "Rohstoffhandel", "is_company": True})
        cls.tax = {
            name: cls.env["account.chart.template"].ref(f"{xmlid}_{cls.chart[3:]}")
            for name, xmlid in (
                ("ust_19", "tax_ust_19"),
                ("ust_7", "tax_ust_7"),
                ("vst_19", "tax_vst_19"),
                ("vst_7", "tax_vst_7"),
                ("eu", "tax_eu_sale"),
                ("reverse", "tax_eu_19_purchase_goods"),
            )
        }

    @classmethod
    def make_company(cls, name):
        company = cls.env["res.company"].create(
            {"name": name, "country_id": cls.env.ref("base.de").id}
        )
        cls.env.user.write({"company_ids": [Command.link(company.id)]})
        cls.env["account.chart.template"].try_loading(cls.chart, company, install_demo=False)
        cls.env.flush_all()
        # Nobody else sees the accounts, so the planner would take these tables for empty.
        cls.env.cr.execute("ANALYZE account_account, account_account_res_company_rel")
        company.write(
            {
                "datev_consultant_number": "29098",
                "datev_client_number": "55003",
                "datev_receipts": False,
                # Tested on its own; most tests look at the bookings.
                "datev_master_data": False,
            }
        )
        return company

    @classmethod
    def account(cls, name):
        code = cls.accounts[cls.chart].get(name, name)
        return cls.env["account.account"].search([("code", "=", code)], limit=1)

    @classmethod
    def line(cls, price, tax="ust_19", account=None, **values):
        taxes = cls.tax[tax] if isinstance(tax, str) else tax
        default = {"ust_7": "sales_7", "eu": "sales_eu"}.get(tax, "sales_19")
        if isinstance(tax, str) and (tax.startswith("vst") or tax == "reverse"):
            default = "expense"
        return Command.create(
            {
                "name": "Ware",
                "price_unit": price,
                "quantity": values.pop("quantity", 1),
                "account_id": cls.account(account or default).id,
                "tax_ids": [Command.set(taxes.ids if taxes else [])],
                **values,
            }
        )

    @classmethod
    def invoice(cls, *lines, move_type="out_invoice", day="2026-10-05", post=True, **values):
        partner = cls.supplier if move_type.startswith("in_") else cls.customer
        move = cls.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": partner.id,
                "invoice_date": day,
                "date": day,
                "invoice_line_ids": list(lines),
                **values,
            }
        )
        if post:
            move.action_post()
        return move

    @classmethod
    def foreign(cls, code, rate):
        """A currency of which one EUR buys `rate` in October."""
        currency = cls.env.ref(f"base.{code}")
        currency.active = True
        cls.env["res.currency.rate"].create(
            {
                "name": "2026-10-01",
                "currency_id": currency.id,
                "company_id": cls.company.id,
                "rate": rate,
            }
        )
        return currency

    @classmethod
    def pay(cls, invoices, amount=None, day="2026-10-20"):
        """Register one payment for all of `invoices`."""
        wizard = (
            cls.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoices.ids)
            .create({"payment_date": day, "group_payment": True})
        )
        if amount is not None:
            wizard.amount = amount
        return wizard._create_payments()

    @classmethod
    def manual(cls, *lines, day="2026-10-15", **values):
        """Post a journal entry of (account name, balance) lines."""
        move = cls.env["account.move"].create(
            {
                "move_type": "entry",
                "date": day,
                "line_ids": [
                    Command.create(
                        {
                            "name": "Buchung",
                            "account_id": cls.account(name).id,
                            "balance": balance,
                            **rest,
                        }
                    )
                    for name, balance, rest in (
                        line if len(line) == 3 else (*line, {}) for line in lines
                    )
                ],
                **values,
            }
        )
        move.action_post()
        return move

    @classmethod
    def export(cls, date_from="2026-10-01", date_to="2026-10-31", export=True):
        record = cls.env["datev.export"].create({"date_from": date_from, "date_to": date_to})
        if export:
            record.action_export()
        return record

    def exported(self, **period):
        """An export that went through and is proven."""
        record = self.export(**period)
        messages = record.finding_ids.mapped("message")
        self.assertEqual(record.state, "exported", messages)
        self.assertTrue(record.proven)
        self.assert_second_opinion(record)
        return record

    def stacks(self, export):
        """Files with bookings."""
        masters = ("Debitoren", "beschriftungen", "Zahlungsbedingungen")
        return [
            attachment
            for attachment in export.attachment_ids.sorted("id")
            if not any(kind in attachment.name for kind in masters)
        ]

    def rows(self, export):
        """Rows of the file as dictionaries of the columns the tests look at."""
        rows = []
        for attachment in self.stacks(export):
            text = attachment.raw.decode("cp1252")
            lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
            rows += [{name: line[i] for name, i in HEADINGS.items()} for line in lines[2:]]
        return rows

    def brief(self, export):
        """(amount, side, account, contra, key) of each row."""
        names = ("amount", "side", "account", "contra", "key")
        return [tuple(row[name] for name in names) for row in self.rows(export)]

    def assert_second_opinion(self, export):
        """The reader of another project takes the file and sums its rows as we do.

        It does not expand taxes, so its account sums are compared with those of our
        unexpanded rows; that the expanded rows are the ledger is the proof of the export.
        """
        if read_batch is None:
            self.skipTest("the independent reader is not installed")
        for attachment in self.stacks(export):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / attachment.name
                path.write_bytes(attachment.raw)
                _header, legs = read_batch(str(path))
            sums = defaultdict(Decimal)
            for account, amount in zip(legs["Konto"], legs["Betrag"], strict=True):
                sums[account] += amount
            self.assertEqual(dict(sums), account_sums(read_stack(attachment.raw).rows))
