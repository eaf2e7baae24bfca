# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from .common import BatchCase


class TestKitDemand(BatchCase):
    """A gift box of two jars and a ribbon that is bought; the box itself does not exist."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ribbon = cls._create_product("Ribbon", cls.unit, tracking="none")
        cls.box = cls.env["product.product"].create({"name": "Gift box", "type": "consu"})
        cls._create_recipe(
            cls.box,
            1,
            cls.unit,
            [(cls.jar, 2, cls.unit), (cls.ribbon, 1, cls.unit)],
            kind="phantom",
        )

    def _demand(self, order):
        self.env.invalidate_all()
        return self.env["mrp.demand"].search([("order_id", "=", order.id)], order="id")

    def _open(self, order):
        return {row.product_id: row.open_qty for row in self._demand(order)}

    def test_each_component_is_a_demand_of_its_own(self):
        order = self._create_order((self.box, 6))
        demand = self._demand(order)
        self.assertEqual(
            [(row.product_id, row.ordered_qty, row.open_qty) for row in demand],
            [(self.jar, 12, 12), (self.ribbon, 6, 6)],
        )
        self.assertEqual(demand.kit_id, self.box)
        self.assertEqual(demand.sale_line_id, order.order_line)
        self.assertEqual(demand[0].product_uom_id, self.jar.uom_id)

    def test_component_in_its_own_unit(self):
        tin = self.env["product.product"].create({"name": "Tasting tin", "type": "consu"})
        self._create_recipe(tin, 1, self.unit, [(self.bulk, 250, self.gram)], kind="phantom")
        self.assertEqual(self._open(self._create_order((tin, 3))), {self.bulk: 0.75})

    def test_reserved_components_are_no_demand(self):
        self._stock_up(self.jar, 5)
        self._stock_up(self.ribbon, 6)
        order = self._create_order((self.box, 6))
        self.assertEqual(self._open(order), {self.jar: 7})
        self.assertEqual(self._demand(order).reserved_qty, 5)
        self.assertEqual(order.production_status, "to_plan")

    def test_planned_component_is_allocated_to_the_line(self):
        self._stock_up(self.ribbon, 6)
        order = self._create_order((self.box, 6))
        runs = self._plan()
        filling = runs.filtered(lambda run: run.product_id == self.jar)
        self.assertEqual(filling.product_qty, 12)
        allocation = order.allocation_ids
        self.assertEqual(
            (allocation.product_id, allocation.quantity, allocation.sale_line_id),
            (self.jar, 12, order.order_line),
        )
        self.assertFalse(self._open(order))
        self.assertEqual(order.production_status, "planned")

    def test_one_component_too_few_keeps_the_order_to_plan(self):
        order = self._create_order((self.box, 6))
        self._plan()
        self.assertEqual(self._open(order), {self.ribbon: 6}, "nobody makes the ribbon")
        self.assertEqual(order.production_status, "to_plan")

    def test_status_follows_the_components_to_the_customer(self):
        self._stock_up(self.ribbon, 6)
        self._stock_up(self.bulk, 20)
        self._stock_up(self.glass, 20)
        order = self._create_order((self.box, 6))
        filling = self._plan()
        self.assertEqual(order.production_status, "materials_reserved")
        self._produce(filling)
        self.assertEqual(order.production_status, "ready")
        moves = order.picking_ids.move_ids
        moves.filtered(lambda move: move.product_id == self.jar).quantity = 4
        moves.filtered(lambda move: move.product_id == self.ribbon).quantity = 2
        moves.picked = True
        order.picking_ids.with_context(skip_expired=True).button_validate()
        wizard = self.env["stock.backorder.confirmation"].create(
            {
                "pick_ids": [Command.set(order.picking_ids.ids)],
                "backorder_confirmation_line_ids": [
                    Command.create({"picking_id": order.picking_ids.id, "to_backorder": True})
                ],
            }
        )
        wizard.with_context(
            button_validate_picking_ids=order.picking_ids.ids, skip_expired=True
        ).process()
        self.assertEqual(order.order_line.qty_delivered, 2)
        self.assertFalse(self._open(order), "what was made for the line is kept for it")
        order.picking_ids.filtered(lambda picking: picking.state != "done").action_assign()
        self.assertEqual(order.production_status, "partially_shipped")
        self._ship(order)
        self.assertEqual(order.order_line.qty_delivered, 6)
        self.assertEqual(order.production_status, "shipped")
        self.assertEqual(order.allocation_ids.mapped("state"), ["taken"])

    def test_later_kit_does_not_take_what_was_made_for_the_first(self):
        self._stock_up(self.ribbon, 20)
        self._stock_up(self.bulk, 20)
        self._stock_up(self.glass, 20)
        first = self._create_order((self.box, 6))
        filling = self._plan()
        second = self._create_order((self.box, 6))
        self._produce(filling)
        self.assertEqual(first.production_status, "ready")
        self.assertEqual(self._open(second), {self.jar: 12})

    def test_customer_demands_remaining_life_of_components(self):
        self._stock_up(self.jar, 50, expires=fields.Datetime.now() + timedelta(days=40))
        self.customer.min_remaining_days = 60
        order = self._create_order((self.box, 6))
        self.assertEqual(self._open(order)[self.jar], 12)
        self.assertEqual(self._plan().filtered(lambda r: r.product_id == self.jar).product_qty, 12)

    def test_personalised_kit_gets_runs_of_its_own(self):
        self._stock_up(self.jar, 50)
        ordinary = self._create_order((self.jar, 60))
        personal = self._create_order((self.box, 6), confirm=False)
        personal.order_line.is_personal = True
        personal.action_confirm()
        personal.picking_ids.do_unreserve()
        runs = self._plan().filtered(lambda run: run.product_id == self.jar)
        self.assertEqual(
            {(run.sale_order_ids, run.product_qty) for run in runs},
            {(ordinary, 10), (personal, 12)},
        )

    def test_policy_is_that_of_the_component(self):
        self.jar_recipe.planning_policy = "order"
        policies = {
            row.product_id: row.planning_policy
            for row in self._demand(self._create_order((self.box, 6)))
        }
        self.assertEqual(policies, {self.jar: "order", self.ribbon: "pool"})

    def test_kit_is_promised_from_the_run_that_makes_its_component(self):
        self._stock_up(self.ribbon, 6)
        self._stock_up(self.bulk, 20)
        self._stock_up(self.glass, 20)
        order = self._create_order((self.box, 6))
        run = self._plan()
        order.action_promise()
        self.assertTrue(order.promise_date)
        self.assertIn(
            f"12 Units Blossom honey 500 g from run {run.name}", order.promise_explanation
        )

    def test_two_steps_from_stock_to_customer(self):
        self.warehouse.delivery_steps = "pick_ship"
        self._stock_up(self.jar, 8)
        self._stock_up(self.ribbon, 6)
        order = self._create_order((self.box, 4))
        self.assertFalse(self._open(order))
        self.assertEqual(order.production_status, "ready")
        pick = order.picking_ids
        pick.move_ids.picked = True
        pick.with_context(skip_expired=True).button_validate()
        self.assertFalse(self._open(order))
        self.assertEqual(order.production_status, "ready", "picked is not shipped")

    def test_returned_goods_are_not_made_again(self):
        self._stock_up(self.jar, 12)
        self._stock_up(self.ribbon, 6)
        order = self._create_order((self.box, 6))
        shipped = self._ship(order)
        wizard = self.env["stock.return.picking"].create({"picking_id": shipped.id})
        wizard.product_return_moves.filtered(lambda line: line.product_id == self.jar).quantity = 4
        wizard.product_return_moves.to_refund = True
        back = wizard._create_return()
        back.move_ids.picked = True
        back.with_context(skip_expired=True).button_validate()
        self.assertFalse(self._open(order))
