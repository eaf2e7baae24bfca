# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.tests import new_test_user

from .common import FulfilmentCase


class TestScan(FulfilmentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        clerk = new_test_user(cls.env, "ship_scanner", groups="stock.group_stock_user")
        cls.desk = cls.env["stock.picking"].with_user(clerk)
        cls.gs1 = "0104006381333948" + "15270331" + "10JAR-1"

    def scan(self, code, current=None):
        return self.desk.ship_desk_scan(code, current and current.id)

    def test_order_and_delivery_and_batch(self):
        first, second = self._create_deliveries(2)
        first.sale_id.client_order_ref = "SHOP-77"
        for code in (first.name, first.name.lower(), first.sale_id.name, "SHOP-77"):
            told = self.scan(code)
            self.assertEqual((told["kind"], told["ticked"]), ("success", first.ids), code)
            self.assertEqual(told["current"]["id"], first.id)
        batch = (first | second)._plan_batches()
        self.assertEqual(self.scan(batch.name)["ticked"], (first | second).ids)

    def test_what_cannot_leave_is_not_ticked(self):
        picking = self._create_deliveries(1)
        picking.sale_id.planning_block_reason = "Not paid"
        told = self.scan(picking.name)
        self.assertEqual((told["kind"], told["ticked"]), ("danger", []))
        self.assertIn("Not paid", told["message"])
        picking.sale_id.planning_block_reason = False
        picking.button_validate()
        self.assertEqual(self.scan(picking.name)["kind"], "danger")

    def test_pieces_are_counted(self):
        picking = self._create_deliveries(1)
        kinds = [self.scan(code, picking)["kind"] for code in (self.gs1, "4006381333931", "JAR-1")]
        self.assertEqual(kinds, ["info", "info", "success"])
        self.assertFalse(picking.ship_problem)
        self.assertEqual(self.scan(self.gs1, picking)["kind"], "danger", "one too many")
        self.assertEqual(sorted(picking.move_line_ids.mapped("scanned_qty")), [1, 2])

    def test_wrong_goods_and_wrong_lot(self):
        picking = self._create_deliveries(1, (self.jar, 1))
        self._stock_up(self.jar, 5, "JAR-2")
        self.assertEqual(self.scan("4006381333931", picking)["kind"], "danger")
        wrong = self.scan("JAR-2", picking)
        self.assertEqual(wrong["kind"], "danger")
        self.assertIn("JAR-1", wrong["message"])
        self.assertFalse(any(picking.move_line_ids.mapped("scanned_qty")))

    def test_begun_scan_must_be_finished(self):
        picking = self._create_deliveries(1)
        self.scan(self.gs1, picking)
        picking.action_ship()
        self.assertEqual(picking.state, "assigned")

    def test_goods_find_the_order_that_waits(self):
        mixed = self._create_deliveries(1)
        single = self._create_deliveries(1, (self.jar, 1))
        told = self.scan(self.gs1)
        self.assertEqual(told["ticked"], single.ids, "the order of one product first")
        self.assertEqual(self.scan(self.gs1)["current"]["id"], mixed.id)
        self.assertEqual(self.scan(self.gs1)["kind"], "danger", "nobody else waits")

    def test_number_of_a_parcel(self):
        picking = self._create_deliveries(1)
        told = self.scan("00340434161094021501", picking)
        self.assertTrue(told["changed"])
        self.assertEqual(picking.carrier_tracking_ref, "00340434161094021501")
        self.scan("1Z12345E0205271688", picking)
        self.scan("1Z12345E0205271688", picking)
        self.assertEqual(picking.carrier_tracking_ref, "00340434161094021501,1Z12345E0205271688")
        self.post.delivery_type = "dhl_de"
        other = self._create_deliveries(1)
        self.assertEqual(self.scan("00340434161094021518", other)["kind"], "danger")

    def test_unknown_code(self):
        self._create_deliveries(1)
        told = self.scan("%")
        self.assertEqual((told["kind"], told["current"]), ("danger", False))
