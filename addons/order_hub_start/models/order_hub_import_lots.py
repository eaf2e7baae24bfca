# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import datetime

from odoo import fields, models

from odoo.addons.batch_mrp_orders.models.stock_lot_dates import EXPIRY_HOUR

from .order_hub_import_entry import Entry


class OrderHubImport(models.Model):
    """Opening stock: a count of inventory for each product, lot and place."""

    _inherit = "order.hub.import"

    def _plan_lots(self, rows):
        found = self._get_products({row.product for row in rows})
        units = self._get_units()
        products = self.env["product.product"].union(
            *(one for some in found.values() for one in some)
        )
        places, lots = self._get_places(), self._get_lots(products, rows)
        counted = self._get_stock(products)
        entries = []
        for row in rows:
            entry = Entry(row.row, row.product, place=row.lot or "")
            product = self._set_product_error(entry, found, row.product)
            if product and self._fits_tracking(entry, product, row):
                self._plan_lot(entry, product, row, units, places, lots, counted)
            entries.append(entry)
        return entries

    def _get_places(self):
        """Places of the first warehouse by name; where none is named, its stock."""
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company_id.id)], limit=1
        )
        stock = warehouse.lot_stock_id
        places = self.env["stock.location"].search(
            [("id", "child_of", stock.id), ("usage", "=", "internal")]
        )
        return {
            **{place.name.casefold(): place for place in reversed(places)},
            **{(place.complete_name or "").casefold(): place for place in places},
            warehouse.name.casefold(): stock,
            None: stock,
        }

    def _get_lots(self, products, rows):
        lots = self.env["stock.lot"].search(
            [
                ("product_id", "in", products.ids),
                ("name", "in", [row.lot for row in rows if row.lot]),
                ("company_id", "in", (False, self.company_id.id)),
            ]
        )
        return {(lot.product_id, lot.name): lot for lot in lots}

    def _get_stock(self, products):
        """Quants that belong to nobody else by product, lot and place."""
        quants = self.env["stock.quant"].search(
            [
                ("product_id", "in", products.ids),
                ("company_id", "=", self.company_id.id),
                ("location_id.usage", "=", "internal"),
                ("owner_id", "=", False),
                ("package_id", "=", False),
            ]
        )
        return {(quant.product_id, quant.lot_id, quant.location_id): quant for quant in quants}

    def _fits_tracking(self, entry, product, row):
        if not product.is_storable:
            entry.error = self.env._("%s is not kept in stock.", product.display_name)
            entry.instead = self.env._("Switch on the tracking of its inventory, or leave it out.")
        elif product.tracking != "none" and not row.lot:
            entry.error = self.env._("%s is tracked by lots.", product.display_name)
            entry.instead = self.env._("Write the number of the lot.")
        elif product.tracking == "none" and row.lot:
            entry.error = self.env._("%s is not tracked by lots.", product.display_name)
            entry.instead = self.env._("Switch on its tracking by lots, or leave the lot empty.")
        return not entry.error

    def _plan_lot(self, entry, product, row, units, places, lots, counted):
        unit = self._get_line_unit(entry, product, row.unit, units)
        if entry.error:
            return
        quantity = product.uom_id.round(
            unit._compute_quantity(float(row.quantity), product.uom_id, round=False)
        )
        lot = lots.get((product, row.lot)) or self.env["stock.lot"]
        place = places.get((row.location or "").casefold() or None)
        expiry = _moment(row.best_before)
        entry.vals = {
            "product": product,
            "lot": lot,
            "lot_name": row.lot,
            "expiry": expiry,
            "place": place,
            "place_name": row.location,
            "quantity": quantity,
        }
        if lot and expiry and lot.expiration_date and lot.expiration_date.date() != expiry.date():
            entry.conflict = True
            entry.texts.append(
                self.env._(
                    "Best before: %(there)s stays, the file says %(file)s. Correct it at the lot.",
                    there=fields.Date.to_string(lot.expiration_date.date()),
                    file=fields.Date.to_string(expiry.date()),
                )
            )
        quant = place and counted.get((product, lot, place))
        if quant:
            self._compare(entry, quant, {"quantity": quantity})

    def _create_lots(self, entries):
        """Places and lots are made once for all sets: rows of different sets may name the same."""
        self._make_places(entries)
        rows_of_lots = {}
        for entry in entries:
            if entry.vals["lot_name"] and not entry.vals["lot"]:
                key = (entry.vals["product"], entry.vals["lot_name"])
                rows_of_lots.setdefault(key, []).append(entry)
        groups = list(rows_of_lots.values())
        for first, *others in groups:
            expiries = [entry.vals["expiry"] for entry in (first, *others)]
            first.vals["expiry"] = next(filter(None, expiries), None)
        self._in_sets([group[0] for group in groups], self._make_lots)
        for first, *others in groups:
            for entry in others:
                entry.vals["lot"], entry.error = first.vals["lot"], first.error
        self._in_sets([entry for entry in entries if not entry.error], self._count_new)

    def _count_new(self, entries):
        for entry in entries:
            lot, expiry = entry.vals["lot"], entry.vals["expiry"]
            if lot and expiry and not lot.expiration_date:
                lot.expiration_date = expiry
        quants = self.env["stock.quant"].with_context(inventory_mode=True)
        quants = quants.create(
            [
                {
                    "product_id": entry.vals["product"].id,
                    "lot_id": entry.vals["lot"].id,
                    "location_id": entry.vals["place"].id,
                    "inventory_quantity": entry.vals["quantity"],
                }
                for entry in entries
            ]
        )
        self._apply_count(quants)
        for entry, quant in zip(entries, quants, strict=True):
            entry.record, entry.created = quant, True
            # What is kept, to see later whether somebody has taken of it.
            entry.changes, entry.old = {"quantity": entry.vals["quantity"]}, {"quantity": 0.0}
            entry.filled = {"quantity"}

    def _make_places(self, entries):
        stock = self._get_places()[None]
        missing = {}
        for entry in entries:
            if not entry.vals["place"]:
                missing.setdefault(entry.vals["place_name"].casefold(), entry.vals["place_name"])
        made = self.env["stock.location"].create(
            [{"name": name, "location_id": stock.id} for name in missing.values()]
        )
        places = dict(zip(missing, made, strict=True))
        for entry in entries:
            entry.vals["place"] = entry.vals["place"] or places[entry.vals["place_name"].casefold()]

    def _make_lots(self, entries):
        lots = self.env["stock.lot"].create(
            [
                {
                    "product_id": entry.vals["product"].id,
                    "name": entry.vals["lot_name"],
                    "company_id": self.company_id.id,
                    **({"expiration_date": expiry} if (expiry := entry.vals["expiry"]) else {}),
                }
                for entry in entries
            ]
        )
        for entry, lot in zip(entries, lots, strict=True):
            entry.vals["lot"] = lot

    def _write_lots(self, entries):
        chosen = [entry for entry in entries if entry.to_write(self.overwrite)]
        for entry in chosen:
            entry.record.with_context(inventory_mode=True).inventory_quantity = entry.vals[
                "quantity"
            ]
        self._apply_count(self.env["stock.quant"].union(*(entry.record for entry in chosen)))

    def _apply_count(self, quants):
        name = self.env._("Import: %s", self.name)
        quants.with_context(inventory_mode=True, inventory_name=name).action_apply_inventory()


class OrderHubImportRow(models.Model):
    _inherit = "order.hub.import.row"

    def _delete(self, record):
        """Stock is counted back to nothing. Its lot stays: its moves are part of its history."""
        if record._name != "stock.quant":
            return super()._delete(record)
        return self._count_back(record, 0.0)

    def _put_back(self, record):
        if record._name != "stock.quant":
            return super()._put_back(record)
        return self._count_back(record, self.old_values["quantity"])

    def _count_back(self, quant, quantity):
        quant.with_context(inventory_mode=True).inventory_quantity = quantity
        self.import_id._apply_count(quant)


def _moment(day):
    return datetime.combine(day, EXPIRY_HOUR) if day else None
