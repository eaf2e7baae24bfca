# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import sys
from pathlib import Path
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

PROJECT = Path(__file__).resolve().parents[3]
if str(PROJECT) not in sys.path:
    sys.path.insert(0, str(PROJECT))

from tests.sandbox.dhl import (  # noqa: E402
    ABSENT,
    API_KEY,
    API_SECRET,
    EKP,
    PASSWORD,
    TRACKING_PASSWORD,
    USERNAME,
    Sandbox,
    available,
)


class LabelMixin:
    """An account at DHL with a delivery method, and orders to send. The class of the test opens
    the stand-in and sets ``cls.env``.
    """

    @classmethod
    def make_account(cls, url, **values):
        """An account at the stand-in."""
        cls.env["ir.config_parameter"].set_param("carrier_labels.stand_in_dhl_de", url)
        products = ("V01PAK", "V62KP", "V53WPAK", "V54EPAK", "V66WPI", "retoure")
        return cls.env["carrier.label.account"].create(
            {
                "name": "DHL",
                "provider": "dhl_de",
                "api_key": API_KEY,
                "api_secret": API_SECRET,
                "username": USERNAME,
                "password": PASSWORD,
                "tracking_username": "zt12345",
                "tracking_password": TRACKING_PASSWORD,
                "dhl_ekp": EKP,
                "dhl_billing_ids": [
                    Command.create({"product": product, "participation": "02"})
                    for product in products
                ],
                **values,
            }
        )

    @classmethod
    def make_carrier(cls, account, **values):
        """A delivery method of the account."""
        product = cls.env["product.product"].create({"name": "DHL Paket", "type": "service"})
        return cls.env["delivery.carrier"].create(
            {
                "name": "DHL Paket",
                "delivery_type": account.provider,
                "product_id": product.id,
                "label_account_id": account.id,
                "label_cost": 4.99,
                **values,
            }
        )

    @classmethod
    def make_goods(cls, name="Soap", weight=0.5, **values):
        """Goods of which there are many."""
        goods = cls.env["product.product"].create(
            {"name": name, "is_storable": True, "weight": weight, "list_price": 10, **values}
        )
        location = cls.env.ref("stock.warehouse0").lot_stock_id
        cls.env["stock.quant"]._update_available_quantity(goods, location, 10000)
        return goods

    @classmethod
    def make_customer(cls, name="Marie Schäfer", **values):
        """Somebody who can get a parcel."""
        address = {"street": "Lindenstraße 12a", "zip": "04109", "city": "Leipzig"}
        country = cls.env.ref("base.de").id
        return cls.env["res.partner"].create(
            {"name": name, "country_id": country, **address, **values}
        )

    @classmethod
    def make_picking(cls, carrier, customer, goods, quantity=1):
        """A delivery that is ready."""
        kind = cls.env.ref("stock.warehouse0").out_type_id
        kind.print_label = True
        places = {
            "location_id": kind.default_location_src_id.id,
            "location_dest_id": cls.env.ref("stock.stock_location_customers").id,
        }
        move = {"product_id": goods.id, "product_uom_qty": quantity, **places}
        picking = cls.env["stock.picking"].create(
            {
                "partner_id": customer.id,
                "picking_type_id": kind.id,
                "carrier_id": carrier.id,
                "move_ids": [Command.create(move)],
                **places,
            }
        )
        picking.action_confirm()
        picking.action_assign()
        return picking

    @classmethod
    def ship(cls, picking):
        """Validate, as the button does."""
        picking.move_ids.picked = True
        return picking.button_validate()


@tagged("post_install", "-at_install")
class LabelCase(LabelMixin, TransactionCase):
    """An account at the stand-in. What has a transaction of its own is in that of the test."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not available():
            cls.skipTest(cls, ABSENT)
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.registry_enter_test_mode_cls()
        cls.dhl = cls.enterClassContext(Sandbox())
        partner = cls.env.ref("stock.warehouse0").partner_id
        partner.write(
            {
                "name": "Seifenmanufaktur",
                "street": "Werkstattweg 3",
                "zip": "04229",
                "city": "Leipzig",
                "country_id": cls.env.ref("base.de").id,
            }
        )
        cls.account = cls.make_account(cls.dhl.url)
        cls.carrier = cls.make_carrier(cls.account)
        cls.customer = cls.make_customer()
        cls.goods = cls.make_goods()

    def setUp(self):
        super().setUp()
        for kept in (self.dhl.store.shipments, self.dhl.store.returns):
            kept.clear()
        for kept in (self.dhl.store.requests, self.dhl.store.faults, self.dhl.store.violations):
            kept.clear()

    def picking(self, **values):
        """A delivery that is ready."""
        told = {"carrier": self.carrier, "customer": self.customer, "goods": self.goods}
        return self.make_picking(**{**told, **values})

    def fail_after_purchase(self, picking):
        """Validate, and fail once the label is bought. Without a savepoint, which would take back
        what has transactions of its own too.
        """
        with patch.object(type(self.carrier), "_label_take", side_effect=UserError("no")):
            try:
                self.ship(picking)
            except UserError:
                self.env.invalidate_all()

    def label(self, picking):
        """The last attempt, as it is now."""
        self.env.invalidate_all()
        return self.env["carrier.label"]._latest(picking.ids).get(picking.id)

    def reconcile(self):
        """What the job does."""
        self.env.flush_all()
        self.env["carrier.label"]._cron_reconcile()
        self.env.invalidate_all()

    def age(self, labels, hours):
        """Let time pass for labels."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE carrier_label SET moment = moment - %s * interval '1 hour' WHERE id = ANY(%s)",
            [hours, labels.ids],
        )
        self.env.invalidate_all()
