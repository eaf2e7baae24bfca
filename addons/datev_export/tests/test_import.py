# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import base64
from collections import defaultdict

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import DatevCase

HEAD = (
    '"EXTF";700;21;"Buchungsstapel";12;20261103080000000;;"KR";"";"";29098;55003;20260101;4;'
    '20261001;20261031;"Abschluss";"";1;0;0;"EUR";;"";;;"03";;;"";""'
)
COLUMNS = (
    "Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen;WKZ Umsatz;Basis-Umsatz;WKZ Basis-Umsatz;"
    "Konto;Gegenkonto (ohne BU-Schlüssel);BU-Schlüssel;Belegdatum;Belegfeld 1;Skonto;"
    "Buchungstext;KOST1 - Kostenstelle"
)
DEPRECIATION = '1200,00;"S";;;;4830;0420;;3110;AfA10;;"AfA Oktober";'


@tagged("post_install", "-at_install")
class TestImport(DatevCase):
    """Bookings of the advisor: seen first, then drafts, and never sent back."""

    def stack(self, *rows, head=HEAD):
        return "".join(f"{line}\r\n" for line in (head, COLUMNS, *rows)).encode("cp1252")

    def take(self, content, name="EXTF_Abschluss.csv", env=None):
        if not isinstance(content, bytes):
            content = self.stack(*content)
        return (env or self.env)["datev.import"].create(
            {"file": base64.b64encode(content), "file_name": name}
        )

    def lines(self, moves):
        return sorted(
            (line.account_id.code, line.balance, line.partner_id.name or "")
            for line in moves.line_ids
        )

    def test_preview_then_drafts(self):
        self.customer.datev_customer_account = 10500
        record = self.take([DEPRECIATION, '119,00;"S";;;;10500;8400;;1510;RE-7;;"Nachberechnung";'])
        self.assertEqual((record.state, record.row_count, record.entry_count), ("preview", 2, 2))
        self.assertEqual(record.finding_ids.mapped("kind"), ["tax_report"])
        self.assertFalse(record.move_ids, "a preview makes no entry")
        self.assertEqual(
            [(s.account_number, s.debit, s.credit) for s in record.sum_ids],
            [
                ("0420", 0, 1200),
                ("10500", 119, 0),
                ("1776", 0, 19),
                ("4830", 1200, 0),
                ("8400", 0, 100),
            ],
        )
        record.action_import()
        self.assertEqual(record.state, "imported")
        self.assertEqual(set(record.move_ids.mapped("state")), {"draft"})
        receivable = self.customer.property_account_receivable_id.code
        self.assertEqual(
            self.lines(record.move_ids),
            sorted(
                [
                    ("0420", -1200, ""),
                    ("4830", 1200, ""),
                    (receivable, 119, self.customer.name),
                    ("8400", -100, ""),
                    ("1776", -19, ""),
                ]
            ),
        )
        self.assertFalse(record.move_ids.line_ids.tax_ids)
        record.move_ids.action_post()
        with self.assertRaises(UserError):
            record.action_import()

    def test_same_file_twice(self):
        record = self.take([DEPRECIATION])
        with self.assertRaises(UserError) as caught:
            self.take([DEPRECIATION], name="Kopie.csv")
        self.assertIn(record.file_name, str(caught.exception))
        record.unlink()
        self.take([DEPRECIATION]).action_import()
        with self.assertRaises(UserError):
            self.take([DEPRECIATION])

    def test_another_company_may_read_the_same_file(self):
        self.take([DEPRECIATION])
        other = self.make_company("Zweite GmbH")
        env = self.env(context=dict(self.env.context, allowed_company_ids=other.ids))
        self.assertTrue(self.take([DEPRECIATION], env=env).entry_count)

    def test_entries_never_go_back(self):
        self.invoice(self.line(100))
        record = self.take([DEPRECIATION])
        record.action_import()
        record.move_ids.action_post()
        export = self.exported()
        self.assertEqual((export.move_count, export.left_out_count), (1, 1))
        finding = export.finding_ids.filtered(lambda f: f.code == "from_advisor")
        self.assertEqual((finding.severity, finding.move_id), ("left_out", record.move_ids))
        self.assertFalse(record.move_ids.datev_export_id)
        # What takes it back is ours, and the advisor does not have it.
        reversal = record.move_ids._reverse_moves([{"date": "2026-10-31"}])
        self.assertFalse(reversal.datev_import_id)

    def test_own_export_comes_back_with_the_same_sums(self):
        self.invoice(self.line(100), self.line(50, "ust_7"))
        self.invoice(self.line(33.33), self.line(33.33), self.line(0.07, "ust_7"))
        self.invoice(self.line(80, "vst_19"), move_type="in_invoice", ref="L-1")
        self.invoice(self.line(200, "reverse"), move_type="in_invoice", ref="L-2")
        moves = self.env["account.move"].search([("company_id", "=", self.company.id)])
        export = self.exported()
        content = export._files().filtered(lambda file: "Buchungsstapel" in file.name).raw
        with self.assertRaises(UserError):
            self.take(content)
        # Another file with the same bookings.
        record = self.take(content.replace(b'"RE"', b'"KR"', 1))
        # That Odoo's VAT report knows nothing of these taxes is said, and keeps nobody.
        self.assertEqual(record.finding_ids.mapped("kind"), ["tax_report"])
        self.assertFalse(record.blocking_count)
        record.action_import()
        self.assertEqual(self.sums(record.move_ids), self.sums(moves))

    def sums(self, moves):
        sums = defaultdict(float)
        for line in moves.line_ids:
            sums[line.account_id.code, line.partner_id] += line.balance
        cents = {place: round(amount * 100) for place, amount in sums.items()}
        # Contacts count on the accounts they have numbers for.
        found = defaultdict(int)
        for (code, partner), amount in cents.items():
            kind = self.env["account.account"].search([("code", "=", code)], limit=1).account_type
            personal = kind in ("asset_receivable", "liability_payable")
            found[code, partner.id if personal else 0] += amount
        return {place: amount for place, amount in found.items() if amount}

    def test_what_is_missing_is_told_and_put_right(self):
        record = self.take(
            [
                '10,00;"S";;;;4445;0420;;0110;A;;"Konto";',
                '11,90;"S";;;;10777;8400;;0110;B;;"Kunde";',
                '10,00;"S";;;;4930;0420;77;0110;C;;"Schlüssel";',
                '97,00;"S";;;;0420;10777;;0110;D;3,00;"Skonto";',
                '10,00;"S";"CHF";9,00;"EUR";4930;0420;;0110;E;;"Franken";',
                '10,00;"S";;;;4930;0420;;0110;F;;"Kosten";"VERTRIEB"',
            ]
        )
        self.env["res.currency"].search([("name", "=", "CHF")]).active = False
        record.action_check()
        kinds = {f.kind: f for f in record.finding_ids}
        self.assertEqual(
            set(kinds),
            {"account", "personal", "key_unknown", "discount", "currency", "cost", "tax_report"},
        )
        self.assertFalse(kinds["cost"].blocking)
        self.assertEqual((kinds["discount"].first_line, kinds["discount"].row_count), (6, 1))
        with self.assertRaises(UserError):
            record.action_import()
        for kind in ("account", "personal", "key_unknown", "currency", "cost"):
            self.assertTrue(kinds[kind].action_fix()["type"])
        self.assertEqual(kinds["personal"].action_fix()["context"]["default_number"], 10777)
        self.assertEqual(kinds["account"].action_fix()["context"], {"default_code": "4445"})
        self.env["account.account"].create(
            {"code": "4445", "name": "Neu", "account_type": "expense"}
        )
        self.customer.datev_customer_account = 10777
        self.env["res.currency"].with_context(active_test=False).search(
            [("name", "=", "CHF")]
        ).active = True
        self.tax["vst_7"].copy({"name": "Halb", "datev_tax_key": "77"})
        record.row_ids.filtered(lambda row: row.line == 6).skip = True
        record.action_check()
        self.assertEqual(set(record.finding_ids.mapped("kind")), {"cost", "tax_report"})
        record.action_import()
        self.assertEqual(len(record.move_ids), 5)
        francs = record.move_ids.line_ids.filtered(lambda line: line.currency_id.name == "CHF")
        self.assertEqual(francs.filtered(lambda line: line.account_id.code == "4930").balance, 9)
        with self.assertRaises(UserError):
            record.row_ids[0].skip = True

    def test_cost_centres(self):
        plan = self.env["account.analytic.plan"].create({"name": "Kostenstellen"})
        self.company.datev_cost_plan_id = plan
        cost = self.env["account.analytic.account"].create(
            {"name": "Vertrieb", "code": "VT 1", "plan_id": plan.id}
        )
        record = self.take(['10,00;"S";;;;4930;0420;;0110;F;;"Kosten";"VT 1"'])
        self.assertFalse(record.finding_ids)
        record.action_import()
        lines = record.move_ids.line_ids
        shares = {line.account_id.code: line.analytic_distribution for line in lines}
        self.assertEqual(shares, {"4930": {str(cost.id): 100.0}, "0420": False})

    def test_other_clients_file(self):
        record = self.take(self.stack(DEPRECIATION, head=HEAD.replace("55003", "77")))
        self.assertEqual(record.finding_ids.mapped("kind"), ["client"])
        record = self.take(self.stack(DEPRECIATION, head=HEAD.replace('"03"', '"04"')))
        self.assertEqual(record.finding_ids.mapped("kind"), ["chart"])

    def test_locked_period_is_told(self):
        self.company.fiscalyear_lock_date = "2026-10-31"
        record = self.take([DEPRECIATION])
        self.assertEqual(record.finding_ids.mapped("kind"), ["locked"])
        self.assertFalse(record.blocking_count)

    def test_broken_files_are_explained(self):
        for name, content in {
            "picture": b"\x89PNG\r\n\x1a\n\x00\x01",
            "empty": b"",
            "row": self.stack(DEPRECIATION, DEPRECIATION.replace("1200,00", "12a")),
            "formula": self.stack(DEPRECIATION.replace("4830", '"=1+1"')),
        }.items():
            with self.subTest(name), self.assertRaises(UserError) as caught:
                self.take(content)
            self.assertIn("EXTF_Abschluss.csv", str(caught.exception))
        with self.assertRaisesRegex(UserError, r"\b4\b.*12a"):
            self.take(self.stack(DEPRECIATION, DEPRECIATION.replace("1200,00", "12a")))

    def test_the_file_stays(self):
        record = self.take([DEPRECIATION])
        with self.assertRaises(UserError):
            record.file = base64.b64encode(b"x")
        with self.assertRaises(UserError):
            record.row_ids.amount = 1
        record.action_import()
        with self.assertRaises(UserError):
            record.unlink()

    def test_roles(self):
        company = [Command.set(self.company.ids)]
        values = {"company_id": self.company.id, "company_ids": company}
        reader = new_test_user(self.env, "imp_reader", "account.group_account_readonly", **values)
        keeper = new_test_user(self.env, "imp_keeper", "account.group_account_user", **values)
        staff = new_test_user(self.env, "imp_staff", "base.group_user", **values)
        for user in (reader, staff):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.take([DEPRECIATION], env=self.env(user=user))
        record = self.take([DEPRECIATION], env=self.env(user=keeper))
        record.action_import()
        self.assertEqual(len(record.move_ids), 1)
        self.assertEqual(record.with_user(reader).state, "imported")
        other = self.env["res.company"].create({"name": "Fremd"})
        values = {"company_id": other.id, "company_ids": [Command.set(other.ids)]}
        stranger = new_test_user(self.env, "imp_other", "account.group_account_user", **values)
        record = record.with_user(stranger).with_context(allowed_company_ids=other.ids)
        with self.assertRaises(AccessError):
            record.read(["state"])

    def test_many_rows_cost_no_more_queries(self):
        def rows(count):
            return [DEPRECIATION.replace("AfA10", f"AfA{count}-{i}") for i in range(count)]

        counts = []
        for count in (3, 3, 60):
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.take(rows(count) + [f'{count},50;"S";;;;4830;0420;;3110;X;;"x{len(counts)}";'])
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[2], counts[1] + 2)
