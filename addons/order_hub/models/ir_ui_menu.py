# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models

APPS = "base.menu_management"
DASHBOARDS = "spreadsheet_dashboard.spreadsheet_dashboard_menu_root"
SHIPPING = "order_fulfilment.menu_shipping"
COMPLAINTS = "rma.rma_menu"
PLANNING = (
    "order_hub.menu_demand",
    "order_hub.menu_plan_runs",
    "batch_mrp_orders.menu_mrp_demand",
    "batch_mrp_orders.menu_mrp_plan_runs",
    "batch_mrp_orders.menu_mrp_capacity_hold",
)
# What core's groups show to a role although it is not its work. Other addons may not be there.
HIDDEN = {
    "order_hub.group_role_sales": (APPS,),
    "order_hub.group_role_planner": (APPS, SHIPPING, COMPLAINTS),
    "order_hub.group_role_production": (
        APPS,
        DASHBOARDS,
        SHIPPING,
        COMPLAINTS,
        *PLANNING,
        "order_hub.menu_reports",
        "stock.menu_stock_root",
    ),
    "order_hub.group_role_warehouse": (APPS, DASHBOARDS, *PLANNING, "order_hub.menu_production"),
    "order_hub.group_role_quality": (APPS, DASHBOARDS, SHIPPING, *PLANNING),
    "order_hub.group_role_accounting": (
        APPS,
        "order_hub.menu_production",
        # Providers of online payments are the administrator's, and the list of methods reads them.
        "account_payment.payment_method_menu",
    ),
}


class IrUiMenu(models.Model):
    _inherit = "ir.ui.menu"

    def _load_menus_blacklist(self):
        """Leave out what none of the roles of the user needs."""
        return super()._load_menus_blacklist() + self._get_ids_not_for_roles()

    def _get_ids_not_for_roles(self):
        """Nothing for those without a role of the hub, and for managers."""
        user = self.env.user
        if user.has_group("order_hub.group_role_manager"):
            return []
        hidden = [set(menus) for role, menus in HIDDEN.items() if user.has_group(role)]
        names = set.intersection(*hidden) if hidden else ()
        menus = (self.env.ref(name, raise_if_not_found=False) for name in sorted(names))
        return [menu.id for menu in menus if menu]
