# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from .common import ChannelCase

VAT = "DE136695976"


class TestBusiness(ChannelCase):
    """Companies that buy through an account of the shop, on terms."""

    def business(self, name="#1001", person="Hanna", **changes):
        order = self.sample(name, **changes)
        number = name.strip("#")
        order["purchasingEntity"] = {
            "company": {"id": "gid://shopify/Company/1", "name": "Naturkost Lindner GmbH"},
            "contact": {"id": f"gid://shopify/CompanyContact/{number}"},
            "location": {
                "id": "gid://shopify/CompanyLocation/1",
                "name": "Leipzig",
                "taxSettings": {"taxRegistrationId": VAT},
            },
        }
        order["customer"] = {
            "id": f"gid://shopify/Customer/{number}",
            "firstName": person,
            "lastName": "Lindner",
            "locale": "de",
        }
        order["email"] = f"{person.lower()}@example.org"
        return order

    def test_one_company_whoever_buys_for_it(self):
        self.receive([self.business(), self.business("#1002", "Jakob")])
        first, second = self.order("#1001"), self.order("#1002")
        company = first.partner_id
        self.assertEqual(second.partner_id, company)
        self.assertTrue(company.is_company)
        self.assertEqual((company.name, company.vat), ("Naturkost Lindner GmbH", VAT))
        people = company.child_ids.filtered(lambda child: child.type == "contact")
        self.assertEqual(
            sorted(people.mapped(lambda child: (child.name, child.email))),
            [("Hanna Lindner", "hanna@example.org"), ("Jakob Lindner", "jakob@example.org")],
        )

    def test_known_before_the_account_was_told(self):
        before = self.business()
        before["purchasingEntity"] = None
        before["billingAddress"]["company"] = "Naturkost Lindner GmbH"
        self.receive([before])
        later = self.business(name="#1002")
        later["customer"] = before["customer"]
        later["billingAddress"] = dict(before["billingAddress"])
        self.receive([later])
        self.assertEqual(self.order("#1001").partner_id, self.order("#1002").partner_id)

    def test_terms_wait_until_they_are_explained(self):
        terms = {"paymentTermsName": "Net 30", "paymentTermsType": "NET", "dueInDays": 30}
        self.receive([self.business(paymentTerms=terms)])
        row = self.row("#1001")
        self.assertEqual((row.state, row.reason_code), ("attention", "payment"))
        method = self.channel.method_ids.filtered(lambda rec: "Net 30" in rec.gateway)
        term = self.env["account.payment.term"].create({"name": "30 days"})
        method.write({"kind": "invoice", "payment_term_id": term.id})
        self.channel._process_waiting()
        self.assertEqual(self.order("#1001").payment_term_id, term)
        self.assertFalse(self.order("#1001").channel_awaits_payment)

    def test_rights_are_asked_with_the_connection(self):
        self.store.scopes |= {"read_payment_terms", "read_companies"}
        self.addCleanup(self.store.scopes.difference_update, {"read_payment_terms"})
        self.channel.action_test_connection()
        self.assertEqual(self.channel._adapter().options, {"buyer": True, "terms": True})
        self.store.scopes -= {"read_payment_terms"}
        self.assertFalse(self.channel._import_orders(), "a right taken away stops nothing")
