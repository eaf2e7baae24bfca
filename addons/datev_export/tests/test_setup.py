# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import base64
import io

from openpyxl import Workbook

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import DatevCase


@tagged("post_install", "-at_install")
class TestSetup(DatevCase):
    """The assistant: it works on the settings of the company, and keeps what was confirmed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        values = {"company_id": cls.company.id, "company_ids": [Command.set(cls.company.ids)]}
        cls.manager = new_test_user(
            cls.env, "datev_setup_manager", "account.group_account_manager", **values
        )
        cls.staff = new_test_user(cls.env, "datev_setup_staff", "base.group_user", **values)
        cls.setup = cls.open_setup()

    @classmethod
    def open_setup(cls):
        model = cls.env["datev.setup"].with_user(cls.manager)
        return model.browse(model.action_open()["res_id"])

    def question(self, topic):
        return self.setup.question_ids.filtered(lambda question: question.topic == topic)

    def check(self, topic):
        self.setup.action_check_again()
        return self.setup.check_ids.filtered(lambda check: check.topic == topic)

    # Settings

    def test_one_record_writes_the_company(self):
        self.assertEqual(self.open_setup(), self.setup)
        self.setup.write({"datev_client_number": "4711", "datev_lock": True, "step": "chart"})
        self.assertEqual(
            (self.company.datev_client_number, self.company.datev_lock), ("4711", True)
        )
        self.assertEqual(self.open_setup().step, "chart", "who leaves finds it as it was")
        with self.assertRaises(ValidationError):
            self.setup.datev_consultant_number = "12"

    def test_nothing_else_of_the_company_is_written(self):
        with self.assertRaises(AccessError):
            self.setup.company_id.name = "Anders"

    def test_only_managers(self):
        model = self.env["datev.setup"].with_user(self.staff)
        with self.assertRaises(AccessError):
            model.action_open()
        record = self.setup.with_user(self.staff)
        for call in (
            lambda: record.read(["step"]),
            lambda: record.write({"datev_client_number": "1"}),
            record.action_next,
            record.action_assign_numbers,
            record.action_propose_keys,
        ):
            with self.assertRaises(AccessError):
                call()

    def test_steps(self):
        self.company.datev_client_number = False
        with self.assertRaises(UserError):
            self.setup.action_next()
        self.setup.datev_client_number = "55003"
        for step in ("chart", "personal", "taxes", "handover", "check", "done"):
            self.setup.action_next()
            self.assertEqual(self.setup.step, step)
        self.setup.action_back()
        self.assertEqual(self.setup.step, "check")

    # Confirmation

    def test_confirmed_until_it_changes(self):
        self.setup.advisor_name = "Frau Steuer"
        self.setup.action_confirm_step()
        lock = self.question("lock")
        self.assertEqual(
            (lock.state, lock.advisor_name, lock.confirmed_by_id),
            ("confirmed", "Frau Steuer", self.manager),
        )
        self.assertTrue(lock.confirmed_on)
        self.assertEqual(self.question("chart").state, "open", "another page")
        self.setup.datev_lock = True
        self.assertEqual(lock.state, "changed")
        self.setup.datev_lock = False
        self.assertEqual(lock.state, "confirmed")
        lock.action_reopen()
        self.assertEqual((lock.state, lock.advisor_name), ("open", False))

    def test_tax_keys_and_automatic_accounts_are_asked(self):
        self.invoice(self.line(100))
        bought = self.env["account.chart.template"].ref("tax_eu_19_purchase_skr03")
        self.invoice(self.line(10, bought, account="expense"), move_type="in_invoice", ref="L1")
        self.open_setup()
        self.assertIn("19", self.question("key:3").value)
        self.assertEqual(self.question("automatic:3").value, "8400")
        self.assertTrue(self.question("without").value)
        self.setup.action_propose_keys()
        # 1574 and 1774 are what key 19 posts to.
        self.assertEqual(bought.datev_tax_key, "19")
        self.assertFalse(self.question("without"))
        self.assertEqual(self.question("key:19").state, "open")

    def test_check_list(self):
        self.assertEqual(self.check("numbers").state, "good")
        self.assertTrue(self.setup.is_ready)
        self.company.datev_consultant_number = False
        check = self.check("numbers")
        self.assertEqual(check.state, "missing")
        self.assertFalse(self.setup.is_ready)
        check.action_open()
        self.assertEqual(self.setup.step, "advisor")
        odd = self.env["account.account"].create(
            {"code": "840012", "name": "Zu lang", "account_type": "income"}
        )
        check = self.check("odd_accounts")
        self.assertEqual((check.state, check.detail), ("advice", "840012"))
        self.assertEqual(check.action_open()["domain"], [("id", "in", odd.ids)])
        self.invoice(self.line(100, account="8315", tax="ust_19"))
        self.assertEqual(self.check("automatic").state, "advice")

    def test_questionnaire(self):
        self.setup.action_confirm_step()
        html, kind = self.env["ir.actions.report"]._render_qweb_html(
            "datev_export.report_datev_questionnaire", self.setup.ids
        )
        text = html.decode()
        self.assertEqual(kind, "html")
        for part in ("29098 / 55003", "SKR03, 4", "10000–69999", self.company.name, "✓"):
            self.assertIn(part, text)

    # Gross or net

    def test_net_mode(self):
        self.setup.datev_tax_mode = "net"
        self.invoice(self.line(100))
        export = self.exported()
        self.assertEqual(
            sorted(self.brief(export)),
            [("100,00", "S", "10000", "8400", "40"), ("19,00", "S", "10000", "1776", "")],
        )
        self.assertEqual(export.fallback_count, 1)
        self.assertIn("net_net_wanted", export.finding_ids.mapped("code"))

    # Personal accounts

    def test_own_ranges(self):
        self.setup.write({"datev_customer_first": 20000, "datev_customer_last": 20001})
        self.customer.datev_customer_account = 69999
        self.invoice(self.line(1), partner_id=self.other_customer.id)
        self.exported()
        self.assertEqual(self.other_customer.datev_customer_account, 20000)
        for name in ("Drei", "Vier"):
            partner = self.env["res.partner"].create({"name": name})
            self.invoice(self.line(1), partner_id=partner.id)
        with self.assertRaises(UserError):
            self.setup.action_assign_numbers()
        for wrong in ((5, 7), (70000, 70001), (30000, 20000)):
            with self.subTest(wrong), self.assertRaises(ValidationError):
                self.setup.write(
                    {"datev_customer_first": wrong[0], "datev_customer_last": wrong[1]}
                )

    def test_numbers_never_come_twice(self):
        self.invoice(self.line(1))
        self.setup.action_assign_numbers()
        account = self.env["datev.personal.account"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(account.number, 10000)
        account.unlink()
        self.invoice(self.line(1), partner_id=self.other_customer.id)
        self.setup.action_assign_numbers()
        partners = self.customer | self.other_customer
        self.assertEqual(set(partners.mapped("datev_customer_account")), {10001, 10002})

    def read_list(self, content):
        wizard = (
            self.env["datev.personal.import"]
            .with_user(self.manager)
            .create({"company_id": self.company.id, "file": base64.b64encode(content)})
        )
        wizard.action_read()
        return wizard

    def test_list_is_previewed_and_conflicts_are_told(self):
        self.customer.datev_customer_account = 10500
        self.supplier.write({"ref": "L-99"})
        self.other_customer.vat = "DE811569869"
        rows = [
            ("Konto", "Kurzbezeichnung", "Kundennummer", "EU-Land", "EU-UStID"),
            ("10500", "DROGERIE  MÜLLER", "", "", ""),
            ("10600", "", "", "DE", "811569869"),
            ("70100", "steht anders", "L-99", "", ""),
            ("10700", "Unbekannt", "", "", ""),
            ("10500", "Kaufhaus Süd", "", "", ""),
            ("4711", "Sachkonto", "", "", ""),
        ]
        content = "\n".join(";".join(row) for row in rows).encode("cp1252")
        wizard = self.read_list(content)
        self.assertEqual(
            [line.outcome for line in wizard.line_ids],
            ["conflict", "conflict", "new", "unknown", "conflict", "conflict"],
        )
        self.assertFalse(self.other_customer.datev_customer_account, "only shown")
        conflicts = wizard.line_ids.filtered(lambda line: line.outcome == "conflict")
        self.assertTrue(all(conflicts.mapped("reason")))
        # Without the second row of the same number it is the one that is assigned already.
        wizard.line_ids.filtered(lambda line: line.line == 6).unlink()
        wizard.line_ids.invalidate_recordset()
        self.assertEqual(wizard.line_ids[0].outcome, "same")
        wizard.line_ids.filtered(lambda line: line.number == 10700).partner_id = self.customer
        self.assertEqual(wizard.conflict_count, 2, "the contact has a number already")
        wizard.action_assign()
        self.assertEqual(self.other_customer.datev_customer_account, 10600)
        self.assertEqual(self.supplier.datev_supplier_account, 70100)
        self.assertEqual(self.customer.datev_customer_account, 10500)
        self.assertEqual((wizard.new_count, wizard.same_count), (0, 3))

    def make_spreadsheet(self, *rows):
        book = Workbook()
        for row in rows:
            book.active.append(row)
        buffer = io.BytesIO()
        book.save(buffer)
        return buffer.getvalue()

    def test_list_as_spreadsheet(self):
        rows = ("Meine Debitoren",), ("Nummer", "Firma"), (10900, self.customer.name)
        wizard = self.read_list(self.make_spreadsheet(*rows))
        self.assertEqual((wizard.line_ids.number, wizard.line_ids.line), (10900, 3))
        wizard.action_assign()
        self.assertEqual(self.customer.datev_customer_account, 10900)

    def test_damaged_spreadsheets(self):
        """Whatever a damaged file makes of itself, a person is told in words."""
        good = self.make_spreadsheet(("Konto", "Name"), (10900, "A"))
        outcomes = set()
        for place in range(0, len(good), 29):
            damaged = good[:place] + bytes([good[place] ^ 0x15]) + good[place + 1 :]
            try:
                self.read_list(damaged)
                outcomes.add("read")
            except UserError:
                outcomes.add("told")
        self.assertEqual(outcomes, {"read", "told"})

    def test_lists_that_are_none(self):
        for name, content in {
            "picture": b"\x89PNG\x00\x01",
            "archive": b"PK\x03\x04 broken",
            "no heading": b"a;b\n1;2\n",
            "no number": b"Konto;Name\nabc;X\n",
            "empty": b"Konto;Name\n",
        }.items():
            with self.subTest(name), self.assertRaises(UserError):
                self.read_list(content)

    def test_same_name_twice_is_not_guessed(self):
        self.env["res.partner"].create({"name": self.customer.name})
        wizard = self.read_list(f"Konto;Name\n10900;{self.customer.name}\n".encode())
        self.assertEqual(wizard.line_ids.outcome, "unknown")


@tagged("post_install", "-at_install")
class TestSetupTour(DatevCase, HttpCase):
    """The assistant in the screens, in German."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("de_DE")

    def user(self, login, group):
        return new_test_user(
            self.env,
            login,
            f"base.group_user,{group}",
            lang="de_DE",
            tz="Europe/Berlin",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )

    def test_accounting_manager(self):
        self.company.write({"datev_consultant_number": False, "datev_client_number": False})
        self.invoice(self.line(100))
        user = self.user("tour_datev_manager", "account.group_account_manager")
        # The assistant does not go on without the numbers, and says so.
        with mute_logger("odoo.http"):
            self.start_tour(
                "/odoo/datev-exports", "datev_export_setup", login=user.login, timeout=240
            )
        setup = self.env["datev.setup"].search([("company_id", "=", self.company.id)])
        self.assertEqual((setup.step, setup.advisor_name), ("done", "Frau Steuer"))
        self.assertEqual(self.company.datev_consultant_number, "29098")
        self.assertEqual(self.customer.datev_customer_account, 10000)
        confirmed = setup.question_ids.filtered(lambda question: question.state == "confirmed")
        self.assertEqual(set(confirmed.mapped("step")), {"advisor"})

    def test_plain_user_is_refused(self):
        user = self.user("tour_datev_staff", "base.group_user")
        with mute_logger("odoo.http"):
            self.start_tour("/odoo/datev-setup", "datev_export_setup_refused", login=user.login)
        self.assertFalse(self.env["datev.setup"].search([("company_id", "=", self.company.id)]))
