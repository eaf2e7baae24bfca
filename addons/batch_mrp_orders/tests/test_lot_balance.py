# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from decimal import Decimal
from fractions import Fraction

from .common_genealogy import GenealogyCase


class TestLotBalance(GenealogyCase):
    def _balance(self, lot):
        return lot._get_mass_balances()[lot.id]

    def _count(self, lot, counted):
        """Have an inventory find ``counted`` of the lot."""
        quant = self.env["stock.quant"].search(
            [("lot_id", "=", lot.id), ("location_id", "=", self.stock.id)]
        )
        quant.with_context(inventory_mode=True).inventory_quantity = counted
        quant.action_apply_inventory()

    def _scrap(self, lot, quantity):
        self.env["stock.scrap"].create(
            {
                "product_id": lot.product_id.id,
                "lot_id": lot.id,
                "scrap_qty": quantity,
                "product_uom_id": lot.product_uom_id.id,
                "location_id": self.stock.id,
            }
        ).action_validate()

    def test_ingredient_used_up(self):
        balance = self._balance(self.raw_lot)
        self.assertEqual((balance.received, balance.consumed), (51, 51))
        self.assertEqual((balance.on_hand, balance.difference), (0, 0))

    def test_all_that_can_become_of_a_lot(self):
        order = self._sell(self.jar, 30, self.jar_lot)
        self._return(order.picking_ids, 4)
        self._scrap(self.jar_lot, 3)
        self._count(self.jar_lot, 50)
        balance = self._balance(self.jar_lot)
        self.assertEqual(balance.made, 80)
        self.assertEqual((balance.shipped, balance.customer_returns), (30, 4))
        self.assertEqual((balance.scrapped, balance.adjusted), (3, -1))
        self.assertEqual((balance.on_hand, balance.difference), (50, 0))
        self.assertEqual(balance.total_in, balance.total_out)

    def test_back_to_the_vendor(self):
        lot = self._receive(self.raw, 20, "R-3")
        receipt = self.env["stock.move.line"].search([("lot_id", "=", lot.id)]).picking_id
        self._return(receipt, 5)
        balance = self._balance(lot)
        self.assertEqual((balance.received, balance.vendor_returns), (20, 5))
        self.assertEqual((balance.on_hand, balance.difference), (15, 0))
        self.assertFalse(lot.shipment_ids)

    def test_taken_apart(self):
        run = self.env["mrp.production"].search([("lot_producing_ids", "in", self.jar_lot.ids)])
        self.env["mrp.unbuild"].create(
            {
                "product_id": self.jar.id,
                "mo_id": run.id,
                "lot_id": self.jar_lot.id,
                "product_qty": 8,
                "location_id": self.stock.id,
                "location_dest_id": self.stock.id,
            }
        ).action_unbuild()
        jars, bulk = self._balance(self.jar_lot), self._balance(self.bulk_lot)
        self.assertEqual((jars.made, jars.consumed, jars.on_hand), (80, 8, 72))
        self.assertEqual((bulk.consumed, bulk.given_back, bulk.on_hand), (40, 4, 14))
        self.assertEqual((jars.difference, bulk.difference), (0, 0))

    def test_stock_without_a_movement_is_the_difference(self):
        self.env["stock.quant"]._update_available_quantity(
            self.jar, self.stock, 2, lot_id=self.jar_lot
        )
        self.assertEqual(self._balance(self.jar_lot).difference, -2)
        self.assertEqual(self.jar_lot.difference_qty, -2)

    def test_grams_of_a_lot_kept_in_kilograms(self):
        """0.001 kg a jar, 3 jars: exact, where floats would give 0.0030000000000000001."""
        spice = self._create_product("Cinnamon", self.kg)
        lot = self._receive(spice, 0.1, "Z-1")
        cake = self._create_product("Spiced honey", self.unit)
        self._create_recipe(cake, 1, self.unit, [(spice, 1.1, self.gram)])
        self._run(cake, 3, {spice: lot}, "S-1")
        balance = self._balance(lot)
        self.assertEqual(balance.consumed, Decimal("0.0033"))
        self.assertEqual(balance.on_hand, Decimal("0.0967"))
        self.assertEqual(balance.difference, 0)

    def test_one_query_for_all(self):
        lots = self.raw_lot | self.bulk_lot | self.jar_lot | self.control_jar
        lots._get_mass_balances()
        self.env.flush_all()
        with self.assertQueryCount(1):
            self.assertEqual(len(lots._get_mass_balances()), 4)


class TestRunBalance(GenealogyCase):
    def test_input_against_output(self):
        run = self.env["mrp.production"].search([("lot_producing_ids", "in", self.bulk_lot.ids)])
        self.assertEqual((run.input_mass, run.output_mass), (51, 50))
        self.assertEqual(run.expected_output_mass, 51)
        self.assertEqual(run.output_difference, -1)
        self.assertAlmostEqual(run.loss_percent, 1.96, 2)
        self.assertEqual(run.expected_loss_percent, 0)

    def test_loss_and_yield_of_the_recipe(self):
        self.bulk_recipe.yield_percent = 98
        self.bulk_recipe.bom_line_ids.loss_percent = 2
        lot = self._receive(self.raw, 200, "R-9")
        run = self._make(self.bulk, 48.01, {self.raw: lot}, "B-9")
        balance = run._get_mass_balance()
        [item] = balance.inputs
        used = item.used
        self.assertEqual(balance.expected_output, used * 1000 * Fraction(98 * 98, 10000))
        self.assertAlmostEqual(float(item.difference), 0, 4)
        self.assertEqual(balance.expected_loss_percent, (1 - Fraction(98 * 98, 10000)) * 100)

    def test_pieces_are_not_weighed(self):
        run = self.env["mrp.production"].search([("lot_producing_ids", "in", self.jar_lot.ids)])
        self.assertFalse(run.balance_uom_id)
        expected = {
            item.product: (item.used, item.expected) for item in run._get_mass_balance().inputs
        }
        self.assertEqual(expected[self.bulk.id], (40, 40))
        self.assertEqual(expected[self.glass.id], (80, 80))

    def test_batch_record_says_what_was_used_for_the_output(self):
        run = self.env["mrp.production"].search([("lot_producing_ids", "in", self.bulk_lot.ids)])
        [row] = run._get_batch_record()["balance"]
        self.assertEqual(row["product"], self.raw.display_name)
        unit = self.kg
        self.assertEqual(row["used"], unit._get_quantity_text(51.0))
        self.assertEqual(row["expected"], unit._get_quantity_text(51.0))
        self.assertEqual(row["difference"], unit._get_quantity_text(0.0))
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "batch_mrp_orders.report_batch_record", run.ids
        )
        self.assertIn(f">{row['expected']}<", html.decode())
