# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The same lots and transfers as core's traceability report, unfolded to its end."""

from odoo.addons.stock.models.stock_lot import StockLot as CoreLot

from .common_genealogy import GenealogyCase


class TestLotGenealogyCore(GenealogyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second_bulk = cls._run(cls.bulk, 10, {cls.raw: cls._receive(cls.raw, 12, "R-3")}, "B-3")
        cls.second_jar = cls._run(cls.jar, 10, {cls.bulk: cls.bulk_lot}, "J-3")
        neighbour = cls._create_customer("Dorfladen Probe")
        for lot, quantity, partner in (
            (cls.jar_lot, 30, cls.customer),
            (cls.jar_lot, 5, neighbour),
            (cls.second_jar, 4, neighbour),
            (cls.control_jar, 10, cls.customer),
            (cls.bulk_lot, 1, neighbour),
        ):
            cls._sell(lot.product_id, quantity, lot, partner)
        cls.chain = cls.raw_lot | cls.bulk_lot | cls.jar_lot | cls.second_jar
        cls.control = cls.control_raw | cls.control_bulk | cls.control_jar
        cls.lots = cls.chain | cls.control | cls.second_bulk

    def _lines_of(self, lot):
        report = self.env["stock.traceability.report"]
        return report.with_context(active_id=lot.id, model="stock.lot").get_lines()

    def _walk_down(self, lot):
        """Rows of the report of ``lot`` and of all that was made of it, a click on each."""
        report = self.env["stock.traceability.report"]
        rows, seen, todo = [], {lot.id}, [lot]
        while todo:
            for row in self._lines_of(todo.pop()):
                rows.append(row)
                if not row["is_used"]:
                    continue
                made = report.with_context(
                    active_id=row["model_id"], model="stock.move.line", lot_name=row["lot_name"]
                ).get_lines()
                found = {line["lot_id"] for line in made if line["lot_id"]} - seen
                seen |= found
                todo += self.env["stock.lot"].browse(found)
        return rows, seen - {lot.id}

    def _walk_up(self, lot):
        """All rows that unfold below what a run has made or a transfer has moved of ``lot``."""
        report = self.env["stock.traceability.report"]
        rows, seen, todo = [], set(), self._lines_of(lot)
        while todo:
            row = todo.pop()
            if row["model_id"] in seen:
                continue
            seen.add(row["model_id"])
            rows.append(row)
            if row["unfoldable"]:
                todo += report.get_lines(
                    row["id"],
                    model_id=row["model_id"],
                    model_name=row["model"],
                    level=row["level"] + 1,
                )
        return rows, {row["lot_id"] for row in rows if row["lot_id"]} - {lot.id}

    def _transfers(self, rows, code):
        return {
            row["res_id"]
            for row in rows
            if row["res_model"] == "stock.picking" and row["picking_type_code"] == code
        }

    def test_downstream(self):
        for lot in self.lots:
            with self.subTest(lot.name):
                rows, found = self._walk_down(lot)
                self.assertEqual(set(lot.downstream_lot_ids.ids), found)
                self.assertEqual(set(lot.shipment_ids.ids), self._transfers(rows, "outgoing"))
        self.assertEqual(self.raw_lot.downstream_lot_ids, self.chain - self.raw_lot)
        self.assertEqual(len(self.raw_lot.shipment_ids), 4)

    def test_upstream(self):
        for lot in self.lots:
            with self.subTest(lot.name):
                rows, found = self._walk_up(lot)
                self.assertEqual(set(lot.upstream_lot_ids.ids), found)
                receipts = (lot | lot.upstream_lot_ids)._get_receipt_lines()
                self.assertEqual(
                    {receipt.picking_id for receipt in receipts}, self._transfers(rows, "incoming")
                )
        self.assertEqual(self.jar_lot.upstream_lot_ids, self.raw_lot | self.bulk_lot)

    def test_deliveries_of_core(self):
        """Core's own search, which our fields replace."""
        expected = CoreLot._find_delivery_ids_by_lot_iterative(self.lots)
        for lot in self.lots:
            self.assertEqual(set(lot.delivery_ids.ids), set(expected[lot.id]))

    def test_control_lot_is_never_reached(self):
        for lot in self.chain:
            self.assertFalse(self.control & (lot.upstream_lot_ids | lot.downstream_lot_ids))
            self.assertFalse(self.control_raw.shipment_ids & lot.shipment_ids)
