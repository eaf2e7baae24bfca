# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError

from tests.sandbox.shopify import fulfilment, payouts, refunds
from tests.sandbox.shopify.stock import MAIN

from .test_stock_out import StockCase


class TestProof(StockCase):
    """One error of each kind is put in: the proof finds it, and nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_clearing()
        # The samples are older than a proof looks back, and not all are to be equal.
        names = ("#1001", "#1002", "#1004")
        cls.store.orders = {
            key: order for key, order in cls.store.orders.items() if order["name"] in names
        }
        orders = cls.channel.order_ids.sale_order_id.filtered(
            lambda order: order.client_order_ref in names
        )
        orders.action_draft()
        orders.action_confirm()
        for name in names:
            cls.store.touch(cls.store.order_by_name(name))
        cls.env.cr.flush()
        cls.channel._push_stock()
        cls.store.__setstate__(cls.store.__getstate__())
        cls.keep_shop()

    def prove(self):
        self.env.flush_all()
        self.env.cr.flush()
        return self.channel._prove()

    def assertOnly(self, kind, differences):
        self.assertEqual(differences.mapped("kind"), [kind], differences.mapped("name"))
        self.assertTrue(differences.advice)

    def test_nothing_differs(self):
        self.assertFalse(self.prove())
        self.assertTrue(self.channel.proved_at)
        self.assertFalse(self.channel.activity_ids)

    def test_order_missing(self):
        row = self.row("#1004")
        row.sale_order_id._action_cancel()
        order = row.sale_order_id
        row.sale_order_id = False
        self.env.cr.execute("DELETE FROM sales_channel_payment WHERE order_id = %s", [order.id])
        order.channel_order_id = False
        row.unlink()
        self.channel.push_stock = False
        found = self.prove()
        self.assertOnly("missing", found)
        self.assertEqual(found.name, "#1004")
        found.action_fix()
        self.assertEqual(self.row("#1004").state, "imported", self.row("#1004").reason)
        self.assertFalse(self.prove())
        self.assertEqual(found.state, "solved")

    def test_total(self):
        order = self.order("#1001")
        order.order_line[0].price_unit += 1
        found = self.prove()
        self.assertOnly("total", found)
        self.assertEqual(found.order_id, order)
        found.action_accept()
        self.assertFalse(self.prove(), "accepted as it is")
        order.order_line[0].price_unit += 1
        self.assertOnly("total", self.prove())

    def test_cancelled(self):
        self.order("#1004")._action_cancel()
        self.channel.push_stock = False
        found = self.prove()
        self.assertOnly("cancelled", found)
        self.assertEqual(found.action_fix()["res_model"], "sales.channel.cancel")

    def test_refund(self):
        self.invoice(self.order("#1001"))
        node = self.theirs("#1001")
        payment = node["transactions"][0]
        content = {
            "orderId": node["id"],
            "refundLineItems": [{"lineItemId": node["lineItems"][0]["id"], "quantity": 1}],
            "transactions": [
                {"gateway": payment["gateway"], "amount": "7.99", "parentId": payment["id"]}
            ],
        }
        refunds.create(self.store, content)
        found = self.prove()
        self.assertEqual(
            [row for row in found.mapped("kind") if row != "stock"],
            ["refund"],
            found.mapped("name"),
        )
        refund = found.filtered(lambda row: row.kind == "refund")
        self.assertEqual((refund.theirs, refund.ours), ("7.99", "0.00"))
        self.env["res.lang"]._activate_lang("de_DE")
        shown = refund.with_context(lang="de_DE")
        self.assertEqual(shown.theirs_text.replace("\xa0", " "), "7,99 €")
        refund.action_fix()
        note = self.order("#1001").channel_refund_ids.move_id
        self.assertTrue(note)
        note.action_post()
        self.assertNotIn("refund", self.prove().mapped("kind"))

    def test_shipped_here_only(self):
        self.channel.report_shipments = False
        order = self.order("#1001")
        self.ship(order.picking_ids)
        self.channel.report_shipments = True
        found = self.prove()
        self.assertOnly("shipment", found)
        self.assertEqual((found.theirs, found.ours), ("0", "3"))
        found.action_fix()
        self.channel._send_intents("fulfilment")
        self.assertFalse(self.prove())

    def test_shipped_there_only(self):
        (node,) = fulfilment.ensure(self.store, self.theirs("#1001"))
        entry = {"fulfillmentOrderId": node["id"]}
        fulfilment.create(self.store, {"lineItemsByFulfillmentOrder": [entry]})
        found = self.prove()
        self.assertOnly("shipment", found)
        self.assertEqual((found.theirs, found.ours), ("3", "0"))

    def test_fulfilment_taken_back_there(self):
        self.ship(self.order("#1001").picking_ids)
        self.channel._send_intents("fulfilment")
        self.assertFalse(self.prove())
        fulfilment.cancel(self.store, self.theirs("#1001")["fulfillments"][0]["id"])
        self.assertOnly("shipment", self.prove())

    def test_stock(self):
        self.store.stock.move(self.items["KER-1"], MAIN, available=7)
        found = self.prove()
        self.assertOnly("stock", found)
        self.assertEqual(int(found.theirs) - int(found.ours), 7)
        found.action_fix()
        self.channel._push_stock()
        self.channel._push_stock(everything=True)
        self.assertFalse(self.prove())

    def test_payout(self):
        self.order("#1001").channel_order_id.sale_order_id = False
        payouts.issue(self.store)
        self.channel._import_payouts()
        self.assertFalse(self.channel.difference_ids)
        payout = self.channel.payout_ids
        payout.date = fields.Date.today() - timedelta(days=5)
        payout.action_book()
        differences = [row.kind.value for row in self.channel._prove_payouts()]
        self.assertEqual(differences, ["payout"])
        self.order("#1001")

    def test_told_once(self):
        self.store.stock.move(self.items["KER-1"], MAIN, available=7)
        self.channel.responsible_id = self.env.user
        self.prove()
        first = self.prove()
        self.assertEqual(len(self.channel.activity_ids), 1)
        self.assertEqual(self.channel.difference_count, 1)
        self.assertEqual(self.channel.health, "bad")
        self.store.stock.move(self.items["KER-1"], MAIN, available=-7)
        self.prove()
        self.assertEqual(first.state, "solved")
        self.assertFalse(self.channel.activity_ids)

    def test_constant_queries(self):
        """Ours are read for a page of orders at once."""
        facts = next(
            self.channel._adapter().order_facts(
                fields.Datetime.now().astimezone() - timedelta(days=30)
            )
        )
        self.env.flush_all()
        counts = []
        for page in (facts[:1], facts[:1], facts):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertEqual(len(self.channel._get_order_facts(page)), len(page))
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])

    def test_roles(self):
        reader = self.new_user("pr_reader", "channel_connectors.group_channel_reader")
        operator = self.new_user("pr_operator", "channel_connectors.group_channel_user")
        self.store.stock.move(self.items["KER-1"], MAIN, available=7)
        self.channel.responsible_id = operator
        self.channel.with_user(operator).action_prove()
        found = self.channel.difference_ids
        self.assertEqual(found.with_user(reader).mapped("kind"), ["stock"])
        with self.assertRaises(AccessError):
            self.channel.with_user(reader).action_prove()
        with self.assertRaises(AccessError):
            found.with_user(reader).action_accept()
        found.with_user(operator).action_accept()
