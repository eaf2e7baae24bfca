"""The German of our addons: one word for a thing, complete, with everything the English has."""

import re

import polib
import pytest

from tools import settings
from tools.manifests import own_names

# An English term (as a pattern) and what it is called in German. One of these has to be there.
GLOSSARY = {
    r"lots?": "[Cc]harge|MHD",
    r"recipes?": "[Rr]ezept|Herstellen",
    r"sales channels?": "[Kk]an[aä]l",
    r"(manufacturing orders?|production runs?)": "[Ff]ertigung",
    r"credit notes?": "[Gg]utschrift",
    r"best[- ]before": "MHD|[Hh]altbar",
    r"complaints?": "[Rr]eklam|[Bb]eanstand",
    r"recalls?": "[Rr]ückruf|[Rr]ufen|Hierdurch",
    r"warehouses?": "[Ll]ager",
    r"work centers?": "Arbeitspl[aä]tz",
    r"tracking numbers?": "Sendungsnummer",
    r"tax advisor": "[Kk]anzlei|Steuerberat|Berater|BU-|Mandant",
    r"payment reminders?": "Mahn|Zahlungserinner",
    r"shipping labels?": "Versandmarke",
    r"invoices?": "[Rr]echnung|[Aa]brechn|[Rr]echnen|berechn",
}
# Words for the same things that are not ours; mixed, nobody knows whether they mean the same.
FORBIDDEN = {
    r"Produktionsauftr[aä]g": "Fertigungsauftrag",
    r"Herstellungsauftr[aä]g": "Fertigungsauftrag",
    r"(Fertigungs|Produktions)l[aä]uf(e|en)?\b": "Fertigungsauftrag",
    r"\bLos(nummer|e|es|en)?\b": "Charge",
    r"Stücklist": "Rezeptur",
    r"Vertriebskan[aä]l": "Verkaufskanal",
    r"Kreditnote|Rechnungskorrektur": "Gutschrift",
    r"Arbeitszentr": "Arbeitsplatz",
    r"Kundenauftr[aä]g": "Verkaufsauftrag",
    r"Trackingnummer": "Sendungsnummer",
    r"Versandlabel": "Versandmarke",
    r"Auslieferung": "Lieferung",
    r"Beschwerde": "Reklamation",
}
# What the two languages share, or names that are never translated.
ENGLISH = (
    r"the|and|with|from|orders?|this|that|not|of|your|you|lots?|batch|invoices?|shipment|stock"
    r"|customer|quantity|settings|delivery|picking|manufacturing|please|account|payment|channel"
    r"|warehouse|release|when|which|without|been|have|has|are"
)
NAMES = ("Order Hub", "Shipping", "WorldShip", "Client ID", "Ship To", "Access Point")
MARKS = re.compile(
    r"%\(\w+\)[-+0-9.]*[a-z]|%[sdf]|\{\{.*?\}\}|</?[A-Za-z][^>]*>|https?://\S+|`[^`]*`|“[^”]*”"
)
PLACEHOLDER = re.compile(r"%\(\w+\)[-+0-9.]*[sdif]\b|(?<!%)%[sdf]\b|\$\{\w+\}")
TAG = re.compile(r"</?[A-Za-z][^>]*>")
SHOWN = re.compile(r'\s(aria-label|title|placeholder|alt|string|help)="[^"]*"')
FAMILIAR = re.compile(r"\b(du|dir|dich|deine?[mnrs]?|euch|eure?[mnrs]?)\b")


@pytest.fixture(scope="module")
def entries():
    """All translated texts: (addon, English, German)."""
    return [
        (name, entry.msgid, entry.msgstr)
        for name in own_names()
        for entry in polib.pofile(str(settings.ADDONS / name / "i18n" / "de.po"))
        if entry.msgstr
    ]


def bare(text: str) -> str:
    """Without what is not language: placeholders, tags, addresses and quotations."""
    text = MARKS.sub(" ", text)
    for name in NAMES:
        text = text.replace(name, " ")
    return text


def tags(text: str) -> list[str]:
    """The tags in order, without what is shown of them and in one way of writing."""
    found = (SHOWN.sub("", tag) for tag in TAG.findall(text))
    return sorted(re.sub(r"\s+", " ", tag).replace(" />", "/>") for tag in found)


def test_glossary(entries):
    terms = {re.compile(rf"\b{en}\b", re.IGNORECASE): re.compile(de) for en, de in GLOSSARY.items()}
    wrong = [
        (addon, english, german)
        for addon, english, german in entries
        for en, de in terms.items()
        if en.search(bare(english)) and not de.search(german)
    ]
    assert not wrong


def test_no_second_word_for_the_same(entries):
    wrong = [
        (addon, german, f"{word} -> {ours}")
        for addon, _english, german in entries
        for word, ours in FORBIDDEN.items()
        if re.search(word, bare(german))
    ]
    assert not wrong


def test_people_are_addressed_formally(entries):
    # Capitals are kept: EUR is money.
    assert [(a, de) for a, _en, de in entries if FAMILIAR.search(bare(de))] == []


def test_no_english_left(entries):
    words = re.compile(rf"\b({ENGLISH})\b")
    assert [(a, de) for a, _en, de in entries if words.search(bare(de))] == []


def test_what_is_filled_in_is_the_same(entries):
    def fill(text):
        return sorted(PLACEHOLDER.findall(text))

    assert [(a, en, de) for a, en, de in entries if fill(en) != fill(de)] == []


def test_tags_are_the_same(entries):
    assert [(a, en, de) for a, en, de in entries if tags(en) != tags(de)] == []


def test_no_blank_is_lost(entries):
    """Blanks at the ends keep words apart; a line of HTML ends where it likes."""

    def ends(text):
        return text[:1].isspace(), text[-1:].isspace()

    wrong = [
        (a, en, de)
        for a, en, de in entries
        if ends(en) != ends(de) and not en.lstrip().startswith("<div")
    ]
    assert not wrong
