# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import Command, models

from .order_hub_import_entry import Entry


class OrderHubImport(models.Model):
    """Products, known by their reference, then by their barcode; variants under a parent."""

    _inherit = "order.hub.import"

    def _plan_products(self, rows):
        there, barcodes = self._get_known_products(rows)
        units, taxes = self._get_units(), self._get_taxes("sale")
        parents = {row.parent for row in rows if row.parent}
        entries = []
        for row in rows:
            if row.reference in parents:
                continue  # says what its variants have in common, see below
            entry = Entry(row.row, row.reference, place=row.name)
            wanted = self._prepare_product(entry, row, units, taxes)
            known = there.get(row.reference) or barcodes.get(row.barcode)
            if row.parent:
                entry.vals = {"parent": row.parent, "variant": self._read_variant(entry, row)}
            if not entry.error and known:
                self._compare(entry, known, self._get_own(entry, known, row, wanted))
            entry.vals |= {name: value for name, value in wanted.items() if value is not None}
            entries.append(entry)
        heads = {row.reference: row for row in rows if row.reference in parents}
        self._plan_parents(entries, heads, there)
        return entries

    def _get_own(self, entry, known, row, wanted):
        """What a row says of a product; name and price of a variant are not its own."""
        if not row.parent:
            return wanted
        price = wanted["list_price"]
        if price is not None and not self._is_same(known, "lst_price", known.lst_price, price):
            entry.conflict = True
            entry.texts.append(
                self.env._(
                    "Price: %(there)s stays, the file says %(file)s. Correct it at the attributes.",
                    there=self._in_words(known, "lst_price", known.lst_price),
                    file=self._in_words(known, "lst_price", price),
                )
            )
        return {**wanted, "name": None, "list_price": None}

    def _get_known_products(self, rows):
        products = self.env["product.product"].with_context(active_test=False)
        company = products._check_company_domain(self.company_id)
        references = [row.reference for row in rows]
        codes = [row.barcode for row in rows if row.barcode]
        found = products.search(
            [*company, "|", ("default_code", "in", references), ("barcode", "in", codes)]
        )
        by_reference = {product.default_code: product for product in found if product.default_code}
        # A barcode tells only of products that have no reference of their own.
        by_barcode = {
            product.barcode: product
            for product in found
            if product.barcode and not product.default_code
        }
        return by_reference, by_barcode

    def _prepare_product(self, entry, row, units, taxes):
        """What a row says of a product; None is not said."""
        tax = None
        if row.vat is not None:
            tax = taxes.get(float(row.vat))
            if not tax:
                entry.error = self.env._("The company has no sales tax of %s %%.", f"{row.vat:n}")
                known = sorted(taxes)
                entry.instead = self.env._(
                    "Write one of: %s, or create the tax.", ", ".join(f"{rate:g}" for rate in known)
                )
        goods = (row.kind or "goods") == "goods"
        tracking = row.tracking if goods else None
        return {
            "default_code": row.reference,
            "name": row.name,
            "barcode": row.barcode,
            "type": {"goods": "consu", "service": "service"}[row.kind] if row.kind else None,
            "is_storable": goods or None,
            "uom_id": units[row.unit].id if row.unit else None,
            "list_price": None if row.price is None else float(row.price),
            "standard_price": None if row.cost is None else float(row.cost),
            "taxes_id": [Command.set(tax.ids)] if tax else None,
            "tracking": tracking,
            "use_expiration_date": True if row.shelf_life else None,
            "expiration_time": row.shelf_life or None,
        }

    def _read_variant(self, entry, row):
        """[(attribute, value)] of “Größe: 100 ml; Duft: Rose”; a value alone is of “Variant”."""
        pairs = []
        for part in row.variant.split(";"):
            attribute, colon, value = part.partition(":")
            pair = (attribute.strip(), value.strip()) if colon else ("", part.strip())
            pairs.append((pair[0] or self.env._("Variant"), pair[1]))
        if any(not value for _attribute, value in pairs) or len(dict(pairs)) < len(pairs):
            entry.error = self.env._("“%s” does not name a variant.", row.variant)
            entry.instead = self.env._("Write it such as “Größe: 100 ml; Duft: Rose”.")
        return tuple(pairs)

    # ----------------------------------------------------------------- variants
    def _plan_parents(self, entries, heads, there):
        """Give the variants of a parent its name and template; all have the same attributes."""
        groups = {}
        for entry in entries:
            if "parent" in entry.vals:
                groups.setdefault(entry.vals["parent"], []).append(entry)
        for parent, group in groups.items():
            known = [entry.record for entry in group if entry.record]
            # One that is in the database although the file does not list it, by its reference.
            template = known[0] if known else there.get(parent, self.env["product.product"])
            names = {tuple(sorted(dict(entry.vals["variant"]))) for entry in group}
            lines = {tuple(sorted(template.attribute_line_ids.attribute_id.mapped("name")))}
            prices = {entry.vals["list_price"] for entry in group if "list_price" in entry.vals}
            several = any(len(attributes) > 1 for attributes in names)
            here = self._get_variants_here(template.product_tmpl_id)
            for entry in group:
                head = heads.get(parent)
                entry.vals |= {"template": template.product_tmpl_id, "group": group}
                if head:
                    entry.vals["name"] = head.name
                if len(names) > 1 and not entry.error:
                    entry.error = self.env._("The variants of %s differ in other things.", parent)
                    entry.instead = self.env._("Name the same attributes in all of them.")
                elif template and not (entry.error or entry.record or lines & names):
                    entry.error = self.env._("%s is here already, with other attributes.", parent)
                    entry.instead = self.env._(
                        "Add the attributes to the product here, or give the parent another "
                        "reference."
                    )
                elif not (entry.error or entry.record) and frozenset(entry.vals["variant"]) in here:
                    self._plan_adoption(entry, here[frozenset(entry.vals["variant"])])
                elif several and len(prices) > 1 and not (entry.error or entry.record):
                    entry.error = self.env._(
                        "The variants of %s have several attributes and different prices.", parent
                    )
                    entry.instead = self.env._(
                        "Write one price for all, and enter what attributes add afterwards."
                    )

    def _get_variants_here(self, template):
        """The variants of a template, archived ones too, by their (attribute, value) pairs."""
        variants = template.with_context(active_test=False).product_variant_ids
        return {
            frozenset(
                (value.attribute_id.name, value.name)
                for value in variant.product_template_attribute_value_ids
            ): variant
            for variant in variants.sorted("active")
        }

    def _plan_adoption(self, entry, variant):
        """A variant that is here already gets its reference if it has none."""
        if variant.default_code:
            entry.error = self.env._("This variant is here already, as %s.", variant.default_code)
            entry.instead = self.env._("Write this reference, or change it at the product.")
            return
        own = ("default_code", "barcode", "standard_price")
        self._compare(entry, variant, {name: entry.vals.get(name) for name in own})

    def _create_products(self, entries):
        single = [entry for entry in entries if "parent" not in entry.vals]
        self._in_sets(single, lambda some: self._create_set("product.product", some))
        groups = {}
        for entry in entries:
            if "parent" in entry.vals:
                groups.setdefault(entry.vals["parent"], []).append(entry)
        for group in groups.values():
            self._try_set(group, self._create_variants)

    def _create_variants(self, entries):
        """Make the variants of one parent, and the parent with the first of them."""
        values = self._get_attribute_values(entries)
        first = entries[0].vals
        made = (e.record.product_tmpl_id for e in first["group"] if e.record)
        template = first["template"] or next(made, None)
        lowest = min(entry.vals.get("list_price", 0.0) for entry in entries)
        if not template:
            template = self._create_template(entries, values, lowest)
        else:
            self._add_values(template, values)
        for entry in entries:
            ids = [values[pair].id for pair in entry.vals["variant"]]
            combination = template.attribute_line_ids.product_template_value_ids.filtered(
                lambda value, ids=ids: value.product_attribute_value_id.id in ids
            )
            variant = template._get_variant_for_combination(
                combination
            ) or template._create_product_variant(combination)
            self._set_variant(entry, variant, combination, template)

    def _get_attribute_values(self, entries):
        """Values by (attribute, value); those that are missing are made, made to order: only
        the combinations that a file lists become products.
        """
        pairs = {pair for entry in entries for pair in entry.vals["variant"]}
        names = sorted({attribute for attribute, _value in pairs})
        found = self.env["product.attribute"].search([("name", "in", names)])
        attributes = {attribute.name: attribute for attribute in found}
        missing = [name for name in names if name not in attributes]
        made = self.env["product.attribute"].create(
            [{"name": name, "create_variant": "dynamic"} for name in missing]
        )
        attributes |= dict(zip(missing, made, strict=True))
        values = {
            (value.attribute_id.name, value.name): value
            for attribute in attributes.values()
            for value in attribute.value_ids
        }
        missing = sorted(pairs - values.keys())
        made = self.env["product.attribute.value"].create(
            [
                {"attribute_id": attributes[attribute].id, "name": name}
                for attribute, name in missing
            ]
        )
        return values | dict(zip(missing, made, strict=True))

    def _create_template(self, entries, values, price):
        lines = {}
        for entry in entries:
            for pair in entry.vals["variant"]:
                lines.setdefault(values[pair].attribute_id, set()).add(values[pair].id)
        own = ("name", "type", "is_storable", "uom_id", "taxes_id", "tracking")
        own += ("use_expiration_date", "expiration_time")
        first = entries[0].vals
        return self.env["product.template"].create(
            {
                **{name: first[name] for name in own if name in first},
                "list_price": price,
                "attribute_line_ids": [
                    Command.create(
                        {"attribute_id": attribute.id, "value_ids": [Command.set(sorted(ids))]}
                    )
                    for attribute, ids in lines.items()
                ],
            }
        )

    def _add_values(self, template, values):
        lines = {line.attribute_id: line for line in template.attribute_line_ids}
        for value in values.values():
            line = lines.get(value.attribute_id)
            if line and value not in line.value_ids:
                line.value_ids = [Command.link(value.id)]

    def _set_variant(self, entry, variant, combination, template):
        """A variant's own values; its price is the parent's and what its attributes add."""
        own = ("default_code", "barcode", "standard_price")
        variant.write({name: entry.vals[name] for name in own if name in entry.vals})
        more = entry.vals.get("list_price", template.list_price) - template.list_price
        if len(combination) == 1 and more:
            combination.price_extra = more
        entry.record, entry.created = variant, True
