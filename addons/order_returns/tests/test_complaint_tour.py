# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.tests import HttpCase, tagged

from .common import ComplaintCase


@tagged("post_install", "-at_install")
class TestComplaintTour(ComplaintCase, HttpCase):
    def test_from_complaint_to_credit_note_and_statistics(self):
        self.invoice(self.order_shop)
        self.env.flush_all()
        self.start_tour(
            f"/odoo/sales/{self.order_shop.id}", "order_returns_complaint", login="admin"
        )
        rma = self.order_shop.rma_ids
        self.assertEqual((rma.lot_id, rma.product_uom_qty), (self.jar_lot, 2))
        self.assertEqual((rma.state, rma.goods_state), ("refunded", "decided"))
        self.assertEqual(rma.decision_ids.decision, "destroy")
        self.assertEqual(rma.refund_id.invoice_line_ids.quantity, 2)
