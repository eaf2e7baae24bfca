"""`make test`, `make soak`, `make bench`, `make lint`."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tools import settings, templates
from tools.console import Failure, run_logged, say, step
from tools.manifests import own_names
from tools.odoo_run import Odoo

# Each needs about 600 MB of memory with Odoo, its database session and a browser.
MOST_WORKERS = 4
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def ensure_browser() -> None:
    """Have a Chromium for the browser tests: installed from Debian where we are root."""
    if any(shutil.which(name) for name in BROWSERS):
        return
    if os.getuid() != 0 or not shutil.which("apt-get"):
        raise Failure(
            "The browser tests need Chromium. Ask for: apt-get install chromium\n"
            "(or any of these on the PATH: " + ", ".join(BROWSERS) + ")"
        )
    with step("Chromium: installing it from Debian"):
        variables = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        run_logged(["apt-get", "update"], "apt-update.log", env=variables)
        run_logged(
            ["apt-get", "install", "-y", "--no-install-recommends", "chromium"],
            "apt-install.log",
            env=variables,
            progress=lambda line: line[:70],
        )


def lint() -> None:
    """Check style and format of everything, and the addons with pylint-odoo."""
    with linting():
        pass


@contextmanager
def linting() -> Iterator[None]:
    """The same, where pylint has the time that something else takes, for it takes long itself."""
    programs = settings.VENV / "bin"
    with step("ruff"):
        _show([programs / "ruff", "check", "."])
        _show([programs / "ruff", "format", "--check", "--quiet", "."])
    command = [programs / "pylint", *(f"addons/{name}" for name in own_names())]
    with subprocess.Popen(command, cwd=settings.PROJECT, stdin=subprocess.DEVNULL) as process:
        try:
            yield
        except BaseException:
            process.terminate()
            raise
        with step("pylint-odoo"):
            _judge(command, process.wait())


def test(odoo: Odoo, *, soak: bool) -> int:
    """Lint, then run all tests in one pytest session on a clone of the test template."""
    with linting():
        template = templates.test(odoo)
    database = templates.scratch("tests")
    odoo.server.create(database, template)
    arguments = ["-p", "tests.strict_run", "--odoo-database", database, "--odoo-http"]
    arguments += ["--odoo-log-level=warn", "-q", "--durations=10"]
    arguments += ["-n", str(workers()), "--dist", "loadfile", "--no-loadscope-reorder"]
    selected = os.environ.get("TESTS", "").split()
    command = [settings.VENV_PYTHON, "-m", "pytest", *arguments, *selected]
    say("==> Tests")
    try:
        return _call(command, variables(odoo, soak=soak))
    finally:
        for name in odoo.server.databases(database):
            odoo.server.drop(name)


def workers() -> int:
    """Return how many tests run side by side, each on a copy of the database of its own."""
    return int(os.environ.get("TEST_WORKERS") or min(os.cpu_count() or 1, MOST_WORKERS))


def bench(odoo: Odoo) -> int:
    """Run each benchmark on a clone of the test template, beside one without our addons."""
    sides = {
        "--database": (templates.scratch("bench"), templates.test(odoo)),
        "--core-database": (templates.scratch("bench_core"), templates.base(odoo)),
    }
    arguments = [part for option, (name, _source) in sides.items() for part in (option, name)]
    scripts = sorted((settings.PROJECT / "benchmarks").glob("[!_]*.py"))
    if not scripts:
        raise Failure("There are no benchmarks yet (benchmarks/*.py).")
    for script in scripts:
        try:
            for name, source in sides.values():
                odoo.server.create(name, source)
            say(f"==> {script.stem}")
            code = _call([settings.VENV_PYTHON, script, *arguments], variables(odoo, soak=False))
        finally:
            for name, _source in sides.values():
                odoo.server.drop(name)
        if code:
            return code
    return 0


def variables(odoo: Odoo, *, soak: bool) -> dict[str, str]:
    """Return the environment of the tests."""
    return {
        **odoo.variables(),
        # No job runner: nothing may work on the database beside the tests.
        "ODOO_QUEUE_JOB_CHANNELS": "root:0",
        "ODOO_HTTP_INTERFACE": "127.0.0.1",
        **({"SOAK": "1", "HYPOTHESIS_PROFILE": "soak"} if soak else {}),
    }


def _show(command: Sequence[str | Path]) -> None:
    _judge(command, _call(command, os.environ))


def _judge(command: Sequence[str | Path], code: int) -> None:
    if code:
        raise Failure(f"{Path(command[0]).name} has found something, see above.")


def _call(command: Sequence[str | Path], env: Mapping[str, str]) -> int:
    """Run a command on the user's terminal; no input, so that nothing can wait for it."""
    result = subprocess.run(
        [str(part) for part in command],
        cwd=settings.PROJECT,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return result.returncode
