# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .common import LabelCase


class TestRoles(LabelCase):
    """Whoever ships buys labels; secrets and rows of the machinery are closed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(cls.env, "labels_user", groups="stock.group_stock_user")
        cls.manager = new_test_user(cls.env, "labels_manager", groups="stock.group_stock_manager")

    def test_user(self):
        picking = self.picking().with_user(self.user)
        self.assertEqual(picking.action_buy_labels(), {picking.id: False})
        label = self.label(picking).with_user(self.user)
        self.assertEqual(label.state, "bought")
        self.assertTrue(label.document_ids.mapped("name"))
        self.assertEqual(picking._get_label_file()[0].rpartition(".")[2], "pdf")
        self.ship(picking)
        self.assertEqual(picking.carrier_tracking_ref, label.numbers)
        self.env.flush_all()
        self.account.with_user(self.user).action_close_day()
        for work in (
            lambda: label.write({"state": "voided"}),
            lambda: label.unlink(),
            lambda: label.create({"reference": "x" * 9}),
            lambda: label.action_void(),
            lambda: self.account.with_user(self.user).write({"name": "mine"}),
            lambda: self.account.with_user(self.user).api_key,
        ):
            with self.assertRaises(AccessError):
                work()

    def test_manager_gives_back(self):
        picking = self.picking()
        picking.action_buy_labels()
        self.label(picking).with_user(self.manager).action_void()
        self.assertEqual(self.label(picking).state, "voided")

    def test_passwords_go_to_the_carrier_only(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("carrier_labels.stand_in_dhl_de", "https://example.com")
        self.assertEqual(self.account._prepare_account().base, "")
        self.assertEqual(self.account._client().http.base, "https://api-sandbox.dhl.com")
        self.account.environment = "production"
        self.assertEqual(self.account._client().http.base, "https://api-eu.dhl.com")

    def test_sales_staff_see_the_state(self):
        picking = self.picking()
        picking.action_buy_labels()
        self.env.invalidate_all()
        seller = new_test_user(
            self.env, "labels_seller", groups="sales_team.group_sale_salesman_all_leads"
        )
        self.assertEqual(picking.with_user(seller).label_state, "bought")

    def test_user_decides(self):
        picking = self.picking()
        self.dhl.store.add_faults("drop", operation="buy")
        picking.with_user(self.user).action_buy_labels()
        label = self.label(picking)
        wizard = self.env["carrier.label.decide"].with_user(self.user)
        wizard.create({"label_id": label.id, "found": "no"}).action_decide()
        self.env.invalidate_all()
        self.assertEqual(label.state, "refused")

    def test_secrets_are_written_and_never_shown(self):
        account = self.account.with_user(self.manager)
        self.assertFalse(account.api_secret or account.password)
        self.assertTrue(account.has_secrets)
        account.password = "another"
        self.assertEqual(self.account._secret("password"), "another")
        account.password = ""
        self.assertEqual(self.account._secret("password"), "another")
        with self.assertRaises(AccessError):
            account.read(["password_stored"])
        copy = self.account.copy()
        self.assertFalse(copy.has_secrets)

    def test_another_company(self):
        picking = self.picking()
        picking.action_buy_labels()
        label = self.label(picking)
        company = self.env["res.company"].create({"name": "Other"})
        self.user.write({"company_ids": [Command.set(company.ids)], "company_id": company.id})
        self.assertFalse(self.env["carrier.label"].with_user(self.user).search([]))
        self.assertFalse(self.env["carrier.label.account"].with_user(self.user).search([]))
        with self.assertRaises(AccessError):
            label.with_user(self.user).read(["numbers"])

    def test_manager_tests_the_connection(self):
        account = self.account.with_user(self.manager)
        self.assertEqual(account.action_test_connection()["params"]["type"], "success")
        account.password = "wrong"
        self.assertEqual(account.action_test_connection()["params"]["type"], "danger")
