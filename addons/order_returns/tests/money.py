# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.exceptions import UserError


class MoneyTests:
    """What the customer gets: credit notes, replacements."""

    def test_credit_note_has_the_taxes_and_prices_of_the_invoice(self):
        self.order_shop.order_line.write({"price_unit": 7.77, "discount": 5})
        tax = self.set_tax(self.order_shop, 7)
        invoice = self.invoice(self.order_shop)
        # What the product costs today does not matter.
        self.jar.list_price = 99
        rma = self.take(self.order_shop, 5, "credit")
        rma.action_refund()
        note = rma.refund_id
        line = note.invoice_line_ids
        self.assertEqual((line.quantity, line.price_unit, line.discount), (5, 7.77, 5))
        self.assertEqual(line.tax_ids, tax)
        self.assertEqual(line.account_id, invoice.invoice_line_ids.account_id)
        # 5 x 7.77 - 5 % = 36.91 (36.9075); 7 % = 2.58
        self.assertEqual((note.amount_untaxed, note.amount_tax), (36.91, 2.58))
        self.assertEqual((note.reversed_entry_id, note.journal_id), (invoice, invoice.journal_id))
        self.assertEqual(rma.state, "refunded")
        note.action_post()
        self.assertEqual(self.order_shop.invoice_status, "invoiced")
        self.assertIn(note, self.order_shop.invoice_ids)

    def test_all_of_it_is_the_invoice(self):
        self.set_tax(self.order_shop, 19)
        self.order_shop.order_line.price_unit = 3.333
        invoice = self.invoice(self.order_shop)
        rma = self.take(self.order_shop, 12, "credit")
        rma.action_refund()
        self.assertEqual(rma.refund_id.amount_total, invoice.amount_total)
        self.assertEqual(rma.refund_id.amount_tax, invoice.amount_tax)

    def test_never_twice(self):
        invoice = self.invoice(self.order_shop)
        rma = self.take(self.order_shop, 5, "credit")
        rma.action_refund()
        with self.assertRaises(UserError):
            rma.action_refund()
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
        )
        note = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        note.invoice_line_ids.quantity = 5
        note.action_post()
        other = self.take(self.order_shop, 3, "credit")
        with self.assertRaises(UserError):
            other.action_refund()

    def test_tax_advisor_gets_the_credit_note(self):
        """Where the books are exported: the same account and key as the invoice, to the cent."""
        if "datev.export" not in self.env:
            return  # an addon that is not needed here
        from odoo.addons.datev_export.extf.reader import read_stack

        self.env.company.write(
            {
                "datev_consultant_number": "29098",
                "datev_client_number": "55003",
                "datev_receipts": False,
                "datev_master_data": False,
            }
        )
        chart = self.env["account.chart.template"]
        self.jar.property_account_income_id = chart.ref("account_8300")
        line = self.order_shop.order_line
        line.write({"price_unit": 7.77, "discount": 5})
        line.tax_ids = chart.ref("tax_ust_7_skr03")
        invoice = self.invoice(self.order_shop)
        rma = self.take(self.order_shop, 5, "credit")
        rma.action_refund()
        rma.refund_id.action_post()
        day = invoice.date
        export = self.env["datev.export"].create({"date_from": day.replace(day=1), "date_to": day})
        export.action_export()
        messages = export.finding_ids.mapped("message")
        self.assertEqual((export.state, export.proven), ("exported", True), messages)
        rows = [row for file in export.attachment_ids for row in read_stack(file.raw).rows]
        # In the books of the advisor the credit note clears its invoice, so it has its number.
        billed, credited = (row for row in rows if row.document == invoice.name)
        # 12 x 7.77 - 5 % = 88.58; 5 x 7.77 - 5 % = 36.91; 7 % are 6.20 and 2.58
        self.assertEqual([str(row.amount) for row in (billed, credited)], ["94.78", "39.49"])
        self.assertEqual(billed.sign, -credited.sign)
        self.assertEqual(
            (billed.account, billed.contra, billed.key),
            (credited.account, credited.contra, credited.key),
        )

    def test_nothing_to_credit(self):
        rma = self.take(self.order_shop, 5, "credit")
        with self.assertRaises(UserError):
            rma.action_refund()
        self.invoice(self.order_shop)
        noted = self.take(self.order_shop, 1)
        with self.assertRaises(UserError):
            noted.action_refund()

    def test_return_first(self):
        self.invoice(self.order_shop)
        rma = self.take(self.order_shop, 5, "credit_return")
        with self.assertRaises(UserError):
            rma.action_refund()
        self.receive(rma)
        rma.action_refund()
        self.assertEqual(rma.refund_id.invoice_line_ids.quantity, 5)
        line = self.order_shop.order_line
        self.assertEqual((line.qty_delivered, line.qty_invoiced), (12, 12))

    def test_a_deleted_credit_note_can_be_made_again(self):
        self.invoice(self.order_shop)
        rma = self.take(self.order_shop, 5, "credit")
        rma.action_refund()
        rma.refund_id.unlink()
        self.assertFalse(rma.refund_id)
        rma.action_refund()
        self.assertTrue(rma.refund_id)

    def test_replacement_is_an_order_that_costs_nothing(self):
        rma = self.take(self.order_shop, 3, "replace")
        self.assertTrue(rma.can_get_replacement)
        rma.action_create_replacement()
        order = rma.replacement_order_id
        self.assertEqual((order.amount_total, order.state), (0, "sale"))
        (line,) = order.order_line.filtered("product_id")
        self.assertEqual((line.product_uom_qty, line.product_id), (3, self.jar))
        self.assertFalse(order.channel_order_id)
        self.assertTrue(order.is_replacement)
        self.assertTrue(order.material_state)
        with self.assertRaises(UserError):
            rma.action_create_replacement()
        self.assertEqual(rma.state, "waiting_replacement")
        self._ship(order)
        self.assertEqual(rma.state, "replaced")

    def test_invoice_of_a_replacement(self):
        """Nobody waits for it; if it is made it is zero, says why and is paid."""
        rma = self.take(self.order_shop, 3, "replace")
        rma.action_create_replacement()
        order = rma.replacement_order_id
        line = rma.replacement_line_id
        line.product_uom_qty = 4
        self.assertEqual((line.price_unit, order.amount_total), (0, 0))
        line.product_uom_qty = 3
        picking = self._ship(order)
        self.assertEqual((line.qty_to_invoice, order.invoice_status), (3, "no"))
        picking.delivered_on = "2026-11-23"
        self.assertTrue(order._is_settled())
        invoice = self.invoice(order)
        self.assertEqual((invoice.amount_total, invoice.payment_state), (0, "paid"))
        (note,) = invoice.invoice_line_ids.filtered(lambda li: li.display_type == "line_note")
        self.assertIn(rma.name, note.name)
        self.assertIn(self.order_shop.name, note.name)
        self.assertEqual(order.invoice_status, "invoiced")
        self.assertTrue(order._is_settled())

    def test_credit_of_two_invoices(self):
        """Eight at 7.77 with 7 %, four at 8.88 with 19 %: ten are eight of one and two more."""
        line = self.order_shop.order_line
        invoices = []
        for quantity, price, tax in ((8, 7.77, 7), (4, 8.88, 19)):
            line.price_unit = price
            self.set_tax(self.order_shop, tax)
            invoice = self.order_shop._create_invoices()
            invoice.invoice_line_ids.quantity = quantity
            invoice.action_post()
            invoices.append(invoice)
        first = self.take(self.order_shop, 10, "credit")
        second = self.take(self.order_shop, 2, "credit")
        (first | second).action_refund()
        parts = first.refund_id.invoice_line_ids.filtered(lambda li: li.rma_id == first)
        self.assertEqual(
            [(li.quantity, li.price_unit, li.tax_ids.amount) for li in parts],
            [(8, 7.77, 7), (2, 8.88, 19)],
        )
        self.assertEqual(parts.credited_line_id.move_id.ids, [move.id for move in invoices])
        notes = first.refund_id | second.refund_id
        notes.action_post()
        # 62.16 + 7 % = 66.51; 17.76 + 19 % = 21.13
        self.assertEqual(
            [(note.amount_untaxed, note.amount_tax) for note in notes],
            [(79.92, 7.72), (17.76, 3.37)],
        )
        self.assertEqual(second.refund_id.reversed_entry_id, invoices[1])
        self.assertEqual(self.order_shop.invoice_status, "invoiced")

    def test_cancelled_replacement_leaves_the_complaint_open(self):
        rma = self.take(self.order_shop, 3, "replace")
        rma.action_create_replacement()
        rma.replacement_order_id._action_cancel()
        self.assertEqual((rma.state, bool(rma.replacement_order_id)), ("confirmed", False))
        rma.action_create_replacement()
        self.assertEqual(rma.replacement_order_id.state, "sale")

    def test_one_replacement_for_complaints_of_an_order(self):
        rmas = self.take(self.order_shop, 1, "replace") | self.take(self.order_shop, 2, "replace")
        rmas.action_create_replacement()
        self.assertEqual(len(rmas.replacement_order_id), 1)
        self.assertEqual(sum(rmas.replacement_line_id.mapped("product_uom_qty")), 3)
