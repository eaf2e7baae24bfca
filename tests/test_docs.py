# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What the guides name is there: links, pictures, and the ways through the menus."""

import json
import re
from pathlib import Path

import pytest

from tools import settings

DOCS = settings.PROJECT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
OTHERS = [settings.PROJECT / "README.md", *sorted(settings.ADDONS.glob("*/readme/*.md"))]
LANGUAGES = {"de": "de_DE", "en": "en_US"}
LINK = re.compile(r"\]\((?!\w+:)([^)#]+)(?:#[^)]*)?\)")
# *Inventory > Operations > Replenishment*, also over the end of a line.
WAY = re.compile(r"(?<!\*)\*([^*|>]+(?:>[^*|>]+)+)\*(?!\*)")


def _ways(page: Path) -> list[tuple[str, ...]]:
    """The ways through menus that a page names."""
    return [
        tuple(" ".join(part.split()) for part in found.split(">"))
        for found in WAY.findall(page.read_text(encoding="utf-8"))
    ]


@pytest.fixture(scope="module")
def ways_of_odoo(odoo, test_template):
    """All ways by language: those of the menus, and what Actions and Print offer."""
    database = "docs_test"
    odoo.server.create(database, test_template)
    told = json.loads(odoo.call(database, "tests.test_docs:tell_ways", "docs.log")[-1])
    yield {language: {tuple(way) for way in ways} for language, ways in told.items()}
    odoo.server.drop(database)


def _way(menu) -> list[str]:
    return [*_way(menu.parent_id), menu.name] if menu else []


def tell_ways(env) -> None:
    """Print the ways; runs inside Odoo, called by name."""
    told = {}
    for folder, code in LANGUAGES.items():
        spoken = env(context={"lang": code, "ir.ui.menu.full_list": True})
        new = {"de": "Neu", "en": "New"}[folder]
        ways = [
            [*way, *last]
            for way in map(_way, spoken["ir.ui.menu"].search([]))
            for last in ([], [new])
        ]
        first = {"de": ("Aktionen", "Drucken"), "en": ("Actions", "Print")}[folder]
        for model, word in zip(("ir.actions.server", "ir.actions.report"), first, strict=True):
            bound = spoken[model].search([("binding_model_id", "!=", False)])
            ways += [[word, action.name] for action in bound]
        bound = spoken["ir.actions.act_window"].search([("binding_model_id", "!=", False)])
        ways += [[first[0], action.name] for action in bound]
        told[folder] = ways
    print(json.dumps(told))


@pytest.mark.parametrize("page", [*PAGES, *OTHERS], ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    links = LINK.findall(page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_each_picture_is_shown():
    shown = {
        (page.parent / link).resolve()
        for page in [*PAGES, *OTHERS]
        for link in LINK.findall(page.read_text(encoding="utf-8"))
    }
    assert [path for path in DOCS.glob("images/**/*.png") if path.resolve() not in shown] == []


def test_each_guide_is_in_both_languages():
    """README's table joins them: each page is in it, beside its translation."""
    rows = re.findall(r"\(docs/de/([\w-]+\.md)\).*\(docs/en/([\w-]+\.md)\)", OTHERS[0].read_text())
    for folder, named in zip(LANGUAGES, zip(*rows, strict=True), strict=True):
        assert set(named) == {path.name for path in (DOCS / folder).glob("*.md")}


@pytest.mark.parametrize("folder", LANGUAGES)
def test_ways_through_the_menus_exist(ways_of_odoo, folder):
    """A way may begin in the middle of a menu, and ends at an entry, or at what a list opens."""
    known = {
        way[start:end]
        for way in ways_of_odoo[folder]
        for start in range(len(way))
        for end in range(start + 1, len(way) + 1)
    }
    named = [(page.name, way) for page in (DOCS / folder).glob("*.md") for way in _ways(page)]
    assert named
    unknown = [f"{page}: {' > '.join(way)}" for page, way in named if way not in known]
    assert not unknown, "\n".join(unknown)
