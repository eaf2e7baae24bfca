# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import DatevCase


@tagged("post_install", "-at_install")
class TestAccess(DatevCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            role: cls.env["res.users"].create(
                {
                    "name": role,
                    "login": f"datev_{role}",
                    "company_id": cls.company.id,
                    "company_ids": [Command.set(cls.company.ids)],
                    "group_ids": [Command.set([cls.env.ref(group).id])],
                }
            )
            for role, group in (
                ("staff", "base.group_user"),
                ("biller", "account.group_account_invoice"),
                ("reader", "account.group_account_readonly"),
                ("bookkeeper", "account.group_account_user"),
                ("manager", "account.group_account_manager"),
            )
        }
        cls.move = cls.invoice(cls.line(100))
        cls.record = cls.export(export=False)

    def acting(self, role):
        return self.record.with_user(self.users[role])

    def test_outsiders_see_nothing(self):
        for role in ("staff", "biller"):
            with self.subTest(role), self.assertRaises(AccessError):
                self.acting(role).read(["state"])

    def test_reader_reads_only(self):
        self.assertEqual(self.acting("reader").state, "draft")
        for method in ("action_check", "action_export"):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(self.acting("reader"), method)()

    def test_bookkeeper_checks_but_does_not_export(self):
        export = self.acting("bookkeeper")
        export.action_check()
        self.assertEqual(export.state, "checked")
        self.assertTrue(export.proof_line_ids)
        with self.assertRaises(AccessError):
            export.action_export()

    def test_manager_does_all(self):
        export = self.acting("manager")
        export.action_check()
        export.action_export()
        self.assertEqual(export.state, "exported")
        self.assertTrue(export.attachment_ids.raw)
        export.action_hand_over()
        export._withdraw("Test")
        self.assertEqual(export.state, "withdrawn")

    def test_biller_meets_the_guard_and_sees_the_personal_account(self):
        self.record.action_export()
        biller = self.users["biller"]
        with self.assertRaisesRegex(UserError, "exported to DATEV"):
            self.move.with_user(biller).button_draft()
        self.assertEqual(self.customer.with_user(biller).datev_customer_account, 10000)
        # A plain form of the invoice must open for somebody without access to exports.
        self.move.with_user(biller).web_read({"name": {}, "datev_document": {}})

    def test_other_companies_are_out_of_reach(self):
        stranger = self.users["manager"].copy({"login": "datev_stranger"})
        other = self.env["res.company"].create({"name": "Fremd"})
        stranger.write({"company_id": other.id, "company_ids": [Command.set(other.ids)]})
        record = self.record.with_user(stranger).with_context(allowed_company_ids=other.ids)
        with self.assertRaises(AccessError):
            record.read(["state"])
        with self.assertRaises(AccessError):
            record.action_export()
