# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.fields import Command

from .common import BatchCase

MONDAY = datetime(2026, 11, 23, 7, 0)  # a Monday, the working day begins


class PromiseCase(BatchCase):
    """The honey maker with a kettle and a filling line, Monday to Friday 8 to 16 (UTC)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Texts are compared as an English user reads them.
        cls.env["res.lang"]._activate_lang("en_US")
        cls.calendar = cls.env["resource.calendar"].create(
            {
                "name": "Production",
                "tz": "UTC",
                "attendance_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {
                                "name": f"Day {day}",
                                "dayofweek": str(day),
                                "hour_from": 8,
                                "hour_to": 16,
                                "day_period": "full_day",
                            }
                        )
                        for day in range(5)
                    ),
                ],
            }
        )
        cls.company.write({"resource_calendar_id": cls.calendar.id, "promise_shipping_days": 2})
        cls.kettle, cls.line = cls.env["mrp.workcenter"].create(
            [
                {"name": name, "resource_calendar_id": cls.calendar.id}
                for name in ("Kettle", "Filling line")
            ]
        )
        cls._add_operation(cls.bulk_recipe, cls.kettle, 180)
        cls._add_operation(cls.jar_recipe, cls.line, 0.5)
        cls.glass_maker = cls.env["res.partner"].create({"name": "Glass & Lids"})
        cls._add_seller(cls.glass, cls.glass_maker, 9)

    def setUp(self):
        super().setUp()
        clock = freeze_time(MONDAY)
        self.clock = clock.start()
        self.addCleanup(clock.stop)

    @classmethod
    def _add_operation(cls, recipe, workcenter, minutes):
        return cls.env["mrp.routing.workcenter"].create(
            {
                "bom_id": recipe.id,
                "workcenter_id": workcenter.id,
                "name": workcenter.name,
                "time_mode": "manual",
                "time_cycle_manual": minutes,
            }
        )

    @classmethod
    def _add_seller(cls, product, partner, days):
        return cls.env["product.supplierinfo"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "partner_id": partner.id,
                "delay": days,
                "price": 1,
            }
        )

    def _day(self, days):
        return (MONDAY + timedelta(days=days)).date()

    def _receive(self, product, quantity, days):
        """A confirmed receipt that is expected in so many days."""
        suppliers = self.env.ref("stock.stock_location_suppliers")
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": suppliers.id,
                "location_dest_id": self.stock.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "product_uom": product.uom_id.id,
                            "location_id": suppliers.id,
                            "location_dest_id": self.stock.id,
                        }
                    )
                ],
            }
        )
        receipt.action_confirm()
        receipt.scheduled_date = MONDAY + timedelta(days=days)
        return receipt

    def _quotation(self, quantity=10, product=None, **values):
        return self._create_order((product or self.jar, quantity), confirm=False, **values)
