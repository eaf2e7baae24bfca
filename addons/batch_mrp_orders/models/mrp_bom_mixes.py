# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from odoo import api, fields, models

from ..labelling.composition import Composer, Handling, Mix
from ..planning.quantity import exact


@dataclass(frozen=True, slots=True)
class Make:
    """A product as it is made: ``bom`` 0 for the recipe in force on ``day``."""

    product: int
    day: date
    bom: int = 0


@dataclass(slots=True)
class Mixes:
    """Recipes by weight for what was asked for.

    ``composers`` take each of them apart; ``products`` are all that was reached;
    ``weightless`` names by product what in its recipe has no known weight.
    """

    composers: dict[Make, Composer] = field(default_factory=dict)
    products: set[int] = field(default_factory=set)
    weightless: dict[int, set[int]] = field(default_factory=dict)

    def get_reached(self, make, product=None):
        """``product``, by default the one made, and all it is made from."""
        queue = [product or make.product]
        mixes, reached = self.composers[make].mixes, set(queue)
        for key in queue:
            parts = {part for part, _grams in mixes[key].parts} if key in mixes else set()
            new = (parts | self.weightless.get(key, set())) - reached
            reached |= new
            queue += new
        return reached


class MrpBom(models.Model):
    """Recipes by weight, for labels."""

    _inherit = "mrp.bom"

    loss_is_evaporation = fields.Boolean(
        "Loss Is Water",
        help="What the yield of the recipe loses evaporates (baking, boiling down): the finished "
        "product has more of everything else. Otherwise what is lost has the composition of the "
        "whole.",
    )

    @api.model
    def _load_mixes(self, makes):
        """Recipes by weight of ``makes`` and of all they are made from, in a constant number
        of queries, whatever versions of recipes they were made by.

        :rtype: Mixes
        """
        bom_model = self.with_context(recipe_date=min(make.day for make in makes))
        used = self.browse({make.bom for make in makes if make.bom})
        products = self.env["product.product"].browse({make.product for make in makes})
        found = bom_model._read_reachable(
            products | used.bom_line_ids.product_id, None, self.env.company.id
        )
        loaded = MixLoader(self.env, found)
        mixes = Mixes(products=set(found))
        for make in makes:
            mixes.composers[make] = loaded.get_composer(make)
        mixes.weightless = loaded.weightless
        return mixes


class MixLoader:
    """Turns what was read of recipes into recipes by weight."""

    def __init__(self, env, found):
        self.env = env
        self.found = found
        self.units = env["uom.uom"]._get_all_units()
        self.products = {product.id: product for product in env["product.product"].browse(found)}
        self.weightless = defaultdict(set)
        self.by_day = {}
        rows = [row["id"] for _facts, rows in found.values() for row in rows]
        self.boms = {bom.id: bom for bom in env["mrp.bom"].browse(rows)}

    def get_composer(self, make):
        composer = self._get_composer_of_day(make.day)
        if not make.bom:
            return composer
        bom = self.env["mrp.bom"].browse(make.bom)
        mixes = {
            **composer.mixes,
            make.product: self._get_mix(make.product, self._get_row(bom, make)),
        }
        return Composer(mixes, composer.handling, composer.volatile)

    def _get_composer_of_day(self, day):
        if day not in self.by_day:
            bom_model = self.env["mrp.bom"].with_context(recipe_date=day)
            mixes = {}
            for product_id, (_facts, candidates) in self.found.items():
                rows = bom_model._choose_versions(product_id, candidates)
                if rows:
                    mixes[product_id] = self._get_mix(product_id, rows[0])
            self.by_day[day] = Composer(mixes, self._get_handling(mixes), self._get_volatile())
        return self.by_day[day]

    def _get_row(self, bom, make):
        """The recipe of a run, which may be out of force or archived, as others are read."""
        self.boms[bom.id] = bom
        return {
            "id": bom.id,
            "type": bom.type,
            "quantity": bom.product_qty,
            "uom": bom.product_uom_id.id,
            "yield_percent": bom.yield_percent,
            "lines": [
                {
                    "product": line.product_id.id,
                    "quantity": line.product_qty,
                    "uom": line.product_uom_id.id,
                }
                for line in bom.bom_line_ids
                if not line._skip_bom_line(self.products[make.product])
            ],
        }

    def _get_mix(self, product_id, row):
        """Grams in the mixing bowl: loss of an ingredient never gets there, what the
        yield takes more does."""
        more = 1 if row["type"] == "phantom" else 100 / exact(row["yield_percent"])
        parts = []
        for line in row["lines"]:
            grams = self._get_grams(line["product"], exact(line["quantity"]), line["uom"])
            if grams is None:
                self.weightless[product_id].add(line["product"])
            elif grams:
                parts.append((line["product"], grams * more))
        return Mix(tuple(parts), self._get_evaporated_output(product_id, row))

    def _get_evaporated_output(self, product_id, row):
        """Weight of what the recipe makes, None where it does not matter."""
        if not self.boms[row["id"]].loss_is_evaporation:
            return None
        unit, product = self.units[row["uom"]], self.products[product_id]
        if unit.is_mass:
            return exact(row["quantity"]) * unit.factor
        stocked = exact(row["quantity"]) * unit.factor / self.units[product.uom_id.id].factor
        if each := self._get_finished_grams(product):
            return stocked * each
        self.weightless[product_id].add(product_id)
        return None

    def _get_finished_grams(self, product):
        """Weight of one unit of a finished product; of a piece its content alone."""
        if product.uom_id._is_volume():
            return exact(product.weight) * 1000
        content = product.net_uom_id
        return content._get_base_quantity(product.net_quantity) if content._is_mass() else 0

    def _get_grams(self, product_id, quantity, uom_id):
        """Weight of an ingredient; 0 for packaging, None when it is not known."""
        unit, product = self.units[uom_id], self.products.get(product_id)
        if unit.is_mass:
            return quantity * unit.factor
        # What is counted is packaging, unless something says it is an ingredient. Services
        # are not among the products.
        if not product or not (
            product.declared_as or product.allergen_ids or product.uom_id._is_volume()
        ):
            return exact(0)
        stock_quantity = quantity * unit.factor / self.units[product.uom_id.id].factor
        return stock_quantity * exact(product.weight) * 1000 or None

    def _get_handling(self, mixes):
        handling = {}
        for product in self.products.values():
            if product.declared_as:
                handling[product.id] = Handling(product.declared_as)
            elif product.id not in mixes:
                handling[product.id] = Handling.OWN
            # Article 21: an allergen in a processing aid must be declared all the same.
            if handling.get(product.id) is Handling.AID and product.allergen_ids:
                handling[product.id] = Handling.OWN
        return handling

    def _get_volatile(self):
        return frozenset(product.id for product in self.products.values() if product.is_volatile)
