"""The commands of the Makefile."""

import contextlib
import errno
import os
import shlex
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from tools import (
    backup,
    checks,
    day_run,
    demo_run,
    manifests,
    odoo_tree,
    postgres,
    settings,
    shop,
    templates,
    test_run,
    venv,
    web,
)
from tools.console import Failure, complain, say, step
from tools.odoo_run import Odoo

RUN_LAYERS = ("odoo", "runtime", "sandbox")
TEST_LAYERS = (*RUN_LAYERS, "test")
FIRST_RUN_GB = 4
LATER_RUN_GB = 0.5

HELP = """\
make run        set everything up, run the main job once, open the web client
make test       lint, unit, database and browser tests      (TESTS=<paths or -k ...> for some)
make soak       the tests with the full numbers of the property and load tests
make bench      the benchmarks
make day        a day on the stand-ins, with a report       (ORDERS=500)
make lint       ruff and pylint-odoo only
make stop       stop web client, stand-in shop and database server
make backup     database and files into one archive         (FILE=<archive>)
make restore    replace the database by a backup            FILE=<archive>
make clean      remove .venv, .local and the databases made here
make distclean  the same, and the user's cache (Odoo, base database)
make env        print the variables for running odoo or pytest by hand: eval "$(make -s env)"

Settings, as `make run PORT=8080` or from the environment:
PORT (8069)  SHOP_PORT (8469)  DATABASE (order_hub)  PYTHON (python3)
ODOO_PATH    an Odoo 19 tree to use instead of the Debian package
PGHOST ...   a PostgreSQL server to use instead of the embedded one (PGPORT, PGUSER, PGPASSWORD)
TEST_WORKERS tests side by side (as many as there are processors, 4 at most)
MIN_FREE_GB  disk space to ask for before starting (4 for a first run)
XDG_CACHE_HOME  where the cache is, else ~/.cache"""


def main(arguments: list[str]) -> int:
    """Run one command; failures become a message and a non-zero code."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    os.chdir(settings.PROJECT)
    command = COMMANDS.get(arguments[0]) if len(arguments) == 1 else None
    if command is None:
        say(HELP)
        return 0 if arguments in ([], ["help"]) else 2
    try:
        with checks.only_once():
            return command()
    except Failure as failure:
        complain(str(failure))
        return 1
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        complain(f"The disk is full: {error}\nFree some space; the same command goes on from here.")
        return 1
    except KeyboardInterrupt:
        complain("Interrupted. Nothing half-made is left; the same command goes on from here.")
        return 130


def run() -> int:
    """Set up, main job, web client."""
    web.check_port()
    shop.check_port()
    demo_run.run(_set_up(RUN_LAYERS))
    return 0


def test(soak: bool = False) -> int:
    """Lint, then all tests."""
    odoo = _set_up(TEST_LAYERS, for_tests=True)
    test_run.ensure_browser()
    return test_run.test(odoo, soak=soak)


def soak() -> int:
    """Run the tests with the full numbers."""
    return test(soak=True)


def bench() -> int:
    """Run the benchmarks."""
    return test_run.bench(_set_up(TEST_LAYERS, for_tests=True))


def day() -> int:
    """Let a day happen on the stand-ins."""
    return day_run.run(_set_up(TEST_LAYERS, for_tests=True))


def lint() -> int:
    """Check style only."""
    checks.venv_module()
    venv.ensure(odoo_tree.ensure(), TEST_LAYERS)
    test_run.lint()
    return 0


def stop() -> int:
    """Stop what runs in the background."""
    stopped = [
        name
        for name, running in (
            ("web client", web.stop()),
            ("stand-in shop", shop.stop()),
            ("PostgreSQL", postgres.stop()),
        )
        if running
    ]
    say(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running")
    return 0


def make_backup() -> int:
    """Write a backup of the demo database."""
    odoo = _set_up(RUN_LAYERS)
    database = settings.database()
    file = Path(os.environ.get("FILE") or backup.default_file(database)).absolute()
    with step(f"Backup of {database}"):
        backup.create(odoo.server, database, file)
    say(f"written: {file}")
    return 0


def restore() -> int:
    """Replace the demo database by a backup."""
    name = os.environ.get("FILE")
    if not name or not Path(name).is_file():
        raise Failure("Name the backup: make restore FILE=<archive>")
    odoo = _set_up(RUN_LAYERS)
    web.stop()
    with step(f"Restoring {settings.database()} from {name}"):
        backup.restore(odoo.server, settings.database(), Path(name))
    say("restored; `make run` opens the web client on it")
    return 0


def env() -> int:
    """Print shell exports for running Odoo and pytest by hand, on a fresh test database."""
    with contextlib.redirect_stdout(sys.stderr):
        odoo = _set_up(TEST_LAYERS, for_tests=True)
        database = templates.scratch("dev")
        odoo.server.create(database, templates.test(odoo))
    variables = {**test_run.variables(odoo, soak=False), "PGDATABASE": database}
    variables["PATH"] = f"{settings.VENV / 'bin'}{os.pathsep}{variables['PATH']}"
    for name, text in sorted(variables.items()):
        if os.environ.get(name) != text:
            say(f"export {name}={shlex.quote(text)}")
    return 0


def clean() -> int:
    """Remove everything that was made in this clone."""
    if not postgres.is_embedded() and venv.is_current(("odoo",)):
        odoo = _set_up(("odoo",))
        web.stop()
        demo_run.remove(odoo)
        templates.remove(odoo)
    stop()
    postgres.remove()
    for folder in (settings.VENV, settings.LOCAL):
        shutil.rmtree(folder, ignore_errors=True)
    say("removed .venv, .local and the databases made here")
    return 0


def distclean() -> int:
    """Remove the user's cache as well."""
    clean()
    shutil.rmtree(settings.cache(), ignore_errors=True)
    say(f"removed {settings.cache()}")
    return 0


def _set_up(layers: tuple[str, ...], for_tests: bool = False) -> Odoo:
    """Check the surroundings, then bring up Odoo, its packages and the database server."""
    checks.venv_module()
    postgres.check_data_version(for_tests)
    at_hand = odoo_tree.is_at_hand() and venv.is_current(layers)
    checks.disk(LATER_RUN_GB if at_hand else FIRST_RUN_GB)
    tree = odoo_tree.ensure()
    venv.ensure(tree, layers)
    checks.namesakes(manifests.own_names())
    return Odoo(tree, postgres.ensure(for_tests))


COMMANDS: dict[str, Callable[[], int]] = {
    "run": run,
    "test": test,
    "soak": soak,
    "bench": bench,
    "day": day,
    "lint": lint,
    "stop": stop,
    "backup": make_backup,
    "restore": restore,
    "env": env,
    "clean": clean,
    "distclean": distclean,
}
