# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.fields import Command
from odoo.tests import new_test_user

from ..tracing.genealogy import Direction
from .common_genealogy import GenealogyCase

ROLES = {
    "stock": "stock.group_stock_user",
    "quality": "batch_mrp_orders.group_quality",
    "production": "mrp.group_mrp_user",
    "sales": "sales_team.group_sale_salesman_all_leads",
}


class TestLotGenealogyAccess(GenealogyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._sell(cls.jar, 30, cls.jar_lot)
        cls.users = {
            role: new_test_user(
                cls.env, login=f"genealogy_{role}", groups=f"base.group_user,{group}"
            )
            for role, group in ROLES.items()
        }

    def test_every_role_sees_the_same(self):
        for role, user in self.users.items():
            with self.subTest(role):
                lot = self.raw_lot.with_user(user)
                self.assertEqual(lot.downstream_lot_ids, self.bulk_lot | self.jar_lot)
                self.assertEqual(lot.shipment_ids, self.order.picking_ids)
                self.assertEqual(lot.customer_ids, self.customer)
                self.assertEqual(lot.sale_order_ids, self.order)
                self.assertEqual(len(lot._get_genealogy(Direction.DOWNSTREAM)), 2)

    def test_salesperson_sees_own_orders_only(self):
        user = new_test_user(
            self.env,
            login="genealogy_own",
            groups="base.group_user,sales_team.group_sale_salesman",
        )
        self.order.user_id = self.users["sales"]
        lot = self.raw_lot.with_user(user)
        self.assertFalse(lot.sale_order_ids)
        self.assertEqual(lot.shipment_ids, self.order.picking_ids)
        self.order.user_id = user
        lot.invalidate_recordset()
        self.assertEqual(lot.sale_order_ids, self.order)

    def test_what_another_user_has_read_is_not_shown(self):
        self.order.user_id = self.users["sales"]
        self.assertEqual(self.raw_lot.sale_order_ids, self.order)
        user = new_test_user(
            self.env,
            login="genealogy_other",
            groups="base.group_user,sales_team.group_sale_salesman",
        )
        self.assertFalse(self.raw_lot.with_user(user).sale_order_ids)

    def test_archived_recipient_is_shown(self):
        self.order.partner_id.active = False
        self.raw_lot.invalidate_recordset()
        self.assertEqual(self.raw_lot.customer_ids, self.customer)

    def test_company_never_sees_goods_of_another(self):
        """A lot without company is used by two companies; each sees what it did itself."""
        other = self.env["res.company"].create({"name": "Nachbar GmbH"})
        self.env.user.company_ids = [Command.link(other.id)]
        both = [self.company.id, other.id]
        theirs = self._use_shared_lot(self.env(context={"allowed_company_ids": [other.id]}))
        self.assertFalse(self.raw_lot.company_id)
        seen = self.raw_lot.with_context(allowed_company_ids=[self.company.id])
        self.assertEqual(seen.downstream_lot_ids, self.bulk_lot | self.jar_lot)
        self.assertEqual(seen.shipment_ids, self.order.picking_ids)
        self.assertFalse(theirs.with_env(seen.env).upstream_lot_ids)
        balance = seen._get_mass_balances()[seen.id]
        self.assertEqual((balance.received, balance.consumed, balance.difference), (51, 51, 0))
        seen = self.raw_lot.with_context(allowed_company_ids=[other.id])
        self.assertEqual(seen.downstream_lot_ids, theirs)
        self.assertFalse(seen.shipment_ids)
        self.assertFalse(seen.sale_order_ids)
        self.assertEqual(theirs.with_env(seen.env).upstream_lot_ids, seen)
        balance = seen._get_mass_balances()[seen.id]
        self.assertEqual((balance.received, balance.consumed), (0, 5))
        # The other company has found its stock, without a movement.
        self.assertEqual(balance.difference, -5)
        seen = self.raw_lot.with_context(allowed_company_ids=both)
        self.assertEqual(seen.downstream_lot_ids, self.bulk_lot | self.jar_lot | theirs)

    def _use_shared_lot(self, env):
        """The other company makes something of the same lot."""
        warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
        product = env["product.product"].create(
            {"name": "Mead", "is_storable": True, "tracking": "lot", "uom_id": self.kg.id}
        )
        env["stock.quant"]._update_available_quantity(
            self.raw.with_env(env), warehouse.lot_stock_id, 5, lot_id=self.raw_lot.with_env(env)
        )
        lot = env["stock.lot"].create({"name": "MEAD", "product_id": product.id})
        run = env["mrp.production"].create(
            {
                "product_id": product.id,
                "product_qty": 4,
                "picking_type_id": warehouse.manu_type_id.id,
                "move_raw_ids": [
                    Command.create(
                        {
                            "product_id": self.raw.id,
                            "product_uom": self.kg.id,
                            "product_uom_qty": 5,
                        }
                    )
                ],
            }
        )
        run.action_confirm()
        run.qty_producing = 4
        run.lot_producing_ids = lot
        line = run.move_raw_ids._prepare_move_line_vals(quantity=5)
        run.move_raw_ids.move_line_ids.unlink()
        run.move_raw_ids.move_line_ids = [Command.create({**line, "lot_id": self.raw_lot.id})]
        run.move_raw_ids.picked = True
        run.with_context(skip_consumption=True, skip_expired=True).button_mark_done()
        self.assert_done(run)
        return lot
