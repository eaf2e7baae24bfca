# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict
from datetime import timedelta
from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..planning.netting import Demand, RunKey, Supply, net
from ..planning.quantity import exact
from ..planning.recipe import Component, CyclicRecipeError, Recipe

OPEN_RUN_STATES = ("confirmed", "progress", "to_close")
OPEN_MOVE_STATES = ("waiting", "confirmed", "partially_available", "assigned")
ALWAYS_THERE = Fraction(10**15)


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
        recipes, reached = self._get_recipes(products, warehouse)
        supplies = [
            *self._get_stock_supplies(reached, warehouse),
            *self._get_untracked_supplies(reached, recipes),
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
        """Recipes of ``products`` and of everything they are made from.

        :return: engine recipes by product id, and all products reached; one round
            of queries for each recipe level, however many products there are
        """
        boms, reached = self.env["mrp.bom"]._get_all_levels(
            products, picking_type=warehouse.manu_type_id, company_id=warehouse.company_id.id
        )
        recipes = {product.id: self._get_recipe(product, bom) for product, bom in boms.items()}
        return recipes, reached

    @api.model
    def _get_recipe(self, product, bom):
        """The recipe and, after it, the versions that will follow it."""
        ratio = bom._get_unit_ratio()
        makes_batches = bom.enable_batch_size and bom.type == "normal"
        successor = bom._get_successors()[:1]
        return Recipe(
            id=bom.id,
            product=product.id,
            components=tuple(
                component
                for line in bom.bom_line_ids
                if line.product_id.type == "consu" and not line._skip_bom_line(product)
                if (component := line._get_component()).quantity
            ),
            batch_size=exact(bom.batch_size) * ratio if makes_batches else None,
            days=bom.produce_delay,
            is_kit=bom.type == "phantom",
            minimum=exact(bom.minimum_qty) * ratio if bom.minimum_qty else None,
            weighing_step=bom._get_weighing_step(),
            valid_until=bom.valid_until or None,
            successor=self._get_recipe(product, successor) if successor else None,
            replenished=bom.planning_policy == "stock",
            by_products=tuple(
                Component(
                    line.product_id.id,
                    self._to_product_unit(line.product_qty, line.product_uom_id, line.product_id)
                    / (exact(bom.product_qty) * ratio),
                )
                for line in bom.byproduct_ids
                if line.product_qty > 0 and not line._skip_byproduct_line(product)
            ),
        )

    @api.model
    def _to_product_unit(self, quantity, uom, product):
        """``quantity`` of ``uom`` as an exact quantity in the product's unit."""
        if uom == product.uom_id:
            return exact(quantity)
        return exact(quantity) * exact(uom.factor) / exact(product.uom_id.factor)

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
    def _get_untracked_supplies(self, products, recipes):
        """Water, electricity: what is not stocked is always there."""
        return [
            Supply(("always", product.id), product.id, ALWAYS_THERE)
            for product in products
            if not product.is_storable and product.id not in recipes
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
            & Domain("location_dest_id", "child_of", warehouse.view_location_id.id),
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
        """Engine demands of orders that are not confirmed."""
        demands = []
        for order in orders.filtered(lambda order: order.state in ("draft", "sent")):
            start = order.commitment_date or fields.Datetime.now()
            for line in order.order_line:
                if line.display_type or not line.product_id.is_storable:
                    continue
                lead = 0 if order.commitment_date else line.customer_lead
                quantity = self._to_product_unit(
                    line.product_uom_qty, line.product_uom_id, line.product_id
                )
                due = (start + timedelta(days=lead)).date()
                days = line._get_min_remaining_days()
                demands.append(
                    Demand(
                        key=("line", line.id),
                        product=line.product_id.id,
                        quantity=quantity,
                        due=due,
                        min_days=days,
                        personal=line.is_personal,
                    )
                )
        return demands

    # ----------------------------------------------------------- material check
    @api.model
    def _check_materials(self, orders, warehouse):
        """Requirements by order id, each a list of values of a material line."""
        demands = [
            *self._get_pool_demands([("warehouse_id", "=", warehouse.id)]),
            *self._get_quotation_demands(orders),
        ]
        plan = self._net(demands, warehouse, pooled=False)
        order_by_key = {
            ("line", line.id): order.id for order in orders for line in order.order_line
        }
        rows = {}
        for need, column, quantity, expected in self._get_material_facts(plan):
            for order_id, share in self._get_served_orders(need.root, order_by_key):
                key = (order_id, need.path)
                row = rows.setdefault(key, defaultdict(Fraction))
                row[column] += quantity * share
                if expected and (not row["expected_date"] or expected > row["expected_date"]):
                    row["expected_date"] = expected
        return self._prepare_material_lines(rows)

    @api.model
    def _get_served_orders(self, root, order_by_key):
        """Orders on whose account the need at ``root`` arises, with their share of it."""
        kind, record_id = root
        if kind == "line":
            return [(order_by_key[root], 1)] if root in order_by_key else []
        run = self.env["mrp.production"].sudo().browse(record_id)
        makes = exact(run.product_uom_qty)
        return [
            (order_by_key[key], exact(allocation.quantity) / makes)
            for allocation in run.allocation_ids
            if (key := ("line", allocation.sale_line_id.id)) in order_by_key
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

    @api.model
    def _get_earliest_arrivals(self, products):
        """Day on which the fastest supplier of each product could deliver, by product id."""
        today = fields.Date.context_today(self)
        return {
            product.id: today + timedelta(days=min(sellers.mapped("delay")))
            for product in products
            if (sellers := product.seller_ids)
        }

    @api.model
    def _prepare_material_lines(self, rows):
        products = (
            self.env["product.product"]
            .sudo()
            .browse({product_id for _order, path in rows for product_id in path})
        )
        arrivals = self._get_earliest_arrivals(products)
        names = dict(zip(products.ids, products.mapped("display_name"), strict=True))
        columns = ("available_qty", "incoming_qty", "to_produce_qty", "shortage_qty")
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        values_by_order = defaultdict(list)
        # Sorted by path, a product stands right above its ingredients.
        for sequence, (order_id, path) in enumerate(sorted(rows)):
            row = rows[order_id, path]
            values_by_order[order_id].append(
                {
                    "sequence": sequence,
                    "level": len(path),
                    "product_id": path[-1],
                    "recipe_path": " › ".join(names[product_id] for product_id in path),
                    "required_qty": float(round(sum(row[column] for column in columns), digits)),
                    "arrival_date": row["shortage_qty"] and arrivals.get(path[-1]),
                    "expected_date": row["expected_date"] or False,
                    **{column: float(round(row[column], digits)) for column in columns},
                }
            )
        return values_by_order
