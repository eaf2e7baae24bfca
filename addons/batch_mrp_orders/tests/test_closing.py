# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from odoo.addons.queue_job.tests.common import trap_jobs

from ..models.stock_move import StockMove
from .common_binding import BindingCase


@tagged("post_install", "-at_install")
class TestClosing(BindingCase):
    """Closing a run costs the same however many transfers wait for the product."""

    def _orders(self, count, quantity=1):
        orders = self.env["sale.order"].create(
            [
                {
                    "partner_id": self.customer.id,
                    "order_line": [
                        (0, 0, {"product_id": self.soap.id, "product_uom_qty": quantity})
                    ],
                }
                for _number in range(count)
            ]
        )
        orders.action_confirm()
        return orders

    def _create_waiting_moves(self, count):
        """Deliveries without an order, waiting for soap, the cheap way."""
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.delivery.id,
                "location_id": self.stock.id,
                "location_dest_id": self.customer.property_stock_customer.id,
            }
        )
        moves = self.env["stock.move"].create(
            [
                {
                    "product_id": self.soap.id,
                    "product_uom_qty": 3,
                    "product_uom": self.unit.id,
                    "picking_id": picking.id,
                    "location_id": self.stock.id,
                    "location_dest_id": self.customer.property_stock_customer.id,
                }
                for _number in range(count)
            ]
        )
        moves.write({"state": "confirmed"})
        return moves

    @contextmanager
    def _note_tried(self):
        """The ids of the moves that core tries to reserve."""
        tried = []
        assign = StockMove._action_assign

        def note(self, *args, **kwargs):
            tried.extend(self.ids)
            return assign(self, *args, **kwargs)

        with patch.object(StockMove, "_action_assign", note):
            yield tried

    def _count_queries(self, run):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self._close(run)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_queries_do_not_grow_with_waiting_moves(self):
        # The first closing fills caches that live longer than a transaction.
        self._count_queries(self._create_run(self.soap, 2, (self._orders(1), 1)))
        counts = []
        for waiting in (25, 375):
            self._create_waiting_moves(waiting)
            orders = self._orders(10)
            run = self._create_run(self.soap, 10, *((order, 1) for order in orders))
            counts.append(self._count_queries(run))
            self.assertEqual(set(orders.mapped("production_status")), {"ready"})
        self.assertLessEqual(counts[1], counts[0], counts)

    def test_queries_for_each_order_with_all_jobs(self):
        self._count_queries(self._create_run(self.soap, 2, (self._orders(1), 1)))
        totals = []
        for count in (10, 60):
            orders = self._orders(count)
            run = self._create_run(self.soap, count, *((order, 1) for order in orders))
            self.env.flush_all()
            self.env.invalidate_all()
            with trap_jobs() as trap:
                before = self.env.cr.sql_log_count
                self._close(run)
                self.env.flush_all()
                while trap.enqueued_jobs:
                    self.env.invalidate_all()
                    trap.perform_enqueued_jobs()
                    self.env.flush_all()
                totals.append(self.env.cr.sql_log_count - before)
            self.assertEqual(set(orders.mapped("production_status")), {"ready"})
        self.assertLessEqual((totals[1] - totals[0]) / 50, 5, totals)

    def test_surplus_is_offered_while_it_lasts(self):
        waiting = self._create_waiting_moves(100)
        run = self._create_run(self.soap, 12, (self._orders(1, 5), 5))
        with self._note_tried() as tried:
            self._close(run)
        self.assertEqual(sum(waiting.mapped("quantity")), 7)
        self.assertEqual(waiting[:3].mapped("quantity"), [3, 3, 1])
        self.assertEqual(set(tried) & set(waiting.ids), set(waiting[:3].ids))

    def test_surplus_is_not_tried_where_it_would_expire(self):
        waiting = self._create_waiting_moves(40)
        waiting[:30].date = fields.Datetime.now() + timedelta(days=400)  # it keeps 365 days
        self.soap.min_remaining_days = 200
        waiting[30:35].date = fields.Datetime.now() + timedelta(days=200)
        run = self._create_run(self.soap, 12, (self._orders(1, 5), 5))
        with self._note_tried() as tried, trap_jobs() as trap:
            self._close(run)
            trap.assert_jobs_count(0)
        self.assertEqual(waiting.mapped("quantity"), [0] * 35 + [3, 3, 1] + [0] * 2)
        self.assertFalse(set(tried) & set(waiting[:35].ids))

    def test_surplus_is_offered_after_the_owners_have_theirs(self):
        waiting = self._create_waiting_moves(30)
        orders = self._orders(60)
        run = self._create_run(self.soap, 67, *((order, 1) for order in orders))
        with trap_jobs() as trap:
            self._close(run)
            self.assertEqual(sum(waiting.mapped("quantity")), 0)
            trap.perform_enqueued_jobs()
            self.assertEqual(sum(waiting.mapped("quantity")), 0)
            with self._note_tried() as tried:
                trap.perform_enqueued_jobs()
            trap.assert_jobs_count(0)
        self.assertEqual(set(self._reserved(*orders)), {1})
        self.assertEqual(waiting[:4].mapped("quantity"), [3, 3, 1, 0])
        self.assertEqual(set(tried), set(waiting[:3].ids), "owners are served in sets")

    def test_many_orders_follow_in_jobs(self):
        orders = self._orders(120)
        run = self._create_run(self.soap, 120, *((order, 1) for order in orders))
        stranger = self._orders(1)
        with trap_jobs() as trap:
            self._close(run)
            key = trap.enqueued_jobs[0].identity_key
            self.assertLess(len(key), 64, "of thousands of orders too")
            self.assertEqual(run.state, "done")
            self.assertEqual(set(run.allocation_ids.mapped("state")), {"pending"})
            self.assertEqual(self._reserved(orders[0], stranger), [0, 0])
            stranger.picking_ids.action_assign()
            self.assertEqual(self._reserved(stranger), [0], "the claims bind from the start")
            for served in (50, 100, 120):
                trap.assert_jobs_count(1)
                trap.perform_enqueued_jobs()
                self.assertEqual(
                    len(run.allocation_ids.filtered(lambda a: a.state == "made")), served
                )
            trap.assert_jobs_count(0)
        self.assertEqual(self._reserved(stranger, *orders), [0] + [1] * 120)
        self.assertEqual(set(orders.mapped("production_status")), {"ready"})
        self.assertInvariants()

    def test_an_owner_may_help_himself_before_the_job(self):
        orders = self._orders(30, 2)
        run = self._create_run(self.soap, 60, *((order, 2) for order in orders))
        with trap_jobs() as trap:
            self._close(run)
            orders[7].picking_ids.action_assign()
            self.assertEqual(self._reserved(orders[7]), [2])
            self._ship(orders[7])
            trap.perform_enqueued_jobs()
        self.assertEqual(sum(self._reserved(*(orders - orders[7]))), 58)
        self.assertEqual(orders[7].production_status, "shipped")
        self.assertInvariants()

    def test_somebody_saving_an_order_does_not_hinder_the_closing(self):
        orders = self._orders(3)
        run = self._create_run(self.soap, 3, *((order, 1) for order in orders))
        with (
            patch.object(StockMove, "_lock_documents", return_value=False),
            trap_jobs() as trap,
        ):
            self.env.flush_all()
            self._close(run)
            self.env.flush_all()
            self.assertEqual(set(orders.mapped("production_status")), {"materials_reserved"})
            trap.assert_jobs_count(1)
            trap.perform_enqueued_jobs()
        self.assertEqual(self._reserved(*orders), [1, 1, 1])
        self.assertEqual(set(orders.mapped("production_status")), {"ready"})

    def test_goods_without_lots_in_jobs(self):
        self._stock_up(self.card, 20)
        orders = self.env["sale.order"]
        for _number in range(25):
            orders |= self._create_order((self.card, 2))
        run = self._create_run(self.card, 30, *((order, 2) for order in orders[10:]))
        with trap_jobs() as trap:
            self._close(run)
            trap.perform_enqueued_jobs()
        self.assertEqual(set(self._reserved(*orders)), {2})
        self.assertInvariants()
