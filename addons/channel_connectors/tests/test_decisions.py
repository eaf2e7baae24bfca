# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import Command
from odoo.tests import Form

from .common import ChannelCase


class TestDecisions(ChannelCase):
    """What nobody has decided waits with a reason; one decision releases all that wait."""

    def waits(self, name, code):
        row = self.row(name)
        self.assertEqual((row.state, row.reason_code), ("attention", code), row.reason)
        self.assertFalse(row.sale_order_id)
        self.assertTrue(row.reason)
        return row

    def test_payment_method(self):
        payloads = [
            self.sample(name, paymentGatewayNames=["Muschelgeld"]) for name in ("#1001", "#1002")
        ]
        self.receive(payloads)
        row = self.waits("#1001", "payment")
        self.waits("#1002", "payment")
        self.assertIn("Muschelgeld", row.reason)
        self.assertEqual(row.action_fix()["res_model"], "sales.channel.method")
        method = self.channel.method_ids.filtered(lambda m: m.gateway == "Muschelgeld")
        term = self.env["account.payment.term"].create({"name": "Shells"})
        jobs = self.env["queue.job"].search_count([])
        channel = self.channel.with_context(queue_job__no_delay=False)
        method.with_env(channel.env).write({"kind": "invoice", "payment_term_id": term.id})
        self.assertEqual(set((row | self.row("#1002")).mapped("state")), {"new"})
        self.assertEqual(self.env["queue.job"].search_count([]), jobs + 1)
        self.channel._process_waiting()
        self.assertEqual(self.order("#1001").payment_term_id, term)
        self.assertEqual(self.order("#1002").channel_method_id, method)

    def test_known_payment_methods(self):
        self.channel._import_orders()
        kinds = {method.gateway: method.kind for method in self.channel.method_ids}
        self.assertEqual(kinds["shopify_payments"], "online")
        self.assertFalse(self.order("#1001").channel_awaits_payment)
        waiting = self.order("#1012")
        self.assertEqual(waiting.channel_method_id.kind, "prepayment")
        self.assertTrue(waiting.channel_awaits_payment)
        # The gift card pays a part; what the order waits for is the rest.
        self.assertEqual(self.order("#1008").channel_method_id.gateway, "shopify_payments")

    def test_nothing_says_how_it_is_paid(self):
        unpaid = self.sample(
            paymentGatewayNames=[], transactions=[], displayFinancialStatus="PENDING"
        )
        self.receive([unpaid])
        self.waits("#1001", "payment")

    def test_agreed_terms(self):
        terms = {"paymentTermsName": "Net 30", "paymentTermsType": "NET"}
        self.receive([self.sample(paymentTerms=terms)])
        self.assertIn("Net 30", self.waits("#1001", "payment").reason)

    def test_unmapped_tax_is_added(self):
        """The rate an order needs is there to be given a tax."""
        self.channel.tax_ids.filtered(lambda r: r.country_id.code == "AT").unlink()
        self.channel._import_orders()
        row = self.waits("#1009", "tax")
        self.assertEqual(row.action_fix()["res_model"], "sales.channel.tax")
        added = self.channel.tax_ids.filtered(lambda r: r.country_id.code == "AT")
        self.assertEqual(sorted(added.mapped("rate")), [10.0, 20.0])
        self.assertFalse(added.tax_id)
        added.tax_id = self.channel.tax_ids.filtered("tax_id")[:1].tax_id
        self.assertEqual(row.state, "new")

    def test_marketplace_tax(self):
        payload = self.sample()
        for line in [*payload["lineItems"]["nodes"], *payload["shippingLines"]["nodes"]]:
            for tax in line["taxLines"]:
                tax["channelLiable"] = True
        self.receive([payload])
        self.assertIn("marketplace", self.waits("#1001", "tax").reason)
        self.assertEqual(
            set(self.channel.tax_ids.filtered(lambda r: not r.tax_id).mapped("kind")),
            {"marketplace"},
        )

    def business(self, vat):
        payload = self.sample(
            "#1017", customAttributes=[{"key": "USt-IdNr.", "value": vat}], taxExempt=True
        )
        for line in [*payload["lineItems"]["nodes"], *payload["shippingLines"]["nodes"]]:
            line["taxLines"] = []
        net = sum(
            float(line["originalUnitPriceSet"]["shopMoney"]["amount"]) * line["quantity"]
            for line in payload["lineItems"]["nodes"]
        ) + float(payload["shippingLines"]["nodes"][0]["originalPriceSet"]["shopMoney"]["amount"])
        payload["totalPriceSet"] = payload["currentTotalPriceSet"] = self.bag(net)
        payload["currentTotalTaxSet"] = self.bag(0)
        for key in ("billingAddress", "shippingAddress"):
            payload[key] = {**payload[key], "countryCodeV2": "AT", "company": "Handel GmbH"}
        return payload

    def map_business(self):
        zero = self.channel.tax_ids.filtered(lambda r: r.country_id.code == "CH").tax_id
        self.channel.tax_ids = [
            Command.create(
                {
                    "country_id": self.env.ref("base.at").id,
                    "rate": 0,
                    "kind": "business",
                    "tax_id": zero.id,
                }
            )
        ]

    def test_reverse_charge(self):
        self.map_business()
        self.receive([self.business("ATU 13585627")])
        order = self.order("#1017")
        self.assertEqual(order.partner_id.vat, "ATU13585627", self.row("#1017").reason)
        self.assertTrue(order.partner_id.is_company)
        self.assertCents(order.amount_tax, 0)

    def test_wrong_vat_number(self):
        """Without a number that can be right nobody is sold to untaxed."""
        self.map_business()
        self.receive([self.business("ATU 1234")])
        row = self.waits("#1017", "address")
        self.assertEqual(row.action_fix()["res_model"], "sales.channel.address")
        with Form(self.env["sales.channel.address"].with_context(default_row_id=row.id)) as form:
            self.assertEqual(form.vat, "ATU1234")
            form.vat = "ATU13585627"
        form.record.action_apply()
        self.assertEqual(row.state, "imported", row.reason)

    def test_complete_address(self):
        """What the channel left out is added; what it says stays."""
        address = {**self.sample()["shippingAddress"], "countryCodeV2": None, "zip": None}
        self.receive([self.sample(billingAddress=None, shippingAddress=address)])
        row = self.waits("#1001", "address")
        with Form(self.env["sales.channel.address"].with_context(default_row_id=row.id)) as form:
            form.country_id = self.home
            form.zip = "04109"
            form.city = "Elsewhere"
        form.record.action_apply()
        self.assertEqual(row.state, "imported", row.reason)
        delivery = row.sale_order_id.partner_shipping_id
        self.assertEqual((delivery.zip, delivery.country_id), ("04109", self.home))
        self.assertEqual(delivery.city, address["city"])

    def test_currency(self):
        """What the customer was charged counts, and needs a rate."""
        francs = self.env.ref("base.CHF")
        francs.rate_ids.unlink()
        self.channel._import_orders()
        row = self.waits("#1010", "currency")
        self.assertEqual(row.currency_id, francs)
        self.assertEqual(row.action_fix()["res_model"], "res.currency")
        self.env["res.currency.rate"].create(
            {"currency_id": francs.id, "name": "2026-01-01", "rate": 0.94}
        )
        row.action_fix()
        self.channel._process_waiting()
        order = self.order("#1010")
        self.assertEqual(order.currency_id, francs)
        self.assertCents(order.amount_total, self.expected["#1010"]["total"])
        payment = order.channel_payment_ids
        self.assertEqual(payment.currency_id, francs)
        self.assertNotEqual(payment.amount, payment.settled_amount)
        self.assertEqual(payment.settled_currency_id.name, "EUR")

    def test_inactive_currency(self):
        francs = self.env.ref("base.CHF")
        self.env["product.pricelist"].search([("currency_id", "=", francs.id)]).active = False
        francs.active = False
        self.channel._import_orders()
        row = self.waits("#1010", "currency")
        self.assertFalse(row.action_fix())
        self.assertTrue(francs.active)
        self.channel._process_waiting()
        self.assertEqual(row.state, "imported", row.reason)

    def test_shipping_method(self):
        """Orders do not wait for a carrier; once it is chosen those not shipped follow."""
        self.channel._import_orders()
        order = self.order("#1001")
        order.action_confirm()
        self.assertFalse(order.carrier_id)
        shipping = self.channel.shipping_ids.filtered(lambda s: s.title == order.channel_shipping)
        product = self.env["product.product"].create({"name": "Parcel", "type": "service"})
        carrier = self.env["delivery.carrier"].create(
            {"name": "Parcel", "product_id": product.id, "invoice_policy": "real"}
        )
        shipping.carrier_id = carrier
        self.assertEqual(order.carrier_id, carrier)
        self.assertEqual(order.picking_ids.carrier_id, carrier)
        total = order.amount_total
        order.set_delivery_line(carrier, 99)
        order.picking_ids.carrier_price = 99
        order.picking_ids._add_delivery_cost_to_so()
        self.assertCents(order.amount_total, total, "the customer has paid for shipping")

    def test_gift_card_needs_a_liability(self):
        product = self.channel.gift_card_product_id
        liability = product.property_account_income_id
        product.property_account_income_id = False
        self.channel._import_orders()
        self.waits("#1007", "setup")
        product.property_account_income_id = liability
        self.row("#1007").action_retry()
        self.assertEqual(self.row("#1007").state, "imported")

    def test_deposit_has_its_own_product(self):
        fee = {
            "id": "gid://shopify/AdditionalFee/1",
            "name": "Pfand",
            "price": self.bag("0.25"),
            "taxLines": [{"rate": 0.19, "channelLiable": False, "priceSet": self.bag("0.04")}],
        }
        deposit = self.env["product.product"].create({"name": "Deposit", "type": "service"})
        payload = self.sample(additionalFees=[fee])
        for key, more in (
            ("totalPriceSet", 0.25),
            ("currentTotalPriceSet", 0.25),
            ("currentTotalTaxSet", 0.04),
        ):
            payload[key] = self.bag(float(payload[key]["shopMoney"]["amount"]) + more)
        self.receive([payload])
        listing = self.env["sales.channel.listing"].search(
            [("channel_id", "=", self.channel.id), ("external_key", "=", "fee:pfand")]
        )
        self.assertEqual(listing.product_id, self.channel.fee_product_id)
        listing.product_id = deposit
        payload["updatedAt"], payload["note"] = "2026-11-20T00:00:00Z", "again"
        payload["lineItems"]["nodes"][0]["title"] = payload["lineItems"]["nodes"][0]["name"] = "New"
        self.receive([payload])
        self.assertEqual(self.order("#1001").order_line[-1].product_id, deposit)

    def test_test_orders_stay_quotations(self):
        self.channel.import_test_orders = True
        self.channel._import_orders()
        order = self.order("#1011")
        self.assertTrue(order.channel_is_test)
        with self.assertRaisesRegex(Exception, "test order"):
            order.action_confirm()
