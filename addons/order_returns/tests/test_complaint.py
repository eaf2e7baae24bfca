# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import ComplaintCase


@tagged("post_install", "-at_install")
class TestComplaint(ComplaintCase):
    def test_what_was_shipped_is_proposed_with_its_lot(self):
        wizard = self.env["order.complaint"].create(
            {
                "order_id": self.order_shop.id,
                "reason_id": self.reason("quality").id,
                "operation_id": self.solution("note").id,
            }
        )
        (line,) = wizard.line_ids
        self.assertEqual((line.lot_id, line.open_qty), (self.jar_lot, 12))
        with self.assertRaises(UserError):
            wizard.action_create()
        line.quantity = 2
        rma = self.env["rma"].browse(wizard.action_create()["res_id"])
        self.assertEqual(
            (rma.lot_id, rma.product_uom_qty, rma.state, rma.order_id),
            (self.jar_lot, 2, "confirmed", self.order_shop),
        )
        line.invalidate_recordset()
        self.assertEqual(line.open_qty, 10)

    def test_from_the_lot_every_shipment_is_there(self):
        wizard = self.env["order.complaint"].create(
            {
                "lot_id": self.jar_lot.id,
                "reason_id": self.reason("quality").id,
                "operation_id": self.solution("note").id,
            }
        )
        orders = wizard.line_ids.move_id.sale_line_id.order_id
        self.assertEqual(orders, self.order_shop | self.order_again | self.order_cafe)

    def test_from_the_delivery(self):
        picking = self.order_cafe.picking_ids
        action = picking.action_open_complaint()
        wizard = self.env["order.complaint"].with_context(**action["context"]).new()
        self.assertEqual(wizard.line_ids.lot_id._origin, self.jar_lot)

    def test_never_more_than_shipped(self):
        self.take(self.order_shop, 7)
        with self.assertRaises(ValidationError):
            self.take(self.order_shop, 6)
        second = self.take(self.order_shop, 5)
        second.action_cancel()
        third = self.take(self.order_shop, 5)
        with self.assertRaises(ValidationError):
            third.product_uom_qty = 6

    def test_a_cancelled_complaint_comes_back_only_if_there_is_room(self):
        first = self.take(self.order_shop, 12)
        first.action_cancel()
        self.take(self.order_shop, 12)
        with self.assertRaises(ValidationError):
            first.action_draft()

    def test_what_came_back_without_a_complaint_counts(self):
        self._return(self.order_shop.picking_ids, 10)
        with self.assertRaises(ValidationError):
            self.take(self.order_shop, 3)
        self.take(self.order_shop, 2)

    def test_parts_that_do_not_belong_together(self):
        other = self.control_order.order_line.move_ids
        for values in (
            {"lot_id": self.control_jar.id},
            {"move_id": other.id, "picking_id": other.picking_id.id},
            {"partner_id": self.cafe.id},
            {"product_uom_qty": -1},
            {"product_uom_qty": 13},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self.env["rma"].create(self.raw_vals(self.order_shop, **values))

    def test_unit_of_the_line(self):
        """A dozen of twelve jars is everything."""
        dozen = self.env.ref("uom.product_uom_dozen")
        rma = self.env["rma"].create(
            self.raw_vals(self.order_shop, product_uom=dozen.id, product_uom_qty=1)
        )
        self.assertEqual(rma.product_uom, dozen)
        with self.assertRaises(ValidationError):
            rma.product_uom_qty = 1.1

    def test_health_goes_to_quality_at_once(self):
        rma = self.take(self.order_shop, 1, reason="foreign")
        self.assertEqual(rma.severity, "critical")
        self.assertIn(self.quality, rma.activity_ids.user_id)
        action = rma.with_user(self.quality).action_recall()
        recall = self.env["stock.recall"].browse(action["res_id"])
        self.assertEqual(
            (recall.lot_ids, recall.origin, recall.complaint_order_id, recall.state),
            (self.jar_lot, "complaint", self.order_shop, "draft"),
        )
        self.assertFalse(self.take(self.order_shop, 1).activity_ids)

    def test_reason_is_required(self):
        rma = self.env["rma"].create(self.raw_vals(self.order_shop, reason_id=False))
        with self.assertRaises(UserError):
            rma.action_confirm()

    def test_queries_do_not_grow_with_the_set(self):
        self.env["rma"].create(
            [self.raw_vals(self.order_shop, product_uom_qty=0.1) for _i in range(2)]
        )
        rmas = self.env["rma"].search([("order_id", "=", self.order_shop.id)])
        rmas._check_shipped()
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(12):
            rmas._check_shipped()
        many = rmas | self.env["rma"].create(
            [self.raw_vals(self.order_shop, product_uom_qty=0.1) for _i in range(10)]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(12):
            many._check_shipped()

    def test_who_complains_is_not_asked_whether_all_is_well(self):
        rule = self.env["sale.order.notice.rule"].search(
            [("kind", "=", "delivered"), ("company_id", "=", self.company.id)], limit=1
        )
        rule.enabled = True
        notices = self.env["sale.order.notice"].create(
            [
                {
                    "order_id": order.id,
                    "company_id": order.company_id.id,
                    "kind": "delivered",
                    "picking_id": order.picking_ids.id,
                    "rule_id": rule.id,
                }
                for order in (self.order_shop, self.order_again)
            ]
        )
        notices.picking_id.action_mark_delivered()
        self.take(self.order_shop, 2)
        reasons = [notice._get_objection() for notice in notices]
        self.assertEqual(reasons, ["complaint", False])
