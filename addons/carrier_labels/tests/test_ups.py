# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import io
import json
from dataclasses import replace
from decimal import Decimal

from pypdf import PdfReader

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user

from .ups_common import Parcel, UpsCase


class TestUps(UpsCase):
    """What is bought at UPS, and what an order becomes."""

    def shipment(self):
        """The request for the last shipment."""
        return self.store.shipments[-1].request

    def test_ship(self):
        picking = self.picking()
        self.ship(picking)
        label = self.label(picking)
        (shipment,) = self.store.shipments
        self.assertEqual(picking.carrier_tracking_ref, shipment.number)
        self.assertEqual((label.shipment, label.reference), (shipment.number, shipment.reference))
        # What the contract says: a quarter off 12.40 and 0.35 for each of 0.5 kg.
        self.assertEqual(picking.carrier_price, 9.44)
        (attachment,) = picking._get_label_attachments()
        self.assertEqual(attachment.name, f"LabelShipping-ups-{shipment.number}.pdf")
        (page,) = PdfReader(io.BytesIO(attachment.raw)).pages
        self.assertEqual((page.mediabox.width, page.mediabox.height), (288, 432))
        self.assertIn(shipment.number, picking.carrier_tracking_url)

    def test_a_set(self):
        pickings = self.env["stock.picking"].union(*(self.picking() for _number in range(6)))
        self.assertEqual(set(pickings.action_buy_labels().values()), {False})
        self.assertEqual(len(self.store.shipments), 6)
        for picking in pickings:
            label = self.label(picking)
            (shipment,) = [one for one in self.store.shipments if one.number == label.shipment]
            self.assertEqual(shipment.reference, label.reference)
        self.assertEqual(set(pickings.action_buy_labels().values()), {False})
        self.assertEqual(len(self.store.shipments), 6)

    def test_several_parcels_and_label_printers(self):
        self.carrier.label_format = "zpl"
        picking = self.picking(quantity=2)
        first = picking.move_line_ids
        first.quantity = 1
        second = first.copy({"quantity": 1})
        for line in first | second:
            line.result_package_id = self.env["stock.package"].create({})
        self.ship(picking)
        (shipment,) = self.store.shipments
        numbers = [one.number for one in shipment.parcels]
        self.assertEqual(len(numbers), 2)
        self.assertEqual(picking.carrier_tracking_ref, ",".join(numbers))
        self.assertEqual(self.label(picking).parcels, 2)
        names = picking._get_label_attachments().mapped("name")
        self.assertEqual(names, [f"LabelShipping-ups-{number}.zpl" for number in numbers])
        links = json.loads(picking.carrier_tracking_url)
        self.assertEqual([name for name, _url in links], numbers)

    def test_settings_become_services(self):
        self.carrier.write(
            {
                "ups_product": "65",
                "ups_adult": True,
                "ups_named_person": True,
                "ups_no_neighbour": True,
                "ups_bulky": True,
                "ups_insurance": 250,
                "ups_notify": True,
                "label_contact": "email",
            }
        )
        self.customer.email = "marie@example.com"
        self.ship(self.picking())
        told = self.shipment()
        self.assertEqual(told["Service"]["Code"], "65")
        options = told["ShipmentServiceOptions"]
        self.assertEqual(options["DeliveryConfirmation"], {"DCISType": "2"})
        self.assertIn("DeliverToAddresseeOnlyIndicator", options)
        self.assertIn("DirectDeliveryOnlyIndicator", options)
        mails = {one["NotificationCode"]: one["EMail"] for one in options["Notification"]}
        self.assertEqual(mails, dict.fromkeys(("6", "8"), {"EMailAddress": ["marie@example.com"]}))
        (package,) = told["Package"]
        self.assertIn("AdditionalHandlingIndicator", package)
        value = package["PackageServiceOptions"]["DeclaredValue"]
        self.assertEqual(value, {"CurrencyCode": "EUR", "MonetaryValue": "250.00"})
        # A person lives there.
        self.assertIn("ResidentialAddressIndicator", told["ShipTo"]["Address"])

    def test_age_of_a_product_and_contact_data(self):
        self.goods.label_age_check = "18"
        self.customer.write({"email": "marie@example.com", "phone": "+49 341 99"})
        self.ship(self.picking())
        told = self.shipment()
        confirmed = told["ShipmentServiceOptions"]["DeliveryConfirmation"]
        self.assertEqual(confirmed, {"DCISType": "2"})
        # Nobody has agreed to share it.
        self.assertNotIn("99", json.dumps(told["ShipTo"]))
        self.assertNotIn("marie", json.dumps(told))

    def test_customs(self):
        customer = self.make_customer(
            "Urs Keller",
            street="Bahnhofstr. 1",
            zip="8001",
            city="Zürich",
            country_id=self.env.ref("base.ch").id,
        )
        self.goods.write({"hs_code": "3401.11", "country_of_origin": self.env.ref("base.de").id})
        picking = self.picking(customer=customer, quantity=3)
        self.ship(picking)
        told = self.shipment()
        forms = told["ShipmentServiceOptions"]["InternationalForms"]
        (product,) = forms["Product"]
        self.assertEqual(product["CommodityCode"], "340111")
        self.assertEqual(product["OriginCountryCode"], "DE")
        self.assertEqual(product["Unit"]["Number"], "3")
        self.assertEqual(forms["InvoiceNumber"], picking.origin or picking.name)
        # UPS wants a phone number: ours, where the one of the buyer is not shared.
        self.assertEqual(told["ShipTo"]["Phone"], told["Shipper"]["Phone"])
        papers = self.env["ir.attachment"].search(
            [("res_model", "=", "stock.picking"), ("res_id", "=", picking.id)]
        )
        self.assertTrue(papers.filtered(lambda one: one.name.startswith("ShippingDoc-ups")))
        self.carrier.ups_own_phone = False
        with self.assertRaises(UserError):
            self.ship(self.picking(customer=customer))
        self.assertEqual(len(self.store.shipments), 1)

    def test_access_point(self):
        self.carrier.write({"ups_product": "70", "label_contact": "email"})
        told = self.picking().action_buy_labels()
        self.assertTrue(all(told.values()))
        self.customer.write(
            {"street2": "Kiosk, UPS Access Point U12345678", "email": "m@example.com"}
        )
        picking = self.picking()
        self.assertEqual(picking.action_buy_labels(), {picking.id: False})
        point = self.shipment()["AlternateDeliveryAddress"]
        self.assertEqual(point["UPSAccessPointID"], "U12345678")

    def test_a_bad_address_is_caught_before_buying(self):
        picking = self.picking()
        self.customer.write({"city": False, "zip": False})
        told = picking.action_buy_labels()[picking.id]
        self.assertEqual(len(told.splitlines()), 2)
        self.assertEqual(self.store.requests, [])
        self.assertFalse(self.label(picking))
        # In the language of who reads it, with what is wrong.
        self.customer.write({"city": "L" * 31, "zip": "04109"})
        self.assertIn("30", picking.action_buy_labels()[picking.id])

    def test_what_ups_refuses(self):
        self.customer.zip = "00000"
        picking = self.picking()
        self.assertIn("120208", picking.action_buy_labels()[picking.id])
        self.assertEqual(picking.label_state, "refused")
        self.customer.zip = "04109"
        self.assertEqual(picking.action_buy_labels(), {picking.id: False})

    # What is lost

    def test_a_lost_answer_is_looked_up_and_not_bought_again(self):
        picking = self.picking()
        self.store.add_faults("drop_after", operation="ship")
        self.assertTrue(picking.action_buy_labels()[picking.id])
        label = self.label(picking)
        self.assertEqual((label.state, self.bought()), ("asked", 1))
        # UPS may still be at it: nobody is sure yet, and nobody buys.
        self.assertIn(label.reference, picking.action_buy_labels()[picking.id])
        self.assertEqual(self.bought(), 1)
        self.age(label, 0.1)
        self.assertEqual(picking.action_buy_labels(), {picking.id: False})
        self.assertEqual(self.label(picking), label)
        self.assertEqual((label.state, self.bought()), ("bought", 1))
        self.assertEqual(label.numbers, self.store.shipments[0].number)
        self.ship(picking)
        self.assertEqual(picking.carrier_tracking_ref, label.numbers)
        self.assertEqual(len(picking._get_label_attachments()), 1)

    def test_what_was_never_bought_is_bought_after_the_look_up(self):
        picking = self.picking()
        self.store.add_faults("drop", operation="ship")
        picking.action_buy_labels()
        self.age(self.label(picking), 0.1)
        # Where the look-up fails, nothing is known.
        self.store.add_faults("status", operation="recovery", status=500)
        self.assertTrue(picking.action_buy_labels()[picking.id])
        self.assertEqual((self.label(picking).state, self.bought()), ("asked", 1))
        self.assertEqual(picking.action_buy_labels(), {picking.id: False})
        self.assertEqual((self.bought(), len(self.living())), (2, 1))

    def test_the_job_settles_it_too(self):
        self.carrier.label_format = "zpl"
        picking = self.picking()
        self.store.add_faults("garble_after", operation="ship")
        picking.action_buy_labels()
        label = self.label(picking)
        self.age(label, 0.1)
        self.reconcile()
        self.assertEqual((label.state, picking.label_state), ("bought", "bought"))
        self.assertTrue(label.document_ids.name.endswith(".zpl"))
        # Nobody comes for it.
        self.age(label, 25)
        self.reconcile()
        self.assertEqual((label.state, self.living()), ("voided", []))

    def test_more_than_one_is_for_a_person(self):
        picking = self.picking()
        self.store.add_faults("drop_after", operation="ship")
        picking.action_buy_labels()
        label = self.label(picking)
        (shipment,) = self.store.shipments
        other = self.store.new_number("11")
        self.store.shipments.append(replace(shipment, number=other, parcels=[Parcel(other)]))
        self.age(label, 0.1)
        picking.action_buy_labels()
        self.assertEqual((self.label(picking).state, self.bought()), ("uncertain", 1))
        self.env["carrier.label.decide"].create(
            {"label_id": label.id, "found": "yes", "numbers": shipment.number}
        ).action_decide()
        self.assertEqual(self.label(picking).state, "bought")

    def test_given_back(self):
        picking = self.picking()
        self.ship(picking)
        label = self.label(picking)
        picking.cancel_shipment()
        self.store.add_faults("drop_after", operation="void")
        self.reconcile()
        self.assertEqual((label.state, self.living()), ("unwanted", []))
        # UPS has done it already, and says so.
        self.reconcile()
        self.assertEqual(label.state, "voided")

    # Prices

    def test_prices(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "order_line": [Command.create({"product_id": self.goods.id, "product_uom_qty": 4})],
            }
        )
        told = self.carrier.rate_shipment(order)
        self.assertTrue(told["success"], told)
        # 12.40, 0.35 for each of 2 kg, a quarter off.
        self.assertEqual(told["price"], 9.82)
        self.assertTrue(told["warning_message"])
        self.carrier.ups_negotiated = False
        self.assertEqual(self.carrier.rate_shipment(order)["price"], 13.1)
        self.carrier.write({"ups_price_by": "own", "fixed_price": 6.9})
        self.assertEqual(self.carrier.rate_shipment(order)["price"], 6.9)

    def test_no_price(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "order_line": [Command.create({"product_id": self.goods.id})],
            }
        )
        self.carrier.ups_product = "54"
        self.store.prices.pop("54")
        told = self.carrier.rate_shipment(order)
        self.assertFalse(told["success"])
        self.assertIn("111210", told["error_message"])
        self.customer.city = False
        before = len(self.store.requests)
        self.assertFalse(self.carrier.rate_shipment(order)["success"])
        self.assertEqual(len(self.store.requests), before)
        self.store.add_faults("drop", operation="rate")
        self.customer.city = "Leipzig"
        self.assertFalse(self.carrier.rate_shipment(order)["success"])

    # Returns

    def test_return_labels(self):
        picking = self.picking()
        self.ship(picking)
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=picking.id, active_model="stock.picking")
            .create({"picking_id": picking.id})
        )
        wizard.product_return_moves.quantity = 1
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.carrier_id = self.carrier
        self.assertTrue(self.carrier.can_generate_return)
        back.print_return_label()
        told = self.shipment()
        self.assertEqual(told["ReturnService"], {"Code": "9"})
        self.assertEqual(told["ShipFrom"]["Name"], self.customer.name)
        self.assertEqual(told["ShipTo"]["Address"]["City"], "Leipzig")
        self.assertEqual(told["ShipTo"]["Name"], told["Shipper"]["Name"])
        (attachment,) = back.return_label_ids
        self.assertTrue(attachment.name.startswith("LabelReturn-ups-1Z"))
        self.store.prices.pop("11")
        with self.assertRaises(UserError):
            back.print_return_label()

    # Accounts

    def test_one_token_for_all_workers(self):
        self.ups.store.tokens.clear()
        self.env["carrier.label.token"].search([]).unlink()
        for _worker in range(3):
            self.carrier._label_account()._client().track(["1ZA1B2C31100009999"])
        asked = [one for one in self.store.requests if "oauth" in one]
        self.assertEqual(len(asked), 1)
        row = self.env["carrier.label.token"].search([("account_id", "=", self.account.id)])
        (token,) = self.store.tokens
        self.assertNotIn(token, row.sudo().token)
        # It is of no use to another secret.
        self.account.api_secret = "another"
        self.store.secrets.append("another")
        self.account._client().track(["1ZA1B2C31100009999"])
        self.assertEqual(len(self.store.tokens), 2)

    def test_connection(self):
        self.assertEqual(self.account.action_test_connection()["params"]["type"], "success")
        self.account.api_secret = "wrong"
        self.assertEqual(self.account.action_test_connection()["params"]["type"], "danger")
        self.account.write({"api_secret": "ups-secret", "ups_shipper": "ZZZZZZ"})
        self.assertEqual(self.account.action_test_connection()["params"]["type"], "danger")

    def test_account_numbers(self):
        for wrong in ("a1b2c3", "A1B2C", "A1B2C3D"):
            with self.assertRaises(ValidationError):
                self.account.ups_shipper = wrong

    def test_rights(self):
        packer = new_test_user(self.env, "ups-packer", "stock.group_stock_user")
        picking = self.picking()
        mine = picking.with_user(packer)
        self.assertEqual(mine.action_buy_labels(), {picking.id: False})
        self.assertFalse(self.account.api_secret)
        with self.assertRaises(AccessError):
            self.account.with_user(packer).read(["api_key"])
        with self.assertRaises(AccessError):
            self.env["carrier.label.token"].with_user(packer).search([])

    def test_tracking_link_and_client(self):
        picking = self.picking()
        self.ship(picking)
        number = picking.carrier_tracking_ref
        status = self.account._client().track([number])[number]
        self.assertEqual(status.state, "announced")
        self.assertEqual(self.carrier.get_tracking_link(picking)[-18:], number)
        self.assertEqual(Decimal(str(self.label(picking).price)), self.store.shipments[0].price)
