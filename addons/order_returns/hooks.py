# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
OPERATIONS = ("rma_operation_replace", "rma_operation_return", "rma_operation_refund")

MENUS = (
    "rma_orders_menu",
    "rma_reporting_menu",
    "rma_dashboard_menu",
    "rma_configuration_rma_team_menu",
    "rma_configuration_rma_tag_menu",
    "rma_configuration_rma_finalization_menu",
)


def post_init_hook(env):
    """A small maker chooses among our few solutions; returned goods lie in a quarantine."""
    _get_foreign_operations(env).active = False
    env["stock.location"]._name_quarantine()


def uninstall_hook(env):
    _get_foreign_operations(env).active = True
    env.ref("rma.stock_location_rma").name = "RMA"
    for name in MENUS:
        env.ref(f"rma.{name}").active = True


def _get_foreign_operations(env):
    operations = env["rma.operation"]
    for name in OPERATIONS:
        operations |= env.ref(f"rma.{name}", raise_if_not_found=False) or operations
    return operations
