# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user

from .common import FulfilmentCase


class TestPack(FulfilmentCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(cls.env, "ship_packer", groups="order_hub.group_role_warehouse")

    def form(self, picking):
        model = self.env["stock.picking.pack"].with_user(self.clerk)
        return Form(model.with_context(default_picking_id=picking.id))

    def test_parcels_one_after_the_other(self):
        picking = self._create_deliveries(1, (self.jar, 6), (self.candle, 1))
        with self.form(picking) as form:
            self.assertAlmostEqual(form.weight, 6 * 0.5 + 0.2)
            with form.line_ids.edit(0) as line:
                line.quantity = 4
            with form.line_ids.edit(1) as line:
                line.quantity = 0
            self.assertAlmostEqual(form.weight, 2)
            form.weight = 2.3
        action = form.record.action_pack()
        self.assertEqual(action["res_model"], "stock.picking.pack")
        rest = self.form(picking)
        self.assertEqual(len(rest.line_ids), 2)
        rest.save().action_pack()
        packages = picking.move_line_ids.result_package_id
        self.assertEqual(len(packages), 2)
        self.assertEqual(sorted(packages.mapped("shipping_weight")), [1.2, 2.3])
        picking.with_user(self.clerk).action_ship()
        self.assertEqual(picking.state, "done")
        self.assertEqual(sum(picking.move_line_ids.mapped("quantity")), 7)

    def test_rest_leaves_later(self):
        picking = self._create_deliveries(1, (self.jar, 6))
        with self.form(picking) as form, form.line_ids.edit(0) as line:
            line.quantity = 4
        form.record.action_pack()
        self.form(picking).save().action_rest_later()
        rest = picking.backorder_ids
        self.assertEqual(rest.move_ids.product_uom_qty, 2)
        self.assertEqual(picking.move_ids.product_uom_qty, 4)
        picking.action_ship()
        self.assertEqual(picking.state, "done")

    def test_not_more_than_there_is(self):
        picking = self._create_deliveries(1, (self.jar, 6))
        with self.form(picking) as form, form.line_ids.edit(0) as line:
            line.quantity = 7
        with self.assertRaises(UserError):
            form.record.action_pack()
        with self.assertRaises(UserError):
            form.record.action_rest_later()
