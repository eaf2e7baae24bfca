# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user

from .common_binding import BindingCase


class TestFefo(BindingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        now = fields.Datetime.now()
        cls.old = cls._stock_up(cls.bulk, 10, "OLD", now + timedelta(days=200))
        cls.soon = cls._stock_up(cls.bulk, 10, "SOON", now + timedelta(days=40))
        # Core's default would take what came first.
        cls.old.quant_ids.in_date = now - timedelta(days=9)
        cls.soon_due = now + timedelta(days=5)
        cls.fifo = cls.env["product.removal"].search([("method", "=", "fifo")])

    def _move(self):
        return self._create_order((self.bulk, 4)).order_line.move_ids

    def _run(self, quantity=8):
        run = self.env["mrp.production"].create(
            {"product_id": self.jar.id, "product_qty": quantity}
        )
        run.action_confirm()
        run.action_assign()
        return run

    def _raw_move(self, run):
        return run.move_raw_ids.filtered(lambda move: move.product_id == self.bulk)

    def test_deliveries_take_what_expires_first(self):
        self.assertEqual(self._move().lot_ids, self.soon)

    def test_runs_take_what_expires_first(self):
        self.assertEqual(self._raw_move(self._run()).lot_ids, self.soon)

    def test_worker_reserves_alike(self):
        order = self._create_order((self.bulk, 4))
        move = order.order_line.move_ids
        move._do_unreserve()
        worker = new_test_user(self.env, "picker", groups="stock.group_stock_user")
        move.picking_id.with_user(worker).action_assign()
        self.assertEqual(move.lot_ids, self.soon)

    def test_choice_of_the_category_counts(self):
        self.bulk.categ_id = self.env["product.category"].create(
            {"name": "Honey", "removal_strategy_id": self.fifo.id}
        )
        self.assertEqual(self._move().lot_ids, self.old)

    def test_choice_of_a_location_above_counts(self):
        self.warehouse.view_location_id.removal_strategy_id = self.fifo
        self.assertEqual(self._move().lot_ids, self.old)
        self.assertEqual(self._run().move_raw_ids.lot_ids, self.old)

    def test_products_that_do_not_expire_leave_as_they_came(self):
        self.bulk.use_expiration_date = False
        self.assertEqual(
            self.env["stock.quant"]._get_removal_strategy(self.bulk, self.stock), "fifo"
        )

    def test_claims_come_before_expiry(self):
        """What was made for an order stays with it; the others share the rest by expiry."""
        waiting = self._create_order((self.soap, 4), commitment_date=self.soon_due)
        run = self._create_run(self.soap, 4, (waiting, 4))
        self._close(run)
        made = run.lot_producing_ids
        made.write(made._get_dates_at(fields.Date.today() + timedelta(days=9)))
        late = self._stock_up(self.soap, 4, "LATE", fields.Datetime.now() + timedelta(days=300))
        self._moves(waiting)._do_unreserve()
        other = self._create_order((self.soap, 4))
        self.assertEqual(self._moves(other).lot_ids, late)
        self._moves(waiting)._action_assign()
        self.assertEqual(self._moves(waiting).lot_ids, made)

    def test_ingredients_made_for_a_run_stay_with_it(self):
        self._stock_up(self.raw, 100)
        first, second = self._run(), self._run()
        (first | second).do_unreserve()
        supply = self._create_run(self.bulk, 10, (first, 4))
        self._close(supply)
        made = supply.lot_producing_ids
        made.write(made._get_dates_at(fields.Date.today() + timedelta(days=20)))
        move = self._raw_move(second)
        move._do_unreserve()
        move._action_assign()
        self.assertEqual(move.lot_ids, made, "of 10 made, 6 are free and expire first")
        self.assertEqual(move.quantity, 4000)
        third = self._run(quantity=8)
        self.assertEqual(self._raw_move(third).lot_ids, made | self.soon)
        self._raw_move(first)._action_assign()
        self.assertEqual(self._raw_move(first).lot_ids, made)
        self.assertEqual(self._raw_move(first).quantity, 4000)
