# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import Command

from .etsy import EtsyCase, receipt

# Statements core takes for one order more: it and its lines, its buyer and the address.
OF_AN_ORDER = 5


class TestEtsyOrders(EtsyCase):
    def test_samples(self):
        """All eight receipts, each in the way that is special about it, to the cent."""
        totals = [32.03, 21.30, 21.90, 41.80, 23.70, 11.80, 23.80, 13.40]
        samples = self.samples()
        self.receive(samples)
        numbers = [sample["receipt_id"] for sample in samples]
        deleted = self.row(numbers[6])
        self.assertEqual((deleted.state, deleted.reason_code), ("attention", "product"))
        deleted_listing = self.env["sales.channel.listing"].search(
            [("channel_id", "=", self.channel.id), ("is_mapped", "=", False)]
        )
        self.assertEqual(len(deleted_listing), 1)
        deleted_listing.product_id = self.products["SEIFE-LAV-100"]
        self.channel._process_waiting()
        orders = [self.order(number) for number in numbers]
        for order, total in zip(orders, totals, strict=True):
            self.assertCents(order.amount_total, total, order.client_order_ref)
            self.assertCents(order.channel_difference, 0, order.client_order_ref)
        coupon, gift, withheld, export, refunded, cancelled, digital, unpaid = orders
        self.assertEqual(coupon.order_line[0].channel_wishes, "Personalisierung: Für Oma Gerda")
        self.assertCents(coupon.order_line[0].price_total, 18.63)
        self.assertEqual(coupon.channel_note, "Bitte ohne Plastik verpacken")
        # Soap at 19 %, tea at 7 %: freight of 4.90 shares both, by 18.63 to 8.50.
        freight = coupon.order_line.filtered("is_delivery")
        self.assertEqual([f"{line.price_total:.2f}" for line in freight], ["1.54", "3.36"])
        self.assertCents(coupon.amount_tax, 2.97 + 0.56 + 0.10 + 0.54)
        self.assertTrue(gift.channel_is_gift and gift.channel_is_wrapped)
        self.assertEqual(gift.channel_gift_message, "Alles Gute!")
        self.assertEqual(gift.channel_gift_sender, "Jonas")
        self.assertEqual(gift.partner_shipping_id.street, "Packstation 145")
        self.assertEqual(gift.partner_shipping_id.street2, "Postnummer 87654321")
        self.assertEqual(gift.channel_shipping, "DHL Paket versichert")
        self.assertTrue(withheld.channel_address_missing)
        self.assertCents(export.amount_tax, 0)
        self.assertEqual(refunded.channel_payment_state, "partially_refunded")
        self.assertCents(refunded.amount_tax, 2.30 + 1.65)
        self.assertEqual(cancelled.state, "cancel")
        self.assertEqual(digital.order_line[1].product_id.type, "service")
        self.assertEqual(unpaid.channel_payment_state, "pending")
        self.assertTrue(unpaid.channel_awaits_payment)
        self.assertFalse(unpaid.channel_payment_ids)
        paid = [order for order in orders if order != unpaid]
        for order in paid:
            received = sum(
                order.channel_payment_ids.filtered(lambda p: p.amount > 0).mapped("amount")
            )
            self.assertCents(received, order.amount_total)

    def bill(self, order):
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.action_post()
        return invoice

    def test_credit_notes(self):
        """A part of the money back is shared by the taxes; all of it names all positions."""
        part = {"amount": {"amount": 690, "divisor": 100, "currency_code": "EUR"}}
        full = {"amount": {"amount": 3160, "divisor": 100, "currency_code": "EUR"}}
        stamp = {"created_timestamp": 1_794_900_000, "status": "completed", "reason": "damaged"}
        lines = ((101, "SEIFE-LAV-100", 690, 2), (102, "TEE-ABEND-80", 1290, 1))
        self.receive(
            [
                receipt(1, *lines, status="partially refunded", refunds=[{**part, **stamp}]),
                receipt(
                    *(2, (103, *lines[0][1:]), (104, *lines[1][1:])),
                    status="fully refunded",
                    refunds=[{**full, **stamp}],
                ),
            ]
        )
        first, second = self.order(1), self.order(2)
        invoices = [self.bill(order) for order in (first, second)]
        credits = [order.action_create_channel_credit_notes() for order in (first, second)]
        (credits[0] | credits[1]).action_post()
        self.assertCents(credits[0].amount_total, 6.90)
        self.assertEqual(credits[0].invoice_line_ids[0].name, "damaged")
        self.assertCents(credits[1].amount_total, 31.60)
        self.assertCents(credits[1].amount_tax, invoices[1].amount_tax)
        taxes = [
            {line.tax_line_id: abs(line.balance) for line in move.line_ids if line.tax_line_id}
            for move in (invoices[1], credits[1])
        ]
        self.assertEqual(*taxes)
        self.assertEqual(second.channel_payment_state, "refunded")

    def test_tax_of_the_channel(self):
        """What Etsy collects for a state is neither in the lines nor in our total."""
        self.receive(
            [
                receipt(
                    *(3, (111, "SET-GESCHENK-1", 2490, 1)),
                    country="US",
                    total_tax_cost=199,
                    grandtotal=2490 + 490 + 199,
                )
            ]
        )
        order = self.order(3)
        self.assertCents(order.amount_total, 29.80)
        self.assertCents(order.channel_amount_total, 29.80)
        self.assertCents(order.channel_tax_collected, 1.99)
        self.assertCents(order.channel_payment_ids.amount, 29.80)

    def test_unknown_destination_waits(self):
        """No tax is made up for a country nobody has thought of."""
        self.receive([receipt(4, (121, "TEE-ABEND-80", 850, 1), country="FR")])
        row = self.row(4)
        self.assertEqual((row.state, row.reason_code), ("attention", "tax"))
        waiting = self.channel.tax_ids.filtered(lambda tax: not tax.tax_id)
        self.assertEqual(
            [(tax.country_id.code, tax.rate, tax.kind) for tax in waiting], [("FR", 7.0, "product")]
        )
        waiting.tax_id = self.home_taxes[7]
        self.channel._process_waiting()
        self.assertCents(self.order(4).amount_tax, 0.56 + 0.32)

    def test_taxes_prepared_by_fiscal_position(self):
        """At home the company's own, abroad what the fiscal position makes of it, and out of the
        union none; within it, without a position, a person has to choose.
        """
        self.channel.tax_ids.unlink()
        countries = self.env["res.country"]
        france = countries.search([("code", "=", "FR")])
        there = self.make_tax("FR 5.5", 5.5)
        there.original_tax_ids = self.home_taxes[7]
        self.env["account.fiscal.position"].create(
            {
                "name": "OSS FR",
                "auto_apply": True,
                "country_id": france.id,
                "sequence": 1,
                "tax_ids": [Command.link(there.id)],
            }
        )
        abroad = self.env["account.fiscal.position"].create({"name": "Abroad", "sequence": 99})
        self.export.write(
            {
                "fiscal_position_ids": [Command.link(abroad.id)],
                "original_tax_ids": [Command.set(self.home_taxes[19].ids)],
            }
        )
        codes = ("DE", "FR", "US", "IT")
        self.receive(
            [
                receipt(number, (200 + number, "TEE-ABEND-80", 850, 1), country=code)
                for number, code in enumerate(codes, start=10)
            ]
        )
        self.assertEqual(self.channel.attention_count, 4)
        self.channel.action_prepare_taxes()
        self.channel._process_waiting()
        rows = {tax.country_id.code: tax for tax in self.channel.tax_ids}
        self.assertEqual(rows["DE"].tax_id, self.home_taxes[7])
        self.assertEqual(rows["FR"].tax_id, there)
        self.assertEqual(rows["FR"].fiscal_position_id.name, "OSS FR")
        self.assertEqual(rows["US"].tax_id.amount, 0)
        self.assertFalse(rows["IT"].tax_id)
        self.assertEqual(self.order(11).fiscal_position_id.name, "OSS FR")
        self.assertCents(self.order(11).amount_tax, 0.44 + 0.26)
        self.assertEqual(self.row(13).reason_code, "tax")

    def test_company_without_tax(self):
        """A small business charges none: no tax is asked for, whatever the destination."""
        self.company.account_sale_tax_id = False
        product = self.make_product("NOTAX", None)
        self.receive(
            [
                receipt(20, (301, "NOTAX", 850, 1)),
                receipt(21, (302, "NOTAX", 850, 1), country="AT"),
            ]
        )
        for number in (20, 21):
            order = self.order(number)
            self.assertEqual(order.order_line[0].product_id, product)
            self.assertFalse(order.order_line.tax_ids)
            self.assertCents(self.bill(order).amount_total, 13.40)

    def test_product_without_tax_needs_a_reason(self):
        self.make_product("NOTAX", None)
        self.receive([receipt(22, (303, "NOTAX", 850, 1))])
        self.assertEqual(self.row(22).reason_code, "tax")

    def test_listing_edited_and_deleted(self):
        """A product whose number changed is known by its SKU, a deleted one by listing and
        title, and an order that comes again keeps what it was made from.
        """
        line = (401, "UNKNOWN", 850, 2)
        self.receive([receipt(30, line)])
        self.assertEqual(self.row(30).reason_code, "product")
        listing = self.env["sales.channel.listing"].search([("sku", "=", "UNKNOWN")])
        listing.product_id = self.products["TEE-ABEND-80"]
        self.channel._process_waiting()
        gone = {"sku": None, "listing_id": None, "product_id": None, "title": "Title UNKNOWN"}
        self.receive(
            [
                receipt(31, (402, "UNKNOWN", 850, 1, {"product_id": 999})),
                receipt(32, (403, None, 850, 1, {**gone, "listing_id": 17_001})),
                receipt(33, (404, None, 850, 1, gone)),
            ]
        )
        for number in (30, 31, 32, 33):
            product = self.order(number).order_line[0].product_id
            self.assertEqual(product, self.products["TEE-ABEND-80"], number)
        self.env["sales.channel.listing"].search([("channel_id", "=", self.channel.id)]).unlink()
        again = receipt(30, (401, None, 850, 2, gone), is_shipped=True, status="completed")
        self.receive([again])
        self.assertEqual(self.order(30).order_line[0].product_id, self.products["TEE-ABEND-80"])

    def test_download_is_never_sent(self):
        digital = {"is_digital": True}
        self.receive(
            [
                receipt(40, (501, "PDF-SAUER", 390, 1, digital), shipping=0),
                receipt(41, (502, "TEE-ABEND-80", 390, 1, digital), shipping=0),
            ]
        )
        order = self.order(40)
        order.action_confirm()
        self.assertFalse(order.picking_ids)
        self.assertFalse(order.order_line.filtered("is_delivery"))
        self.assertEqual(self.row(41).reason_code, "product")

    def test_gift_wrap_outside_the_total(self):
        """Whichever sum is the total is true; if none is, nothing is made up."""
        line = (601, "TEE-ABEND-80", 850, 1)
        self.receive(
            [
                receipt(50, line, gift_wrap_price=250),
                receipt(51, (602, *line[1:]), gift_wrap_price=250, grandtotal=1590),
                receipt(52, (603, *line[1:]), gift_wrap_price=250, grandtotal=1591),
            ]
        )
        self.assertEqual(len(self.order(50).order_line), 2)
        self.assertTrue(self.order(50).channel_is_wrapped)
        self.assertEqual(len(self.order(51).order_line), 3)
        row = self.row(52)
        self.assertEqual((row.state, row.reason_code), ("attention", "payload"))
        self.assertFalse(row.sale_order_id)

    def test_unpaid_then_paid_then_cancelled(self):
        line = (701, "TEE-ABEND-80", 850, 1)
        self.receive([receipt(60, line, status="open", is_paid=False)])
        order = self.order(60)
        self.assertTrue(order.channel_awaits_payment)
        self.receive([receipt(60, line, updated_timestamp=1_794_800_100)])
        self.assertEqual(self.order(60), order)
        self.assertFalse(order.channel_awaits_payment)
        self.assertCents(order.channel_payment_ids.amount, 13.40)
        self.receive([receipt(60, line, status="canceled", updated_timestamp=1_794_800_200)])
        self.assertEqual(order.state, "cancel")

    def test_statements_per_order(self):
        """An order more costs what core takes to make one, however many there are."""
        lines = [("SEIFE-LAV-100", 690, 2), ("TEE-ABEND-80", 850, 1)]

        def chunk(start, count):
            return [
                receipt(
                    number,
                    *((number * 10 + i, *line) for i, line in enumerate(lines)),
                    first_line=f"Weg {number}",
                )
                for number in range(start, start + count)
            ]

        self.receive(chunk(1000, 10))
        self.env.flush_all()
        self.env.invalidate_all()
        few, many = chunk(1100, 10), chunk(1200, 40)
        before = self.env.cr.sql_log_count
        self.receive(few)
        self.env.flush_all()
        taken = self.env.cr.sql_log_count - before
        self.env.invalidate_all()
        with self.assertQueryCount(taken + 30 * OF_AN_ORDER):
            self.receive(many)
        self.assertEqual(self.order(1239).amount_total, 27.20)
