# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import os
from collections import defaultdict
from fractions import Fraction

COUNT = 2000 if os.environ.get("SOAK") else 300
SEED = 20261122
CHUNK = 50


class ExactProof:
    """Generated orders equal their expectation, which nothing here has worked out: order,
    invoices whole and in parts, and credit notes, in total and for every tax.
    """

    def name_of(self, payload):
        """Name of an order in the inbox."""
        return payload["name"]

    def complete(self, orders):
        """What has to be added to imported orders before they can go on."""

    def cents(self, value):
        return round(value * 100)

    def taxes_of(self, pairs):
        """Cents by rate, as the expectation has them."""
        found = defaultdict(int)
        for rate, amount in pairs:
            found[Fraction(str(rate)) / 100] += self.cents(amount)
        return {rate: amount for rate, amount in found.items() if amount}

    @staticmethod
    def wanted(taxes):
        return {Fraction(rate): amount for rate, amount in taxes.items() if amount}

    def move_taxes(self, moves):
        lines = moves.line_ids.filtered("tax_line_id")
        return self.taxes_of((li.tax_line_id.amount, abs(li.amount_currency)) for li in lines)

    def prove_generated(self, generated):
        """Prove half of the orders with taxes rounded on the whole, half line by line."""
        mismatches, part = [], len(generated) // 2
        for method in ("round_globally", "round_per_line"):
            self.company.tax_calculation_rounding_method = method
            offset = 0 if method == "round_globally" else part
            for start in range(offset, offset + part, CHUNK):
                self.prove_chunk(generated[start : min(start + CHUNK, offset + part)], mismatches)
                self.env.flush_all()
                # Nobody else sees what is not saved, so the planner would take these tables
                # for empty.
                self.env.cr.execute(
                    "ANALYZE account_move, account_move_line, account_partial_reconcile, "
                    "account_payment, sale_order, sale_order_line"
                )
                self.env.invalidate_all()
        self.assertFalse(mismatches, f"{len(mismatches)} mismatches")

    def prove_chunk(self, chunk, mismatches):
        """Import, half of the orders in two versions; invoice, half of them in parts."""
        self.receive([item.first for item in chunk[::2]])
        self.receive([item.payload for item in chunk])
        pairs = []
        for item in chunk:
            row = self.row(self.name_of(item.payload))
            if row.state != "imported":
                mismatches.append((item.stratum, row.name, row.reason))
                continue
            pairs.append((item, row.sale_order_id))
            self.compare(mismatches, item, "order", self.order_facts(row.sale_order_id), item)
        live = [pair for pair in pairs if not pair[0].expected.cancelled]
        orders = self.env["sale.order"].union(*(order for _item, order in live))
        self.complete(orders)
        orders.action_confirm()
        self.bill(orders[1::2], Fraction(1, 3))
        self.bill(orders, Fraction(1))
        orders.action_create_channel_credit_notes()
        orders.channel_refund_ids.move_id.action_post()
        for item, order in live:
            self.compare_bills(mismatches, item, order)

    def order_facts(self, order):
        taxes = [(line.tax_ids.amount, line.price_tax) for line in order.order_line if line.tax_ids]
        return order.amount_total, self.taxes_of(taxes)

    def bill(self, orders, done):
        """Deliver a share of every line, and invoice it."""
        for line in orders.order_line:
            if line.qty_delivered_method == "manual" and line.channel_line_kind == "goods":
                line.qty_delivered = float(int(done * Fraction(line.product_uom_qty)))
        billable = orders.filtered(lambda order: order.invoice_status == "to invoice")
        billable._create_invoices(grouped=True).action_post()

    def compare(self, mismatches, item, what, facts, expected):
        total, taxes = facts
        ours = self.cents(total), taxes
        theirs = expected.expected.total, self.wanted(expected.expected.taxes)
        if ours != theirs:
            mismatches.append((item.stratum, self.name_of(item.payload), what, ours, theirs))

    def compare_bills(self, mismatches, item, order):
        moves = order.invoice_ids | order.channel_refund_ids.move_id
        bills = moves.filtered(lambda move: move.move_type == "out_invoice")
        credits = moves - bills
        facts = sum(bills.mapped("amount_total")), self.move_taxes(bills)
        self.compare(mismatches, item, "invoices", facts, item)
        for line in bills.invoice_line_ids:
            self.check_part(mismatches, item, line)
        expected = item.expected
        total = self.cents(sum(credits.mapped("amount_total")))
        if total != expected.credit or set(credits.mapped("state")) - {"posted"}:
            mismatches.append((item.stratum, order.name, "credit", total, expected.credit))
        taxes, wanted = self.move_taxes(credits), self.wanted(expected.credit_taxes)
        if not expected.loose and taxes != wanted:
            mismatches.append((item.stratum, order.name, "credit taxes", taxes, wanted))
        if expected.loose:
            self.check_loose(mismatches, item, order, credits, wanted)

    def check_part(self, mismatches, item, line):
        """A line of an invoice carries its share, to within the cent that rounding may move."""
        sold = line.sale_line_ids
        if not sold.product_uom_qty:
            return
        share = Fraction(str(line.quantity)) / Fraction(str(sold.product_uom_qty))
        for ours, whole in ((line.price_total, sold.price_total), (line.price_subtotal, None)):
            whole = sold.price_subtotal if whole is None else whole
            if abs(self.cents(ours) - share * self.cents(whole)) > Fraction(3, 2):
                mismatches.append(
                    (item.stratum, self.name_of(item.payload), "part", ours, whole, share)
                )

    def check_loose(self, mismatches, item, order, credits, wanted):
        """Money without a position: split as the order was, each tax rounded once."""
        loose = item.expected.loose
        basis = order.order_line
        if loose < 0:
            keys = {line["line"] for line in order.channel_refund_ids.lines}
            basis = basis.filtered(lambda line: line.channel_line_id in keys)
        whole = sum(self.cents(line.price_total) for line in basis)
        taxes = self.move_taxes(credits)
        for tax in basis.tax_ids.filtered("amount"):
            rate = Fraction(str(tax.amount)) / 100
            lines = basis.filtered(lambda line, tax=tax: line.tax_ids == tax)
            share = Fraction(sum(self.cents(line.price_tax) for line in lines), whole)
            found = taxes.pop(rate, 0) - wanted.get(rate, 0)
            if abs(found - loose * share) > 1:
                mismatches.append((item.stratum, order.name, "loose", found, loose, share))
        if taxes:
            mismatches.append((item.stratum, order.name, "loose taxes", taxes))
