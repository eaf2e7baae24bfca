"""Every text of our addons is there in German."""

import polib
import pytest

from tools import settings
from tools.console import run_logged
from tools.manifests import own_names


@pytest.fixture(scope="module")
def exported(odoo, test_template, tmp_path_factory):
    """The texts of each addon as Odoo exports them from a database."""
    folder = tmp_path_factory.mktemp("i18n")
    database = "translations_test"
    odoo.server.drop(database)
    odoo.server.create(database, test_template)
    texts = {}
    for name in own_names():
        file = folder / f"{name}.pot"
        command = odoo.command()[:3] + ["i18n", "export", "-c", str(settings.ODOO_CONF)]
        command += ["-d", database, "-l", "pot", "-o", str(file), name]
        run_logged(command, "i18n.log", env=odoo.variables())
        texts[name] = {entry.msgid for entry in polib.pofile(str(file))}
    yield texts
    odoo.server.drop(database)


@pytest.mark.parametrize("addon", own_names())
def test_german_is_complete(exported, addon):
    german = polib.pofile(str(settings.ADDONS / addon / "i18n" / "de.po"))
    translated = {entry.msgid for entry in german if entry.msgstr and not entry.fuzzy}
    assert exported[addon] - translated == set(), "not translated"
    assert translated - exported[addon] == set(), "translated but gone"
