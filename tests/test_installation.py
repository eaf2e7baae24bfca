"""Each addon installs, updates and goes again, alone; the bridge follows what it bridges."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tools import templates
from tools.manifests import own_addons, own_names
from tools.odoo_run import Odoo, concerns

BRIDGE = "order_hub"
# Comes with the bridge where the addons of others that it needs are installed, as they are here.
ON_THE_BRIDGE = ["order_hub_payments", "order_hub_start", "order_returns"]
OWN = own_addons()
BRIDGED = [name for addon in OWN if addon.name == BRIDGE for name in addon.depends]
BRIDGED = [name for name in BRIDGED if name in own_names()]


def uninstall(env, name: str) -> None:
    """Uninstall an addon; runs inside Odoo, called by name from a process of its own."""
    env["ir.module.module"].search([("name", "=", name)]).button_immediate_uninstall()


class Database:
    """A database on which addons are installed and removed by Odoo in a process of its own."""

    def __init__(self, odoo: Odoo, name: str) -> None:
        # Each time a process that loads what is installed.
        self.odoo = Odoo(odoo.tree, odoo.server)
        self.name = name
        self.log: list[str] = []

    def modules(self, *arguments: str) -> None:
        """Install or update."""
        self.log += self.odoo.modules(self.name, f"{self.name}.log", *arguments)

    def uninstall(self, name: str) -> None:
        """Uninstall an addon."""
        function = "tests.test_installation:uninstall"
        self.log += self.odoo.call(self.name, function, f"{self.name}.log", f"name={name}")

    def installed(self) -> set[str]:
        """Return those of our addons that are installed."""
        sql = "SELECT name FROM ir_module_module WHERE state = 'installed'"
        return {row[0] for row in self.odoo.server.query(sql, self.name)} & set(own_names())

    def left_behind(self, name: str) -> list[list[str]]:
        """Return what an uninstalled addon has left in the database."""
        sql = f"""
            SELECT 'data', model || ' ' || name FROM ir_model_data WHERE module = '{name}'
            UNION ALL
            SELECT 'index', indexname FROM pg_indexes
             WHERE indexname = 'stock_move_line_lot_id_index' AND '{name}' = 'batch_mrp_orders'
            UNION ALL
            SELECT 'state', state FROM ir_module_module
             WHERE state IN ('to install', 'to upgrade', 'to remove')
        """
        return self.odoo.server.query(sql, self.name)

    def warnings(self) -> list[str]:
        """Return the warnings about our addons in Odoo's log."""
        return [line for line in self.log if concerns(line, own_names())]


@pytest.fixture
def new_database(
    odoo: Odoo, base_template: str, clone_database: Callable[[str], str]
) -> Callable[[], Database]:
    """Return a function that makes a database without any addon of ours."""
    return lambda: Database(odoo, clone_database(base_template))


def test_each_addon_installs_updates_and_goes_alone(new_database: Callable[[], Database]) -> None:
    alone = [addon.name for addon in OWN if not set(addon.depends) & set(own_names())]
    databases = {name: new_database() for name in alone}

    def come_and_go(name: str) -> list[object]:
        database = databases[name]
        database.modules("-i", name)
        after_install = database.installed()
        database.modules("-u", name)
        after_update = database.installed()
        database.uninstall(name)
        return [after_install, after_update, database.installed(), database.left_behind(name)]

    with ThreadPoolExecutor(2) as pool:
        found = dict(zip(alone, pool.map(come_and_go, alone), strict=True))
    assert found == {name: [{name}, {name}, set(), []] for name in alone}
    assert [line for database in databases.values() for line in database.warnings()] == []


@pytest.mark.skipif(not BRIDGED, reason="there is no bridge addon")
def test_the_bridge_comes_and_goes_with_what_it_bridges(
    new_database: Callable[[], Database],
) -> None:
    database = new_database()
    first, second = BRIDGED
    database.modules("-i", first)
    assert database.installed() == {first}
    database.modules("-i", second)
    assert database.installed() == {first, second, BRIDGE, *ON_THE_BRIDGE}
    database.uninstall(second)
    assert database.installed() == {first}
    assert [database.left_behind(name) for name in (BRIDGE, *ON_THE_BRIDGE)] == [[]] * 4
    assert database.warnings() == []


def test_all_addons_together_install_without_a_warning(test_template: str) -> None:
    log = templates.install_log().read_text(encoding="utf-8").splitlines()
    assert any("modules loaded" in line.lower() for line in log)
    assert [line for line in log if concerns(line, own_names())] == []
