"""The databases that others are cloned from, built once for each state of what they are made of.

`base`: everything that our addons depend on, German company and chart of accounts. Depends on the
versions only, so a dump of it is kept in the user's cache for other clones of the project.
`test`: base with our addons, for the tests. Both are built under another name, then renamed.
"""

import hashlib
import shutil
import tempfile
from pathlib import Path

from tools import company, manifests, settings
from tools.console import Failure, step
from tools.odoo_run import Odoo, concerns
from tools.odoo_tree import publish

KEPT_DUMPS = 3


def base(odoo: Odoo) -> str:
    """Return the name of the base template, built or read from the cache first if need be."""
    key = _base_key(odoo)
    name = f"{_prefix()}base_{key[:12]}"
    if odoo.server.exists(name):
        return name
    dump = settings.cache() / "base" / key
    work = f"{name}_new"
    if dump.is_dir():
        with step("Base database: from the cache"):
            odoo.server.restore(work, dump)
    else:
        with step("Base database: Odoo with all that the addons depend on (about 2 minutes)"):
            _build_base(odoo, work)
            _keep(odoo, work, dump)
    _drop_others(odoo, "base_", keep=work)
    odoo.server.rename(work, name)
    return name


def test(odoo: Odoo) -> str:
    """Return the name of the test template: base with our addons, and the assets bundled."""
    source = base(odoo)
    key = hashlib.sha256(f"{source} {manifests.addons_digest()}".encode()).hexdigest()
    name = f"{_prefix()}test_{key[:12]}"
    if not odoo.server.exists(name) or not install_log().exists():
        with step("Test database: our addons"):
            work = f"{name}_new"
            install_own(odoo, source, work, install_log().name)
            odoo.call(work, "tools.assets:bundle", "assets.log")
            _drop_others(odoo, "test_", keep=work)
            odoo.server.rename(work, name)
    return name


def install_log() -> Path:
    """Return the log of the installation of our addons into the test template."""
    return settings.LOG / "install-addons.log"


def install_own(odoo: Odoo, source: str, name: str, log: str) -> None:
    """Make a database from the base template and install our addons into it."""
    odoo.server.create(name, source)
    names = manifests.own_names()
    if names:
        lines = odoo.modules(name, log, "-i", ",".join(names))
        broken = [line for line in lines if " ERROR " in line and concerns(line, names)]
        if broken:
            raise Failure("The addons do not install:\n" + "\n".join(broken[:10]))


def remove(odoo: Odoo) -> None:
    """Drop every database that this clone has made from templates, and the templates."""
    for name in odoo.server.databases(_prefix()):
        odoo.server.drop(name)


def scratch(label: str) -> str:
    """Return a name for a short-lived database of this clone."""
    return f"{_prefix()}x_{label}"


def _prefix() -> str:
    return f"oh_{settings.project_hash()[:6]}_"


def _base_key(odoo: Odoo) -> str:
    """Return a hash over all that a base database is made of."""
    parts = [
        odoo.tree.version,
        str(odoo.server.major()),
        (settings.REQUIREMENTS / "runtime.txt").read_text(),
        " ".join(manifests.outside_dependencies()),
        Path(company.__file__).read_text(),
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _build_base(odoo: Odoo, name: str) -> None:
    """Install the dependencies and set the company up."""
    odoo.server.create(name)
    wanted = ",".join(manifests.outside_dependencies())
    odoo.modules(name, "install-base.log", "-i", wanted, f"--load-language={company.LANGUAGE}")
    odoo.call(name, "tools.company:set_up", "company.log")


def _keep(odoo: Odoo, name: str, dump: Path) -> None:
    """Keep a dump in the cache, and only the newest few of them."""
    dump.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="new-", dir=dump.parent) as work:
        odoo.server.dump(name, Path(work) / "dump")
        publish(Path(work) / "dump", dump)
    found = [path for path in dump.parent.iterdir() if not path.name.startswith("new-")]
    for old in sorted(found, key=lambda path: path.stat().st_mtime)[:-KEPT_DUMPS]:
        shutil.rmtree(old, ignore_errors=True)


def _drop_others(odoo: Odoo, kind: str, keep: str) -> None:
    """Drop the templates of a kind that an earlier state of the project has left."""
    for name in odoo.server.databases(_prefix() + kind):
        if name != keep:
            odoo.server.drop(name)
