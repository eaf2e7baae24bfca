# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import Counter
from decimal import Decimal

from odoo import Command, models

from .order_hub_import_entry import Entry


class OrderHubImport(models.Model):
    """Recipes: all rows of a product are one. A recipe that is there is never changed: a person
    makes a new version of it.
    """

    _inherit = "order.hub.import"

    def _plan_recipes(self, rows):
        references = {row.product for row in rows} | {row.component for row in rows}
        found = self._get_products(references - {None})
        units = self._get_units()
        recipes = {}
        for row in rows:
            recipes.setdefault(row.product, []).append(row)
        there = self._get_recipes(found, recipes)
        entries = []
        for reference, lines in recipes.items():
            entry = Entry(lines[0].row, reference)
            product = self._set_product_error(entry, found, reference)
            if product:
                self._plan_recipe(entry, product, lines, found, units)
            if not entry.error and product in there:
                self._compare_recipe(entry, there[product])
            entries.append(entry)
        return entries

    def _get_recipes(self, found, recipes):
        products = self.env["product.product"].union(
            *(product for reference in recipes for product in found.get(reference, []))
        )
        boms = self.env["mrp.bom"]._bom_find(products, company_id=self.company_id.id)
        return {product: bom for product, bom in boms.items() if bom}

    def _plan_recipe(self, entry, product, lines, found, units):
        """The values of a recipe, or the first thing that is wrong with it."""
        first = lines[0]
        unit = self._get_line_unit(entry, product, first.output_unit, units)
        variants = product.product_tmpl_id.product_variant_count > 1
        vals = {
            "product_tmpl_id": product.product_tmpl_id.id,
            "product_id": product.id if variants else False,
            "product_qty": float(first.output),
            "product_uom_id": unit.id,
            "company_id": self.company_id.id,
            "bom_line_ids": [],
            "byproduct_ids": [],
            "operation_ids": [],
        }
        for sequence, row in enumerate(lines, start=1):
            if row.kind == "step":
                vals["operation_ids"].append((sequence, row))
                continue
            component = self._set_product_error(entry, found, row.component)
            if not component:
                return
            unit = self._get_line_unit(entry, component, row.unit, units)
            name = "bom_line_ids" if row.kind == "component" else "byproduct_ids"
            line = {
                "product_id": component.id,
                "product_qty": float(row.quantity),
                "product_uom_id": unit.id,
                "sequence": sequence,
            }
            vals[name].append(Command.create(line))
        entry.vals = vals

    def _get_line_unit(self, entry, product, word, units):
        unit = units[word] if word else product.uom_id
        if not unit._has_common_reference(product.uom_id):
            entry.error = self.env._(
                "%(product)s is kept in %(unit)s, which cannot be converted into %(other)s.",
                product=product.display_name,
                unit=product.uom_id.name,
                other=unit.name,
            )
            entry.instead = self.env._("Write the quantity in %s.", product.uom_id.name)
        return unit

    def _compare_recipe(self, entry, bom):
        entry.record = bom
        wanted = Counter(
            (name, command[2]["product_id"], self._in_base(command[2]) / self._output(entry.vals))
            for name in ("bom_line_ids", "byproduct_ids")
            for command in entry.vals[name]
        )
        there = Counter(
            (name, line.product_id.id, self._line_in_base(line) / self._output_of(bom))
            for name in ("bom_line_ids", "byproduct_ids")
            for line in bom[name]
        )
        steps = Counter(
            ((row.step or "").strip(), float(row.minutes))
            for _sequence, row in entry.vals["operation_ids"]
        )
        steps_there = Counter(
            (step.name.strip(), step.time_cycle_manual) for step in bom.operation_ids
        )
        if wanted != there or (steps and steps != steps_there):
            entry.conflict = True
            entry.texts.append(
                self.env._(
                    "There is another recipe, %s. It stays; make a new version of it if the file "
                    "is right.",
                    bom.display_name,
                )
            )

    def _in_base(self, line):
        """Quantity of a line in the unit of its product, to the sixth decimal."""
        unit = self.env["uom.uom"].browse(line["product_uom_id"])
        base = self.env["product.product"].browse(line["product_id"]).uom_id
        return _exact(unit._compute_quantity(line["product_qty"], base, round=False))

    def _line_in_base(self, line):
        return _exact(
            line.product_uom_id._compute_quantity(
                line.product_qty, line.product_id.uom_id, round=False
            )
        )

    def _output(self, vals):
        unit = self.env["uom.uom"].browse(vals["product_uom_id"])
        base = self.env["product.template"].browse(vals["product_tmpl_id"]).uom_id
        return _exact(unit._compute_quantity(vals["product_qty"], base, round=False))

    def _output_of(self, bom):
        unit, base = bom.product_uom_id, bom.product_tmpl_id.uom_id
        return _exact(unit._compute_quantity(bom.product_qty, base, round=False))

    def _create_recipes(self, entries):
        """Work centers that are not there yet are made."""
        names = {
            row.work_center or row.step
            for entry in entries
            for _sequence, row in entry.vals["operation_ids"]
        }
        centers = self.env["mrp.workcenter"]
        places = {
            center.name: center
            for center in centers.search(
                [("name", "in", list(names)), ("company_id", "=", self.company_id.id)]
            )
        }
        missing = sorted(names - places.keys())
        made = centers.create(
            [{"name": name, "company_id": self.company_id.id} for name in missing]
        )
        places |= dict(zip(missing, made, strict=True))
        for entry in entries:
            entry.vals["operation_ids"] = [
                Command.create(
                    {
                        "name": row.step,
                        "workcenter_id": places[row.work_center or row.step].id,
                        "time_mode": "manual",
                        "time_cycle_manual": float(row.minutes),
                        "sequence": sequence,
                    }
                )
                for sequence, row in entry.vals["operation_ids"]
            ]
        self._in_sets(entries, lambda some: self._create_set("mrp.bom", some))


def _exact(quantity):
    return Decimal(repr(quantity)).quantize(Decimal("0.000001"))
