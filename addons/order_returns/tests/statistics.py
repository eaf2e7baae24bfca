# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.fields import Command


class StatisticsTests:
    """Complaints in relation to what was shipped."""

    def rate(self, domain):
        ((count, wrong, shipped, ppm),) = self.env["order.complaint.report"]._read_group(
            domain,
            [],
            ["complaint_count:sum", "complaint_qty:sum", "shipped_qty:sum", "ppm:avg"],
        )
        return count, wrong, shipped, ppm

    def test_rate_of_the_lot(self):
        """Thirty jars of the lot were shipped; three are complained about: 10 %."""
        self.take(self.order_shop, 2)
        self.take(self.order_cafe, 1, reason="foreign")
        cancelled = self.take(self.order_again, 5)
        cancelled.action_cancel()
        self.assertEqual(self.rate([("lot_id", "=", self.jar_lot.id)]), (2, 3, 30, 100000))
        self.assertEqual(self.rate([("lot_id", "=", self.control_jar.id)]), (0, 0, 5, 0))
        self.assertEqual(self.jar_lot.complaint_count, 2)
        self.assertEqual(self.jar.product_tmpl_id.complaint_count, 2)

    def test_units_are_those_of_the_product(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        rma = self.env["rma"].create(
            self.raw_vals(self.order_shop, product_uom=dozen.id, product_uom_qty=0.5)
        )
        rma.action_confirm()
        self.assertEqual(self.rate([("lot_id", "=", self.jar_lot.id)])[1], 6)

    def test_supplier_of_the_ingredients(self):
        """The raw honey is two levels above the jars; the other jars were bought."""
        raw_lot = self._receive(self.raw, 51, "R-1")
        self.env["stock.quant"]._update_available_quantity(self.glass, self.stock, 500)
        bulk_lot = self._run(self.bulk, 50, {self.raw: raw_lot}, "B-1")
        made = self._run(self.jar, 80, {self.bulk: bulk_lot}, "M-1")
        self.take(self._sell(self.jar, 30, made), 3)
        (row,) = self.env["order.complaint.supplier"].search(
            [("ingredient_lot_id", "=", raw_lot.id), ("lot_id", "=", made.id)]
        )
        self.assertEqual(row.supplier_id, self.supply)
        self.assertEqual((row.complaint_count, row.complaint_qty, row.shipped_qty), (1, 3, 30))
        (other,) = self.env["order.complaint.supplier"].search(
            [("ingredient_lot_id", "=", self.control_jar.id)]
        )
        self.assertEqual((other.complaint_count, other.shipped_qty), (0, 5))
        action = self.supply.action_view_supplier_complaints()
        self.assertIn(row, self.env["order.complaint.supplier"].search(action["domain"]))

    def test_returned_goods_are_no_shipment(self):
        rma = self.take(self.order_shop, 2, "examine")
        self.receive(rma)
        self.assertEqual(self.rate([("lot_id", "=", self.jar_lot.id)])[2], 30)

    def test_queries_do_not_grow_with_what_was_shipped(self):
        """By lot, product and supplier; ten times the lots and complaints."""

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            for model, groups in (
                ("order.complaint.report", ["product_id", "lot_id"]),
                ("order.complaint.report", ["partner_id", "reason_id"]),
                ("order.complaint.supplier", ["supplier_id", "ingredient_id"]),
            ):
                rows = self.env[model].formatted_read_group(
                    [], groups, ["complaint_count:sum", "complaint_qty:sum", "ppm:avg"]
                )
                self.assertTrue(rows)
            return self.cr.sql_log_count - before

        self.take(self.order_shop, 1)
        count()
        few = count()
        lots = [self._receive(self.jar, 1, f"Q-{number}") for number in range(10)]
        order = self._create_order((self.jar, 10), partner_id=self.cafe.id)
        move = order.order_line.move_ids
        move._do_unreserve()
        move.move_line_ids = [
            Command.create({**move._prepare_move_line_vals(quantity=1), "lot_id": lot.id})
            for lot in lots
        ]
        self._ship(order)
        vals = self.raw_vals(
            self.order_shop,
            partner_id=self.cafe.id,
            order_id=order.id,
            picking_id=move.picking_id.id,
            move_id=move.id,
        )
        rmas = self.env["rma"].create([{**vals, "lot_id": lot.id} for lot in lots])
        rmas.action_confirm()
        self.assertEqual(count(), few)
