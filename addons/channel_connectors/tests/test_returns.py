# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from .common import ChannelCase


class TestReturns(ChannelCase):
    """Refunds after and before shipping: what is credited, and what goes back to stock."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.honey = cls.products["HON-500"]
        cls.honey.write({"is_storable": True, "tracking": "lot", "invoice_policy": "delivery"})
        cls.lot = cls.env["stock.lot"].create({"name": "L1", "product_id": cls.honey.id})
        cls.place = cls.channel.warehouse_id.lot_stock_id
        cls.env["stock.quant"]._update_available_quantity(cls.honey, cls.place, 50, lot_id=cls.lot)

    def refunded(self, pieces, restock, current, **changes):
        """Sample 1001 (two jars) after a refund of some jars, 7.99 each with 0.52 tax."""
        payload = self.sample(updatedAt="2026-11-20T00:00:00Z", **changes)
        line = payload["lineItems"]["nodes"][0]
        line["currentQuantity"] = current
        amount, tax = self.bag(7.99 * pieces), self.bag(round(1.05 * pieces / 2, 2))
        payload["refunds"] = [
            {
                "id": "gid://shopify/Refund/77",
                "createdAt": "2026-11-20T00:00:00Z",
                "note": None,
                "totalRefundedSet": amount,
                "refundLineItems": {
                    "nodes": [
                        {
                            "id": "gid://shopify/RefundLineItem/1",
                            "quantity": pieces,
                            "restockType": restock,
                            "lineItem": {"id": line["id"]},
                            "subtotalSet": amount,
                            "totalTaxSet": tax,
                        }
                    ],
                    "pageInfo": {"hasNextPage": False},
                },
                "refundShippingLines": {"nodes": []},
            }
        ]
        payload["currentTotalPriceSet"] = self.bag(26.37 - 7.99 * pieces)
        payload["currentTotalTaxSet"] = self.bag(2.19 - round(1.05 * pieces / 2, 2))
        return payload

    def ship(self, order, quantity=None):
        picking = order.picking_ids.filtered(lambda p: p.state not in ("done", "cancel"))
        picking.action_assign()
        for move in picking.move_ids:
            move.quantity = quantity if quantity is not None else move.product_uom_qty
            move.picked = True
        picking.with_context(skip_backorder=True).button_validate()
        self.assertEqual(picking.state, "done")
        return picking

    def test_goods_come_back_with_their_lot(self):
        self.receive([self.sample()])
        order = self.order("#1001")
        order.action_confirm()
        self.ship(order)
        order._create_invoices().action_post()
        self.receive([self.refunded(1, "RETURN", 1)])
        refund = order.channel_refund_ids
        self.assertEqual(self.row("#1001").state, "imported", self.row("#1001").reason)
        self.assertEqual(refund.goods_state, "ask")
        self.assertIn("back", order.activity_ids.summary)
        picking = self.env["stock.picking"].browse(refund.action_return_goods()["res_id"])
        self.assertEqual(picking.move_ids.product_uom_qty, 1)
        self.assertEqual(picking.move_line_ids.lot_id, self.lot)
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertEqual(refund.goods_state, "returned")
        credit = order.action_create_channel_credit_notes()
        credit.action_post()
        self.assertCents(credit.amount_total, 7.99)
        self.assertFalse(order.order_line.filtered("qty_to_invoice"), "credited only once")
        self.assertEqual(refund.action_return_goods()["res_id"], picking.id)

    def test_not_restocked(self):
        self.receive([self.sample()])
        order = self.order("#1001")
        order.action_confirm()
        self.ship(order)
        self.receive([self.refunded(1, "NO_RESTOCK", 1)])
        self.assertEqual(order.channel_refund_ids.goods_state, "none")
        self.row("#1001")
        order.channel_refund_ids.goods_state = "ask"
        order.channel_refund_ids.action_keep_goods_out()
        self.assertEqual(order.channel_refund_ids.goods_state, "kept_out")

    def test_cancelled_piece_is_never_invoiced(self):
        """Refunded before it was shipped: the quotation follows, nothing is credited."""
        self.receive([self.sample()])
        order = self.order("#1001")
        self.receive([self.refunded(1, "CANCEL", 1)])
        self.assertEqual(self.row("#1001").state, "imported", self.row("#1001").reason)
        self.assertEqual(order.order_line[0].product_uom_qty, 1)
        self.assertCents(order.amount_total, 18.38)
        order.action_confirm()
        self.ship(order)
        order._create_invoices().action_post()
        self.assertFalse(order.action_create_channel_credit_notes())
        self.assertTrue(order.channel_refund_ids.is_settled)

    def test_cancelled_piece_that_was_invoiced(self):
        """Invoiced with the order: the piece that does not come is credited."""
        self.honey.invoice_policy = "order"
        self.receive([self.sample()])
        order = self.order("#1001")
        order.action_confirm()
        order._create_invoices().action_post()
        self.receive([self.refunded(1, "CANCEL", 1)])
        self.assertEqual(self.row("#1001").reason_code, "changed")
        credit = order.action_create_channel_credit_notes()
        self.assertCents(credit.amount_total, 7.99)
