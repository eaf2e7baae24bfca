# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user

from .common_recall import RecallCase

ROLES = {
    "seller": "sales_team.group_sale_salesman",
    "stocker": "stock.group_stock_user",
    "maker": "mrp.group_mrp_user",
}


class TestRecallAccess(RecallCase):
    """Quality recalls, the others read; nobody sees another company's recalls."""

    def test_roles(self):
        recall = self._recall()
        for login, group in ROLES.items():
            with self.subTest(role=login):
                user = new_test_user(self.env, login, groups=f"{group},base.group_user")
                own = recall.with_user(user)
                self.assertEqual((own.reason, own.lot_count), ("Glass splinters", 3))
                self.assertEqual(own.shipment_ids.mapped("quantity"), [10.0, 12.0, 8.0])
                self.assertTrue(own.customer_ids.mapped("name"))
                self.assertIn("Made from", own.line_ids[-1].reason)
                self.assertTrue(own.holding_ids.mapped("quantity"))
                for attempt in (
                    lambda own=own: own.write({"reason": "No"}),
                    lambda own=own: own.action_cancel(),
                    lambda own=own: own.action_close(),
                    lambda own=own: own.copy(),
                    lambda own=own: own.customer_ids.action_phoned(),
                    lambda own=own: own.line_ids.action_clear(),
                    lambda own=own: own.lot_ids.action_recall(),
                    lambda own=own: own.env["stock.recall.start"].create({"number": "R-1"}),
                ):
                    with self.assertRaises(AccessError):
                        attempt()
        self.assertTrue(self.jar_lot.is_blocked)

    def test_seller_sees_why(self):
        self._recall()
        seller = new_test_user(
            self.env, "why", groups="sales_team.group_sale_salesman_all_leads,base.group_user"
        )
        self.assertIn("Glass splinters", self.order_shop.with_user(seller).block_note)
        self.assertFalse(self.control_order.with_user(seller).block_note)

    def test_refused_release_of_a_rehearsal_does_not_show_on_orders(self):
        self._recall(rehearsal=True)
        self.assertFalse(self.order_shop.block_note)

    def test_complaint_goes_from_the_seller_to_quality(self):
        seller = new_test_user(
            self.env, "taker", groups="sales_team.group_sale_salesman_all_leads,base.group_user"
        )
        action = self.order_cafe.with_user(seller).action_complaint()
        wizard = (
            self.env["stock.recall.complaint"]
            .with_user(seller)
            .with_context(**action["context"])
            .create({"description": "Splinter in the jar"})
        )
        self.assertEqual(wizard.lot_ids, self.jar_lot, "the only lot of the order")
        wizard.action_report()
        recall = self.env["stock.recall"].search([("origin", "=", "complaint")])
        self.assertEqual(recall.complaint_order_id, self.order_cafe)
        self.assertEqual(recall.complaint_partner_id, self.cafe)
        self.assertEqual(recall.state, "draft")
        self.assertFalse(self.jar_lot.is_blocked)
        self.assertIn(self.quality, recall.activity_ids.user_id)
        self.assertNotIn(seller, recall.activity_ids.user_id)
        self.assertEqual(recall.customer_count, 2)

    def test_complaint_about_lots_the_customer_has_not_got(self):
        wizard = self.env["stock.recall.complaint"].create(
            {
                "order_id": self.order_cafe.id,
                "description": "No",
                "lot_ids": [Command.set(self.control_raw.ids)],
            }
        )
        with self.assertRaisesRegex(Exception, "has not got"):
            wizard.action_report()

    def test_companies(self):
        recall = self._recall()
        other = self.env["res.company"].create({"name": "Neighbour"})
        stranger = new_test_user(
            self.env,
            "stranger",
            groups="batch_mrp_orders.group_quality,base.group_user",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        for model in ("", ".lot", ".holding", ".shipment", ".customer"):
            self.assertFalse(self.env[f"stock.recall{model}"].with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            recall.with_user(stranger).read(["reason"])
        shared = self.jar_lot
        shared.sudo().company_id = False
        own = (
            self.env["stock.recall"]
            .with_user(stranger)
            .create({"lot_ids": [Command.set(shared.ids)], "reason": "Ours only"})
        )
        self.assertFalse(own.shipment_ids, "what the other company has shipped is not shown")
        self.assertFalse(own.holding_ids.filtered(lambda row: row.kind != "stock"))
