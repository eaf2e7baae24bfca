# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from decimal import Decimal
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.addons.stock.models.stock_picking import StockPicking

from .common import FulfilmentCase


class TestShip(FulfilmentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(cls.env, "ship_clerk", groups="stock.group_stock_user")

    def ship(self, pickings, **values):
        return (
            self.env["stock.ship.run"]
            .with_user(self.clerk)
            ._start(pickings.with_user(self.clerk), "ship", **values)
        )

    def lines(self, run):
        return {line.picking_id: line for line in run.line_ids}

    def test_all_leave(self):
        pickings = self._create_deliveries(3)
        action = pickings.with_user(self.clerk).action_ship()
        self.assertEqual(set(pickings.mapped("state")), {"done"})
        self.assertEqual(action["tag"], "display_notification")

    def test_labels_are_the_shipping_cost_of_margins(self):
        picking, other, free = self._create_deliveries(3)
        free.carrier_id = False
        account = self.env["carrier.label.account"].create({"name": "DHL", "provider": "dhl_de"})
        common = {"state": "used", "company_id": self.env.company.id, "account_id": account.id}
        self.post.label_cost = 4.5
        self.env["carrier.label"].create(
            [
                {**common, "res_id": picking.id, "reference": "told", "price": 5.19},
                {**common, "res_id": other.id, "reference": "contract", "carrier_id": self.post.id},
            ]
        )
        costs = (picking | other | free)._get_shipping_costs()
        self.assertEqual(costs[picking.id], (Decimal("5.19"), True))
        self.assertEqual(costs[other.id], (Decimal("4.5"), True))
        self.assertEqual(costs[free.id], (0, True))

    def test_bad_ones_do_not_stop_the_others(self):
        pickings = self._create_deliveries(6)
        held, blocked = pickings[1], pickings[4]
        held.sale_id.planning_block_reason = "Not paid"
        bad_lot = self._stock_up(self.jar, 10, "JAR-9")
        blocked.move_line_ids.filtered("lot_id").lot_id = bad_lot
        self._block(bad_lot)
        run = self.ship(pickings)
        self.assertEqual((run.done_count, run.failed_count), (4, 2))
        lines = self.lines(run)
        self.assertEqual(lines[held].problem, "hold")
        self.assertIn("Not paid", lines[held].reason)
        self.assertEqual(lines[blocked].problem, "lot")
        self.assertEqual((held | blocked).mapped("state"), ["assigned", "assigned"])
        self.assertEqual(run.action_open()["res_id"], run.id)
        held.sale_id.planning_block_reason = False
        lines[held].action_retry()
        self.assertEqual((held.state, lines[held].state), ("done", "done"))

    def test_unforeseen_failure_is_found_by_halves(self):
        pickings = self._create_deliveries(8)
        bad = pickings[5]
        done, message = StockPicking._action_done, "The printer is on fire"

        def fail(records):
            if bad in records:
                raise UserError(message)
            return done(records)

        with patch.object(StockPicking, "_action_done", fail):
            run = self.ship(pickings)
        self.assertEqual(set((pickings - bad).mapped("state")), {"done"})
        self.assertEqual(bad.state, "assigned")
        line = self.lines(run)[bad]
        self.assertEqual((line.problem, line.reason), ("error", message))
        self.assertEqual(run.done_count, 7)

    def test_rest_waits_or_becomes_a_delivery_of_its_own(self):
        short = self._create_deliveries(1, (self.jar, 2), (self.glass, 5))
        run = self.ship(short)
        self.assertEqual(self.lines(run)[short].problem, "missing")
        self.assertEqual(short.state, "assigned")
        self.lines(run)[short].action_ship_partial()
        self.assertEqual(short.state, "done")
        self.assertEqual(short.move_ids.product_id, self.jar)
        self.assertEqual(short.backorder_ids.move_ids.product_id, self.glass)
        self.assertEqual(short.sale_id.delivery_status, "partial")

    def test_not_picked_stays_behind(self):
        picking = self._create_deliveries(1)
        picking.move_line_ids.filtered(lambda line: line.product_id == self.jar).picked = True
        self.ship(picking)
        self.assertEqual(picking.state, "assigned")
        self.ship(picking, partial=True)
        self.assertEqual(picking.state, "done")
        self.assertEqual(picking.backorder_ids.move_ids.product_id, self.candle)

    def test_shipped_twice_leaves_once(self):
        picking = self._create_deliveries(1)
        self.ship(picking)
        moved = picking.date_done, picking.move_line_ids.ids
        run = self.ship(picking)
        self.assertEqual(run.line_ids.problem, "done")
        self.assertEqual((picking.date_done, picking.move_line_ids.ids), moved)

    def test_many_are_shipped_by_jobs(self):
        pickings = self._create_deliveries(5, (self.candle, 1))
        module = "odoo.addons.order_fulfilment.models.stock_ship_run"
        jobs = []
        with patch(f"{module}.SHIPPED_AT_ONCE", 3), patch(f"{module}.SHIPPED_TOGETHER", 2):
            with trap_jobs() as trap:
                run = self.ship(pickings)
                jobs += trap.enqueued_jobs
            self.assertEqual(run.waiting_count, 5)
            self.assertEqual(run.action_open()["res_id"], run.id)
            progress = []
            while jobs:
                with trap_jobs() as trap:
                    jobs.pop().perform()
                    jobs += trap.enqueued_jobs
                run.invalidate_recordset()
                progress.append(run.done_count)
        self.assertEqual(progress, [2, 4, 5])
        self.assertEqual(set(pickings.mapped("state")), {"done"})
        self.assertEqual(run.progress, 100)

    def test_queries_an_order(self):
        """Core validates one by one with 48 queries an order, in one call with 18."""
        self._create_deliveries(2).action_ship()
        counts = {}
        for size in (5, 25):
            pickings = self._create_deliveries(size)
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            self.ship(pickings)
            self.env.flush_all()
            counts[size] = self.cr.sql_log_count - start
        each = (counts[25] - counts[5]) / 20
        self.assertLessEqual(each, 20, counts)

    def test_labels_without_provider_are_nothing_to_buy(self):
        pickings = self._create_deliveries(2)
        pickings[0].carrier_id = False
        run = self.env["stock.ship.run"]._start(pickings, "labels")
        self.assertEqual(run.done_count, 2)
        self.ship(pickings)
        self.assertEqual(set(pickings.mapped("state")), {"done"})

    def test_refused_label_keeps_the_delivery(self):
        """A method of a provider without an account: told in words, nothing leaves."""
        self.post.delivery_type = "dhl_de"
        refused, good = self._create_deliveries(1), self._create_deliveries(1, carrier=self.cargo)
        run = self.ship(refused | good)
        line = self.lines(run)[refused]
        self.assertEqual((line.problem, line.state, refused.state), ("label", "failed", "assigned"))
        self.assertTrue(line.reason)
        self.assertEqual(good.state, "done")

    def test_papers_in_the_order_of_the_list(self):
        pickings = self._create_deliveries(2)
        action = pickings[::-1].with_user(self.clerk).action_print_papers()
        self.assertEqual(action["context"]["active_ids"], pickings[::-1].ids)
        self.assertTrue(all(pickings.mapped("printed")))
        report = self.env["ir.actions.report"].with_user(self.clerk)
        html, _kind = report._render_qweb_html(
            "order_fulfilment.report_shipping_papers", pickings[::-1].ids
        )
        text = html.decode()
        self.assertLess(text.index(pickings[1].name), text.index(pickings[0].name))
        self.assertIn("JAR-1", text)

    def test_each_company_has_a_run_of_its_own(self):
        company = self.env["res.company"].create({"name": "Second"})
        other = self.env["stock.ship.run"].create({"kind": "ship", "company_id": company.id})
        self.clerk.company_ids = [Command.link(self.company.id)]
        with self.assertRaises(AccessError):
            other.with_user(self.clerk).read(["kind"])

    def test_seller_ships_nothing(self):
        seller = new_test_user(self.env, "ship_seller", groups="sales_team.group_sale_salesman")
        picking = self._create_deliveries(1)
        with self.assertRaises(AccessError):
            picking.with_user(seller).action_ship()
