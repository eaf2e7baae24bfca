# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import ComplaintCase
from .goods import GoodsTests
from .money import MoneyTests
from .statistics import StatisticsTests


@tagged("post_install", "-at_install")
class TestComplaint(GoodsTests, MoneyTests, StatisticsTests, ComplaintCase):
    """All that needs no browser, with one set-up."""

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

    # ------------------------------------------------------------------- roles
    def test_seller_takes_complaints_and_sends_replacements(self):
        seller = new_test_user(self.env, "seller", groups="sales_team.group_sale_salesman")
        self.order_shop.user_id = seller
        rma = self.take(self.order_shop, 2, "replace", user=seller)
        self.assertEqual(rma.lot_id, self.jar_lot)
        rma.action_create_replacement()
        self.assertEqual(rma.replacement_order_id.state, "sale")
        back = self.take(self.order_shop, 2, "examine", user=seller)
        with self.assertRaises(AccessError):
            self.env["order.goods.decide"].with_user(seller).create(
                {"rma_id": back.id, "decision": "destroy", "quantity": 1, "note": "x"}
            )
        with self.assertRaises(AccessError):
            back.action_recall()

    def test_seller_credits_what_was_invoiced(self):
        seller = new_test_user(self.env, "seller", groups="sales_team.group_sale_salesman")
        self.order_shop.user_id = seller
        self.invoice(self.order_shop)
        rma = self.take(self.order_shop, 2, "credit", user=seller)
        rma.action_refund()
        self.assertEqual(rma.sudo().refund_id.state, "draft")

    def test_storekeeper_decides(self):
        keeper = new_test_user(self.env, "keeper", groups="stock.group_stock_user")
        rma = self.take(self.order_shop, 2, "examine")
        self.receive(rma.with_user(keeper))
        rma.with_user(keeper)._decide_goods("destroy", 1, "broken")
        rma.with_user(keeper)._decide_goods("restock", 1, "fine")
        self.assertEqual(rma.goods_state, "decided")
        with self.assertRaises(AccessError):
            rma.decision_ids.with_user(keeper).write({"quantity": 5})

    def test_roles_work_hand_in_hand(self):
        """Sales takes the complaint, the warehouse the goods, quality decides, the books credit."""
        users = {
            role: new_test_user(self.env, f"rma_{role}", groups=f"order_hub.group_role_{role}")
            for role in ("sales", "warehouse", "quality", "accounting")
        }
        self.invoice(self.order_shop)
        rma = self.take(self.order_shop, 2, "examine", user=users["sales"])
        self.receive(rma.with_user(users["warehouse"]))
        decision = (
            self.env["order.goods.decide"]
            .with_user(users["quality"])
            .create({"rma_id": rma.id, "decision": "destroy", "quantity": 2, "note": "leaks"})
        )
        decision.action_apply()
        self.assertEqual(rma.goods_state, "decided")
        self.assertEqual(rma.decision_ids.create_uid, users["quality"])
        credit = self.take(self.order_shop, 1, "credit", user=users["sales"])
        credit.action_refund()
        note = credit.sudo().refund_id.with_user(users["accounting"])
        note.action_post()
        self.assertEqual(note.state, "posted")
        with self.assertRaises(AccessError):
            note.with_user(users["quality"]).button_draft()

    def test_other_companies_see_nothing(self):
        rma = self.take(self.order_shop, 2, "examine")
        self.receive(rma)
        rma._decide_goods("destroy", 1, "broken")
        company = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "stranger",
            groups="sales_team.group_sale_manager,stock.group_stock_manager",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        env = self.env(user=stranger)
        for model in ("rma", "order.goods.decision", "order.complaint.report"):
            with self.subTest(model):
                self.assertFalse(env[model].search_count([]))
        wizard = env["order.complaint"].create(
            {
                "lot_id": self.jar_lot.id,
                "reason_id": self.reason("quality").id,
                "operation_id": self.solution("note").id,
            }
        )
        self.assertFalse(wizard.line_ids)

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
