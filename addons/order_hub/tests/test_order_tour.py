# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.batch_mrp_orders.tests.common import BatchCase


@tagged("post_install", "-at_install")
class TestOrderTour(BatchCase, HttpCase):
    def test_order_shows_status_runs_and_lots(self):
        self._stock_up(self.raw, 50, "R-1")
        self._stock_up(self.glass, 100)
        order = self._create_order((self.jar, 20), client_order_ref="#TOUR")
        order.action_check_materials()
        for run in self._plan()[::-1]:
            self._produce(run, f"TOUR-{run.product_id.id}")
        self.assertEqual(order.production_status, "ready")
        self.env["res.users"].browse(self.env.ref("base.user_admin").id).lang = "de_DE"
        self.start_tour(
            "/odoo/action-order_hub.sale_order_action_hub",
            "order_hub_order_production",
            login="admin",
        )

    def _create_user(self, login, groups):
        user = new_test_user(self.env, login, groups=groups, lang="de_DE")
        # The tip of the day would lie over the page.
        user.tour_enabled = False
        return user

    def test_blocked_order_is_fixed_and_another_released(self):
        self._create_user(
            "hub_seller", "sales_team.group_sale_salesman_all_leads,base.group_partner_manager"
        )
        germany = self.env.ref("base.de")
        address = {"zip": "79098", "city": "Freiburg", "country_id": germany.id}
        self._stock_up(self.jar, 100)
        partner = self.env["res.partner"].create(
            {"name": "Fix me", "street": "Lindenweg", **address}
        )
        self.customer.write({"name": "Release me", "street": "Lindenweg 4", **address})
        self.glass.restricted_country_ids = germany
        self._stock_up(self.glass, 100)
        orders = self._create_order((self.jar, 1), confirm=False, partner_id=partner.id)
        orders |= self._create_order((self.glass, 1), confirm=False)
        orders.with_context(confirm_anyway=True, lang="de_DE").action_confirm()
        self.assertEqual(orders.mapped("production_status"), ["blocked", "blocked"])
        self.start_tour(
            "/odoo/action-order_hub.sale_order_action_check",
            "order_hub_order_check",
            login="hub_seller",
        )
        self.assertEqual(orders.mapped("production_status"), ["ready", "ready"])

    def test_consultant_sets_a_workflow_up(self):
        self._create_user("hub_manager", "sales_team.group_sale_manager")
        self.start_tour(
            "/odoo/action-order_hub.sale_workflow_process_action",
            "order_hub_workflow_setup",
            login="hub_manager",
        )
        workflow = self.env["sale.workflow.process"].search([("name", "=", "Abo-Kisten")])
        self.assertTrue(workflow.validate_order and workflow.send_invoice)
        self.assertEqual(workflow.confirm_when, "order")
