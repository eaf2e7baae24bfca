# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from dataclasses import dataclass, replace

from markupsafe import Markup

from odoo import api, fields, models

from ..labelling.composition import Composer, Entry, Handling
from ..labelling.ingredients import (
    AllergenName,
    CosmeticIngredient,
    Declared,
    IngredientList,
    Wording,
    inci_list,
)
from ..labelling.nutrition import Computed, compute, rounded
from .mrp_bom_mixes import Make

INDENTED = {"saturates", "sugars"}


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a label says of a product beside its lot.

    ``ingredients`` is safe HTML, empty where there is nothing to list; ``nutrition`` are
    rows of name, printed value and whether it is part of the row above; ``findings`` tell
    a person what is missing.
    """

    ingredients: Markup
    nutrition: list[tuple[str, str, bool]]
    findings: list[str]


class MrpBom(models.Model):
    """Ingredients and nutrition over all levels of a recipe, as they are declared."""

    _inherit = "mrp.bom"

    ingredient_text = fields.Html(
        "Ingredients",
        compute="_compute_declaration",
        sanitize=False,
        export_string_translation=False,
    )
    nutrition_table = fields.Html("Nutrition", compute="_compute_declaration", sanitize=False)
    declaration_findings = fields.Html("Findings", compute="_compute_declaration", sanitize=False)

    @api.depends_context("lang", "company")
    @api.depends(
        "product_tmpl_id",
        "product_id",
        "product_qty",
        "product_uom_id",
        "yield_percent",
        "loss_is_evaporation",
        "bom_line_ids.product_id",
        "bom_line_ids.product_qty",
        "bom_line_ids.product_uom_id",
    )
    def _compute_declaration(self):
        """As stored: what is being edited counts once it is saved."""
        made = {
            bom: Make(product.id, bom._get_declaration_day(), bom._origin.id)
            for bom in self
            if bom._origin and (product := bom._origin._get_finished_products()[:1])
        }
        declarations = self._get_declarations(set(made.values()))
        for bom in self:
            found = declarations.get(made.get(bom))
            bom.ingredient_text = found.ingredients if found else False
            bom.nutrition_table = self._get_nutrition_html(found.nutrition) if found else False
            bom.declaration_findings = self._get_list_html(found.findings) if found else False

    def _get_declaration_day(self):
        return max(self._get_recipe_date(), self.valid_from or self._get_recipe_date())

    @api.model
    def _get_nutrition_html(self, rows):
        """Also used by labels."""
        lines = [
            Markup("<tr><td>%s%s</td><td class='text-end ps-3'>%s</td></tr>")
            % (Markup("&#160;&#160;") if indented else "", name, value)
            for name, value, indented in rows
        ]
        return Markup("<table>%s</table>") % Markup().join(lines) if lines else Markup()

    @api.model
    def _get_list_html(self, texts):
        items = Markup().join(Markup("<li>%s</li>") % text for text in texts)
        return Markup("<ul class='mb-0'>%s</ul>") % items if items else Markup()

    # -------------------------------------------------------------- declarations
    @api.model
    def _get_declarations(self, makes):
        """:rtype: dict[Make, Declaration]"""
        if not makes:
            return {}
        # What is declared does not depend on who looks or prints: recipes are not shown.
        mixes = self.sudo()._load_mixes(makes)
        writer = DeclarationWriter(self.sudo().env, mixes)
        return {make: writer.declare(make) for make in makes}


class DeclarationWriter:
    """Writes declarations in the language of the environment."""

    def __init__(self, env, mixes):
        self.env = env
        self.mixes = mixes
        self.products = {p.id: p for p in env["product.product"].browse(mixes.products)}
        self.given = {
            product.id: nutrition
            for product in self.products.values()
            if (nutrition := product._get_given_nutrition())
        }
        fields_get = env["product.template"].fields_get(["additive_class"], ["selection"])
        self.additive_classes = dict(fields_get["additive_class"]["selection"])
        self.allergens = {}
        language = env["res.lang"]._get_data(code=env.lang or "en_US")
        self.wording = Wording(
            percent="%s %%",
            per_100_g=env._("%s g per 100 g of product"),
            contains=env._("Contains: %s"),
            decimal_point=language.decimal_point or ".",
        )

    def declare(self, make):
        product = self.products[make.product]
        computed = compute(product.id, self.mixes.composers[make], self.given)
        if product.declaration_type == "food":
            ingredients, findings = self._declare_food(product, make)
            findings += self._get_nutrition_findings(product, computed)
        elif product.declaration_type == "cosmetic":
            ingredients, findings = self._declare_cosmetic(product, make)
        else:
            ingredients, findings = Markup(), []
        findings = self._get_product_findings(product) + findings
        shows_nutrition = product.declaration_type == "food" and computed.nutrition
        nutrition = self._get_nutrition_rows(computed.nutrition) if shows_nutrition else []
        return Declaration(ingredients, nutrition, findings)

    # ---------------------------------------------------------------------- food
    def _declare_food(self, product, make):
        composer = self.mixes.composers[make]
        entries = composer.entries(product.id)
        reached = {product.id, *_get_products(entries)}
        facts = {key: self._get_declared(self.products[key], make) for key in reached}
        contained = [self._get_allergen(a) for a in self._get_contained_allergens(make)]
        if not entries:  # bought as it is sold
            declared = replace(facts[product.id], with_quantity=False)
            facts[product.id] = replace(declared, name=declared.own_list, own_list="")
            entries = (Entry(product.id, 1),) if declared.own_list else ()
        listing = IngredientList(facts, self.wording)
        findings = [
            self.env._("No declared name: %s", self.products[key].display_name)
            for key in sorted(reached - {product.id})
            if not self.products[key].declared_name
        ]
        findings += [
            self.env._(
                "%(product)s: its name does not show the allergen %(allergen)s, which is added "
                "in brackets. Name it in the declared name or enter the allergen words.",
                product=self.products[key].display_name,
                allergen=", ".join(names),
            )
            for key, names in sorted(listing.unnamed_allergens(entries).items())
        ]
        findings += self._get_weight_findings(make)
        if not entries:
            findings.append(self.env._("No ingredients: %s", product.display_name))
        if self._speaks_for_itself(product, entries, contained):
            return Markup(), findings
        return self._get_markup(listing.tokens(entries, contained)), findings

    def _speaks_for_itself(self, product, entries, contained):
        """Article 19 (1) e: no list where the name of the food names its one ingredient."""
        if len(entries) != 1 or contained or entries[0].product == product.id:
            return False
        name = self.products[entries[0].product].declared_name or ""
        return bool(name) and name.casefold() in (product.declared_name or "").casefold()

    def _get_declared(self, product, make):
        composer = self.mixes.composers[make]
        allergens = product.allergen_ids
        if composer.get_handling(product.id) is Handling.OWN:
            allergens = self._get_contained_allergens(make, product.id)
        return Declared(
            name=product.declared_name or product.name,
            allergens=tuple(self._get_allergen(allergen) for allergen in allergens),
            words=_split(product.allergen_words),
            additive_class=self.additive_classes.get(product.additive_class, ""),
            e_number=product.e_number or "",
            with_quantity=product.is_quid,
            own_list=product.own_ingredients or "",
        )

    def _get_contained_allergens(self, make, product_id=None):
        """Of its own and of all that went in by the recipes this was made by."""
        reached = self.mixes.get_reached(make, product_id)
        return (
            self.env["product.allergen"]
            .union(*(self.products[key].allergen_ids for key in reached))
            .sorted()
        )

    def _get_allergen(self, allergen):
        if allergen.id not in self.allergens:
            self.allergens[allergen.id] = AllergenName(allergen.name, _split(allergen.words))
        return self.allergens[allergen.id]

    def _get_markup(self, tokens):
        """The only markup on labels is ours: all text is escaped."""
        return Markup().join(
            Markup("<b>%s</b>") % token.text if token.strong else Markup.escape(token.text)
            for token in tokens
        )

    # ----------------------------------------------------------------- cosmetics
    def _declare_cosmetic(self, product, make):
        composer = self.mixes.composers[make]
        apart = {
            key: Handling.PARTS if key in composer.mixes and how is Handling.COMPOUND else how
            for key, how in composer.handling.items()
        }
        entries = Composer(composer.mixes, apart, composer.volatile).entries(product.id)
        entries = entries or (Entry(product.id, 1),)
        facts = {key: self._get_cosmetic(self.products[key]) for key in _get_products(entries)}
        findings = [
            self.env._("No INCI name: %s", self.products[key].display_name)
            for key in sorted(facts)
            if not self.products[key].inci_name
        ]
        findings += [
            self.env._(
                "%s: the INCI names of the mixture need percentages that add up to 100 %%, "
                "otherwise their place in the list is a guess.",
                self.products[key].display_name,
            )
            for key in sorted(facts)
            if facts[key].lacks_shares
        ]
        findings += self._get_weight_findings(make)
        return Markup(", ").join(inci_list(entries, facts)), findings

    def _get_cosmetic(self, product):
        return CosmeticIngredient(
            inci=product.inci_name or product.declared_name or product.name,
            is_colourant=product.is_colourant,
            is_nano=product.is_nano,
            allergens=_split(product.fragrance_allergens),
        )

    # ----------------------------------------------------------------- nutrition
    def _get_nutrition_rows(self, nutrition):
        values = rounded(nutrition)
        names = {
            "fat": self.env._("Fat"),
            "saturates": self.env._("of which saturates"),
            "carbohydrate": self.env._("Carbohydrate"),
            "sugars": self.env._("of which sugars"),
            "protein": self.env._("Protein"),
            "salt": self.env._("Salt"),
        }
        energy = f"{values['energy_kj'].value} kJ / {values['energy_kcal'].value} kcal"
        rows = [(self.env._("Energy"), energy, False)]
        for key, name in names.items():
            number = self.wording.number(values[key].value)
            text = f"< {number} g" if values[key].below else f"{number} g"
            rows.append((name, text, key in INDENTED))
        return rows

    def _get_nutrition_findings(self, product, computed: Computed):
        findings = [
            self.env._("Nutrition unknown: %s", self.products[key].display_name)
            for key in sorted(computed.missing - {product.id})
        ]
        if computed.missing == {product.id}:
            findings.append(self.env._("Nutrition unknown: %s", product.display_name))
        if product.net_uom_id._is_volume() and not product.has_nutrition and computed.nutrition:
            findings.append(
                self.env._(
                    "Sold by volume: the computed nutrition is that of 100 g. Enter the values "
                    "of 100 ml on the product."
                )
            )
        return findings

    # ------------------------------------------------------------------ findings
    def _get_product_findings(self, product):
        if not product.declaration_type:
            sold = self.env._("Sold, but it does not say how it is declared.")
            return [sold] if product.sale_ok else []
        findings = []
        if not product.declared_name:
            findings.append(self.env._("No declared name: %s", product.display_name))
        if not product.net_quantity:
            findings.append(self.env._("No net quantity: %s", product.display_name))
        return findings

    def _get_weight_findings(self, make):
        reached = self.mixes.get_reached(make)
        weightless = set().union(*(self.mixes.weightless.get(key, ()) for key in reached))
        return [
            self.env._(
                "Weight unknown: %s. Enter its weight or net quantity.",
                self.products[key].display_name,
            )
            for key in sorted(weightless)
        ]


def _get_products(entries):
    for entry in entries:
        yield entry.product
        yield from _get_products(entry.parts)


def _split(text):
    """Words of a comma-separated list."""
    return tuple(word for piece in (text or "").split(",") if (word := piece.strip()))
