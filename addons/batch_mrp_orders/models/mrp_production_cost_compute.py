# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Computing the cost of many runs at once, and writing it in sets."""

from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from ..costing.deviation import Ingredient, Plan, deviation
from ..costing.money import to_step
from ..costing.run import CostBook
from ..planning.quantity import exact

PERCENT = 100


class MrpProductionCost(models.Model):
    _inherit = "mrp.production.cost"

    @api.model
    def _compute_runs(self, runs):
        """Compute the cost of these runs, with all runs their lots come from, and keep it."""
        self.env.flush_all()
        runs = runs.filtered(lambda run: run.state == "done")
        if not runs:
            return
        book, planned_work = self._get_book(runs.ids)
        kept = self._get_kept(runs)
        planned = self._load_planned_quantities(runs.ids)
        prices = self._get_planned_prices(runs, book, planned, kept)
        rows = {
            run.id: self._prepare_row(
                run, book, planned[run.id], prices[run.id], exact(planned_work[run.id])
            )
            for run in runs
        }
        self._store(runs, rows, kept)

    @api.model
    def _get_book(self, run_ids):
        """Costs of runs and prices of lots, computed from all levels below; planned work."""
        upstream = self.env["mrp.production"].browse(self._get_upstream_runs(run_ids))
        kept = self.sudo().search([("production_id", "in", upstream.ids)])
        # A rate of last year stays with the runs of last year.
        rates = {run.id: exact(run.company_id.cost_overhead_rate) / PERCENT for run in upstream}
        rates |= {row.production_id.id: exact(row.overhead_rate) / PERCENT for row in kept}
        runs, planned_work = self._load_runs(upstream.ids, rates)
        lots = {item.lot for run in runs.values() for item in run.consumed if item.lot}
        lots |= {out.lot for run in runs.values() for out in run.outputs if out.lot}
        return CostBook(runs, self._load_receipts(lots)), planned_work

    @api.model
    def _get_lot_prices(self, lots):
        """What a unit of each lot cost, over all levels, by id; lots of unknown origin are left
        out."""
        self.env.flush_all()
        book, _work = self._get_book(self._get_lot_runs(lots.ids))
        missing = set(lots.ids) - set(book.receipts)
        book = CostBook(book.runs, {**book.receipts, **self._load_receipts(missing)})
        return {lot: price for lot in lots.ids if (price := book.lot_price(lot))}

    @api.model
    def _get_kept(self, runs):
        rows = self.search([("production_id", "in", runs.ids)])
        rows.line_ids.fetch(["cost_id", "product_id", "planned_price"])
        return {row.production_id.id: row for row in rows}

    @api.model
    def _get_planned_prices(self, runs, book, planned, kept):
        """Prices of ingredients as planned: those of the first time, or the products' of today."""
        needed = defaultdict(set)
        for run in runs:
            needed[run.company_id].update(planned[run.id])
            needed[run.company_id].update(item.product for item in book.runs[run.id].consumed)
        today = {
            company: {
                product.id: exact(product.standard_price)
                for product in self.env["product.product"].with_company(company).browse(products)
            }
            for company, products in needed.items()
        }
        prices = {}
        for run in runs:
            known = dict(today[run.company_id])
            for line in kept[run.id].line_ids if run.id in kept else ():
                known[line.product_id.id] = exact(line.planned_price)
            prices[run.id] = known
        return prices

    @api.model
    def _prepare_row(self, run, book, planned, prices, planned_work):
        """Values of a run and of its ingredients; money in steps of the currency."""
        cost, source = book.costs[run.id], book.runs[run.id]
        step = exact(run.company_id.currency_id.rounding)
        taken = defaultdict(lambda: [exact(0), exact(0), True])
        for item, price in zip(source.consumed, cost.prices, strict=True):
            entry = taken[item.product]
            entry[0] += item.quantity
            entry[1] += item.quantity * price.amount
            entry[2] = entry[2] and price.known
        parts = {
            product: Ingredient(
                planned.get(product, exact(0)), prices[product], *taken[product][:2]
            )
            for product in {**planned, **taken}
        }
        output = exact(run.product_uom_qty)
        shares = {move.id: exact(move.cost_share) for move in run.move_byproduct_ids}
        found = deviation(
            Plan(
                tuple(parts.values()),
                output,
                cost.good,
                planned_work,
                cost.work,
                source.overhead_rate,
                min(sum(shares.values(), exact(0)) / PERCENT, exact(1)),
                source.byproduct_share,
            )
        )
        values = {
            "product_id": run.product_id.id,
            "company_id": run.company_id.id,
            "bom_id": run.bom_id.id,
            "date": run.date_finished,
            "planned_qty": float(output),
            "good_qty": float(cost.good),
            "yield_rate": float(cost.good / output) if output else 0.0,
            "unit_cost": float(cost.unit or 0),
            "planned_unit_cost": float(found.planned / cost.good) if cost.good > 0 else 0.0,
            "overhead_rate": float(source.overhead_rate * PERCENT),
            "is_known": cost.known,
            "computed_on": fields.Datetime.now(),
            **_prepare_money(cost, found, step),
        }
        lines = [_prepare_line(key, part, taken[key][2], step) for key, part in parts.items()]
        return values, lines

    @api.model
    def _store(self, runs, rows, kept):
        """Replace the rows of these runs; only one worker at a time does so for a run."""
        self.env.execute_query(
            SQL(
                "SELECT id FROM mrp_production WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
                runs.ids,
            )
        )
        self.browse([row.id for row in kept.values()]).line_ids.unlink()
        new = []
        for run in runs:
            values, lines = rows[run.id]
            values["line_ids"] = [fields.Command.create(line) for line in lines]
            if run.id in kept:
                kept[run.id].write(values)
            else:
                new.append({"production_id": run.id, **values})
        self.create(new)


def _prepare_money(cost, found, step):
    """Parts are rounded so that they add up to the rounded whole."""
    total = to_step(cost.net, step)
    planned = to_step(found.planned, step)
    materials, work, overhead = (
        to_step(part, step) for part in (cost.materials, cost.work, cost.overhead)
    )
    exact_parts = [found.price, found.usage, found.time, found.yielded]
    rounded = [to_step(part, step) for part in exact_parts]
    # The rest of rounding, a few cents, goes to the biggest.
    biggest = max(range(4), key=lambda index: abs(exact_parts[index]))
    rounded[biggest] += total - planned - sum(rounded)
    price, usage, time, yielded = rounded
    return {
        "material_cost": float(materials),
        "work_cost": float(work),
        "overhead_cost": float(overhead),
        "byproduct_cost": float(materials + work + overhead - total),
        "total_cost": float(total),
        "planned_cost": float(planned),
        "deviation": float(total - planned),
        "deviation_price": float(price),
        "deviation_usage": float(usage),
        "deviation_time": float(time),
        "deviation_yield": float(yielded),
    }


def _prepare_line(product, part, known, step):
    return {
        "product_id": product,
        "planned_qty": float(part.planned_quantity),
        "planned_price": float(part.planned_price),
        "quantity": float(part.quantity),
        "price": float(part.amount / part.quantity) if part.quantity else 0.0,
        "amount": float(to_step(part.amount, step)),
        "deviation_price": float(to_step(part.price_deviation, step)),
        "deviation_usage": float(to_step(part.usage_deviation, step)),
        "is_known": known,
    }
