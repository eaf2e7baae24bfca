# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.tests import new_test_user

from .test_hub_cards import HubRecords
from .walk import Walker

ROLES = ("sales", "planner", "production", "warehouse", "quality", "accounting", "manager")
# Whose work a menu is, and who does not see it.
MENUS = {
    "sale.sale_menu_root": {"sales", "manager"},
    "mrp.menu_mrp_root": {"planner", "production", "manager"},
    "purchase.menu_purchase_root": {"planner", "manager"},
    "stock.menu_stock_root": {"planner", "warehouse", "quality", "manager"},
    "account.menu_finance": {"accounting", "manager"},
    "base.menu_administration": {"manager"},
    "base.menu_management": {"manager"},
    "order_hub.menu_root": set(ROLES),
    "order_hub.menu_hub": set(ROLES),
    "order_hub.menu_order_check": {"sales", "manager"},
    "order_hub.menu_process_orders": {"sales", "manager"},
    "order_hub.menu_plan_runs": {"planner", "manager"},
    "order_hub.menu_channels": {"sales", "manager"},
    "order_hub.menu_workflows": {"manager"},
    "order_hub.menu_check_rules": {"manager"},
}


def make_role_users(env):
    """A plain user of each role."""
    return {
        role: new_test_user(env, f"role_{role}", groups=f"order_hub.group_role_{role}")
        for role in ROLES
    }


class TestRoleMenus(HubRecords):
    """With the records of the cards: nothing that is shown may end in an access error."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.roles = make_role_users(cls.env)

    def test_whatever_is_shown_opens(self):
        for role, user in self.roles.items():
            with self.subTest(role):
                walker = Walker(self.env, user)
                walker.walk_menus()
                walker.walk_cards()
                for record in (self.planned, self.shipped, self.invoice):
                    if record.with_user(user).has_access("read"):
                        walker.walk_records(record, record.display_name)
                self.assertFalse(walker.broken)
                self.assertGreater(len(walker.seen), 20)

    def test_each_role_sees_its_menus(self):
        shown = {role: Walker(self.env, user).get_menus() for role, user in self.roles.items()}
        for name, roles in MENUS.items():
            with self.subTest(name):
                menu = self.env.ref(name)
                self.assertEqual({role for role in shown if menu in shown[role]}, roles)

    def test_more_roles_show_more(self):
        """Who plans and ships sees the work of both."""
        user = self.roles["warehouse"]
        user.group_ids += self.env.ref("order_hub.group_role_planner")
        menus = Walker(self.env, user).get_menus()
        self.assertIn(self.env.ref("order_hub.menu_plan_runs"), menus)
        self.assertIn(self.env.ref("stock.menu_stock_root"), menus)
        self.assertNotIn(self.env.ref("base.menu_management"), menus)

    def test_without_a_role_nothing_is_hidden(self):
        user = new_test_user(self.env, "no_role", groups="mrp.group_mrp_user")
        self.assertIn(self.env.ref("order_hub.menu_plan_runs"), Walker(self.env, user).get_menus())
