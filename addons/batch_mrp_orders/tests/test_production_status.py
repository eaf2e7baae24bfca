# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from .common import BatchCase


class TestProductionStatus(BatchCase):
    def test_from_quotation_to_done(self):
        self._stock_up(self.raw, 50, "R-1")
        self._stock_up(self.glass, 100)
        order = self._create_order((self.jar, 20), confirm=False)
        self.assertEqual(order.production_status, "quotation")
        order.action_confirm()
        self.assertEqual(order.production_status, "to_plan")
        runs = self._plan()
        filling = runs.filtered(lambda run: run.product_id == self.jar)
        kettle = runs - filling
        self.assertEqual(order.production_status, "planned")
        self._produce(kettle, "K-1")
        self.assertEqual(filling.reservation_state, "assigned", "the bulk was made for this run")
        self.assertEqual(order.production_status, "materials_reserved")
        filling.qty_producing = 5
        self.assertEqual(filling.state, "progress")
        self.assertEqual(order.production_status, "in_production")
        self._produce(filling, "J-1")
        self.assertEqual(order.production_status, "ready")
        self.assertEqual(order.delivered_lot_ids.mapped("name"), ["J-1"])
        picking = self._ship(order)
        self.assertEqual(picking.state, "done")
        self.assertEqual(order.production_status, "shipped")
        picking.action_mark_delivered()
        self.assertEqual(order.production_status, "delivered")
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertEqual(order.production_status, "delivered", "the invoice is not paid")
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({})._create_payments()
        self.assertEqual(order.production_status, "done")

    def test_cancelled(self):
        order = self._create_order((self.jar, 20))
        runs = self._plan()
        order._action_cancel()
        self.assertEqual(order.production_status, "cancelled")
        self.assertFalse(order.allocation_ids)
        filling = runs.filtered(lambda run: run.product_id == self.jar)
        self.assertEqual(filling.unallocated_qty, 20, "the run is free for others")

    def test_least_advanced_line_decides(self):
        self._stock_up(self.jar, 10)
        order = self._create_order((self.jar, 10), (self.bulk, 3))
        self.assertEqual(order.production_status, "to_plan")

    def test_partial_shipment(self):
        self._stock_up(self.jar, 10)
        order = self._create_order((self.jar, 10))
        picking = order.picking_ids
        picking.move_ids.quantity = 4
        picking.move_ids.picked = True
        picking.with_context(skip_expired=True).button_validate()
        self.env["stock.backorder.confirmation"].create(
            {"pick_ids": [(4, picking.id)], "show_transfers": False}
        ).with_context(button_validate_picking_ids=picking.ids, skip_expired=True).process()
        self.assertEqual(picking.state, "done")
        self.assertEqual(order.production_status, "partially_shipped")

    def test_cancelled_run_gives_the_demand_back(self):
        order = self._create_order((self.jar, 20))
        self._plan().action_cancel()
        self.assertEqual(order.production_status, "to_plan")
        self.assertEqual(self.env["mrp.demand"].search([("order_id", "=", order.id)]).open_qty, 20)

    def test_goods_without_recipe_wait_for_purchase(self):
        order = self._create_order((self.glass, 5))
        self.assertEqual(order.production_status, "to_plan")
        self._stock_up(self.glass, 5)
        order.picking_ids.action_assign()
        self.assertEqual(order.production_status, "ready")

    def test_queries_do_not_grow_with_orders(self):
        orders = self.env["sale.order"].concat(
            *(self._create_order((self.jar, 2), (self.bulk, 1)) for _number in range(20))
        )
        self._plan()
        field = orders._fields["production_status"]
        counts = []
        for group in (orders[:1], orders[:4], orders):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env.add_to_compute(field, group)
            self.assertEqual(set(group.mapped("production_status")), {"planned"})
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2], counts)

    def test_order_of_services_has_nothing_to_make(self):
        service = self.env["product.product"].create({"name": "Tasting", "type": "service"})
        order = self._create_order((service, 1))
        self.assertEqual(order.production_status, "delivered")
