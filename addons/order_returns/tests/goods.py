# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError


class GoodsTests:
    """What comes back: quarantine, decisions, labels."""

    def returned(self, quantity=4, **options):
        rma = self.take(self.order_shop, quantity, "examine", **options)
        self.receive(rma)
        return rma

    def decide(self, rma, decision, quantity):
        wizard = self.env["order.goods.decide"].create(
            {"rma_id": rma.id, "decision": decision, "quantity": quantity, "note": "looked at"}
        )
        wizard.action_apply()

    def test_returns_lie_in_quarantine_as_the_same_lot(self):
        rma = self.take(self.order_shop, 4, "examine")
        self.assertEqual(rma.goods_state, "expected")
        self.assertEqual(rma.reception_move_id.move_line_ids.lot_id, self.jar_lot)
        before = self.on_hand(self.jar_lot, self.stock)
        free = self.jar.with_context(warehouse_id=self.warehouse.id).free_qty
        self.receive(rma)
        self.assertEqual((rma.goods_state, rma.undecided_qty), ("to_decide", 4))
        self.assertEqual(self.on_hand(self.jar_lot, self.warehouse.rma_loc_id), 4)
        self.assertEqual(self.on_hand(self.jar_lot, self.stock), before)
        self.jar.invalidate_recordset(["free_qty"])
        self.assertEqual(self.jar.with_context(warehouse_id=self.warehouse.id).free_qty, free)

    def test_decided_piece_by_piece_and_counted_in_the_balance(self):
        rma = self.returned()
        stock = self.on_hand(self.jar_lot, self.stock)
        scrapped = self.jar_lot.scrapped_qty
        self.decide(rma, "restock", 1)
        self.decide(rma, "destroy", 3)
        self.assertEqual((rma.goods_state, rma.undecided_qty), ("decided", 0))
        self.assertEqual(self.on_hand(self.jar_lot, self.stock), stock + 1)
        self.assertEqual(self.on_hand(self.jar_lot, self.warehouse.rma_loc_id), 0)
        self.jar_lot.invalidate_recordset()
        self.assertEqual(self.jar_lot.scrapped_qty - scrapped, 3)
        self.assertEqual(self.jar_lot.customer_returns_qty, 4)
        self.assertEqual(self.jar_lot.difference_qty, 0)
        self.assertEqual(rma.decision_ids.lot_id, self.jar_lot)
        with self.assertRaises(UserError):
            self.decide(rma, "destroy", 1)

    def test_back_to_the_supplier(self):
        self.env["product.supplierinfo"].create(
            {"partner_id": self.supply.id, "product_tmpl_id": self.jar.product_tmpl_id.id}
        )
        rma = self.returned()
        self.decide(rma, "supplier", 4)
        self.jar_lot.invalidate_recordset()
        self.assertEqual(self.jar_lot.vendor_returns_qty, 4)

    def test_only_what_may_be_sold_is_restocked(self):
        rma = self.returned()
        self.jar_lot.action_block("Looks odd")
        with self.assertRaises(UserError):
            self.decide(rma, "restock", 1)
        self.jar_lot.action_release()
        self.jar_lot.expiration_date = fields.Datetime.now() - timedelta(days=1)
        with self.assertRaises(UserError):
            self.decide(rma, "restock", 1)
        self.decide(rma, "destroy", 4)

    def test_no_more_than_came_back(self):
        rma = self.returned()
        for quantity in (0, -1, 5):
            with self.subTest(quantity), self.assertRaises(UserError):
                self.decide(rma, "destroy", quantity)

    def test_closing_waits_for_the_goods(self):
        rma = self.take(self.order_shop, 2, "examine")
        with self.assertRaises(UserError):
            rma.action_close_complaint()
        self.receive(rma)
        with self.assertRaises(UserError):
            rma.action_close_complaint()
        self.decide(rma, "destroy", 2)
        rma.action_close_complaint()
        self.assertEqual(rma.state, "finished")

    def test_the_order_is_not_to_be_delivered_or_invoiced_again(self):
        self.invoice(self.order_shop)
        status = self.order_shop.production_status
        self.returned()
        line = self.order_shop.order_line
        self.assertEqual((line.qty_delivered, line.qty_to_invoice), (12, 0))
        self.assertEqual(self.order_shop.invoice_status, "invoiced")
        self.assertEqual(self.order_shop.production_status, status)

    # ------------------------------------------------------- label to send them with
    def give_carrier(self):
        parcel = self.env["product.product"].create({"name": "Parcel", "type": "service"})
        carrier = self.env["delivery.carrier"].create({"name": "Post", "product_id": parcel.id})
        self.order_shop.picking_ids.carrier_id = carrier
        return type(carrier)

    def test_one_label_and_a_mail_with_it(self):
        asked = []

        def label(carrier, pickings, tracking_number=None, origin_date=None):
            asked.append(pickings)
            name = carrier.get_return_label_prefix() + "-1.pdf"
            return pickings.message_post(attachments=[(name, b"%PDF")])

        carrier = self.give_carrier()
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
        self.give_carrier()
        rma = self.take(self.order_shop, 2, "examine")
        with self.assertRaises(UserError):
            rma.action_return_label()
        self.assertFalse(rma.reception_move_id.picking_id.return_label_ids)

    def test_quarantine_is_named_in_the_language_of_the_company(self):
        place = self.env.ref("rma.stock_location_rma")
        partner = self.env.ref("base.main_company").partner_id
        self.env["res.lang"]._activate_lang("de_DE")
        self.env["res.lang"]._activate_lang("en_US")
        names = []
        for lang in ("en_US", "de_DE"):
            partner.lang = lang
            names.append(place.name)
        self.assertEqual(names, ["Quarantine", "Sperrlager"])
        place.name = "RMA"
        self.env["ir.module.module"]._load_module_terms(["order_returns"], ["de_DE"])
        self.assertEqual(place.name, "Sperrlager")
        place.name = "Our own"
        partner.lang = "en_US"
        self.assertEqual(place.name, "Our own")

    def test_nothing_expected(self):
        self.give_carrier()
        with self.assertRaises(UserError):
            self.take(self.order_shop, 2, "credit").action_return_label()
