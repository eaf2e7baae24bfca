# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from decimal import Decimal

from odoo import Command
from odoo.exceptions import UserError, ValidationError

from .common import LabelCase


class TestOrders(LabelCase):
    """What a delivery says becomes what DHL is told."""

    def asked(self, picking):
        """What DHL was told."""
        self.assertEqual(picking.action_buy_labels(), {picking.id: False})
        self.assertEqual(self.dhl.store.violations, [])
        return list(self.dhl.store.shipments.values())[-1]["asked"]

    def test_a_parcel_in_germany(self):
        told = self.asked(self.picking(quantity=3))
        self.assertEqual(told["product"], "V01PAK")
        self.assertEqual(told["billingNumber"], "33333333330102")
        self.assertEqual(told["details"]["weight"], {"uom": "g", "value": 1500})
        self.assertEqual(told["shipper"]["name1"], "Seifenmanufaktur")
        self.assertEqual(told["consignee"]["name1"], "Marie Schäfer")

    def test_contact_data_only_with_consent(self):
        self.customer.write({"email": "marie@example.com", "phone": "+49 341 123456"})
        self.assertNotIn("email", self.asked(self.picking())["consignee"])
        self.carrier.label_contact = "both"
        told = self.asked(self.picking())["consignee"]
        self.assertEqual(told["email"], "marie@example.com")
        # DHL takes no phone numbers inside of Germany.
        self.assertNotIn("phone", told)

    def test_kleinpaket_where_it_fits(self):
        self.carrier.label_package_type_id = self.env["stock.package.type"].create(
            {"name": "Box", "packaging_length": 300, "width": 200, "height": 60, "base_weight": 0.1}
        )
        told = self.asked(self.picking())
        self.assertEqual((told["product"], told["details"]["weight"]["value"]), ("V62KP", 600))
        self.assertEqual(told["details"]["dim"]["length"], 300)
        self.assertEqual(self.asked(self.picking(quantity=2))["product"], "V01PAK")
        self.goods.label_age_check = "18"
        told = self.asked(self.picking())
        self.assertEqual(told["product"], "V01PAK")
        self.assertEqual(told["services"], {"visualCheckOfAge": "A18"})

    def test_a_fixed_product(self):
        self.carrier.dhl_product = "V62KP"
        self.assertEqual(self.asked(self.picking())["product"], "V62KP")
        told = self.picking(quantity=3).action_buy_labels()
        self.assertTrue(all(told.values()))

    def test_locker(self):
        customer = self.make_customer(street="Packstation 145", street2="Postnummer 12345678")
        told = self.asked(self.picking(customer=customer))["consignee"]
        self.assertEqual((told["lockerID"], told["postNumber"]), (145, "12345678"))

    def test_company_and_person(self):
        company = self.make_customer("Hofladen GmbH", is_company=True)
        person = self.make_customer("Ida Blum", parent_id=company.id, type="delivery")
        told = self.asked(self.picking(customer=person))["consignee"]
        self.assertEqual((told["name1"], told["name2"]), ("Hofladen GmbH", "Ida Blum"))

    def test_switzerland(self):
        self.goods.write({"hs_code": "3401.11.00", "country_of_origin": self.env.ref("base.de").id})
        country = self.env.ref("base.ch").id
        customer = self.make_customer(country_id=country, zip="8001", city="Zürich")
        told = self.asked(self.picking(customer=customer, quantity=2))
        self.assertEqual(told["product"], "V53WPAK")
        (item,) = told["customs"]["items"]
        self.assertEqual((item["hsCode"], item["countryOfOrigin"]), ("34011100", "DEU"))
        self.assertEqual((item["packagedQuantity"], item["itemWeight"]["value"]), (2, 500))
        self.assertEqual(told["services"]["endorsement"], "RETURN")
        picking = self.env["stock.picking"].search([("partner_id", "=", customer.id)])
        self.ship(picking)
        names = (
            self.env["ir.attachment"]
            .search([("res_model", "=", "stock.picking"), ("res_id", "=", picking.id)])
            .mapped("name")
        )
        self.assertTrue(any(name.startswith("ShippingDoc-dhl_de") for name in names))

    def test_numbers_for_customs(self):
        self.env.ref("stock.warehouse0").partner_id.commercial_partner_id.eori = "DE1234567890"
        picking = self.picking(customer=self.make_swiss())
        picking.write({"customs_permit": "P-1", "customs_certificate": "C-2"})
        told = self.asked(picking)["customs"]
        self.assertEqual(told["shipperCustomsRef"], "DE1234567890")
        self.assertEqual((told["permitNo"], told["attestationNo"]), ("P-1", "C-2"))

    def make_swiss(self):
        country = self.env.ref("base.ch").id
        return self.make_customer(country_id=country, zip="8001", city="Zürich")

    def sold(self, product, **values):
        """The delivery of an order whose prices include 19 % VAT."""
        tax = self.env["account.tax"].search([("name", "=", "Inclusive")])
        tax = tax or tax.create(
            {"name": "Inclusive", "amount": 19, "price_include_override": "tax_included"}
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": self.make_swiss().id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": 2,
                            "price_unit": 11.9,
                            "tax_ids": [Command.set(tax.ids)],
                            **values,
                        }
                    )
                ],
            }
        )
        order.action_confirm()
        order.picking_ids.carrier_id = self.carrier
        order.picking_ids.action_assign()
        return order.picking_ids

    def values(self, picking):
        """Pieces and what one is worth, of each of the goods."""
        items = self.asked(picking)["customs"]["items"]
        return [(item["packagedQuantity"], item["itemValue"]["value"]) for item in items]

    def test_value_for_customs_is_without_tax(self):
        self.assertEqual(self.values(self.sold(self.goods)), [(2, 10.0)])
        self.assertEqual(self.values(self.sold(self.goods, discount=50)), [(2, 5.0)])

    def test_value_of_what_is_given_away(self):
        self.goods.taxes_id = False
        self.assertEqual(self.values(self.sold(self.goods, price_unit=0)), [(2, 10.0)])
        swiss = self.make_swiss()
        self.assertEqual(self.values(self.picking(customer=swiss)), [(1, 10.0)])

    def test_insurance_and_services(self):
        self.carrier.write({"dhl_insurance": 1500.5, "dhl_named_person": True, "dhl_bulky": True})
        services = self.asked(self.picking())["services"]
        self.assertEqual(Decimal(str(services["additionalInsurance"]["value"])), Decimal("1500.5"))
        self.assertTrue(services["namedPersonOnly"] and services["bulkyGoods"])

    def test_return_label_in_the_parcel(self):
        self.carrier.dhl_return_label = True
        picking = self.picking()
        self.asked(picking)
        self.ship(picking)
        self.assertTrue(self.label(picking).return_numbers)
        self.assertEqual(len(picking.return_label_ids), 1)

    def test_return_label_later(self):
        picking = self.picking()
        self.ship(picking)
        self.carrier.get_return_label(picking)
        ((number, told),) = self.dhl.store.returns.items()
        self.assertEqual(told["shipper"]["addressHouse"], "12a")
        self.assertIn(number, picking.return_label_ids.name)
        self.assertEqual(self.dhl.store.violations, [])

    def test_prices_for_customers(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "order_line": [Command.create({"product_id": self.goods.id})],
            }
        )
        self.carrier.fixed_price = 5.5
        self.assertEqual(self.carrier.rate_shipment(order)["price"], 5.5)
        self.carrier.write({"label_price_by": "rules"})
        self.carrier.price_rule_ids.create(
            {
                "carrier_id": self.carrier.id,
                "variable": "weight",
                "operator": "<=",
                "max_value": 31.5,
                "list_base_price": 6.9,
            }
        )
        self.assertEqual(self.carrier.rate_shipment(order)["price"], 6.9)

    def test_no_account(self):
        self.carrier.label_account_id = False
        picking = self.picking()
        self.assertTrue(picking.action_buy_labels()[picking.id])
        with self.assertRaises(UserError):
            self.ship(picking)

    def test_billing_numbers(self):
        with self.assertRaises(ValidationError):
            self.account.dhl_ekp = "123"
        with self.assertRaises(ValidationError):
            self.account.dhl_billing_ids[0].participation = "1"

    def test_tracking_links(self):
        picking = self.picking()
        picking.carrier_tracking_ref = "0034"
        self.assertIn("0034", picking.carrier_tracking_url)
        picking.carrier_tracking_ref = "0034,0035"
        self.assertEqual(len(picking.get_multiple_carrier_tracking()), 2)
