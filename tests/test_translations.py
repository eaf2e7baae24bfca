"""Every text of our addons is there in German."""

from pathlib import Path

import polib
import pytest

from tools import settings
from tools.manifests import own_names


@pytest.fixture(scope="module")
def exported(odoo, test_template, tmp_path_factory):
    """The texts of each addon as Odoo exports them from a database."""
    folder = tmp_path_factory.mktemp("i18n")
    database = "translations_test"
    odoo.server.create(database, test_template)
    odoo.call(database, "tests.test_translations:export", "i18n.log", f"folder={folder}")
    yield {
        name: {entry.msgid for entry in polib.pofile(str(folder / f"{name}.pot"))}
        for name in own_names()
    }
    odoo.server.drop(database)


def export(env, folder: str) -> None:
    """Export the texts of each addon; runs inside Odoo, called by name."""
    from odoo.tools.translate import trans_export

    for name in own_names():
        with (Path(folder) / f"{name}.pot").open("wb") as file:
            trans_export(None, [name], file, "po", env)


@pytest.mark.parametrize("addon", own_names())
def test_german_is_complete(exported, addon):
    german = polib.pofile(str(settings.ADDONS / addon / "i18n" / "de.po"))
    translated = {entry.msgid for entry in german if entry.msgstr and not entry.fuzzy}
    assert exported[addon] - translated == set(), "not translated"
    assert translated - exported[addon] == set(), "translated but gone"
