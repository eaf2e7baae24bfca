# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Reading what the cost of runs is computed from: a constant number of queries."""

from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from ..costing.run import Consumed, Output, Receipt, Run, merged_hours
from ..planning.quantity import exact


class MrpProductionCost(models.Model):
    _inherit = "mrp.production.cost"

    @api.model
    def _get_upstream_runs(self, run_ids):
        """These runs and all that made a lot which went into them, over all levels."""
        rows = self.env.execute_query(
            SQL(
                """
                WITH RECURSIVE upstream(id) AS (
                    SELECT unnest(%s::integer[])
                     UNION
                    SELECT made.production_id
                      FROM upstream
                      JOIN stock_move taken ON taken.raw_material_production_id = upstream.id
                                           AND taken.state = 'done'
                      JOIN stock_move_line part ON part.move_id = taken.id
                      JOIN stock_move_line origin ON origin.lot_id = part.lot_id
                      JOIN stock_move made ON made.id = origin.move_id AND made.state = 'done'
                      JOIN mrp_production run ON run.id = made.production_id
                                             AND run.state = 'done')
                SELECT id FROM upstream
                """,
                list(run_ids),
            )
        )
        return [run for (run,) in rows]

    @api.model
    def _get_lot_runs(self, lot_ids):
        """The finished runs that made these lots."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT made.production_id
                  FROM stock_move_line line
                  JOIN stock_move made ON made.id = line.move_id AND made.state = 'done'
                  JOIN mrp_production run ON run.id = made.production_id AND run.state = 'done'
                 WHERE line.lot_id = ANY(%s)
                """,
                list(lot_ids),
            )
        )
        return [run for (run,) in rows]

    @api.model
    def _load_consumed(self, run_ids):
        """What runs took, less what went back; goods scrapped at the run are taken too."""
        return self.env.execute_query(
            SQL(
                """
                SELECT move.raw_material_production_id, line.product_id, line.lot_id,
                       SUM(side.sign * line.quantity_product_uom),
                       SUM(side.sign * line.quantity_product_uom * COALESCE(price.amount, 0))
                  FROM stock_move move
                  JOIN stock_move_line line ON line.move_id = move.id
                  JOIN stock_location origin ON origin.id = line.location_id
                 CROSS JOIN LATERAL (
                       SELECT CASE WHEN origin.usage = 'production' THEN -1 ELSE 1 END AS sign) side
                 CROSS JOIN LATERAL (
                       SELECT move.value / NULLIF(SUM(one.quantity_product_uom), 0) AS amount
                         FROM stock_move_line one WHERE one.move_id = move.id) price
                 WHERE move.raw_material_production_id = ANY(%s) AND move.state = 'done'
                   AND line.quantity_product_uom != 0
                 GROUP BY move.raw_material_production_id, line.product_id, line.lot_id
                """,
                list(run_ids),
            )
        )

    @api.model
    def _load_outputs(self, run_ids):
        """What came out, by lot: by-products with their share, all of it less what was scrapped."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT move.production_id, line.lot_id,
                       CASE WHEN move.product_id = run.product_id THEN 0 ELSE move.id END,
                       MAX(CASE WHEN move.product_id = run.product_id THEN NULL
                                ELSE COALESCE(move.cost_share, 0) END),
                       SUM(CASE WHEN origin.usage = 'production' THEN line.quantity_product_uom
                                ELSE -line.quantity_product_uom END)
                  FROM stock_move move
                  JOIN mrp_production run ON run.id = move.production_id
                  JOIN stock_move_line line ON line.move_id = move.id
                  JOIN stock_location origin ON origin.id = line.location_id
                 WHERE move.production_id = ANY(%s) AND move.state = 'done'
                 GROUP BY 1, 2, 3
                """,
                list(run_ids),
            )
        )
        outputs = defaultdict(list)
        for run, lot, move, share, quantity in rows:
            share = None if share is None else exact(share)
            outputs[run].append(Output(lot, exact(quantity), share, move))
        return outputs

    @api.model
    def _load_work(self, run_ids):
        """Money for time taken and for time planned, by run; counted as core counts it."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT work.id, work.production_id,
                       COALESCE(NULLIF(work.costs_hour, 0), centre.costs_hour, 0),
                       COALESCE(work.duration_expected, 0), work.cost_mode = 'estimated',
                       work.state = 'cancel',
                       EXTRACT(EPOCH FROM spent.date_start), EXTRACT(EPOCH FROM spent.date_end)
                  FROM mrp_workorder work
                  JOIN mrp_workcenter centre ON centre.id = work.workcenter_id
                  LEFT JOIN mrp_workcenter_productivity spent
                         ON spent.workorder_id = work.id AND spent.date_end IS NOT NULL
                 WHERE work.production_id = ANY(%s)
                """,
                list(run_ids),
            )
        )
        spans, orders = defaultdict(list), {}
        for work, run, rate, minutes, estimated, cancelled, start, end in rows:
            orders[work] = (run, exact(rate), exact(minutes) / 60, estimated, cancelled)
            if start is not None:
                spans[work].append((start, end))
        spent, planned = defaultdict(int), defaultdict(int)
        for work, (run, rate, hours, estimated, cancelled) in orders.items():
            planned[run] += rate * hours
            taken = hours if estimated and hours and not cancelled else merged_hours(spans[work])
            spent[run] += rate * taken
        return spent, planned

    @api.model
    def _load_receipts(self, lot_ids):
        """What came in of lots from outside, at the value core gives the receipts."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.lot_id, SUM(line.quantity_product_uom),
                       SUM(line.quantity_product_uom * move.value / total.quantity)
                  FROM stock_move_line line
                  JOIN stock_move move ON move.id = line.move_id
                  JOIN stock_location origin ON origin.id = line.location_id
                 CROSS JOIN LATERAL (
                       SELECT NULLIF(SUM(one.quantity_product_uom), 0) AS quantity
                         FROM stock_move_line one WHERE one.move_id = move.id) total
                 WHERE line.lot_id = ANY(%s) AND move.state = 'done' AND move.is_in
                   AND origin.usage IN ('supplier', 'inventory', 'transit')
                   AND move.production_id IS NULL AND move.value != 0
                 GROUP BY line.lot_id
                """,
                list(lot_ids),
            )
        )
        return {lot: Receipt(exact(quantity), exact(value)) for lot, quantity, value in rows}

    @api.model
    def _load_planned_quantities(self, run_ids):
        """Quantities of the recipe for the size of each run, by run and product."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT raw_material_production_id, product_id, SUM(product_qty)
                  FROM stock_move
                 WHERE raw_material_production_id = ANY(%s) AND bom_line_id IS NOT NULL
                   AND state = 'done'
                 GROUP BY 1, 2
                """,
                list(run_ids),
            )
        )
        planned = defaultdict(dict)
        for run, product, quantity in rows:
            planned[run][product] = exact(quantity)
        return planned

    @api.model
    def _load_runs(self, run_ids, rates):
        """The runs for the algorithm; ``rates`` are overhead rates by run."""
        consumed = defaultdict(list)
        for run, product, lot, quantity, value in self._load_consumed(run_ids):
            quantity = exact(quantity)
            price = exact(value) / quantity if quantity else exact(0)
            consumed[run].append(Consumed(product, lot, quantity, price))
        outputs = self._load_outputs(run_ids)
        spent, planned = self._load_work(run_ids)
        runs = {
            run: Run(tuple(consumed[run]), tuple(outputs[run]), exact(spent[run]), rates[run])
            for run in run_ids
        }
        return runs, planned
