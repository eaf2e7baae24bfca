# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.fields import Command
from odoo.tests import new_test_user

from ..tracing.genealogy import Direction
from .common_genealogy import GenealogyCase


class TestLotTrace(GenealogyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell(cls.jar, 30, cls.jar_lot)

    def _lines(self, action):
        return self.env["stock.lot.trace.line"].search(action["domain"])

    def test_down_from_a_lot_to_the_customer(self):
        lines = self._lines(self.raw_lot.action_trace_downstream())
        self.assertEqual(
            [(line.level, line.kind, line.lot_id, line.quantity) for line in lines],
            [
                (0, "root", self.raw_lot, 51),
                (1, "lot", self.bulk_lot, 50),
                (2, "lot", self.jar_lot, 80),
                (3, "shipment", self.jar_lot, 30),
            ],
        )
        self.assertEqual(lines[3].partner_id, self.customer)
        self.assertEqual(lines[3].sale_order_id, self.order)
        self.assertEqual(lines[3].parent_id, lines[2])
        self.assertEqual(lines[1].child_ids, lines[2])

    def test_up_from_an_order_to_the_vendor(self):
        """The glass has no lot: it is named, and nothing is below it."""
        self.assertEqual(self.order.traced_lot_ids, self.jar_lot)
        lines = self._lines(self.order.action_trace_upstream())
        found = {(line.level, line.kind, line.product_id) for line in lines}
        self.assertEqual(
            found,
            {
                (0, "root", self.jar),
                (1, "lot", self.bulk),
                (1, "gap", self.glass),
                (2, "lot", self.raw),
                (3, "receipt", self.raw),
            },
        )
        receipt = lines.filtered(lambda line: line.kind == "receipt")
        self.assertEqual(receipt.partner_id, self.supply)

    def test_from_every_document(self):
        receipt = self.env["stock.move.line"].search([("lot_id", "=", self.raw_lot.id)])[:1]
        run = self.env["mrp.production"].search([("lot_producing_ids", "in", self.bulk_lot.ids)])
        self.assertEqual(receipt.picking_id.traced_lot_ids, self.raw_lot)
        self.assertEqual(self.order.picking_ids.traced_lot_ids, self.jar_lot)
        self.assertEqual(run.traced_lot_ids, self.bulk_lot)
        for document in (receipt.picking_id, self.order.picking_ids, run, self.order):
            self.assertTrue(self._lines(document.action_trace_downstream()))

    def test_purchase_order(self):
        purchase = self.env["purchase.order"].create(
            {
                "partner_id": self.supply.id,
                "order_line": [(0, 0, {"product_id": self.raw.id, "product_qty": 7})],
            }
        )
        purchase.button_confirm()
        picking = purchase.picking_ids
        picking.move_ids.move_line_ids.write({"lot_name": "PO-1", "quantity": 7})
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertEqual(purchase.traced_lot_ids.name, "PO-1")
        [root, receipt] = self._lines(purchase.action_trace_upstream())
        self.assertEqual((root.kind, receipt.kind), ("root", "receipt"))
        self.assertEqual(receipt.purchase_order_id, purchase)

    def test_circle_ends(self):
        """Jars are melted down again: the lot is part of itself, and shown once as such."""
        jars = {
            "product_id": self.jar.id,
            "product_uom": self.unit.id,
            "product_uom_qty": 10,
        }
        rework = {"bom_id": False, "move_raw_ids": [Command.create(jars)]}
        self._run(self.bulk, 5, {self.jar: self.jar_lot}, "B-1", **rework)
        self.assertIn(self.jar_lot, self.bulk_lot.downstream_lot_ids)
        self.assertNotIn(self.bulk_lot, self.bulk_lot.downstream_lot_ids)
        lines = self._lines(self.bulk_lot.action_trace_downstream())
        self.assertEqual(
            [(line.level, line.lot_id) for line in lines if line.kind in ("root", "lot")],
            [(0, self.bulk_lot), (1, self.jar_lot), (2, self.bulk_lot)],
        )

    def test_salesperson_from_the_order(self):
        user = new_test_user(
            self.env,
            login="trace_sales",
            groups="base.group_user,sales_team.group_sale_salesman_all_leads",
        )
        order = self.order.with_user(user)
        self.assertEqual(order.traced_lot_count, 1)
        action = order.action_trace_upstream()
        lines = self.env["stock.lot.trace.line"].with_user(user).search(action["domain"])
        self.assertEqual(len(lines), 5)
        self.assertEqual(len(lines.mapped("display_name")), 5)
        self.assertIn("WH", "".join(lines.mapped("reference")))

    def test_only_own_searches(self):
        users = [
            new_test_user(
                self.env, login=f"trace_{n}", groups="base.group_user,stock.group_stock_user"
            )
            for n in range(2)
        ]
        trace = self.env["stock.lot.trace"].with_user(users[0])
        action = trace._open(self.raw_lot.with_user(users[0]), Direction.DOWNSTREAM)
        lines = self.env["stock.lot.trace.line"]
        self.assertTrue(lines.with_user(users[0]).search(action["domain"]))
        self.assertFalse(lines.with_user(users[1]).search(action["domain"]))

    def test_printed_tree(self):
        trace = self.env["stock.lot.trace"].browse(
            self.raw_lot.action_trace_downstream()["domain"][0][2]
        )
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "batch_mrp_orders.report_stock_lot_trace", trace.ids
        )
        text = html.decode()
        for expected in ("R-1", "B-1", "J-1", self.customer.name, "Mass Balance", "51 kg"):
            self.assertIn(expected, text)
        self.assertNotIn("J-2", text)
