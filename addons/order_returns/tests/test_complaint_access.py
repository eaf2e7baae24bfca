# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import ComplaintCase


@tagged("post_install", "-at_install")
class TestComplaintAccess(ComplaintCase):
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
        """Sales takes the complaint, the warehouse goods; quality decides, accounting credits."""
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
