# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from dataclasses import dataclass
from datetime import date

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..planning.formula import Formula, Line
from ..planning.quantity import exact

# What the query below reads: written down before it runs.
READ_FIELDS = {
    "product.product": ["product_tmpl_id"],
    "product.template": ["is_storable", "type", "uom_id", "min_remaining_days"],
    "mrp.bom.line": [
        "bom_id",
        "product_id",
        "product_qty",
        "product_uom_id",
        "loss_percent",
        "sequence",
        "bom_product_template_attribute_value_ids",
    ],
    "mrp.bom.byproduct": [
        "bom_id",
        "product_id",
        "product_qty",
        "product_uom_id",
        "sequence",
        "bom_product_template_attribute_value_ids",
    ],
}


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """What planning must know about a product itself."""

    uom: int
    is_storable: bool
    is_goods: bool
    min_days: int


@dataclass(frozen=True, slots=True)
class Levels:
    """Recipes of products and of everything they are made from.

    ``recipes``: rows of the recipe in force and the versions after it, by product id,
    of products that have one. ``products``: facts by id of all products reached, users
    before used where recipes are looked at in the order asked for.
    """

    recipes: dict[int, list[dict]]
    products: dict[int, ProductFacts]


class MrpBom(models.Model):
    """Recipes on all levels in one query, however many products and levels there are."""

    _inherit = "mrp.bom"

    @api.model
    def _get_all_levels(self, products, picking_type=None, company_id=False):
        """Recipes in force for ``products`` and all they are made from, as records.

        :return: recipe by product, and all products reached
        """
        levels = self._load_levels(products, picking_type, company_id)
        reached = products.browse(levels.products)
        makers = reached.browse(levels.recipes)
        boms = self.browse(rows[0]["id"] for rows in levels.recipes.values())
        return dict(zip(makers, boms, strict=True)), reached

    @api.model
    def _load_recipes(self, products, picking_type=None, company_id=False):
        """The same for the planning engine.

        :return: engine recipes by product id, and facts by id of all products reached
        :rtype: tuple[dict[int, Recipe], dict[int, ProductFacts]]
        """
        levels = self._load_levels(products, picking_type, company_id)
        units = self.env["uom.uom"]._get_all_units()
        recipes = {
            product_id: self._get_engine_recipe(product_id, rows, levels.products, units)
            for product_id, rows in levels.recipes.items()
        }
        return recipes, levels.products

    # ----------------------------------------------------------- one recipe each
    @api.model
    def _get_engine_recipe(self, product_id, rows, products, units):
        """The first of ``rows``, followed by its later versions."""
        recipe = None
        for row in reversed(rows):
            formula = self._get_engine_formula(row, units, products[product_id])
            recipe = formula.recipe(
                product_id,
                self._get_engine_lines(row["lines"], products, units),
                self._get_engine_lines(row["by_products"], products, units),
                successor=recipe,
            )
        return recipe

    @api.model
    def _get_engine_formula(self, row, units, product):
        unit = units[row["uom"]]
        makes_batches = row["enable_batch_size"] and row["type"] == "normal"
        return Formula(
            id=row["id"],
            quantity=exact(row["quantity"]),
            unit=unit,
            stock_unit=units[product.uom],
            digits=self.env["decimal.precision"].precision_get("Product Unit"),
            yield_percent=exact(row["yield_percent"]),
            is_kit=row["type"] == "phantom",
            batch_size=exact(row["batch_size"]) if makes_batches else None,
            minimum=exact(row["minimum_qty"]) if row["minimum_qty"] else None,
            weighing_step=self._get_scale_step(row["weighing_step"], unit),
            days=row["days"],
            valid_until=date.fromisoformat(row["valid_until"]) if row["valid_until"] else None,
        )

    @api.model
    def _get_engine_lines(self, rows, products, units):
        return [
            Line(
                product=row["product"],
                quantity=exact(row["quantity"]),
                unit=units[row["uom"]],
                stock_unit=units[products[row["product"]].uom],
                loss_percent=exact(row.get("loss_percent") or 0),
                min_days=products[row["product"]].min_days,
            )
            for row in rows
            if products[row["product"]].is_goods
        ]

    # ------------------------------------------------------------------- loading
    @api.model
    def _load_levels(self, products, picking_type, company_id):
        """:rtype: Levels"""
        found = self._read_reachable(products, picking_type, company_id)
        chosen, reached = {}, dict.fromkeys(products.ids)
        for product_id in (queue := list(reached)):
            _facts, candidates = found[product_id]
            rows = self._choose_versions(product_id, candidates)
            if rows:
                chosen[product_id] = rows
            for row in rows:
                for part in row["lines"]:
                    if part["product"] not in reached:
                        reached[part["product"]] = None
                        queue.append(part["product"])
        by_products = {
            part["product"] for rows in chosen.values() for r in rows for part in r["by_products"]
        }
        return Levels(
            chosen, {product_id: found[product_id][0] for product_id in [*reached, *by_products]}
        )

    @api.model
    def _choose_versions(self, product_id, candidates):
        """The recipe core would find for the product, and the versions that follow it."""
        day = str(self._get_recipe_date())
        row = next((r for r in candidates if not r["valid_from"] or r["valid_from"] <= day), None)
        if not row or row["type"] == "subcontract":
            return []
        following = {r["previous"]: r for r in candidates if r["previous"]}
        rows = []
        while row and row not in rows:
            rows.append(self._drop_skipped(row, product_id))
            row = following.get(row["id"]) if row["valid_until"] else None
        return rows

    @api.model
    def _drop_skipped(self, row, product_id):
        """``row`` without what is for other variants of the product."""
        product = self.env["product.product"].browse(product_id)
        lines = self.env["mrp.bom.line"]
        others = self.env["mrp.bom.byproduct"]
        return {
            **row,
            "lines": [
                part
                for part in row["lines"] or []
                if not part["variants"] or not lines.browse(part["id"])._skip_bom_line(product)
            ],
            "by_products": [
                part
                for part in row["by_products"] or []
                if not part["variants"]
                or not others.browse(part["id"])._skip_byproduct_line(product)
            ],
        }

    @api.model
    def _read_reachable(self, products, picking_type, company_id):
        """All that some version of some recipe leads to from ``products``.

        :return: by product id its facts and its recipes, in the order in which core
            would take them
        """
        for model, names in READ_FIELDS.items():
            self.env[model].flush_model(names)
        self.flush_model()
        domain = Domain("active", "=", True)
        domain &= Domain("valid_until", "=", False) | Domain(
            "valid_until", ">", self._get_recipe_date()
        )
        if company_id:
            domain &= Domain("company_id", "in", [False, company_id])
        if picking_type:
            domain &= Domain("picking_type_id", "in", [False, picking_type.id])
        usable = self.with_context(active_test=False)._search(domain, bypass_access=False)
        self.env.cr.execute(self._get_reachable_query(products, usable.subselect()))
        return {
            product_id: (ProductFacts(uom, bool(storable), kind == "consu", days or 0), boms or [])
            for product_id, uom, storable, kind, days, boms in self.env.cr.fetchall()
        }

    @api.model
    def _get_reachable_query(self, products, usable):
        return SQL(
            """
            WITH RECURSIVE reachable(product_id) AS (
                SELECT UNNEST(%(product_ids)s::integer[])
                 UNION
                SELECT part.product_id
                  FROM reachable
                  JOIN product_product product ON product.id = reachable.product_id
                  JOIN product_template template
                    ON template.id = product.product_tmpl_id AND template.type != 'service'
                  JOIN mrp_bom bom
                    ON bom.product_tmpl_id = product.product_tmpl_id
                   AND (bom.product_id IS NULL OR bom.product_id = product.id)
                   AND bom.id IN %(usable)s
                  JOIN LATERAL (
                        SELECT line.product_id FROM mrp_bom_line line WHERE line.bom_id = bom.id
                         UNION ALL
                        SELECT by_product.product_id
                          FROM mrp_bom_byproduct by_product WHERE by_product.bom_id = bom.id
                       ) part ON TRUE
            )
            SELECT product.id, template.uom_id, template.is_storable, template.type,
                   template.min_remaining_days, recipes.rows
              FROM reachable
              JOIN product_product product ON product.id = reachable.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
              LEFT JOIN LATERAL (
                    SELECT JSON_AGG(
                               JSON_BUILD_OBJECT(
                                   'id', bom.id, 'type', bom.type,
                                   'quantity', bom.product_qty, 'uom', bom.product_uom_id,
                                   'yield_percent', bom.yield_percent,
                                   'enable_batch_size', bom.enable_batch_size,
                                   'batch_size', bom.batch_size,
                                   'minimum_qty', bom.minimum_qty,
                                   'weighing_step', bom.weighing_step,
                                   'days', COALESCE(bom.produce_delay, 0),
                                   'previous', bom.previous_version_id,
                                   'valid_from', bom.valid_from,
                                   'valid_until', bom.valid_until,
                                   'lines', (%(lines)s),
                                   'by_products', (%(by_products)s)
                               ) ORDER BY bom.sequence, bom.product_id IS NULL, bom.id
                           ) AS rows
                      FROM mrp_bom bom
                     WHERE template.type != 'service'
                       AND bom.product_tmpl_id = template.id
                       AND (bom.product_id IS NULL OR bom.product_id = product.id)
                       AND bom.id IN %(usable)s
                   ) recipes ON TRUE
            """,
            product_ids=products.ids,
            usable=usable,
            lines=self._get_parts_query("mrp.bom.line", SQL(", 'loss_percent', part.loss_percent")),
            by_products=self._get_parts_query("mrp.bom.byproduct", SQL()),
        )

    @api.model
    def _get_parts_query(self, model, more):
        """What belongs to ``bom.id``, as JSON; ``variants`` tells whether for some only."""
        variants = self.env[model]._fields["bom_product_template_attribute_value_ids"]
        return SQL(
            """
            SELECT JSON_AGG(
                       JSON_BUILD_OBJECT(
                           'id', part.id, 'product', part.product_id,
                           'quantity', part.product_qty, 'uom', part.product_uom_id,
                           'variants', EXISTS(SELECT 1 FROM %s WHERE %s = part.id) %s
                       ) ORDER BY part.sequence, part.id
                   )
              FROM %s part WHERE part.bom_id = bom.id
            """,
            SQL.identifier(variants.relation),
            SQL.identifier(variants.column1),
            more,
            SQL.identifier(self.env[model]._table),
        )
