# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import base64

from .etsy_shop import EtsyShopCase

NUMBER = 3511000003
HEADER = "Ship Name,Ship Address1,Ship Address2,Ship City,Ship Zipcode,Ship Country,Order ID\n"


class TestEtsyRestricted(EtsyShopCase):
    """A German shop whose key sees no addresses and may report no shipments."""

    def test_from_import_to_shipped(self):
        """Nothing but the file of sold items and the list to copy from is needed."""
        self.store.addresses_hidden = self.store.tracking_refused = True
        for number in (3511000001, NUMBER):
            self.store.change_receipt(number)
        self.assertFalse(self.channel._import_orders())
        order = self.order(NUMBER)
        self.assertTrue(order.channel_address_missing)
        order.with_context(confirm_anyway=True).action_confirm()
        self.assertEqual(order.state, "sale")
        content = HEADER + f"Nora Beck,Am Markt 3,,Bremen,28195,Germany,{NUMBER}\n"
        wizard = self.env["sales.channel.address.import"].create(
            {"channel_id": self.channel.id, "file": base64.b64encode(content.encode())}
        )
        wizard.action_read()
        wizard.action_apply()
        self.assertFalse(order.channel_address_missing)
        self.ship(order.picking_ids, tracking="00340434161094022115")
        self.send()
        intent = self.intents(order=order)
        self.assertEqual(intent.state, "by_hand", intent.error)
        parcel = intent.parcel_ids
        self.assertEqual(
            (parcel.name, parcel.buyer, parcel.number),
            (str(NUMBER), "Nora Beck", "00340434161094022115"),
        )
        parcel.action_enter()
        self.assertEqual(intent.state, "done")
        self.assertEqual(order.delivery_status, "full")
        self.assertFalse(self.mails())
