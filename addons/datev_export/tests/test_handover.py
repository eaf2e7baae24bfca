# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import io
import zipfile
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from unittest.mock import patch

import pyzipper
from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, tagged

from odoo.addons.base.models.ir_mail_server import MailDeliveryException
from odoo.addons.mail.tests.common import MockEmail

from .test_receipts import ReceiptCase

PASSWORD = "Telefon-4711-Honig"


@tagged("post_install", "-at_install")
class HandoverCase(ReceiptCase, MockEmail):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("de_DE")
        cls.advisor = cls.env["res.partner"].create(
            {"name": "Kanzlei Soll & Haben", "email": "kanzlei@example.com", "lang": "de_DE"}
        )
        cls.company.write({"datev_advisor_id": cls.advisor.id, "email": "firma@example.com"})
        # A sending is noted on a connection of its own.
        if not issubclass(cls, HttpCase):
            # Those do it themselves, for each test.
            cls.registry_enter_test_mode_cls()
        cls.attach(cls.bill())
        cls.sale = cls.invoice(cls.line(100))
        cls.make_pdf(cls.sale)

    @classmethod
    def user(cls, role, group):
        return cls.env["res.users"].create(
            {
                "name": role,
                "login": f"datev_hand_{role}",
                "company_id": cls.company.id,
                "company_ids": [Command.set(cls.company.ids)],
                "group_ids": [Command.set([cls.env.ref(group).id])],
            }
        )

    def wizard(self, export, **values):
        action = export.action_open_handover()
        wizards = self.env[action["res_model"]].with_context(**action["context"])
        return wizards.with_user(export.env.user).create(values)

    def bundle(self, export, password=""):
        with export._open_bundle(password) as file:
            return file.read()

    def inside(self, content):
        """The plain ZIP in an encrypted one."""
        with pyzipper.AESZipFile(io.BytesIO(content)) as archive:
            archive.setpassword(PASSWORD.encode())
            return zipfile.ZipFile(io.BytesIO(archive.read("Inhalt.zip")))


@tagged("post_install", "-at_install")
class TestHandover(HandoverCase):
    def test_one_zip_in_the_order_of_the_import(self):
        export = self.exported()
        first = self.bundle(export)
        with zipfile.ZipFile(io.BytesIO(first)) as archive:
            names = archive.namelist()
            self.assertEqual(names, sorted(names))
            self.assertEqual(
                [name.partition("/")[0] for name in names],
                ["0_Beiblatt", "1_Belege", "3_Buchungen"],
            )
            for attachment in export.attachment_ids:
                self.assertEqual(archive.read(f"3_Buchungen/{attachment.name}"), attachment.raw)
            with zipfile.ZipFile(io.BytesIO(archive.read(names[1]))) as receipts:
                self.assertIn("document.xml", receipts.namelist())
        self.env.invalidate_all()
        self.assertEqual(self.bundle(export), first)

    def test_encrypted_zip_opens_with_the_password_only(self):
        content = self.bundle(self.exported(), PASSWORD)
        with pyzipper.AESZipFile(io.BytesIO(content)) as archive:
            name = archive.namelist()[0]
            with self.assertRaises(RuntimeError):
                archive.read(name)
        self.assertEqual(len(self.inside(content).namelist()), 3)

    def test_names_in_the_encrypted_zip_tell_nothing(self):
        content = self.bundle(self.exported(), PASSWORD)
        with pyzipper.AESZipFile(io.BytesIO(content)) as archive:
            self.assertEqual(archive.namelist(), ["Inhalt.zip"])
        for name in (b"EXTF", b"Belege_", b"Beiblatt", b"document.xml"):
            self.assertNotIn(name, content)

    def test_password_is_nowhere_in_the_database(self):
        self.company.datev_zip_password = PASSWORD
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(self.company.datev_zip_password)
        self.assertTrue(self.company.datev_zip_password_set)
        self.assertEqual(self.company._get_datev_zip_password(), PASSWORD)
        self.env.cr.execute(
            "SELECT datev_zip_token FROM res_company WHERE id = %s", self.company.ids
        )
        self.assertNotIn(PASSWORD, self.env.cr.fetchone()[0])
        with self.assertRaises(ValidationError):
            self.company.datev_zip_password = "kurz"
        # A copy of the database without the key beside it.
        with (
            patch.object(type(self.company), "_datev_key_path", lambda company: self.missing_key()),
            self.assertRaises(UserError),
        ):
            self.company._get_datev_zip_password()

    def missing_key(self):

        return Path("/nonexistent/key")

    def test_wizard_keeps_no_password(self):
        export = self.exported()
        wizard = self.wizard(export, password=PASSWORD, how="download", encrypt=True)
        self.env.cr.execute("SELECT * FROM datev_handover WHERE id = %s", wizard.ids)
        self.assertNotIn(PASSWORD, str(self.env.cr.fetchall()))
        action = wizard.action_confirm()
        self.assertIn("encrypted=1", action["url"])
        self.assertEqual((export.state, export.handed_over_how), ("handed_over", "download"))

    def test_email_brings_the_encrypted_zip_in_german(self):
        export = self.exported()
        wizard = self.wizard(export, password=PASSWORD)
        self.assertEqual((wizard.how, wizard.encrypt), ("email", True))
        with self.mock_mail_gateway():
            wizard.action_confirm()
        self.assertEqual(len(self._mails), 1)
        mail = self._mails[0]
        self.assertEqual(mail["email_to"], [self.advisor.email_formatted])
        self.assertIn("01.10.2026", mail["subject"])
        self.assertNotIn(PASSWORD, str(mail))
        (name, content, mimetype) = mail["attachments"][0]
        self.assertTrue(name.endswith("_AES.zip"))
        self.assertEqual(mimetype, "application/zip")
        archive = self.inside(content)
        self.assertEqual(len(archive.namelist()), 3)
        self.assertIsNone(archive.testzip())
        self.assertEqual(export.state, "handed_over")
        self.assertEqual(export.handed_over_by_id, self.env.user)
        self.assertEqual(export.handed_over_to, "kanzlei@example.com")
        note = str(export.message_ids.mapped("body"))
        for _name, _size, sha256 in export._file_digests():
            self.assertIn(sha256, note)
        # The mail and its ZIP are not kept a second time.
        self.assertFalse(
            self.env["ir.attachment"].search_count([("name", "=", name)]),
        )

    def test_mail_server_refuses_and_nothing_has_happened(self):
        export = self.exported()
        self.company.datev_zip_password = PASSWORD
        for failure in ("connect_smtp_notfound", "send_delivery"):
            with self.subTest(failure), self.mock_mail_gateway():
                sender = type(self.env["ir.mail_server"])
                method = "_connect__" if failure.startswith("connect") else "send_email"
                with (
                    patch.object(sender, method, side_effect=MailDeliveryException("refused")),
                    self.assertRaises(UserError),
                    self.env.cr.savepoint(),
                ):
                    export._hand_over_by_mail()
                self.env.invalidate_all()
                self.assertEqual(export.state, "exported")
                self.assertFalse(export.handed_over_on)
        with self.mock_mail_gateway():
            export._hand_over_by_mail()
        self.assertEqual(len(self._mails), 1)

    def test_a_mail_that_may_have_gone_out_is_not_sent_again_by_itself(self):
        export = self.exported()
        broken = patch.object(type(export), "_send_now", side_effect=ConnectionAbortedError)
        # assertRaises() would take back what a broken process leaves: the note by itself.
        with self.mock_mail_gateway(), broken, suppress(ConnectionAbortedError):
            export._hand_over_by_mail(encrypt=False)
        export._store({"state": "exported", "handed_over_on": False})
        wizard = self.wizard(export, how="email", encrypt=False)
        self.assertTrue(wizard.begun_on)
        with self.mock_mail_gateway():
            with self.assertRaises(UserError):
                wizard.action_confirm()
            self.assertFalse(self._mails)
            wizard.again = True
            wizard.action_confirm()
        self.assertEqual((len(self._mails), export.state), (1, "handed_over"))
        self.assertFalse(export._unfinished_attempt())

    def test_an_export_is_handed_over_once(self):
        export = self.exported()
        export.action_hand_over()
        self.assertEqual(export.handed_over_how, "other")
        with self.mock_mail_gateway():
            with self.assertRaises(UserError):
                export._hand_over_by_mail(encrypt=False)
            with self.assertRaises(UserError):
                export.action_hand_over()
        self.assertFalse(self._mails)

    def test_too_large_for_an_email(self):
        export = self.exported()
        with (
            patch("odoo.addons.datev_export.models.datev_handover.MEGABYTE", 10),
            self.assertRaises(UserError),
        ):
            export._hand_over_by_mail(encrypt=False)
        self.assertEqual(export.state, "exported")

    def test_receipts_may_stay_out_of_the_mail(self):
        export = self.exported()
        with self.mock_mail_gateway():
            export._hand_over_by_mail(encrypt=False, receipts=False)
        with zipfile.ZipFile(io.BytesIO(self._mails[0]["attachments"][0][1])) as archive:
            self.assertFalse([name for name in archive.namelist() if "Belege" in name])

    def test_names_are_no_markup(self):
        self.company.name = "=HYPERLINK(1) <b>{{ 7*7 }}</b> GmbH"
        export = self.exported()
        with self.mock_mail_gateway():
            export._hand_over_by_mail(encrypt=False)
        mail = self._mails[0]
        self.assertIn("{{ 7*7 }}", mail["subject"])
        self.assertNotIn("<b>{{", mail["body"])
        self.assertIn("&lt;b&gt;", mail["body"])

    def test_without_an_advisor_there_is_no_mail(self):
        self.advisor.email = False
        export = self.exported()
        self.assertEqual(self.wizard(export).how, "download")
        with self.assertRaises(UserError):
            export._hand_over_by_mail(encrypt=False)

    def test_sheet_says_what_was_done(self):
        self.invoice(self.line(50, account="4930"))
        self.invoice(self.line(0))
        export = self.exported()
        data = export._get_sheet_data()
        self.assertEqual(len(data["files"]), 1 + len(export.package_ids))
        total = data["accounts"][-1]
        self.assertEqual(total["debit"], total["credit"])
        self.assertEqual(len(data["left_out"]), 1)
        self.assertEqual(sum(key["rows"] for key in data["keys"]), export.row_count)
        self.assertEqual(sum(row["count"] for row in data["fallbacks"]), export.fallback_count)
        sheet = export._get_sheet()
        self.assertEqual(export._get_sheet(), sheet)
        with self.assertRaises(UserError):
            sheet.raw = b"anders"

    def test_roles(self):
        export = self.exported()
        for role, group in (
            ("bookkeeper", "account.group_account_user"),
            ("reader", "account.group_account_readonly"),
        ):
            acting = export.with_user(self.user(role, group))
            with self.subTest(role):
                self.assertTrue(self.bundle(acting))
                self.assertTrue(acting.package_ids.receipt_ids.file_ids.mapped("name"))
                for method in ("action_hand_over", "action_open_handover", "_hand_over_by_mail"):
                    with self.assertRaises(AccessError):
                        getattr(acting, method)()
                with self.assertRaises(AccessError):
                    acting.package_ids.receipt_ids.write({"guid": "x"})
        manager = export.with_user(self.user("manager", "account.group_account_manager"))
        wizard = self.wizard(manager, password=PASSWORD)
        with self.mock_mail_gateway():
            wizard.action_confirm()
        self.assertEqual(export.handed_over_by_id, manager.env.user)
        biller = self.user("biller", "account.group_account_invoice")
        with self.assertRaises(AccessError):
            export.package_ids.with_user(biller).read(["name"])

    def test_other_companies_see_no_receipts(self):
        export = self.exported()
        stranger = self.user("stranger", "account.group_account_manager")
        other = self.env["res.company"].create({"name": "Fremd"})
        stranger.write({"company_id": other.id, "company_ids": [Command.set(other.ids)]})
        for records in (export.package_ids, export.package_ids.receipt_ids):
            foreign = records.with_user(stranger).with_context(allowed_company_ids=other.ids)
            with self.assertRaises(AccessError):
                foreign.read(["display_name"])


@tagged("post_install", "-at_install")
class TestSchedule(HandoverCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bookkeeper = cls.user("bookkeeper", "account.group_account_user")
        cls.company.write(
            {
                "datev_schedule": True,
                "datev_bookkeeper_id": cls.bookkeeper.id,
                "datev_zip_password": PASSWORD,
            }
        )

    def run_on(self, day):
        def keep(cron, *args, **kwargs):
            cron.env.flush_all()
            return 1.0

        # No test commits; the crash between the steps is tested in processes of their own.
        with (
            freeze_time(datetime.fromisoformat(f"{day} 06:00:00")),
            self.mock_mail_gateway(),
            patch.object(type(self.env["ir.cron"]), "_commit_progress", keep),
        ):
            self.env["datev.export"]._cron_hand_over()
        self.env.invalidate_all()

    def exports(self):
        return self.env["datev.export"].search([("company_id", "=", self.company.id)])

    def test_the_month_before_goes_out_on_its_day(self):
        self.run_on("2026-11-04")
        self.assertFalse(self.exports())
        self.run_on("2026-11-05")
        export = self.exports()
        self.assertEqual((export.date_from, export.state), (date(2026, 10, 1), "handed_over"))
        self.assertEqual(len(self._mails), 1)
        self.assertFalse(export.activity_ids)
        self.run_on("2026-11-06")
        self.assertEqual(self.exports(), export)
        self.assertFalse(self._mails)

    def test_off_by_default(self):
        self.company.datev_schedule = False
        self.run_on("2026-11-05")
        self.assertFalse(self.exports())
        self.assertFalse(self.env["res.company"].new({}).datev_schedule)

    def test_a_blocking_finding_becomes_an_activity(self):
        self.company.datev_client_number = False
        self.run_on("2026-11-05")
        export = self.exports()
        self.assertEqual(export.state, "draft")
        self.assertEqual(export.activity_ids.user_id, self.bookkeeper)
        self.assertFalse([mail for mail in self._mails if mail["attachments"]])
        self.run_on("2026-11-06")
        self.assertEqual(len(self.exports().activity_ids), 1)

    def test_a_mail_that_fails_becomes_an_activity(self):
        sender = type(self.env["ir.mail_server"])
        with patch.object(sender, "_connect__", side_effect=MailDeliveryException("no route")):
            self.run_on("2026-11-05")
        export = self.exports()
        self.assertEqual(export.state, "exported")
        self.assertIn("no route", str(export.activity_ids.note))
        # The person hands over; the schedule does not come in between.
        self.run_on("2026-11-06")
        self.assertFalse(self._mails)
        with self.mock_mail_gateway():
            export._hand_over_by_mail()
        self.assertEqual(len(self._mails), 1)

    def test_one_company_does_not_stop_another(self):
        """Each company has its own settings; the first one cannot send."""
        other = self.make_company("Zweite GmbH")
        other.write(
            {
                "datev_schedule": True,
                "datev_advisor_id": self.advisor.id,
                "datev_bookkeeper_id": self.bookkeeper.id,
                "datev_client_number": False,
            }
        )
        self.run_on("2026-11-05")
        self.assertEqual(self.exports().state, "handed_over")
        second = self.env["datev.export"].search([("company_id", "=", other.id)])
        self.assertEqual(second.state, "draft")

    def test_schedule_needs_somebody_to_write_to(self):
        with self.assertRaises(ValidationError):
            self.company.datev_advisor_id = False
        with self.assertRaises(ValidationError):
            self.company.datev_bookkeeper_id = False
