# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import os
from datetime import timedelta
from unittest.mock import patch

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from odoo import fields
from odoo.exceptions import UserError

from odoo.addons.queue_job.job import PENDING, Job

from ..models import mrp_production_events, stock_move_surplus
from .common_binding import BindingCase

SOAK = bool(os.environ.get("SOAK"))
# 375 sequences of 30 events in all: half an hour on one slow core.
SEQUENCES = int(os.environ.get("SEQ", 75)) if SOAK else 5
STEPS = 30 if SOAK else 15

index = st.integers(0, 9)
amount = st.integers(1, 9)
share = st.floats(0.2, 1.5)


class AllocationMachine(RuleBasedStateMachine):
    """Everything that can happen to orders, runs and goods, in any order.

    What Odoo refuses is undone, as it is for the user; all else must keep the rules.
    """

    job_models = ("mrp.production.allocation", "stock.move")

    def __init__(self, case, method, steps):
        super().__init__()
        self.case = case
        self.env = case.env
        self.savepoint = self.env.cr.savepoint(flush=False)
        case.delivery.reservation_method = method
        case.warehouse.pick_type_id.reservation_method = method
        case.warehouse.delivery_steps = steps
        self.orders, self.productions = [], []

    def teardown(self):
        self.env.cr.clear()
        self.savepoint.rollback()
        self.savepoint.close(rollback=True)
        self.env.invalidate_all(flush=False)

    # ------------------------------------------------------------------ helpers
    def _try(self, function):
        """Do it as a user would; a refusal leaves nothing behind."""
        try:
            with self.env.cr.savepoint():
                function()
                self.env.flush_all()
        except UserError:
            self.env.invalidate_all(flush=False)

    def _pick(self, records, number):
        return records[number % len(records)]

    def _runs(self, *states):
        runs = self.env["mrp.production"].search([("product_id", "in", self._products().ids)])
        return runs.filtered(lambda run: run.state in states) if states else runs

    def _products(self):
        return self.case.soap | self.case.card

    def _pickings(self, order):
        return order.picking_ids.filtered(lambda p: p.state not in ("done", "cancel", "draft"))

    def _get_promises(self):
        """What each consumer is to get, and the runs it is to get it from."""
        allocations = self.env["mrp.production.allocation"].search([])
        return {
            key: (sum(group.mapped("open_qty")), group.production_id)
            for key, group in allocations.grouped(lambda a: a._get_facts_key()).items()
        }

    def _lose(self, function):
        """Who loses goods by no doing of its own is on the planner's list."""
        before = self._get_promises()
        done = []
        self._try(lambda: (function(), done.append(True)))
        after = self._get_promises()
        for key, (promised, runs) in before.items():
            left, left_runs = after.get(key, (0, runs))
            if done and left < promised:
                known = self.case._get_lost_goods_activities(runs | left_runs)
                assert known, f"nobody knows that {key} gets less from {runs}"

    @initialize(
        tracked=st.booleans(),
        quantities=st.lists(amount, min_size=3, max_size=3),
        extra=st.integers(0, 3),
        closed=st.booleans(),
    )
    def begin(self, tracked, quantities, extra, closed):
        """Three orders for the same product, two of them with a run that serves both."""
        for days, quantity in enumerate(quantities):
            self.order(tracked, quantity, days)
        served = list(zip(self.orders[1:], quantities[1:], strict=True))
        run = self.case._create_run(
            served[0][0].order_line.product_id, sum(quantities[1:]) + extra, *served
        )
        if closed:
            self.case._close(run)

    # ------------------------------------------------------------------- orders
    @rule(tracked=st.booleans(), quantity=amount, days=st.integers(-2, 9))
    def order(self, tracked, quantity, days):
        product = self.case.soap if tracked else self.case.card
        due = fields.Datetime.now() + timedelta(days=days)
        self.orders.append(self.case._create_order((product, quantity), commitment_date=due))

    @precondition(lambda self: self.orders)
    @rule(number=index, quantity=st.integers(0, 12))
    def change_order(self, number, quantity):
        line = self._pick(self.orders, number).order_line
        self._try(lambda: line.write({"product_uom_qty": quantity}))

    @precondition(lambda self: self.orders)
    @rule(number=index)
    def cancel_order(self, number):
        self._try(self._pick(self.orders, number)._action_cancel)

    # --------------------------------------------------------------------- runs
    @precondition(lambda self: self.orders)
    @rule(first=index, second=index, quantity=st.integers(2, 14), part=amount)
    def plan(self, first, second, quantity, part):
        orders = [self._pick(self.orders, first), self._pick(self.orders, second)]
        product = orders[0].order_line.product_id
        shares = [
            (order, min(part, quantity // 2))
            for order in dict.fromkeys(orders)
            if order.order_line.product_id == product and order.state == "sale"
        ]
        self.case._create_run(product, quantity, *shares)

    @precondition(lambda self: self._runs("confirmed", "progress", "to_close"))
    @rule(number=index, factor=share, backorder=st.booleans())
    def close(self, number, factor, backorder):
        run = self._pick(self._runs("confirmed", "progress", "to_close"), number)
        quantity = max(round(run.product_qty * factor), 1)
        self._lose(
            lambda: self.case._close(run, quantity, backorder and quantity < run.product_qty)
        )

    @precondition(lambda self: self._runs("confirmed"))
    @rule(number=index, factor=share)
    def change_run(self, number, factor):
        run = self._pick(self._runs("confirmed"), number)
        wizard = self.env["change.production.qty"].create(
            {"mo_id": run.id, "product_qty": max(round(run.product_qty * factor), 1)}
        )
        self._lose(wizard.change_prod_qty)

    @precondition(lambda self: self._runs("confirmed"))
    @rule(number=index)
    def cancel_run(self, number):
        self._lose(self._pick(self._runs("confirmed"), number).action_cancel)

    @precondition(lambda self: self._runs("confirmed"))
    @rule(number=index, part=amount)
    def split(self, number, part):
        run = self._pick(self._runs("confirmed"), number)
        if part < run.product_qty:
            self._lose(lambda: run._split_productions({run: [part, run.product_qty - part]}))

    @precondition(lambda self: len(self._runs("confirmed")) > 1)
    @rule(number=index)
    def merge(self, number):
        first = self._pick(self._runs("confirmed"), number)
        runs = self._runs("confirmed").filtered(lambda run: run.product_id == first.product_id)
        if len(runs) > 1:
            self._lose(runs[:2].action_merge)

    @precondition(lambda self: self._runs("done"))
    @rule(number=index, quantity=amount)
    def unbuild(self, number, quantity):
        run = self._pick(self._runs("done"), number)
        unbuild = self.env["mrp.unbuild"].create(
            {
                "mo_id": run.id,
                "product_id": run.product_id.id,
                "product_qty": quantity,
                "lot_id": run.lot_producing_ids[:1].id,
            }
        )
        on_hand = run.product_id.with_context(location=self.case.stock.id).qty_available
        if quantity <= min(run.qty_produced, on_hand):
            self._lose(unbuild.action_validate)

    # -------------------------------------------------------------------- goods
    @precondition(lambda self: self.orders)
    @rule(number=index, action=st.sampled_from(["action_assign", "do_unreserve"]))
    def reserve(self, number, action):
        pickings = self._pickings(self._pick(self.orders, number))
        if pickings:
            self._try(getattr(pickings, action))

    @precondition(lambda self: self.orders)
    @rule(number=index, priority=st.sampled_from(["0", "1"]))
    def prioritise(self, number, priority):
        self._pickings(self._pick(self.orders, number)).priority = priority

    @rule()
    def schedule(self):
        self._try(self.env["stock.rule"].run_scheduler)

    @rule()
    def run_jobs(self):
        """What closing left to jobs is done later than anything else that may happen."""
        domain = [("state", "=", PENDING), ("model_name", "in", self.job_models)]
        while waiting := self.env["queue.job"].search(domain, order="id"):
            for record in waiting:
                job = Job.load(self.env, record.uuid)
                job.perform()
                job.set_done()
                job.store()

    @precondition(lambda self: self.orders)
    @rule(number=index, factor=share)
    def ship(self, number, factor):
        pickings = self._pickings(self._pick(self.orders, number)).filtered(
            lambda picking: picking.state == "assigned" or picking.move_ids.quantity
        )[:1]
        if not pickings:
            return
        move = pickings.move_ids

        def deliver():
            if factor < 0.7 and move.quantity > 1:
                move.quantity = int(move.quantity * factor) or 1
            move.picked = True
            pickings.with_context(skip_expired=True)._action_done()

        self._try(deliver)

    @precondition(lambda self: self.orders and self._runs("done"))
    @rule(number=index, run_number=index, quantity=amount)
    def type_in(self, number, run_number, quantity):
        order = self._pick(self.orders, number)
        run = self._pick(self._runs("done"), run_number)
        pickings = self._pickings(order).filtered(lambda p: p.location_id == self.case.stock)[:1]
        if pickings and run.product_id == order.order_line.product_id:
            self._try(lambda: self.case._type_in(pickings, run.lot_producing_ids[:1], quantity))

    @precondition(lambda self: self._runs("done"))
    @rule(number=index, quantity=amount)
    def scrap(self, number, quantity):
        run = self._pick(self._runs("done"), number)
        lot = run.lot_producing_ids[:1]
        on_hand = self.env["stock.quant"].search(
            [
                ("product_id", "=", run.product_id.id),
                ("lot_id", "=", lot.id),
                ("location_id", "=", self.case.stock.id),
            ]
        )
        if sum(on_hand.mapped("quantity")) >= quantity:
            self._lose(lambda: self.case._scrap(run.product_id, quantity, lot))

    @precondition(lambda self: self.orders)
    @rule(number=index, quantity=amount)
    def return_goods(self, number, quantity):
        order = self._pick(self.orders, number)
        pickings = order.picking_ids.filtered(
            lambda p: p.state == "done" and p.picking_type_code == "outgoing"
        )[:1]
        if not pickings or quantity > order.order_line.qty_delivered:
            return

        def give_back():
            wizard = self.env["stock.return.picking"].create({"picking_id": pickings.id})
            wizard.product_return_moves.quantity = quantity
            back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
            back.move_ids.picked = True
            back.with_context(skip_expired=True)._action_done()

        self._try(give_back)

    @precondition(lambda self: self.orders)
    @rule(number=index, taker=index, quantity=amount)
    def reallocate(self, number, taker, quantity):
        allocations = self._pick(self.orders, number).allocation_ids.filtered(
            lambda a: a.state != "taken"
        )
        line = self._pick(self.orders, taker).order_line
        if not allocations or line == allocations[0].sale_line_id:
            return
        if line.product_id != allocations[0].product_id:
            return
        wizard = self.env["mrp.reallocate"].create(
            {
                "allocation_id": allocations[0].id,
                "sale_line_id": line.id,
                "quantity": quantity,
                "reason": "urgent",
            }
        )
        self._try(wizard.action_confirm)

    @invariant()
    def rules_hold(self):
        self.case.assertInvariants()


class TestAllocationStateful(BindingCase):
    def _run(self, method, steps):
        run_state_machine_as_test(
            lambda: AllocationMachine(self, method, steps),
            settings=settings(
                max_examples=SEQUENCES,
                stateful_step_count=STEPS,
                deadline=None,
                derandomize=not SOAK,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )

    def test_reserved_at_confirmation(self):
        self._run("at_confirm", "ship_only")

    def test_reserved_by_hand(self):
        self._run("manual", "ship_only")

    def test_reserved_by_date(self):
        self._run("by_date", "ship_only")

    def test_delivered_in_two_steps(self):
        self._run("at_confirm", "pick_ship")

    def test_served_in_jobs(self):
        with (
            patch.object(mrp_production_events, "SERVED_AT_ONCE", 1),
            patch.object(stock_move_surplus, "SERVED_AT_ONCE", 1),
        ):
            self._run("at_confirm", "ship_only")
