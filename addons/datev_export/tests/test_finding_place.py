# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from unittest.mock import patch

from odoo.tests import new_test_user, tagged

from ..extf.master import valid_iban
from .common import DatevCase


@tagged("post_install", "-at_install")
class TestFindingPlace(DatevCase):
    """A finding leads to where it is put right."""

    def test_findings_about_settings_lead_to_their_step_of_the_assistant(self):
        self.company.datev_client_number = False
        self.invoice(self.line(100))
        export = self.export(export=False)
        export.action_check()
        finding = export.finding_ids.filtered(lambda found: found.code == "client_number")
        self.assertTrue(finding.can_fix)
        action = finding.action_fix()
        setup = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual((setup.company_id, setup.step), (self.company, "advisor"))
        # Who may not set up DATEV is not sent to where nothing opens.
        keeper = new_test_user(
            self.env,
            "place_keeper",
            "account.group_account_user",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        self.assertNotEqual(finding.with_user(keeper).action_fix()["res_model"], "datev.setup")

    def test_findings_about_master_data_name_the_contact_and_the_account(self):
        self.company.datev_master_data = True
        self.customer.bank_ids = [(0, 0, {"acc_number": "DE89370400440532013000"})]
        self.assertTrue(valid_iban("DE89370400440532013000"))
        self.invoice(self.line(100))
        export = self.export(export=False)
        with (
            patch("odoo.addons.datev_export.extf.check_master.valid_iban", lambda _iban: False),
            patch("odoo.addons.datev_export.extf.check_master.FORMULA_STARTS", ("E", "F")),
        ):
            export.action_check()
        found = export.finding_ids.filtered(lambda f: f.code == "format_iban")
        self.assertEqual(found.partner_id, self.customer)
        self.assertEqual(found.action_fix()["res_id"], self.customer.id)
        accounts = export.finding_ids.filtered("account_id").account_id
        self.assertLessEqual(set(accounts.mapped("code")), {"8400", "1776", "1410"})
        self.assertTrue(accounts)
