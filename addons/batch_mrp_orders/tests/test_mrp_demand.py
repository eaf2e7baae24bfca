# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.tests import new_test_user

from .common import BatchCase


class TestMrpDemand(BatchCase):
    def _demand(self, order):
        return self.env["mrp.demand"].search([("order_id", "=", order.id)])

    def test_open_quantity(self):
        self._stock_up(self.jar, 3)
        order = self._create_order((self.jar, 10))
        demand = self._demand(order)
        self.assertEqual((demand.ordered_qty, demand.reserved_qty, demand.open_qty), (10, 3, 7))
        self._plan()
        self.assertFalse(self._demand(order))

    def test_quantity_in_the_unit_of_the_product(self):
        order = self._create_order((self.bulk, 2500), confirm=False)
        order.order_line.product_uom_id = self.gram
        order.action_confirm()
        self.assertEqual(self._demand(order).open_qty, 2.5)

    def test_quotations_and_services_are_no_demand(self):
        service = self.env["product.product"].create({"name": "Tasting", "type": "service"})
        self.assertFalse(self._demand(self._create_order((self.jar, 1), confirm=False)))
        self.assertFalse(self._demand(self._create_order((service, 1))))

    def test_company_rule(self):
        order = self._create_order((self.jar, 10))
        other = self.env["res.company"].create({"name": "Other maker"})
        stranger = new_test_user(
            self.env,
            "stranger",
            groups="mrp.group_mrp_user,sales_team.group_sale_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        self._plan()
        self._create_order((self.jar, 4))
        self.assertFalse(self.env["mrp.demand"].with_user(stranger).search([]))
        self.assertFalse(self.env["mrp.production.allocation"].with_user(stranger).search([]))
        self.assertFalse(
            self.env["sale.order.material.line"]
            .with_user(stranger)
            .search([("order_id", "=", order.id)])
        )
