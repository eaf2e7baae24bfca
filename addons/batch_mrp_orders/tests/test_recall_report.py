# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import base64
import csv
import io

from lxml import html

from .common_recall import RecallCase

HOSTILE = '=HYPERLINK("http://evil.example";"Click")'


class TestRecallReport(RecallCase):
    """The report, the list of the customers, and what all of it costs."""

    def _read_csv(self, recall):
        content = base64.b64decode(recall.customer_csv)
        self.assertTrue(content.startswith(b"\xef\xbb\xbf"))
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
        return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]

    def test_customer_list(self):
        recall = self._recall()
        rows = self._read_csv(recall)
        self.assertEqual(len(rows), 3)
        first = next(row for row in rows if row["Order"] == self.order_shop.name)
        self.assertEqual(first["Customer"], "Hofladen Probe")
        self.assertEqual((first["E-Mail"], first["Lot"]), ("shop@example.com", "J-1"))
        self.assertEqual((first["Shipped"], first["Came Back"]), ("12", "0"))
        self.assertEqual(first["Phone"], "'+49 761 1", "a plus sign begins a formula, too")
        self.assertEqual(first["Status"], "To Be Written To")

    def test_formulas_in_names_are_harmless(self):
        for start in ("=", "+", "-", "@", "\t=", "\r="):
            self._sell(
                self.jar,
                1,
                self.jar_lot,
                self._create_customer(f"{start}1+1", email=HOSTILE),
            )
        self.order_shop.client_order_ref = HOSTILE
        recall = self._recall(reason=HOSTILE)
        for row in self._read_csv(recall):
            for cell in row.values():
                self.assertNotRegex(cell, r"^[\s]*[=+@\t\r-]")
        self.assertIn("'=1+1", {row["Customer"] for row in self._read_csv(recall)})

    def test_mass_balance_of_the_affected_lots(self):
        recall = self._recall()
        self.env["stock.scrap"].create(
            {"product_id": self.jar.id, "lot_id": self.jar_lot.id, "scrap_qty": 45}
        ).do_scrap()
        self._return(self.order_shop.picking_ids, 12)
        recall.action_refresh()
        lines = {line.lot_id: line for line in recall.line_ids}
        jar = lines[self.jar_lot]
        self.assertEqual((jar.input_qty, jar.shipped_qty, jar.returned_qty), (80, 30, 12))
        self.assertEqual((jar.scrapped_qty, jar.on_hand_qty, jar.difference_qty), (45, 17, 0))
        self.assertAlmostEqual(jar.recovery_rate, 12 / 30)
        bulk = lines[self.bulk_lot]
        self.assertEqual((bulk.input_qty, bulk.consumed_qty, bulk.on_hand_qty), (50, 40, 10))
        self.assertEqual(lines[self.raw_lot].input_qty, 51)

    def test_report(self):
        recall = self._recall(description="Customer found a splinter", conclusion="Sieve broken")
        recall.authority_id = self.env["res.partner"].create({"name": "Lebensmittelaufsicht"})
        recall.customer_ids.action_phoned()
        recall.action_close()
        content, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "batch_mrp_orders.report_recall", recall.ids
        )
        text = " ".join(html.fromstring(content).text_content().split())
        for word in (
            *(recall.name, "Glass splinters", "J-1", "B-1", "R-1", "Made from B-1"),
            *("Hofladen Probe", "Café Morgenrot", "shop@example.com", self.order_shop.name),
            *("Lebensmittelaufsicht", "Sieve broken", "Closed by", "Lots blocked by"),
        ):
            self.assertIn(word, text)
        self.assertNotIn("J-2", text)

    def test_report_of_a_rehearsal_says_so(self):
        recall = self._recall(rehearsal=True)
        content, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "batch_mrp_orders.report_recall", recall.ids
        )
        self.assertIn("Nothing was blocked", content.decode())

    def _count_queries(self, lots):
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.env.cr.sql_log_count
        recall = self._recall(lots, activate=False)
        recall.lot_count, recall.customer_count  # noqa: B018
        self.env.flush_all()
        return self.env.cr.sql_log_count - start, recall

    def test_queries_do_not_grow_with_the_lots(self):
        few, _recall = self._count_queries(self.raw_lot)
        lots = self._run(self.jar, 2, {self.bulk: self.control_bulk}, "MANY-0")
        for number in range(1, 6):
            lots |= self._run(self.jar, 2, {self.bulk: self.control_bulk}, f"MANY-{number}")
        for lot in lots:
            self._sell(self.jar, 1, lot, self.cafe)
        few, _recall = self._count_queries(self.raw_lot)
        many, recall = self._count_queries(self.raw_lot | self.control_raw)
        self.assertEqual(recall.lot_count, 12)
        self.assertLessEqual(many, few + 2)

    def test_found_by_brute_force(self):
        """Every done move line, followed one by one."""
        made_from = {}
        for line in self.env["stock.move.line"].search([("state", "=", "done")]):
            for used in line.consume_line_ids:
                made_from.setdefault(used.lot_id, set()).add(line.lot_id)
        affected, todo = set(), [self.raw_lot]
        while todo:
            lot = todo.pop()
            if lot not in affected:
                affected.add(lot)
                todo += made_from.get(lot, ())
        shipped = {
            line: line.quantity_product_uom
            for line in self.env["stock.move.line"].search([("state", "=", "done")])
            if line.lot_id in affected and line.location_dest_id.usage == "customer"
        }
        recall = self._recall(activate=False)
        self.assertEqual(set(recall.line_ids.lot_id), affected)
        self.assertEqual({row.move_line_id: row.quantity for row in recall.shipment_ids}, shipped)
