# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from decimal import Decimal
from types import SimpleNamespace
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError

from odoo.addons.carrier_labels.tests.common import ABSENT, LabelMixin, Sandbox, available
from odoo.addons.stock.models.stock_picking import StockPicking

from .common import FulfilmentCase


class TestShipLabels(LabelMixin, FulfilmentCase):
    """The desk buys real labels, from the stand-in of DHL."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not available():
            cls.skipTest(cls, ABSENT)
        # What is bought has a transaction of its own.
        cls.registry_enter_test_mode_cls()
        cls.dhl = cls.enterClassContext(Sandbox())
        cls.warehouse.partner_id.write(
            {
                "name": "Seifenmanufaktur",
                "street": "Werkstattweg 3",
                "zip": "04229",
                "city": "Leipzig",
                "country_id": cls.env.ref("base.de").id,
            }
        )
        cls.dhl_method = cls.make_carrier(cls.make_account(cls.dhl.url))
        cls.reader = cls.make_customer("Marie Schäfer")

    def deliveries(self, count):
        return self._create_deliveries(count, carrier=self.dhl_method, customer=self.reader)

    def numbers_sold(self):
        return set(self.dhl.store.shipments)

    def test_labels_are_bought_in_one_request_and_used_once(self):
        pickings = self.deliveries(5)
        nowhere = self.make_customer("Niemand", zip="4109")
        pickings[2].partner_id = nowhere
        before = self.numbers_sold()
        self.dhl.store.requests.clear()
        pickings.action_buy_desk_labels()
        self.env.invalidate_all()
        sold = self.numbers_sold() - before
        self.assertEqual(len(sold), 4)
        asked = self.dhl.store.requests.count("buy")
        self.assertEqual(asked, 1)
        good = pickings - pickings[2]
        self.assertEqual(set(good.mapped("label_state")), {"bought"})
        self.assertTrue(all(pages for pages in good._get_label_pages().values()))
        pickings.action_ship()
        self.env.invalidate_all()
        self.assertEqual(set(good.mapped("state")), {"done"})
        self.assertEqual(set(good.mapped("carrier_tracking_ref")), sold)
        # The address is caught before anything is bought.
        self.assertEqual((pickings[2].state, pickings[2].carrier_tracking_ref), ("assigned", False))
        self.assertEqual(self.numbers_sold() - before, sold)
        self.assertFalse(self.dhl.store.violations)

    def test_label_of_a_delivery_that_failed_is_used_by_the_next_try(self):
        pickings = self.deliveries(2)
        before = self.numbers_sold()
        bad = pickings[0]
        done, message = StockPicking._action_done, "The scales are broken"

        def fail(records):
            if bad in records:
                raise UserError(message)
            return done(records)

        with patch.object(StockPicking, "_action_done", fail):
            pickings.action_ship()
        self.env.invalidate_all()
        self.assertEqual(pickings.mapped("state"), ["assigned", "done"])
        self.assertEqual(bad.label_state, "bought")
        sold = self.numbers_sold() - before
        self.assertEqual(len(sold), 2)
        pickings.action_ship()
        self.env.invalidate_all()
        self.assertEqual(bad.state, "done")
        self.assertEqual(set(pickings.mapped("carrier_tracking_ref")), sold)
        self.assertEqual(self.numbers_sold() - before, sold)

    def test_labels_for_label_printers_are_told_of(self):
        self.dhl_method.label_format = "zpl"
        pickings = self.deliveries(2)
        other = self._create_deliveries(1)
        report = "ir.actions.report"
        self.assertEqual((pickings | other).action_print_papers()["type"], report)
        pickings.action_buy_desk_labels()
        self.env.invalidate_all()
        told = (pickings | other).action_print_papers()["params"]
        self.assertEqual((told["type"], told["next"]["type"]), ("warning", report))
        self.assertIn("2", told["message"])
        self.assertEqual(other.action_print_papers()["type"], report)
        printed = []
        printer = SimpleNamespace(print_document=lambda *_a, **values: printed.append(values))
        with patch.object(type(pickings), "_label_printer", lambda _self: printer):
            told = pickings.action_print_papers()["params"]
        self.assertEqual((told["type"], printed), ("success", [{"doc_format": "raw"}]))

    def test_parts_of_a_kit_share_its_value_for_customs(self):
        kit = self._create_product("Gift Set", self.unit, tracking="none", list_price=99)
        (self.jar | self.candle).taxes_id = False
        self.jar.list_price, self.candle.list_price = 30, 5
        parts = [(self.jar, 1), (self.candle, 2)]
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": part.id, "product_qty": quantity})
                    for part, quantity in parts
                ],
            }
        )
        picking = self._create_deliveries(1, (kit, 1), carrier=self.dhl_method)
        line = picking.sale_id.order_line.filtered(lambda line: line.product_id == kit)
        line.write({"tax_ids": False, "price_unit": 20})
        picking.partner_id = self.make_customer(
            country_id=self.env.ref("base.ch").id, zip="8001", city="Zürich"
        )
        worth = {
            one.description: (one.quantity, one.value)
            for one in self.dhl_method._label_content(picking, picking.move_line_ids)
        }
        self.assertEqual(
            worth,
            {self.jar.name: (1, Decimal("15.00")), self.candle.name: (2, Decimal("2.50"))},
        )
