# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from tests.sandbox.etsy import SHOP_ID
from tests.sandbox.etsy.events import happen

from .etsy_shop import EtsyShopCase

PAID = (3511000001, 3511000002)


class TestEtsyPayouts(EtsyShopCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_clearing()
        cls.fee_vat = cls.fees.copy({"name": "VAT on fees", "code": "X4971"})
        cls.channel.payouts_from = "2026-11-01"

    def setUp(self):
        super().setUp()
        # The samples are of one day; what a test is about is put into an empty ledger.
        self.store.ledger.clear()
        self.store.payments.clear()
        self.store.paid_by.clear()

    def pay(self, *numbers):
        """Buyers pay; entries of a ledger never are older than those before them."""
        from tests.sandbox.etsy import money

        receipts = [self.store.receipts[number] for number in numbers]
        if self.store.ledger:
            for receipt in receipts:
                receipt["created_timestamp"] = self.store.now()
        money.settle(self.store, *receipts)

    def pay_out(self):
        node = happen(self.store, {"kind": "pay_out"})
        self.channel._import_payouts()
        payout = self.channel.payout_ids.filtered(
            lambda row: row.external_id == f"transfer:{node['entry_id']}"
        )
        self.assertEqual(len(payout), 1)
        return payout

    def billed(self, *numbers):
        orders = self.env["sale.order"]
        for number in numbers:
            order = self.confirm(number)
            self.invoice(order)
            orders |= order
        return orders

    def test_cleared_to_zero(self):
        orders = self.billed(*PAID)
        self.pay(*PAID)
        payout = self.pay_out()
        self.assertEqual((payout.state, payout.problem), ("new", False))
        self.assertCents(payout.amount_gross, sum(orders.mapped("amount_total")))
        payout.action_book()
        self.assertEqual(payout.state, "cleared", payout.line_ids.mapped("reason"))
        self.assertEqual(self.balance(self.clearing), 0)
        self.assertCents(self.balance(self.transit), payout.amount_net)
        self.assertCents(self.balance(self.fees), payout.amount_fee)
        fees = sum(-row["amount"] for row in self.store.ledger if "fee" in row["ledger_type"])
        self.assertGreater(fees, 0)
        self.assertEqual(payout.line_ids.mapped("order_id"), orders)

    def test_requests_of_a_payout(self):
        """Entries a window, payments a hundred: not one request for each order."""
        self.pay(*PAID)
        happen(self.store, {"kind": "pay_out"})
        before = len(self.store.requests)
        self.channel._import_payouts()
        few = len(self.store.requests) - before
        self.pay(3511000004, 3511000007)
        happen(self.store, {"kind": "pay_out"})
        before = len(self.store.requests)
        self.channel._import_payouts()
        self.assertLessEqual(len(self.store.requests) - before, few)

    def test_tax_that_etsy_collects(self):
        """The buyer in America has paid sales tax; it is nobody's money here."""
        receipt = self.store.receipts[3511000004]
        for name in ("total_tax_cost", "grandtotal"):
            receipt[name] = {**receipt[name], "amount": receipt[name]["amount"] + 265}
        order = self.billed(3511000004)
        self.pay(3511000004)
        payout = self.pay_out()
        charge = payout.line_ids.filtered(lambda line: line.kind == "charge")
        self.assertCents(charge.gross, order.channel_payment_ids._get_paid_out())
        payout.action_book()
        self.assertEqual(payout.state, "cleared", payout.line_ids.mapped("reason"))
        self.assertEqual(self.balance(self.clearing), 0)

    def test_refund(self):
        number = 3511000005
        order = self.order(number)
        if order.state == "draft":
            order.action_confirm()
        if order.invoice_status == "to invoice":
            order._create_invoices().action_post()
        order.action_create_channel_credit_notes().filtered(
            lambda move: move.state == "draft"
        ).action_post()
        self.pay(number)
        payout = self.pay_out()
        self.assertLessEqual({"charge", "refund"}, set(payout.line_ids.mapped("kind")))
        payout.action_book()
        self.assertEqual(payout.state, "cleared", payout.line_ids.mapped("reason"))
        self.assertEqual(self.balance(self.clearing), 0)

    def test_vat_on_fees(self):
        """A shop Etsy knows no VAT number of pays VAT on its fees, which has an account."""
        self.store.fee_vat = 19
        self.billed(PAID[0])
        self.pay(PAID[0])
        payout = self.pay_out()
        payout.action_book()
        self.assertEqual(payout.state, "open")
        self.assertTrue(
            all(line.reason for line in payout.line_ids.filtered(lambda r: r.kind == "fee_vat"))
        )
        self.channel.fee_vat_account_id = self.fee_vat
        self.billed(PAID[1])
        self.pay(PAID[1])
        payout = self.pay_out()
        payout.action_book()
        self.assertEqual(payout.state, "cleared", payout.line_ids.mapped("reason"))
        vat = sum(payout.line_ids.filtered(lambda row: row.kind == "fee_vat").mapped("gross"))
        self.assertCents(self.balance(self.fee_vat), -vat)

    def test_what_nobody_knows_is_kept(self):
        from tests.sandbox.etsy import money

        self.billed(PAID[0])
        self.pay(PAID[0])
        money.book(self.store, "gift_card_breakage", -250, ("etsy", 0))
        payout = self.pay_out()
        payout.action_book()
        self.assertEqual(payout.state, "open")
        (line,) = payout.line_ids.filtered("reason")
        self.assertEqual((line.kind, line.gross), ("gift_card_breakage", -2.5))
        self.assertCents(payout.amount_open, 2.5)
        self.assertCents(-self.balance(self.clearing), -2.5)

    def test_what_etsy_keeps_for_now(self):
        """A reserve stays on the clearing account until the next payout takes it."""
        from tests.sandbox.etsy import money

        self.billed(*PAID)
        self.pay(PAID[0])
        number = self.store.number(71_000)
        keep = 500
        left = self.store.ledger[-1]["balance"] - keep
        money.book(self.store, "DISBURSE2", -left, ("disbursement", number))
        self.channel._import_payouts()
        first = self.channel.payout_ids
        self.assertFalse(first.problem)
        first.action_book()
        self.assertEqual(first.state, "cleared", first.line_ids.mapped("reason"))
        self.assertCents(self.balance(self.clearing), 5)
        self.pay(PAID[1])
        second = self.pay_out()
        second.action_book()
        self.assertEqual(second.state, "cleared", second.line_ids.mapped("reason"))
        self.assertEqual(self.balance(self.clearing), 0)

    def test_entry_that_is_missing(self):
        self.pay(PAID[0])
        happen(self.store, {"kind": "pay_out"})
        del self.store.ledger[1]
        self.channel._import_payouts()
        self.assertTrue(self.channel.payout_ids.problem)

    def test_taken_over_once(self):
        self.pay(PAID[0])
        self.pay_out()
        self.assertFalse(self.channel._import_payouts())

    def test_shop_id(self):
        self.assertEqual(self.channel._adapter().client.shop_id, SHOP_ID)


class TestEtsyProof(EtsyShopCase):
    def kinds(self):
        differences = self.channel._prove()
        return {(row.kind, row.name) for row in differences}

    def test_equal_and_different(self):
        """Totals, refunds, shipments and cancellations as Etsy tells them."""
        self.channel.proof_days = 3650
        self.channel.payouts_from = False
        known = self.kinds()
        first = self.confirm(3511000001)
        self.ship(first.picking_ids, tracking="N1")
        self.assertEqual(self.kinds() - known, {("shipment", "3511000001")})
        self.send()
        self.assertFalse(self.kinds() - known)
        happen(self.store, {"kind": "refund", "receipt_id": 3511000002, "amount": 100})
        self.assertEqual(self.kinds() - known, {("refund", "3511000002")})

    def test_part_of_an_order(self):
        """Etsy knows no parts: an order that has left in part is no difference."""
        self.channel.proof_days = 3650
        known = self.kinds()
        order = self.confirm(3511000001)
        self.ship(order.picking_ids, {self.products["TEE-ABEND-80"]: 1}, "A")
        self.send()
        self.assertFalse(self.kinds() - known)
