# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from odoo.addons.batch_mrp_orders.tests.common import BatchCase


class FulfilmentCase(BatchCase):
    """Jars and candles in stock, delivery methods, and orders that are ready."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        today = fields.Datetime.now()
        cls.candle = cls._create_product(
            "Candle", cls.unit, tracking="none", weight=0.2, barcode="4006381333931"
        )
        cls.jar.write({"weight": 0.5, "barcode": "4006381333948"})
        cls.lot = cls._stock_up(cls.jar, 1000, "JAR-1", expires=today + timedelta(days=300))
        cls._stock_up(cls.candle, 1000)
        cls.post = cls._create_carrier("Post")
        cls.cargo = cls._create_carrier("Cargo")

    @classmethod
    def _create_carrier(cls, name):
        product = cls.env["product.product"].create({"name": name, "type": "service"})
        return cls.env["delivery.carrier"].create(
            {"name": name, "product_id": product.id, "delivery_type": "fixed", "fixed_price": 5}
        )

    @classmethod
    def _create_deliveries(cls, count, *lines, carrier=None, customer=None, days=0):
        """Deliveries of one line a product, with goods set aside."""
        carrier = carrier or cls.post
        orders = cls.env["sale.order"].create(
            [
                {
                    "partner_id": (customer or cls.customer).id,
                    "warehouse_id": cls.warehouse.id,
                    "carrier_id": carrier.id,
                    "commitment_date": fields.Datetime.now() + timedelta(days=days),
                    "order_line": [
                        Command.create({"product_id": product.id, "product_uom_qty": quantity})
                        for product, quantity in (lines or ((cls.jar, 2), (cls.candle, 1)))
                    ],
                }
                for _number in range(count)
            ]
        )
        orders.action_confirm()
        pickings = orders.picking_ids.browse(sorted(orders.picking_ids.ids))
        pickings.carrier_id = carrier
        pickings.action_assign()
        return pickings

    def _block(self, lot):
        """The block of a lot that takes nothing away from deliveries yet."""
        lot.write({"is_blocked": True, "block_reason": "Metal found"})
        self.env.flush_all()
        self.env.invalidate_all()
