"""`make run`: the demo database, the main job over it once, then the web client."""

import json
from pathlib import Path

from tools import manifests, settings, shop, templates, web
from tools.console import Failure, say, step
from tools.odoo_run import Odoo

MAIN_JOB = "tools.main_job:main"


def run(odoo: Odoo) -> None:
    """Bring everything up and tell what was done and where the web client is."""
    database = settings.database()
    is_new = not odoo.server.exists(database)
    if is_new:
        _build(odoo, database)
    elif _state().get("addons") != manifests.addons_digest():
        _update(odoo, database)
    shop.ensure(odoo)
    with step("Web client"):
        web.ensure(odoo, database)
    _tell(database, told=is_new)


def summary_file(database: str) -> Path:
    """Return the file with what the main job has told."""
    return settings.LOCAL / f"summary-{database}.txt"


def remove(odoo: Odoo) -> None:
    """Drop the demo database, if it was made here."""
    if _state():
        odoo.server.drop(settings.database())


def _build(odoo: Odoo, database: str) -> None:
    """Build the database under another name: addons, demo data, main job; then rename it."""
    if database in odoo.server.databases() and not _state():
        raise Failure(
            f"The server has a database {database} that was not made here.\n"
            "Name another: make run DATABASE=<name>"
        )
    source = templates.base(odoo)
    work = templates.scratch("run")
    with step("Database: our addons"):
        templates.install_own(odoo, source, work, "install-run.log")
    with step("Database: demo data"):
        odoo.call(work, "tools.demo:load", "demo.log")
    shop.forget()
    url = shop.ensure(odoo)
    with step("Main job: from the shop's orders to the DATEV file"):
        lines = odoo.call(work, MAIN_JOB, "main-job.log", f"shop_url={url}", echo=True)
    summary_file(database).write_text("\n".join(lines) + "\n")
    _remember()
    odoo.server.drop(database)
    odoo.server.rename(work, database)


def _update(odoo: Odoo, database: str) -> None:
    """Bring the demo database to the state of the addons, which have changed since it was built."""
    with step("Database: the addons have changed, updating them"):
        web.stop()
        names = manifests.own_names()
        installed = odoo.server.query(
            "SELECT name FROM ir_module_module WHERE state = 'installed'", database
        )
        old = [name for name in names if [name] in installed]
        new = [name for name in names if [name] not in installed]
        arguments = ["-u", ",".join(old)] if old else []
        arguments += ["-i", ",".join(new)] if new else []
        odoo.modules(database, "update-run.log", *arguments)
        _remember()


def _tell(database: str, *, told: bool) -> None:
    """Print how to get in, before it the main job's summary if it was not `told` just now."""
    summary = summary_file(database)
    if summary.exists() and not told:
        say("\nWhat the main job did:")
        say(summary.read_text().rstrip())
    say(f"\nWeb client: {web.url()}    user: admin    password: admin")
    say("It goes on in the background: `make stop` ends it, another `make run` brings it back.")


def _remember() -> None:
    _state_file().write_text(json.dumps({"addons": manifests.addons_digest()}))


def _state() -> dict[str, str]:
    try:
        return json.loads(_state_file().read_text())
    except (OSError, ValueError):
        return {}


def _state_file() -> Path:
    return settings.LOCAL / f"database-{settings.database()}.json"
