# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The list of ingredients as text: food and cosmetics.

Food: Regulation (EU) No 1169/2011, Articles 18 to 22, Annexes VII and VIII. Cosmetics:
Regulation (EC) No 1223/2009, Article 19 (1) g.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from .composition import Entry, add_up, descending

SHORT = 4
SHARE = re.compile(r"^(?P<name>.*\S)\s+(?P<share>\d+(?:[.,]\d+)?)\s*%$")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text; ``strong`` is printed so that it stands out (allergens)."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class AllergenName:
    """An allergen and the words by which it is recognised in the name of an ingredient."""

    name: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Declared:
    """What the label says of one ingredient, in the language of the label.

    ``words`` are marked for this ingredient alone, in place of those of its
    ``allergens``. ``additive_class`` stands before the name; an ``e_number`` stands for
    the name where the ingredient has no allergens. ``with_quantity`` asks for the
    percentage. ``own_list`` are the ingredients of a bought compound as its supplier
    declares them.
    """

    name: str
    allergens: tuple[AllergenName, ...] = ()
    words: tuple[str, ...] = ()
    additive_class: str = ""
    e_number: str = ""
    with_quantity: bool = False
    own_list: str = ""

    @property
    def title(self) -> str:
        name = self.e_number if self.e_number and not self.allergens else self.name
        return f"{self.additive_class}: {name}" if self.additive_class else name


@dataclass(frozen=True, slots=True)
class Wording:
    """Phrases in the language of the label, with one ``%s`` each."""

    percent: str = "%s %%"
    per_100_g: str = "%s g per 100 g of product"
    contains: str = "Contains: %s"
    decimal_point: str = "."

    def number(self, value: Decimal) -> str:
        return format(value, "f").replace(".", self.decimal_point)


def rounded_percent(percent: Fraction) -> Decimal:
    """Whole per cents from five on, tenths below. No rule says how; this is the custom."""
    step = Decimal(1) if percent >= 5 else Decimal("0.1")
    exact = Decimal(percent.numerator) / Decimal(percent.denominator)
    rounded = exact.quantize(step, rounding=ROUND_HALF_UP)
    return rounded.to_integral_value() if rounded == rounded.to_integral_value() else rounded


@dataclass(frozen=True, slots=True)
class IngredientList:
    """Writes the ingredients of food.

    Quantities are percentages of the finished product. Where those asked for come to
    more than 100 % because water was lost, they are stated as the grams used for 100 g
    of it (Annex VIII, 3 a).
    """

    facts: Mapping[int, Declared]
    wording: Wording = Wording()

    def tokens(
        self, entries: Sequence[Entry], contained: Iterable[AllergenName] = ()
    ) -> list[Token]:
        """The list, and after it the allergens ``contained`` that none of it names."""
        entries = self._merged(entries)
        quantified = [e.weight for e in entries if self.facts[e.product].with_quantity]
        tokens = self._join(entries, self.wording, sum(quantified, Fraction(0)) > 1)
        named = {
            allergen.name
            for entry in _everything(entries)
            for allergen in self.facts[entry.product].allergens
        }
        left = [allergen.name for allergen in contained if allergen.name not in named]
        if left:
            before, after = self.wording.contains.split("%s")
            tokens += [Token((". " if tokens else "") + before), *_commas(left), Token(after)]
        return _dense(tokens)

    def unnamed_allergens(self, entries: Iterable[Entry]) -> dict[int, list[str]]:
        """Allergens that no word in the name of their ingredient shows, by product."""
        unnamed = {
            entry.product: _unnamed(self.facts[entry.product]) for entry in _everything(entries)
        }
        return {product: names for product, names in unnamed.items() if names}

    def _merged(self, entries: Iterable[Entry]) -> tuple[Entry, ...]:
        """Ingredients that read the same are one."""
        return descending(
            add_up(
                entries,
                lambda e: (e.product if e.parts else None, self.facts[e.product].title),
            )
        )

    def _join(self, entries: Iterable[Entry], wording: Wording, per_100_g: bool) -> list[Token]:
        tokens: list[Token] = []
        for entry in entries:
            if tokens:
                tokens.append(Token(", "))
            tokens += self._one(entry, wording, per_100_g)
        return tokens

    def _one(self, entry: Entry, wording: Wording, per_100_g: bool) -> list[Token]:
        declared = self.facts[entry.product]
        words = _words(declared)
        tokens = emphasise(declared.title, words)
        if declared.with_quantity:
            percent = rounded_percent(entry.weight * 100)
            text = wording.number(percent)
            phrase = f"({wording.per_100_g})" if per_100_g else wording.percent
            tokens.append(Token(" " + phrase % text))
        if entry.parts:
            inner = self._join(self._merged(entry.parts), wording, per_100_g)
            tokens += [Token(" ("), *inner, Token(")")]
        elif declared.own_list:
            tokens += [Token(" ("), *emphasise(declared.own_list, words), Token(")")]
        if unnamed := _unnamed(declared):
            tokens += [Token(" ("), *_commas(unnamed), Token(")")]
        return tokens


def emphasise(text: str, words: Iterable[str]) -> list[Token]:
    """``text`` with every occurrence of ``words`` marked, whatever their case.

    >>> emphasise("Vollmilchpulver", ["Milch"])
    [Token(text='Voll', strong=False), Token(text='milch', strong=True), \
Token(text='pulver', strong=False)]
    """
    pattern = _pattern(words)
    pieces = pattern.split(text) if pattern else [text]
    return [Token(piece, bool(i % 2)) for i, piece in enumerate(pieces) if piece]


def _pattern(words: Iterable[str]) -> re.Pattern[str] | None:
    """Finds any of ``words``, the longest first: short ones ("Ei") only where a word
    begins or ends with them, for they are in the middle of many others."""
    longest_first = sorted({word for word in words if word}, key=len, reverse=True)
    options = [
        rf"\b{re.escape(word)}|{re.escape(word)}\b" if len(word) < SHORT else re.escape(word)
        for word in longest_first
    ]
    return re.compile("(" + "|".join(options) + ")", re.IGNORECASE) if options else None


def _words(declared: Declared) -> tuple[str, ...]:
    every = tuple(word for allergen in declared.allergens for word in allergen.words)
    return declared.words or every


def _unnamed(declared: Declared) -> list[str]:
    text = f"{declared.title} {declared.own_list}"
    if _shows(text, declared.words):
        return []
    return [allergen.name for allergen in declared.allergens if not _shows(text, allergen.words)]


def _shows(text: str, words: Iterable[str]) -> bool:
    pattern = _pattern(words)
    return bool(pattern and pattern.search(text))


def _everything(entries: Iterable[Entry]) -> Iterator[Entry]:
    for entry in entries:
        yield entry
        yield from _everything(entry.parts)


def _commas(names: Iterable[str]) -> list[Token]:
    tokens: list[Token] = []
    for name in names:
        tokens += [Token(", "), Token(name, True)] if tokens else [Token(name, True)]
    return tokens


def _dense(tokens: Iterable[Token]) -> list[Token]:
    """Neighbours of the same kind as one token, none of them empty."""
    dense: list[Token] = []
    for token in tokens:
        if dense and dense[-1].strong == token.strong:
            dense[-1] = Token(dense[-1].text + token.text, token.strong)
        elif token.text:
            dense.append(token)
    return dense


# --------------------------------------------------------------------- cosmetics
@dataclass(frozen=True, slots=True)
class CosmeticIngredient:
    """``inci`` is one name, or a bought mixture: ``Aqua 70 %; Sodium Hydroxide 30 %``.

    ``allergens`` are those of a fragrance that must be named one by one.
    """

    inci: str
    is_colourant: bool = False
    is_nano: bool = False
    allergens: tuple[str, ...] = ()

    def names(self) -> list[tuple[str, Fraction]]:
        """Names with their share of the ingredient; without percentages equal shares."""
        pieces = self._pieces()
        if self.lacks_shares:
            return [(name, Fraction(1, len(pieces))) for name, _share in pieces]
        return [(name, Fraction(1) if share is None else share) for name, share in pieces]

    @property
    def lacks_shares(self) -> bool:
        """A mixture whose percentages are not known: its place in the list is a guess."""
        shares = [share for _name, share in self._pieces()]
        return len(shares) > 1 and (None in shares or sum(filter(None, shares)) != 1)

    def _pieces(self) -> list[tuple[str, Fraction | None]]:
        texts = [text.strip() for text in re.split(r";|,\s+", self.inci)]
        return [
            (found["name"], Fraction(found["share"].replace(",", ".")) / 100)
            if (found := SHARE.match(text))
            else (text, None)
            for text in texts
            if text
        ]


def inci_list(entries: Iterable[Entry], facts: Mapping[int, CosmeticIngredient]) -> list[str]:
    """Names in descending order of weight, fragrance allergens, colourants last.

    Below 1 % any order is allowed; the descending one is kept. Nanomaterials are
    marked "[nano]".
    """
    weights: dict[tuple[bool, str], Fraction] = {}
    spelling: dict[tuple[bool, str], str] = {}
    allergens: dict[str, str] = {}
    for entry in entries:
        fact = facts[entry.product]
        for name, share in fact.names():
            shown = f"{name} [nano]" if fact.is_nano else name
            key = (fact.is_colourant, shown.casefold())
            weights[key] = weights.get(key, Fraction(0)) + entry.weight * share
            spelling.setdefault(key, shown)
        allergens |= {name.casefold(): name for name in fact.allergens if name}
    ordered = sorted(weights, key=lambda key: -weights[key])
    plain = [spelling[key] for key in ordered if not key[0]]
    listed = {key[1] for key in ordered}
    extra = [name for folded, name in allergens.items() if folded not in listed]
    return plain + extra + [spelling[key] for key in ordered if key[0]]
