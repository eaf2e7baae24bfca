# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The guide of the first hour has the steps of the page, and the tour goes through them."""

import re
import xml.etree.ElementTree as ET

import pytest
from babel.messages.pofile import read_po

from tools import settings

ADDON = settings.ADDONS / "order_hub_start"
TOUR = ADDON / "static/tests/tours/first_hour.js"
CALL = re.compile(r'^ +(?:\.\.\.)?(?:open|done|settle|upload)\("([^"]+)"', re.MULTILINE)


def _has_screen(action: str) -> bool:
    """Steps of an addon's screen that is not there are not shown."""
    addon, _dot, name = action.partition(".")
    files = ADDON.glob("views/*.xml")
    return addon != ADDON.name or any(f'id="{name}"' in path.read_text() for path in files)


@pytest.fixture(scope="module")
def names() -> dict[str, list[str]]:
    records = ET.parse(ADDON / "data/order_hub_start_step.xml").findall("record")
    steps = [{field.get("name"): field.text for field in record} for record in records]
    steps = [step for step in steps if _has_screen(step.get("action", ""))]
    english = [step["name"] for step in sorted(steps, key=lambda step: int(step["sequence"]))]
    with (ADDON / "i18n/de.po").open("rb") as file:
        german = read_po(file)
    return {"en": english, "de": [german.get(name).string for name in english]}


@pytest.mark.parametrize("folder", ["de", "en"])
def test_headings_are_the_steps(names, folder):
    text = (settings.PROJECT / "docs" / folder / "start.md").read_text(encoding="utf-8")
    numbered = [f"{number}. {name}" for number, name in enumerate(names[folder], 1)]
    assert re.findall(r"^## (\d+\. .+)$", text, re.MULTILINE) == numbered


def test_tour_goes_through_all_steps_in_order(names):
    assert list(dict.fromkeys(CALL.findall(TOUR.read_text(encoding="utf-8")))) == names["de"]
