# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict
from datetime import timedelta
from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..planning.netting import Demand, RunKey, Supply, net
from ..planning.possible import Coverage, possible_quantities
from ..planning.quantity import exact
from ..planning.recipe import CyclicRecipeError

OPEN_RUN_STATES = ("confirmed", "progress", "to_close")
OPEN_MOVE_STATES = ("waiting", "confirmed", "partially_available", "assigned")
ALWAYS_THERE = Fraction(10**15)
# How a requirement can be covered; a kit has none of these, its parts have.
MATERIAL_COLUMNS = ("available_qty", "incoming_qty", "to_produce_qty", "shortage_qty")


class MrpPlanning(models.AbstractModel):
    """Loads what the netting engine needs, in sets, and reads its result.

    Keys in the engine: ``("line", id)`` a sales order line, ``("run", id)`` an
    existing production run, ``("stock", product id, expiry)`` and ``("move", id)``
    supplies.
    """

    _name = "mrp.planning"
    _description = "Production Planning"

    @api.model
    def _net(self, demands, warehouse, pooled):
        """Net ``demands`` (engine demands) in ``warehouse``.

        :rtype: odoo.addons.batch_mrp_orders.planning.netting.Plan
        """
        # Planning looks at stock, receipts, runs and recipes as a whole, also for
        # sales staff who check an order and may not read all of these.
        self = self.sudo()
        runs = self._get_open_runs(warehouse)
        run_demands = self._get_run_demands(runs)
        products = self.env["product.product"].browse(
            {demand.product for demand in (*demands, *run_demands)}
        )
        recipes, facts = self._load_recipes(products, warehouse)
        reached = products.browse(facts)
        # Goods that are neither kept in stock nor made are always there.
        demands = [d for d in demands if facts[d.product].is_storable or d.product in recipes]
        supplies = [
            *self._get_stock_supplies(reached, warehouse),
            *self._get_untracked_supplies(facts, recipes),
            *self._get_run_supplies(runs),
            *self._get_receipt_supplies(reached, warehouse),
            *self._get_requested_supplies(reached, warehouse),
        ]
        try:
            return net([*run_demands, *demands], supplies, recipes, pooled=pooled)
        except CyclicRecipeError as error:
            raise self._get_cycle_error(error) from error

    @api.model
    def _get_cycle_error(self, error):
        """The engine's ``error`` in words."""
        names = self.env["product.product"].browse(error.products).mapped("display_name")
        return UserError(
            self.env._(
                "These products are ingredients of each other: %s. Correct their recipes.",
                " → ".join(names),
            )
        )

    # ------------------------------------------------------------------ recipes
    @api.model
    def _get_recipes(self, products, warehouse):
        """Recipes of ``products`` and of everything they are made from, in one query.

        :return: engine recipes by product id, and all products reached
        """
        recipes, facts = self._load_recipes(products, warehouse)
        return recipes, products.browse(facts)

    @api.model
    def _load_recipes(self, products, warehouse):
        return self.env["mrp.bom"]._load_recipes(
            products, picking_type=warehouse.manu_type_id, company_id=warehouse.company_id.id
        )

    @api.model
    def _to_product_unit(self, quantity, uom, product):
        """``quantity`` of ``uom`` as an exact quantity in the product's unit."""
        if uom == product.uom_id:
            return exact(quantity)
        return exact(quantity) * uom._get_exact_ratio(product.uom_id)

    # ----------------------------------------------------------------- supplies
    @api.model
    def _get_stock_supplies(self, products, warehouse):
        return [
            Supply(("stock", product_id, expires), product_id, quantity, expires=expires)
            for product_id, expires, quantity in self.env["stock.quant"]._get_usable_lots(
                products, warehouse
            )
        ]

    @api.model
    def _get_untracked_supplies(self, facts, recipes):
        """Water, electricity: what is not stocked is always there."""
        return [
            Supply(("always", product_id), product_id, ALWAYS_THERE)
            for product_id, product in facts.items()
            if not product.is_storable and product_id not in recipes
        ]

    @api.model
    def _get_open_runs(self, warehouse):
        return self.env["mrp.production"].search(
            [
                ("state", "in", OPEN_RUN_STATES),
                ("picking_type_id.warehouse_id", "=", warehouse.id),
            ],
            order="date_finished, id",
        )

    @api.model
    def _get_run_supplies(self, runs):
        """What open runs make beyond their allocations."""
        runs.allocation_ids.fetch(["production_id", "quantity"])
        return [
            Supply(
                ("run", run.id),
                run.product_id.id,
                surplus,
                (run.date_finished or run.date_start).date(),
            )
            for run in runs
            if (
                surplus := exact(run.product_uom_qty)
                - exact(run.qty_produced)
                - sum(exact(allocation.quantity) for allocation in run.allocation_ids)
            )
            > 0
        ]

    @api.model
    def _get_receipt_supplies(self, products, warehouse):
        moves = self.env["stock.move"].search_fetch(
            Domain("product_id", "in", products.ids)
            & Domain("state", "in", OPEN_MOVE_STATES)
            & Domain("picking_type_id.code", "=", "incoming")
            & Domain("location_dest_id.warehouse_id", "=", warehouse.id),
            ["product_id", "product_qty", "date"],
        )
        return [
            Supply(("move", move.id), move.product_id.id, exact(move.product_qty), move.date.date())
            for move in moves
        ]

    @api.model
    def _get_requested_supplies(self, products, warehouse):
        """What has been asked for at suppliers and is not confirmed yet.

        Counted, so that ordering missing materials twice orders them once.
        """
        lines = self.env["purchase.order.line"].search(
            Domain("product_id", "in", products.ids)
            & Domain("order_id.state", "in", ("draft", "sent", "to approve"))
            & Domain("order_id.picking_type_id.warehouse_id", "=", warehouse.id)
        )
        return [
            Supply(
                ("request", line.id),
                line.product_id.id,
                self._to_product_unit(line.product_qty, line.product_uom_id, line.product_id),
                line.date_planned.date(),
            )
            for line in lines
            if line.date_planned
        ]

    # ------------------------------------------------------------------ demands
    @api.model
    def _get_run_demands(self, runs):
        """Ingredients that open runs still wait for and no other run makes for them."""
        promised = defaultdict(Fraction)
        for allocation in runs.supply_allocation_ids:
            if allocation.production_id.state in OPEN_RUN_STATES:
                key = (allocation.consumer_production_id.id, allocation.product_id.id)
                promised[key] += exact(allocation.quantity)
        for (
            consumer,
            product_id,
        ), quantity in runs.supply_allocation_ids._get_unserved_quantities().items():
            promised[consumer[1], product_id] += quantity
        demands = []
        for run in runs:
            missing = defaultdict(Fraction)
            for move in run.move_raw_ids:
                if move.state in OPEN_MOVE_STATES:
                    missing[move.product_id.id] += self._to_product_unit(
                        move.product_uom_qty - move.quantity, move.product_uom, move.product_id
                    )
            demands += [
                Demand(
                    ("run", run.id),
                    product_id,
                    open_quantity,
                    run.date_start.date(),
                    ingredient=True,
                )
                for product_id, quantity in missing.items()
                if (open_quantity := quantity - promised[run.id, product_id]) > 0
            ]
        return demands

    @api.model
    def _get_pool_demands(self, domain):
        """Engine demands of the open demand that ``domain`` selects."""
        pool = self.env["mrp.demand"].sudo()
        # A row changes with the documents beneath it, which the cache cannot know.
        pool.invalidate_model()
        rows = pool.search(domain)
        return [
            Demand(
                key=("line", row.sale_line_id.id),
                product=row.product_id.id,
                quantity=exact(row.open_qty),
                due=due,
                min_days=row.sale_line_id._get_min_remaining_days(row.product_id),
                personal=row.is_personal,
            )
            for row in rows
            if (due := row.date_due)
        ]

    @api.model
    def _get_quotation_demands(self, orders):
        """Engine demands of the goods on orders that are not confirmed."""
        now = fields.Datetime.now()
        lines = self.env["sale.order.line"].search_fetch(
            Domain("order_id", "in", orders.ids)
            & Domain("order_id.state", "in", ("draft", "sent"))
            & Domain("display_type", "=", False)
            & Domain("product_id.type", "=", "consu"),
            [
                "order_id",
                "product_id",
                "product_uom_id",
                "product_uom_qty",
                "customer_lead",
                "is_personal",
                "sequence",
            ],
        )
        rank = {order_id: number for number, order_id in enumerate(orders.ids)}
        lines = lines.sorted(lambda line: (rank[line.order_id.id], line.sequence, line.id))
        return [
            Demand(
                key=("line", line.id),
                product=line.product_id.id,
                quantity=self._to_product_unit(
                    line.product_uom_qty, line.product_uom_id, line.product_id
                ),
                due=(
                    line.order_id.commitment_date or now + timedelta(days=line.customer_lead)
                ).date(),
                min_days=line._get_min_remaining_days(),
                personal=line.is_personal,
            )
            for line in lines
        ]

    # ----------------------------------------------------------- material check
    @api.model
    def _check_materials(self, orders, warehouse):
        """Requirements by order id, each a list of values of a material line."""
        demands = [
            *self._get_pool_demands([("warehouse_id", "=", warehouse.id)]),
            *self._get_quotation_demands(orders),
        ]
        plan = self._net(demands, warehouse, pooled=False)
        rows = {}
        shares = {}
        for need, column, quantity, expected in self._get_material_facts(plan):
            if need.root not in shares:
                shares[need.root] = self._get_served_orders(need.root, orders)
            for order_id, share in shares[need.root]:
                key = (order_id, need.path)
                row = rows.setdefault(key, defaultdict(Fraction))
                row[column] += quantity * share
                if expected and (not row["expected_date"] or expected > row["expected_date"]):
                    row["expected_date"] = expected
        return self._prepare_material_lines(rows)

    @api.model
    def _get_served_orders(self, root, orders):
        """Those of ``orders`` on whose account the need at ``root`` arises, with their share."""
        kind, record_id = root
        if kind == "line":
            order = self.env["sale.order.line"].browse(record_id).order_id
            return [(order.id, 1)] if order in orders else []
        run = self.env["mrp.production"].browse(record_id)
        makes = exact(run.product_uom_qty)
        return [
            (order.id, exact(allocation.quantity) / makes)
            for allocation in run.allocation_ids
            if (order := allocation.sale_line_id.order_id) in orders
        ]

    @api.model
    def _get_material_facts(self, plan):
        """What the plan says about each need: (need, column, quantity, expected date)."""
        for peg in plan.pegs:
            if isinstance(peg.source, RunKey):
                yield peg.need, "to_produce_qty", peg.quantity, None
            elif peg.available:
                yield peg.need, "incoming_qty", peg.quantity, peg.available
            else:
                yield peg.need, "available_qty", peg.quantity, None
        for need in plan.shortages:
            yield need, "shortage_qty", need.quantity, None
        for need in plan.kits:
            yield need, "kit_qty", need.quantity, None

    @api.model
    def _prepare_material_lines(self, rows):
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        possible = self._get_possible_quantities(rows)
        values_by_order = defaultdict(list)
        # Sorted by path, a product stands right above its ingredients.
        for sequence, (order_id, path) in enumerate(sorted(rows)):
            row = rows[order_id, path]
            amounts = {name: row[name] for name in MATERIAL_COLUMNS}
            amounts["required_qty"] = sum(amounts.values()) + row["kit_qty"]
            amounts["possible_qty"] = possible[order_id, path]
            values_by_order[order_id].append(
                {
                    "sequence": sequence,
                    "level": len(path),
                    "product_id": path[-1],
                    "product_path": "/".join(map(str, path)),
                    "expected_date": row["expected_date"] or False,
                    **{
                        name: float(round(quantity, digits)) if quantity else 0.0
                        for name, quantity in amounts.items()
                    },
                }
            )
        return values_by_order

    @api.model
    def _get_possible_quantities(self, rows):
        """What is possible now, by order id and path."""
        coverage = defaultdict(dict)
        for (order_id, path), row in rows.items():
            coverage[order_id][path] = Coverage(
                sum(row[name] for name in MATERIAL_COLUMNS) + row["kit_qty"],
                row["available_qty"],
                row["to_produce_qty"] + row["kit_qty"],
            )
        return {
            (order_id, path): quantity
            for order_id, paths in coverage.items()
            for path, quantity in possible_quantities(paths).items()
        }
