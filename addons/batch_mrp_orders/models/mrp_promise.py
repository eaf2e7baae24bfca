# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction

from odoo import api, fields, models

from ..planning.netting import Demand, Key, Plan, RunKey, Supply, net
from ..planning.promise import Outcome, Promiser
from ..planning.quantity import exact
from ..planning.recipe import CyclicRecipeError, Recipe
from ..planning.routing import OpenRun
from ..planning.shipping import ShippingCalendar
from .mrp_promise_capacity import to_minute

MAX_ROUNDS = 4


@dataclass(slots=True)
class LinePromise:
    """What is promised for an order line; ``day`` None means that no date can be."""

    ready: int | None
    day: date | None
    outcome: Outcome
    reserved: Fraction = Fraction(0)
    allocated: list = field(default_factory=list)  # (run id, product id, quantity, minute or None)
    suppliers: dict[int, int] = field(default_factory=dict)  # partner id by product id
    is_kit: bool = False


@dataclass(frozen=True, slots=True)
class PromiseState:
    """What one call works on: the engine, the confirmed plan and what it leaves."""

    now: int
    engine: Promiser
    calendar: ShippingCalendar
    plan: Plan
    runs: list[OpenRun]
    pool_due: dict[Key, date]
    asked: list[Demand]
    recipes: dict[int, Recipe]
    own_holds: models.BaseModel
    suppliers: dict[int, int]
    left: list[Supply]


class MrpPromise(models.AbstractModel):
    _inherit = "mrp.promise"

    @api.model
    def _promise(self, orders, warehouse):
        """Promise the open goods of ``orders``, all of which ship from ``warehouse``.

        Confirmed orders come first, those due first first, then held promises keep what
        they hold, then the quotations among ``orders`` get what is left. The number of
        queries does not depend on the number of orders.

        :return: :class:`LinePromise` by line id; only lines with open goods
        """
        # Promises look at stock, runs, receipts and calendars as a whole, also for sales
        # staff who may not read all of these.
        self = self.sudo().with_company(warehouse.company_id)
        orders = orders.sudo()
        state = self._load(orders, warehouse)
        state.engine.load(state.plan)
        state.engine.place_open_runs(state.runs)
        promised = {
            key: state.engine.promise(key, state.calendar.deadline(due))
            for key, due in sorted(state.pool_due.items(), key=lambda item: (item[1], item[0]))
        }
        confirmed = orders.filtered(lambda order: order.state == "sale")
        result = {
            line.id: self._promise_confirmed(line, promised.get(("line", line.id)), state)
            for line in confirmed.order_line._get_promised_lines()
        }
        result.update(self._promise_quotations(orders - confirmed, state))
        return result

    # ------------------------------------------------------------------ loading
    @api.model
    def _load(self, orders, warehouse):
        """All input of the engine, and the netting of what is confirmed."""
        planning = self.env["mrp.planning"]
        now = to_minute(fields.Datetime.now())
        runs = planning._get_open_runs(warehouse)
        pool = planning._get_pool_demands([("warehouse_id", "=", warehouse.id)])
        confirmed = [*planning._get_run_demands(runs), *pool]
        asked = planning._get_quotation_demands(orders)
        recipes, products = self._get_recipes([*confirmed, *asked], warehouse)
        holds = self.env["mrp.capacity.hold"]._get_valid(warehouse)
        own = holds.filtered(lambda hold: hold.order_id in orders)
        supplies = self._get_supplies(products, runs, warehouse)
        unheld, kept = self._deduct_holds(
            supplies,
            holds.filtered(lambda hold: hold.product_id and hold.warehouse_id == warehouse),
            own,
        )
        plan = self._net(confirmed, unheld, recipes)
        arrivals = self._get_arrivals(supplies, now)
        sellers = {product: self._get_seller(product) for product in products}
        purchases = self._get_purchases(sellers, warehouse.company_id, now)
        work_orders = self._get_open_work_orders(warehouse.company_id)
        routings, capacity, calendar = self._get_times(
            recipes, work_orders, holds, warehouse.company_id, now
        )
        return PromiseState(
            now=now,
            engine=Promiser(capacity, routings, arrivals, purchases, now),
            calendar=calendar,
            plan=plan,
            runs=self._get_engine_runs(runs, work_orders, now),
            pool_due=self._get_pool_due(pool),
            asked=sorted(asked, key=lambda demand: (demand.due, demand.key)),
            recipes=recipes,
            own_holds=own.filtered("workcenter_id"),
            suppliers={product.id: seller.partner_id.id for product, seller in sellers.items()},
            left=self._get_left_over(unheld, plan, kept),
        )

    @api.model
    def _get_recipes(self, demands, warehouse):
        """Engine recipes of what the demands ask for, and all products reached."""
        products = self.env["product.product"].browse(sorted({d.product for d in demands}))
        return self.env["mrp.planning"]._get_recipes(products, warehouse)

    @api.model
    def _get_supplies(self, products, runs, warehouse):
        planning = self.env["mrp.planning"]
        return [
            *planning._get_stock_supplies(products, warehouse),
            *planning._get_run_supplies(runs),
            *planning._get_receipt_supplies(products, warehouse),
        ]

    @api.model
    def _net(self, demands, supplies, recipes):
        try:
            return net(demands, supplies, recipes, pooled=False)
        except CyclicRecipeError as error:
            raise self.env["mrp.planning"]._get_cycle_error(error) from error

    @api.model
    def _get_pool_due(self, pool):
        """The earliest due date by key of the open demand."""
        latest_first = sorted(pool, key=lambda demand: demand.due, reverse=True)
        return {demand.key: demand.due for demand in latest_first}

    @api.model
    def _get_times(self, recipes, work_orders, holds, company, now):
        """How long the recipes take, when there is time for them, and when the company ships."""
        routings, workcenters = self._get_routings(recipes)
        workcenters |= work_orders.workcenter_id | holds.workcenter_id
        return routings, *self._get_capacity(workcenters, company, holds, now)

    @api.model
    def _get_arrivals(self, supplies, now):
        """Minute by supply. What should have come already is expected tomorrow."""
        moves = self.env["stock.move"].browse(
            supply.key[1] for supply in supplies if supply.key[0] == "move"
        )
        tomorrow = now + 24 * 60
        return {
            ("move", move.id): minute if (minute := to_minute(move.date)) > now else tomorrow
            for move in moves
        }

    @api.model
    def _get_purchases(self, sellers, company, now):
        """Minute at which each product can be there if it is ordered now."""
        today = self._get_local_date(company)(now)
        minutes = {}
        for product, seller in sellers.items():
            if not product.is_storable:
                minutes[product.id] = now  # is not kept in stock: always at hand
            elif seller:
                days = seller.delay + int(company.days_to_purchase)
                minutes[product.id] = max(
                    self._get_noon(company, today + timedelta(days=days)), now
                )
        return minutes

    @api.model
    def _get_seller(self, product):
        """The supplier that purchase would take, whatever the quantity."""
        return product._select_seller(quantity=None)

    # ------------------------------------------------------------------ holding
    @api.model
    def _deduct_holds(self, supplies, holds, own):
        """Take what is held out of ``supplies``.

        Held stock that has gone meanwhile is taken from other supplies of the product.

        :return: what is left, and what the holds ``own`` took out
        """
        left = {supply.key: supply.quantity for supply in supplies}
        by_product = defaultdict(list)
        for supply in supplies:
            by_product[supply.product].append(supply)
        kept = []
        for hold in holds:
            wanted, source = exact(hold.quantity), self._get_hold_source(hold)
            for supply in sorted(
                by_product[hold.product_id.id], key=lambda supply: supply.key != source
            ):
                taken = min(wanted, left[supply.key])
                if taken <= 0:
                    continue
                left[supply.key] -= taken
                wanted -= taken
                if hold in own:
                    kept.append(replace(supply, quantity=taken))
        return [replace(supply, quantity=left[supply.key]) for supply in supplies], kept

    @api.model
    def _get_hold_source(self, hold):
        if hold.production_id:
            return ("run", hold.production_id.id)
        if hold.move_id:
            return ("move", hold.move_id.id)
        return ("stock", hold.product_id.id, hold.good_until or None)

    @api.model
    def _get_left_over(self, supplies, plan, kept):
        """``supplies`` less what ``plan`` takes, with what own holds keep."""
        left = {supply.key: supply.quantity for supply in supplies}
        for peg in plan.pegs:
            if not isinstance(peg.source, RunKey):
                left[peg.source] -= peg.quantity
        for supply in kept:
            left[supply.key] += supply.quantity
        return [replace(supply, quantity=left[supply.key]) for supply in supplies]

    # ---------------------------------------------------------------- promising
    @api.model
    def _promise_confirmed(self, line, outcome, state):
        """What is reserved is there, what runs make for the line comes with them, the rest
        as the engine says."""
        engine, now = state.engine, state.now
        promise = LinePromise(None, None, outcome or Outcome(ready=now), suppliers=state.suppliers)
        times = [promise.outcome.ready]
        promise.reserved = line._get_reserved_quantity()
        for allocation in line.allocation_ids:
            run = allocation.production_id
            if run.state in ("done", "cancel"):
                continue
            at = engine.finish(("run", run.id))
            promise.allocated.append(
                (run.id, allocation.product_id.id, exact(allocation.quantity), at)
            )
            times.append(at)
        if None not in times:
            promise.ready = max(times)
            promise.day = state.calendar.arrival(promise.ready)
        return promise

    @api.model
    def _promise_quotations(self, orders, state):
        """Promise quotations with what confirmed orders and others' holds leave."""
        engine = state.engine
        for hold in state.own_holds:
            engine.release(hold.workcenter_id.id, self._get_interval(hold))
        lines = orders.order_line._get_promised_lines()
        demands, result = state.asked, {}
        expires = {supply.key: supply.expires for supply in state.left}
        for number in range(MAX_ROUNDS):
            plan = net(demands, state.left, state.recipes, pooled=False)
            engine.load(plan)
            outcomes = {key: engine.promise(key) for key in dict.fromkeys(d.key for d in demands)}
            result = {
                line.id: self._get_line_promise(line, outcomes.get(("line", line.id)), state)
                for line in lines
            }
            late = {
                ("line", line_id): promise.day
                for line_id, promise in result.items()
                if self._expires_before(promise, expires)
            }
            if not late or number == MAX_ROUNDS - 1:
                break
            # The goods must be good on the day they arrive: look again with that day.
            engine.forget(outcomes.values())
            demands = [replace(demand, due=late.get(demand.key, demand.due)) for demand in demands]
        return result

    @api.model
    def _get_line_promise(self, line, outcome, state):
        recipe = state.recipes.get(line.product_id.id)
        outcome = outcome or Outcome(ready=state.now)
        day = None if outcome.ready is None else state.calendar.arrival(outcome.ready)
        return LinePromise(
            outcome.ready,
            day,
            outcome,
            suppliers=state.suppliers,
            is_kit=bool(recipe and recipe.is_kit),
        )

    @api.model
    def _expires_before(self, promise, expires):
        """Whether finished goods for the line are no longer good on the promised day."""
        return promise.day and any(
            (last := expires.get(taken.source)) and last <= promise.day
            for taken in promise.outcome.taken
            if taken.level == 1
        )
