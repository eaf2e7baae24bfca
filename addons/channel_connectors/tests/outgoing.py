# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import Command

from tests.sandbox.shopify.stock import MAIN

from .common import ChannelCase
from .trade import Trade


class OutgoingCase(Trade, ChannelCase):
    """Orders of the stand-in imported, goods on hand, its main location for our warehouse."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for product in cls.products.values():
            product.is_storable = True
        cls.warehouse = cls.channel.warehouse_id
        for product in cls.products.values():
            cls.put_stock(product, 500)
        cls.channel._import_orders()
        cls.channel.action_fetch_locations()
        cls.location = cls.channel.location_ids.filtered(lambda row: row.external_id == MAIN)
        cls.location.warehouse_ids = cls.warehouse
        cls.carrier = cls.make_carrier()
        cls.keep_shop()

    def theirs(self, name):
        """The order as the stand-in has it."""
        return self.store.order_by_name(name)

    def new_user(self, login, *groups):
        return self.env["res.users"].create(
            {
                "name": login,
                "login": login,
                "group_ids": [Command.set([self.env.ref(group).id for group in groups])],
            }
        )
