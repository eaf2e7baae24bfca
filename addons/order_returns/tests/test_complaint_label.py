# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ComplaintCase


@tagged("post_install", "-at_install")
class TestComplaintLabel(ComplaintCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        parcel = cls.env["product.product"].create({"name": "Parcel", "type": "service"})
        cls.carrier = cls.env["delivery.carrier"].create({"name": "Post", "product_id": parcel.id})
        cls.order_shop.picking_ids.carrier_id = cls.carrier

    def test_one_label_and_a_mail_with_it(self):
        asked = []

        def label(carrier, pickings, tracking_number=None, origin_date=None):
            asked.append(pickings)
            name = carrier.get_return_label_prefix() + "-1.pdf"
            return pickings.message_post(attachments=[(name, b"%PDF")])

        carrier = type(self.carrier)
        with (
            patch.object(carrier, "can_generate_return", True),
            patch.object(carrier, "fixed_get_return_label", label, create=True),
        ):
            rma = self.take(self.order_shop, 2, "examine")
            for _attempt in range(2):
                action = rma.action_return_label()
        self.assertEqual(asked, [rma.reception_move_id.picking_id])
        composer = self.env["mail.compose.message"].with_context(**action["context"]).create({})
        self.assertEqual(composer.attachment_ids.mapped("raw"), [b"%PDF"])
        composer._action_send_mail()
        self.assertIn(self.customer, rma.message_ids[0].partner_ids)
        self.assertTrue(rma.message_ids[0].attachment_ids)

    def test_carrier_without_labels_for_returns(self):
        rma = self.take(self.order_shop, 2, "examine")
        with self.assertRaises(UserError):
            rma.action_return_label()
        self.assertFalse(rma.reception_move_id.picking_id.return_label_ids)

    def test_nothing_expected(self):
        with self.assertRaises(UserError):
            self.take(self.order_shop, 2, "credit").action_return_label()
