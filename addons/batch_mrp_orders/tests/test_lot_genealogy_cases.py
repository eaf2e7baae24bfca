# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What happens to goods besides the plain way: every case up, down, shipped and accounted for."""

from odoo.fields import Command
from odoo.tests import Form

from .common_genealogy import GenealogyCase


class TestLotGenealogyCases(GenealogyCase):
    def _assert_lot(self, lot, up, down, orders=None, **parts):
        """All that is known of ``lot``; ``parts`` are those of its balance."""
        self.env.invalidate_all()
        self.assertEqual(lot.upstream_lot_ids, up)
        self.assertEqual(lot.downstream_lot_ids, down)
        orders = orders or self.env["sale.order"]
        self.assertEqual(lot.sale_order_ids, orders)
        self.assertEqual(lot.shipment_ids, orders.picking_ids)
        self.assertEqual(lot.customer_ids, orders.partner_id)
        balance = lot._get_mass_balances()[lot.id]
        for part, quantity in parts.items():
            self.assertEqual(getattr(balance, part), quantity, part)
        self.assertEqual(balance.difference, 0)

    def _custom(self, product, quantity, used, lot_name, **values):
        """Make something without a recipe of exactly the given quantities of lots."""
        moves = [
            Command.create(
                {
                    "product_id": lot.product_id.id,
                    "product_uom": lot.product_uom_id.id,
                    "product_uom_qty": amount,
                }
            )
            for lot, amount in used.items()
        ]
        lots = {lot.product_id: lot for lot in used}
        return self._make(
            product, quantity, lots, lot_name, bom_id=False, move_raw_ids=moves, **values
        )

    def test_serials(self):
        hive = self._create_product("Observation hive", self.unit, tracking="serial")
        lots = self.env["stock.lot"].create(
            [{"name": name, "product_id": hive.id} for name in ("H-1", "H-2")]
        )
        run = self._custom_run(hive, 2, self.jar_lot, 6)
        run.lot_producing_ids = lots
        run._set_qty_producing()
        run.with_context(skip_consumption=True, skip_expired=True).button_mark_done()
        self.assert_done(run)
        order = self._sell(hive, 1, lots[1])
        up = self.jar_lot | self.bulk_lot | self.raw_lot
        none = self.env["stock.lot"]
        self._assert_lot(lots[0], up, none, made=1, on_hand=1)
        self._assert_lot(lots[1], up, none, order, made=1, shipped=1)
        self._assert_lot(
            self.jar_lot, self.bulk_lot | self.raw_lot, lots, order, made=80, consumed=6
        )

    def _custom_run(self, product, quantity, lot, amount):
        """A confirmed run that will use ``amount`` of ``lot``."""
        run = self.env["mrp.production"].create(
            {
                "product_id": product.id,
                "product_qty": quantity,
                "bom_id": False,
                "move_raw_ids": [
                    Command.create(
                        {
                            "product_id": lot.product_id.id,
                            "product_uom": lot.product_uom_id.id,
                            "product_uom_qty": amount,
                        }
                    )
                ],
            }
        )
        run.action_confirm()
        run.qty_producing = quantity
        self._take(run.move_raw_ids, lot, amount)
        return run

    def _take(self, move, lot, amount):
        move._do_unreserve()
        move.move_line_ids = [
            Command.create({**move._prepare_move_line_vals(quantity=amount), "lot_id": lot.id})
        ]
        move.picked = True

    def test_kit_is_shipped_as_its_parts(self):
        box = self._create_product("Gift box", self.unit, tracking="none")
        self._create_recipe(box, 1, self.unit, [(self.jar, 2, self.unit)], kind="phantom")
        order = self._create_order((box, 3))
        self._take(order.order_line.move_ids, self.jar_lot, 6)
        self.assert_done(self._ship(order))
        up = self.bulk_lot | self.raw_lot
        self._assert_lot(
            self.jar_lot, up, self.env["stock.lot"], order, made=80, shipped=6, on_hand=74
        )
        self._assert_lot(
            self.raw_lot, self.env["stock.lot"], self.bulk_lot | self.jar_lot, order, consumed=51
        )
        [shipment] = self.raw_lot._get_shipment_lines()
        self.assertEqual((shipment.quantity, shipment.sale_line_id), (6, order.order_line.id))

    def test_made_elsewhere_and_received_under_the_same_number(self):
        """As a subcontractor's goods are booked: made at a place of his, then received."""
        place = self.env["stock.location"].create(
            {"name": "Lohnabfüller", "usage": "internal", "location_id": self.stock.id}
        )
        run = self._custom(
            self.jar, 10, {self.bulk_lot: 5}, "J-9",
            location_src_id=self.stock.id, location_dest_id=place.id,
        )  # fmt: skip
        lot = run.lot_producing_ids
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.int_type_id.id,
                "location_id": place.id,
                "location_dest_id": self.stock.id,
            }
        )
        self._move(receipt, self.jar, 10, lot)
        self.assert_done(receipt)
        order = self._sell(self.jar, 4, lot)
        none = self.env["stock.lot"]
        self._assert_lot(
            lot, self.bulk_lot | self.raw_lot, none, order, made=10, shipped=4, on_hand=6
        )
        self._assert_lot(self.raw_lot, none, self.bulk_lot | self.jar_lot | lot, order)

    def test_by_product(self):
        wax = self._create_product("Wax", self.kg)
        self.bulk_recipe.byproduct_ids = [
            Command.create({"product_id": wax.id, "product_qty": 1, "product_uom_id": self.kg.id})
        ]
        raw = self._receive(self.raw, 12, "R-8")
        wax_lot = self.env["stock.lot"].create({"name": "W-8", "product_id": wax.id})
        run = self.env["mrp.production"].create({"product_id": self.bulk.id, "product_qty": 10})
        run.action_confirm()
        run.qty_producing = 10
        run.lot_producing_ids = self.env["stock.lot"].create(
            {"name": "B-8", "product_id": self.bulk.id}
        )
        self._take(run.move_raw_ids, raw, 10.2)
        self._take(run.move_byproduct_ids, wax_lot, 1)
        run.with_context(skip_consumption=True, skip_expired=True).button_mark_done()
        self.assert_done(run)
        order = self._sell(wax, 1, wax_lot)
        none = self.env["stock.lot"]
        self._assert_lot(wax_lot, raw, none, order, made=1, shipped=1)
        self._assert_lot(run.lot_producing_ids, raw, none, made=10)
        self._assert_lot(raw, none, run.lot_producing_ids | wax_lot, order, received=12)

    def test_sent_by_the_vendor_to_the_customer(self):
        order = self._create_order((self.raw, 3))
        order.picking_ids.action_cancel()
        lot = self.env["stock.lot"].create({"name": "D-1", "product_id": self.raw.id})
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "partner_id": self.supply.id,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
            }
        )
        self._move(picking, self.raw, 3, lot, sale_line_id=order.order_line.id)
        self.assertEqual(lot.shipment_ids, picking)
        self.assertEqual(lot.customer_ids, self.customer)
        self.assertEqual(lot.sale_order_ids, order)
        self.assertFalse(lot.upstream_lot_ids | lot.downstream_lot_ids)
        balance = lot._get_mass_balances()[lot.id]
        self.assertEqual((balance.received, balance.shipped, balance.on_hand), (3, 3, 0))
        self.assertEqual(balance.difference, 0)

    def test_moved_in_another_unit(self):
        """Received and sold in grams, kept in kilograms."""
        lot = self._receive(self.raw, 2500, "R-7", product_uom=self.gram.id)
        order = self._create_order((self.raw, 1))
        order.order_line.write({"product_uom_qty": 250, "product_uom_id": self.gram.id})
        move = order.order_line.move_ids.filtered(lambda move: move.state != "cancel")
        self._take(move, lot, move.product_uom_qty)
        self.assert_done(self._ship(order))
        [shipment] = lot._get_shipment_lines()
        sold = move.product_uom._compute_quantity(move.quantity, self.kg)
        self.assertAlmostEqual(float(shipment.quantity), sold, 6)
        none = self.env["stock.lot"]
        self._assert_lot(lot, none, none, order, shipped=shipment.quantity)

    def test_rework_ends_in_a_circle(self):
        """A kettle is worked over under its own number, with honey of another one."""
        self._custom(self.bulk, 9, {self.bulk_lot: 8, self.control_raw_rest(): 1}, "B-1")
        more = self.env["stock.lot"].search([("name", "=", "R-5")])
        order = self._sell(self.jar, 2, self.jar_lot)
        none = self.env["stock.lot"]
        self._assert_lot(
            self.bulk_lot, self.raw_lot | more, self.jar_lot, order, made=59, consumed=48
        )
        self._assert_lot(self.jar_lot, self.bulk_lot | self.raw_lot | more, none, order)
        self._assert_lot(more, none, self.bulk_lot | self.jar_lot, order, consumed=1)

    def control_raw_rest(self):
        return self._receive(self.raw, 3, "R-5")

    def test_taken_apart(self):
        run = self.env["mrp.production"].search([("lot_producing_ids", "in", self.jar_lot.ids)])
        unbuild = Form(self.env["mrp.unbuild"])
        unbuild.mo_id = run
        unbuild.product_qty = 8
        unbuild.lot_id = self.jar_lot
        unbuild = unbuild.save()
        unbuild.action_unbuild()
        order = self._sell(self.bulk, 2, self.bulk_lot)
        circle = self.bulk_lot | self.jar_lot
        # The kettle has goods of the jars again: both are affected by each other.
        self._assert_lot(
            self.jar_lot, self.bulk_lot | self.raw_lot, self.bulk_lot, order, made=80, consumed=8
        )
        self._assert_lot(
            self.bulk_lot, self.raw_lot | self.jar_lot, self.jar_lot, order, given_back=4
        )
        self._assert_lot(self.raw_lot, self.env["stock.lot"], circle, order)

    def test_returned_goods_are_used_again(self):
        order = self._sell(self.jar, 30, self.jar_lot)
        self._return(order.picking_ids, 4)
        run = self._custom(self.bulk, 2, {self.jar_lot: 4}, "B-7")
        again = run.lot_producing_ids
        later = self._sell(self.bulk, 1, again, partner=self.supply)
        [shipment] = order.picking_ids.filtered(lambda one: one.picking_type_code == "outgoing")
        self.env.invalidate_all()
        self.assertEqual(self.raw_lot.downstream_lot_ids, self.bulk_lot | self.jar_lot | again)
        self.assertEqual(self.raw_lot.shipment_ids, shipment | later.picking_ids)
        self.assertEqual(self.raw_lot.customer_ids, self.customer | self.supply)
        self.assertEqual(again.upstream_lot_ids, self.jar_lot | self.bulk_lot | self.raw_lot)
        balance = self.jar_lot._get_mass_balances()[self.jar_lot.id]
        self.assertEqual((balance.shipped, balance.customer_returns), (30, 4))
        self.assertEqual((balance.consumed, balance.on_hand, balance.difference), (4, 50, 0))
        self.assertFalse(again.downstream_lot_ids)

    def test_used_before_the_run_is_closed(self):
        """The ingredient is booked when it is poured in, the run is closed later."""
        glass, filled = self._receive(self.raw, 5, "R-6"), "J-6"
        run = self._custom_run(self.jar, 4, glass, 2)
        run.move_raw_ids._action_done()
        self.assertEqual(run.move_raw_ids.state, "done")
        run.lot_producing_ids = self.env["stock.lot"].create(
            {"name": filled, "product_id": self.jar.id}
        )
        run.with_context(skip_consumption=True, skip_expired=True).button_mark_done()
        self.assert_done(run)
        order = self._sell(self.jar, 4, run.lot_producing_ids)
        none = self.env["stock.lot"]
        self._assert_lot(glass, none, run.lot_producing_ids, order, received=5, consumed=2)
        self._assert_lot(run.lot_producing_ids, glass, none, order, made=4, shipped=4)
