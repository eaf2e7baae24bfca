# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The list of ingredients as it is printed."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelling.composition import Entry
from labelling.ingredients import (
    AllergenName,
    CosmeticIngredient,
    Declared,
    IngredientList,
    Token,
    Wording,
    emphasise,
    inci_list,
    rounded_percent,
)

GLUTEN = AllergenName("Glutenhaltiges Getreide", ("Weizen", "Roggen"))
MILK = AllergenName("Milch", ("Milch", "Sahne"))
GERMAN = Wording("%s %%", "%s g je 100 g", "Enthält: %s", ",")


def entry(product, weight, *parts):
    return Entry(product, Fraction(weight), parts)


def written(facts, entries, contained=()):
    """The list with allergens between stars."""
    tokens = IngredientList(facts, GERMAN).tokens(entries, contained)
    return "".join(f"*{token.text}*" if token.strong else token.text for token in tokens)


def test_allergens_stand_out_in_the_middle_of_words():
    facts = {1: Declared("Dinkelweizenmehl", (GLUTEN,)), 2: Declared("Vollmilchpulver", (MILK,))}
    text = written(facts, [entry(1, "0.6"), entry(2, "0.4")])
    assert text == "Dinkel*weizen*mehl, Voll*milch*pulver"


def test_an_allergen_its_name_does_not_show_is_added():
    facts = {1: Declared("Molkenpulver", (MILK,))}
    assert written(facts, [entry(1, 1)]) == "Molkenpulver (*Milch*)"
    assert IngredientList(facts).unnamed_allergens([entry(1, 1)]) == {1: ["Milch"]}
    known = {1: replace(facts[1], words=("Molken",))}
    assert written(known, [entry(1, 1)]) == "*Molken*pulver"
    assert IngredientList(known).unnamed_allergens([entry(1, 1)]) == {}


def test_allergens_no_ingredient_has_are_named_at_the_end():
    facts = {1: Declared("Roggenmehl", (GLUTEN,))}
    text = written(facts, [entry(1, 1)], [GLUTEN, MILK])
    assert text == "*Roggen*mehl. Enthält: *Milch*"


def test_percentages_with_the_comma_of_the_language():
    facts = {
        1: Declared("Honig", with_quantity=True),
        2: Declared("Nüsse", with_quantity=True),
    }
    text = written(facts, [entry(1, "0.966"), entry(2, "0.034")])
    assert text == "Honig 97 %, Nüsse 3,4 %"


def test_more_than_100_percent_is_stated_as_grams_used():
    facts = {1: Declared("Tomaten", with_quantity=True), 2: Declared("Salz")}
    text = written(facts, [entry(1, "1.754"), entry(2, "0.01")])
    assert text == "Tomaten (175 g je 100 g), Salz"


def test_compounds_additives_and_bought_lists():
    facts = {
        1: Declared("Sauerteig"),
        2: Declared("Roggenmehl", (GLUTEN,)),
        3: Declared("Wasser"),
        4: Declared("Citronensäure", additive_class="Säuerungsmittel", e_number="E 330"),
        5: Declared("Lecithine", (AllergenName("Soja", ("Soja",)),), (), "Emulgator", "E 322"),
        6: Declared("Schokolade", (MILK,), own_list="Zucker, Vollmilchpulver"),
    }
    entries = [
        entry(1, "0.5", entry(2, "0.6"), entry(3, "0.4")),
        entry(6, "0.3"),
        entry(4, "0.1"),
        entry(5, "0.1"),
    ]
    assert written(facts, entries) == (
        "Sauerteig (*Roggen*mehl, Wasser), Schokolade (Zucker, Voll*milch*pulver), "
        "Säuerungsmittel: E 330, Emulgator: Lecithine (*Soja*)"
    )


def test_ingredients_of_the_same_name_are_one():
    facts = {1: Declared("Zucker"), 2: Declared("Zucker"), 3: Declared("Mehl")}
    assert written(facts, [entry(3, "0.4"), entry(1, "0.3"), entry(2, "0.3")]) == "Zucker, Mehl"


def test_an_allergen_of_either_is_not_lost_when_names_are_one():
    facts = {1: Declared("Mehl"), 2: Declared("Mehl", (GLUTEN,))}
    entries = [entry(1, "0.6"), entry(2, "0.4")]
    text = written(facts, entries, [GLUTEN])
    assert "*Glutenhaltiges Getreide*" in text


@pytest.mark.parametrize(
    ("percent", "printed"), [("45.4", "45"), ("4.97", "5"), ("0.44", "0.4"), ("12.5", "13")]
)
def test_rounding_of_percentages(percent, printed):
    assert rounded_percent(Fraction(percent)) == Decimal(printed)


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=30)


@given(TEXT, st.lists(st.text("aAbBß&<.", min_size=1, max_size=3), max_size=4))
def test_emphasis_never_changes_the_text(text, words):
    tokens = emphasise(text, words)
    assert "".join(token.text for token in tokens) == text
    for token in tokens:
        assert token.text
        if token.strong:
            assert token.text.casefold() in {word.casefold() for word in words}


def test_short_words_only_at_the_ends_of_words():
    assert emphasise("Vollei, Reis, Eigelb", ["Ei"]) == [
        Token("Voll"),
        Token("ei", True),
        Token(", Reis, "),
        Token("Ei", True),
        Token("gelb"),
    ]


def test_longest_word_wins():
    assert emphasise("Haselnüsse", ["nüsse", "Haselnüsse"]) == [Token("Haselnüsse", True)]


# --------------------------------------------------------------------- cosmetics
def test_mixtures_are_taken_apart_and_colourants_stand_last():
    facts = {
        1: CosmeticIngredient("Aqua 70 %; Sodium Hydroxide 30 %"),
        2: CosmeticIngredient("AQUA"),
        3: CosmeticIngredient("Olea Europaea Fruit Oil"),
        4: CosmeticIngredient("CI 77891", is_colourant=True, is_nano=True),
        5: CosmeticIngredient(
            "Parfum", allergens=("Linalool", "Limonene", "Olea Europaea Fruit Oil")
        ),
    }
    entries = [
        entry(3, "0.5"),
        entry(1, "0.3"),
        entry(4, "0.1"),
        entry(2, "0.05"),
        entry(5, "0.05"),
    ]
    assert inci_list(entries, facts) == [
        "Olea Europaea Fruit Oil",
        "Aqua",
        "Sodium Hydroxide",
        "Parfum",
        "Linalool",
        "Limonene",
        "CI 77891 [nano]",
    ]


def test_commas_within_names_do_not_separate():
    assert CosmeticIngredient("1,2-Hexanediol").names() == [("1,2-Hexanediol", 1)]


@pytest.mark.parametrize(
    ("inci", "lacks"),
    [
        ("Aqua", False),
        ("Aqua, Glycerin", True),
        ("Aqua 70 %; Glycerin", True),
        ("Aqua 70 %; Glycerin 20 %", True),
        ("Aqua 70,5 %; Glycerin 29,5 %", False),
    ],
)
def test_mixture_without_percentages(inci, lacks):
    ingredient = CosmeticIngredient(inci)
    assert sum(share for _name, share in ingredient.names()) == 1
    assert ingredient.lacks_shares is lacks
