# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from decimal import Decimal

from odoo.addons.sale_stock.models.stock import StockLot as SaleLot
from odoo.addons.stock.models.stock_lot import StockLot as CoreLot

from ..tracing.genealogy import Direction
from .common_genealogy import GenealogyCase


class TestLotGenealogy(GenealogyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell(cls.jar, 30, cls.jar_lot)
        cls.control_order = cls._sell(cls.jar, 10, cls.control_jar)

    def test_levels_down_to_the_customer(self):
        lot = self.raw_lot
        self.assertEqual(lot.downstream_lot_ids, self.bulk_lot | self.jar_lot)
        self.assertEqual(lot.shipment_ids, self.order.picking_ids)
        self.assertEqual(lot.customer_ids, self.customer)
        self.assertEqual(lot.sale_order_ids, self.order)
        self.assertEqual(
            (lot.downstream_lot_count, lot.shipment_count, lot.customer_count),
            (2, 1, 1),
        )
        self.assertFalse(lot.upstream_lot_ids)

    def test_levels_up_to_the_ingredient(self):
        self.assertEqual(self.jar_lot.upstream_lot_ids, self.bulk_lot | self.raw_lot)
        self.assertFalse(self.jar_lot.downstream_lot_ids)

    def test_equal_to_core(self):
        for lot in self.raw_lot | self.bulk_lot | self.jar_lot | self.control_raw:
            self.assertEqual(
                set(lot.delivery_ids.ids),
                set(CoreLot._find_delivery_ids_by_lot_iterative(lot)[lot.id]),
            )
        ours = self.jar_lot.sale_order_ids
        SaleLot._compute_sale_order_ids(self.jar_lot)
        self.assertEqual(ours, self.jar_lot.sale_order_ids)

    def test_quantities_of_the_steps(self):
        steps = self.raw_lot._get_genealogy(Direction.DOWNSTREAM)
        self.assertEqual(
            [
                (step.level, step.parent_id, step.lot_id, step.parent_quantity, step.quantity)
                for step in steps
            ],
            [
                (1, self.raw_lot.id, self.bulk_lot.id, Decimal("51"), Decimal("50")),
                (2, self.bulk_lot.id, self.jar_lot.id, Decimal("40"), Decimal("80")),
            ],
        )
        self.assertEqual([step.run_id for step in steps], self._runs_of(self.raw_lot))

    def _runs_of(self, lot):
        runs = self.env["mrp.production"].search(
            [("lot_producing_ids", "in", lot.downstream_lot_ids.ids)], order="id"
        )
        return runs.ids

    def test_untracked_ingredient_is_a_gap(self):
        steps = self.jar_lot._get_genealogy(Direction.UPSTREAM)
        gaps = [step for step in steps if step.is_gap]
        self.assertEqual([(gap.product_id, gap.quantity) for gap in gaps], [(self.glass.id, 80)])

    def test_returned_quantity(self):
        self._return(self.order.picking_ids, 4)
        [shipment] = self.raw_lot._get_shipment_lines()
        self.assertEqual((shipment.quantity, shipment.returned), (30, 4))
        self.assertEqual(shipment.lot_id, self.jar_lot.id)
        self.assertEqual(shipment.sale_line_id, self.order.order_line.id)

    def test_queries(self):
        """Lots, shipments, recipients and orders: one query for the lots, one for the rest."""
        lots = self.raw_lot | self.control_raw
        fields = ("downstream_lot_ids", "shipment_ids", "customer_ids", "sale_order_ids")
        for expected in (None, 2):  # the first round fills the caches of the registry
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            found = [lot[name] for lot in lots for name in fields]
            if expected:
                self.assertEqual(self.env.cr.sql_log_count - before, expected)
        self.assertTrue(all(found))
