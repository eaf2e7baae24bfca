# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import io
import zipfile
from unittest.mock import patch

from odoo import Command
from odoo.tests import HttpCase, tagged

from .test_handover import HandoverCase
from .test_receipts import make_pdf

USER = "datev_tour"


@tagged("post_install", "-at_install")
class TestHandoverTour(HandoverCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.users"].create(
            {
                "name": "Tour",
                "login": USER,
                "password": USER,
                "lang": "de_DE",
                "company_id": cls.company.id,
                "company_ids": [Command.set(cls.company.ids)],
                "group_ids": [Command.set([cls.env.ref("account.group_account_manager").id])],
            }
        )

    def test_check_fix_export_hand_over(self):
        self.invoice(self.line(70))
        export = self.export(export=False)
        send = type(self.env["account.move.send"])
        with (
            patch.object(send, "_prepare_invoice_pdf_report", make_pdf),
            self.mock_mail_gateway(),
        ):
            self.start_tour("/odoo/datev-exports", "datev_export_handover", login=USER)
        self.assertEqual((export.state, export.handed_over_how), ("handed_over", "email"))
        self.assertEqual(export.receipt_count, 3)
        self.assertEqual(len([mail for mail in self._mails if mail["attachments"]]), 1)
        self.assertEqual(self.company._get_datev_zip_password(), "Telefon-4711-Honig")

    def test_downloads(self):
        export = self.exported()
        self.authenticate(USER, USER)
        answer = self.url_open(f"/datev_export/receipts/{export.package_ids.id}")
        self.assertEqual(answer.status_code, 200)
        again = self.url_open(f"/datev_export/receipts/{export.package_ids.id}")
        self.assertEqual(answer.content, again.content)
        with export.package_ids._open() as file:
            self.assertEqual(answer.content, file.read())
        bundle = self.url_open(export.action_download()["url"])
        self.assertIn(export._bundle_name(), bundle.headers["Content-Disposition"])
        with zipfile.ZipFile(io.BytesIO(bundle.content)) as archive:
            self.assertIsNone(archive.testzip())
        self.authenticate(None, None)
        refused = self.url_open(f"/datev_export/bundle/{export.id}", allow_redirects=False)
        self.assertNotEqual(refused.status_code, 200)
