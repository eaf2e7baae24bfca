# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.batch_mrp_orders.tests.common import BatchCase


@tagged("post_install", "-at_install")
class TestMargin(BatchCase):
    """Jars of a run that cost 12 for 10 of them, sold for 8 each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.margins = cls.env["sale.margin"]
        cls.company.cost_overhead_rate = 0
        cls.jar.taxes_id = False
        cls.jar.invoice_policy = "delivery"
        cls.soap = cls._create_product("Soap", cls.unit, tracking="none", list_price=5.0)
        cls.soap.write({"taxes_id": False, "standard_price": 2.0, "invoice_policy": "delivery"})
        cls.channel = cls.env["sales.channel"].create({"name": "Shop"})
        cls.bulk.standard_price, cls.glass.standard_price = 1.6, 0.4
        cls._stock_up(cls.bulk, 100, "B-1")
        cls._stock_up(cls.glass, 1000)
        cls._stock_up(cls.soap, 1000)
        cls.jar_run = cls.env["mrp.production"].create(
            {"product_id": cls.jar.id, "bom_id": cls.jar_recipe.id, "product_qty": 10}
        )
        cls.jar_run.action_confirm()
        cls._produce(cls.jar_run, "JAR-1")

    def _sell(self, *lines, ship=True, invoice=True, **values):
        order = self._create_order(*lines, confirm=False, **values)
        order.with_context(order_checked=True).action_confirm()
        if ship:
            order.picking_ids.action_assign()
            self._ship(order)
        if invoice:
            order._create_invoices().action_post()
        return order

    def _rows(self, orders):
        self.margins._compute_orders(orders)
        return self.margins.search([("order_id", "in", orders.ids)], order="id")

    def _pay_out(self, orders, **fees):
        """A payout with a fee of 1 a payment, and others that belong to no order."""
        lines = [
            {"external_id": f"p{order.id}", "kind": "charge", "gross": order.amount_total,
             "fee": 1.0, "order_id": order.id}
            for order in orders
        ]  # fmt: skip
        lines += [
            {"external_id": f"f-{kind}", "kind": kind, "fee": fee} for kind, fee in fees.items()
        ]
        self.env["sales.channel.payout"].create(
            {
                "channel_id": self.channel.id,
                "name": "Payout",
                "external_id": f"payout-{orders[:1].id}",
                "date": "2026-11-20",
                "currency_id": self.company.currency_id.id,
                "line_ids": [Command.create(line) for line in lines],
            }
        )

    def test_delivered_lots_cost_what_their_run_cost(self):
        row = self._rows(self._sell((self.jar, 4)))
        self.assertEqual(row.revenue, 32)
        self.assertAlmostEqual(row.goods_cost, 4 * 1.2, 2)
        self.assertAlmostEqual(row.margin, 27.2, 2)
        self.assertAlmostEqual(row.margin_rate, 0.85, 6)
        self.assertFalse(row.revenue_estimated)
        self.assertEqual(row.quantity, 4)

    def test_what_is_not_known_yet_is_an_estimate(self):
        self.env["mrp.production.cost"]._compute_runs(self.jar_run)
        order = self._sell((self.jar, 4), ship=False, invoice=False, channel_id=self.channel.id)
        row = self._rows(order)
        self.assertEqual((row.revenue, row.goods_cost), (32, 4.8))
        self.assertTrue(row.revenue_estimated)
        self.assertTrue(row.goods_estimated)
        self.assertTrue(row.fees_estimated)
        self.assertTrue(row.shipping_estimated)
        order.picking_ids.action_assign()
        self._ship(order)
        order._create_invoices().action_post()
        self._pay_out(order)
        row = self._rows(order)
        self.assertFalse(row.revenue_estimated)
        self.assertFalse(row.fees_estimated)
        self.assertFalse(row.shipping_estimated)
        self.assertEqual(row.payment_fees, 1)

    def test_credit_notes_lower_the_revenue(self):
        order = self._sell((self.jar, 4))
        wizard = self.env["account.move.reversal"].create(
            {"move_ids": order.invoice_ids.ids, "journal_id": order.invoice_ids.journal_id.id}
        )
        refund = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        refund.invoice_line_ids.quantity = 1
        refund.action_post()
        row = self._rows(order)
        self.assertEqual(row.revenue, 24)
        self.assertFalse(row.revenue_estimated)

    def test_goodwill_of_an_invoice_lowers_the_revenue(self):
        order = self._sell((self.jar, 4), (self.soap, 2))
        invoice = order.invoice_ids
        self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": invoice.partner_id.id,
                "reversed_entry_id": invoice.id,
                "invoice_line_ids": [
                    Command.create({"name": "Goodwill", "price_unit": 4.21, "tax_ids": []})
                ],
            }
        ).action_post()
        rows = self._rows(order)
        self.assertAlmostEqual(sum(rows.mapped("revenue")), 42 - 4.21, 2)
        self.assertAlmostEqual(rows[0].revenue, 32 - 3.21, 2)

    def test_fees_without_an_order_are_shared(self):
        waiting = {"ship": False, "invoice": False, "channel_id": self.channel.id}
        one = self._sell((self.jar, 3), **waiting)
        two = self._sell((self.soap, 1), **waiting)
        self._pay_out(one | two, listing=0.29)
        rows = self._rows(one | two)
        self.assertEqual(rows.mapped("payment_fees"), [1, 1])
        self.assertEqual(rows.mapped("channel_fees"), [0.24, 0.05])

    def test_returned_goods_are_no_cost(self):
        order = self._sell((self.jar, 4), invoice=False)
        wizard = self.env["stock.return.picking"].create({"picking_id": order.picking_ids.id})
        wizard.product_return_moves.quantity = 1
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.picked = True
        back.with_context(skip_expired=True).button_validate()
        row = self._rows(order)
        self.assertEqual(row.quantity, 3)
        self.assertAlmostEqual(row.goods_cost, 3.6, 2)

    def test_kit_costs_what_its_parts_cost(self):
        box = self._create_product("Box", self.unit, list_price=20.0, tracking="none")
        box.write({"taxes_id": False, "invoice_policy": "delivery"})
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": box.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": self.jar.id, "product_qty": 2}),
                    Command.create({"product_id": self.soap.id, "product_qty": 1}),
                ],
            }
        )
        row = self._rows(self._sell((box, 3)))
        self.assertEqual((row.product_id, row.quantity, row.revenue), (box, 3, 60))
        self.assertAlmostEqual(row.goods_cost, 6 * 1.2 + 3 * 2, 2)

    def test_figures_are_in_the_currency_of_the_company(self):
        francs = self.env.ref("base.CHF")
        francs.active = True
        today = fields.Date.today()
        self.env["res.currency.rate"].create(
            {"currency_id": francs.id, "name": today, "company_rate": 0.8}
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Swiss", "currency_id": francs.id}
        )
        order = self._sell((self.jar, 4), pricelist_id=pricelist.id, channel_id=self.channel.id)
        self.assertEqual((order.currency_id, order.amount_total), (francs, 25.6))
        self.channel.payout_ids.unlink()
        self._pay_out(order)
        self.channel.payout_ids.currency_id = francs
        row = self._rows(order)
        self.assertEqual(row.currency_id, self.company.currency_id)
        self.assertAlmostEqual(row.revenue, 32, 2)
        self.assertAlmostEqual(row.goods_cost, 4.8, 2)
        self.assertAlmostEqual(row.payment_fees, 1.25, 2, "a franc of fees")
        self.assertAlmostEqual(row.margin, 32 - 4.8 - 1.25, 2)

    def test_target_of_the_nearest_category(self):
        above = self.env["product.category"].create({"name": "Food", "margin_target": 90})
        below = self.env["product.category"].create({"name": "Honey", "parent_id": above.id})
        self.jar.categ_id = below
        order = self._sell((self.jar, 4), invoice=False)
        self.assertTrue(self._rows(order).below_target)
        below.margin_target = 80
        self.assertFalse(self._rows(order).below_target)

    def test_sums_agree_whatever_is_grouped_by(self):
        orders = self._sell((self.jar, 3), (self.soap, 1), channel_id=self.channel.id)
        orders |= self._sell((self.soap, 7), invoice=False, channel_id=self.channel.id)
        orders |= self._sell((self.jar, 1), (self.soap, 3), ship=False, invoice=False)
        self._pay_out(orders[:2], listing=0.77)
        rows = self._rows(orders)
        sums = defaultdict(float)
        for field in ("order_id", "product_id", "channel_id"):
            groups = self.margins._read_group(
                [("id", "in", rows.ids)], [field], ["margin:sum", "margin_rate:avg", "revenue:sum"]
            )
            sums[field] = round(sum(group[1] for group in groups), 2)
            for _key, margin, rate, revenue in groups:
                self.assertAlmostEqual(rate, margin / revenue, 6)
        self.assertEqual(len(set(sums.values())), 1)
        self.assertEqual(sums["order_id"], round(sum(rows.mapped("margin")), 2))

    def test_job_follows_what_happens_to_orders(self):
        order = self._sell((self.jar, 2), ship=False, invoice=False)
        self.assertIn(order, self.margins._get_stale_orders())
        self._run_job("order_hub.ir_cron_margins")
        self.assertNotIn(order, self.margins._get_stale_orders())
        self.env.cr.execute(
            "UPDATE sale_order_line SET write_date = write_date + interval '1 hour'"
            " WHERE order_id = %s",
            [order.id],
        )
        self.assertIn(order, self.margins._get_stale_orders())

    def test_queries_do_not_grow_with_orders(self):
        orders = self.env["sale.order"]
        for _n in range(4):
            orders |= self._sell((self.jar, 1), (self.soap, 1), invoice=False)
        self._rows(orders)
        counts = []
        for some in (orders[:2], orders):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.margins._compute_orders(some)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])

    def test_sales_staff_do_not_see_margins(self):
        order = self._sell((self.jar, 1), ship=False, invoice=False)
        row = self._rows(order)
        seller = new_test_user(self.env, "seller", groups="sales_team.group_sale_manager")
        with self.assertRaises(AccessError):
            row.with_user(seller).read(["margin"])
        with self.assertRaises(AccessError):
            order.with_user(seller).action_view_actual_margin()
        self.assertNotIn(
            "margin_target", self.env["product.category"].with_user(seller).fields_get()
        )
        groups = "sales_team.group_sale_salesman_all_leads,batch_mrp_orders.group_cost"
        boss = new_test_user(self.env, "boss", groups=groups)
        action = order.with_user(boss).action_view_actual_margin()
        self.assertEqual(self.margins.with_user(boss).search(action["domain"]), row)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        boss.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self.assertFalse(self.margins.with_user(boss).search([("id", "=", row.id)]))
