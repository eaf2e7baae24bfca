# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError

from .common_binding import BindingCase


class TestAllocationBinding(BindingCase):
    """Whose goods are whose, under every way of reserving."""

    def setUp(self):
        super().setUp()
        self.early = self._order(4, 1)
        self.late = self._order(6, 5)

    def _order(self, quantity, days, product=None):
        return self._create_order(
            (product or self.soap, quantity),
            commitment_date=fields.Datetime.now() + timedelta(days=days),
        )

    def _made(self, quantity=10, *shares):
        run = self._create_run(self.soap, quantity, *(shares or ((self.late, 6),)))
        return self._close(run)

    def test_each_gets_the_planned_quantity(self):
        first, second = self._order(10, 1), self._order(10, 2)
        (self.early | self.late)._action_cancel()
        run = self._create_run(self.soap, 10, (first, 4), (second, 6))
        self._close(run)
        self.assertEqual(self._reserved(first, second), [4, 6])
        self.assertEqual(run.allocation_ids.mapped("state"), ["made", "made"])
        self.assertInvariants()

    def test_surplus_goes_to_others_in_the_order_of_core(self):
        self._made()
        self.assertEqual(self._reserved(self.early, self.late), [4, 6])

    def test_an_earlier_order_does_not_take_the_goods(self):
        self.delivery.reservation_method = "by_date"
        self._made(6)
        self.assertEqual(self._reserved(self.early, self.late), [0, 6])
        self.early.picking_ids.action_assign()
        self.assertEqual(self._reserved(self.early, self.late), [0, 6])

    def test_manual_reservation_and_check_availability(self):
        self.delivery.reservation_method = "manual"
        self._made(6)
        self.late.picking_ids.do_unreserve()
        self.early.picking_ids.action_assign()
        self.assertEqual(self._reserved(self.early, self.late), [0, 0])
        self.late.picking_ids.action_assign()
        self.assertEqual(self._reserved(self.early, self.late), [0, 6])

    def test_a_claim_survives_unreserving(self):
        self._made(6)
        self.late.picking_ids.do_unreserve()
        stranger = self._order(3, 0)
        self.assertEqual(self._reserved(stranger), [0])
        self.assertCovered(self.late, 6)
        self.late.picking_ids.action_assign()
        self.assertEqual(self._reserved(self.late), [6])
        self.assertInvariants()

    def test_the_scheduler_respects_claims(self):
        self._made(6)
        self.late.picking_ids.do_unreserve()
        self.early.picking_ids.priority = "1"
        self.env["stock.rule"].run_scheduler()
        self.assertEqual(self._reserved(self.early, self.late), [0, 6])

    def test_partial_quantities(self):
        self._made(10, (self.late, 4))
        self.late.picking_ids.do_unreserve()
        self.early.picking_ids.do_unreserve()
        stranger = self._order(20, 9)
        self.assertEqual(self._reserved(stranger), [6], "all but what the late one claims")
        self.late.picking_ids.action_assign()
        self.assertEqual(self._reserved(self.late), [4])
        self.assertInvariants()

    def test_a_late_reference_takes_nothing(self):
        run = self._create_run(self.soap, 6, (self.late, 6))
        run._add_reference(self.early.stock_reference_ids)
        self._close(run)
        self.assertEqual(self._reserved(self.early, self.late), [0, 6])

    def test_allocating_a_confirmed_run_brings_the_reference(self):
        run = self._create_run(self.soap, 10, (self.early, 4))
        self._allocate(run, (self.late, 6))
        references = (self.early | self.late).stock_reference_ids
        self.assertLessEqual(references, run.move_finished_ids.reference_ids)
        self.assertIn(run, self.late.mrp_production_ids)
        run.allocation_ids.filtered(lambda a: a.order_id == self.late).unlink()
        self.assertNotIn(run, self.late.mrp_production_ids)
        self.assertInvariants()

    def test_a_typed_in_lot_of_others_is_refused(self):
        run = self._made(6)
        for reserved in (True, False):
            if not reserved:
                self.late.picking_ids.do_unreserve()
            with self.assertRaisesRegex(UserError, self.late.name), self.env.cr.savepoint():
                self._type_in(self.early.picking_ids, run.lot_producing_ids, 4)
        self.late.picking_ids.action_assign()
        self.assertEqual(self._reserved(self.early, self.late), [0, 6])

    def test_a_typed_in_quantity_without_lots_is_refused(self):
        owner, stranger = self._order(6, 5, self.card), self._order(4, 1, self.card)
        self._close(self._create_run(self.card, 6, (owner, 6)))
        with self.assertRaisesRegex(UserError, owner.name), self.env.cr.savepoint():
            self._type_in(stranger.picking_ids, self.env["stock.lot"], 4)
        self.assertEqual(self._reserved(stranger, owner), [0, 6])

    def test_a_typed_in_surplus_is_fine(self):
        run = self._made(10, (self.late, 6))
        self.early.picking_ids.do_unreserve()
        self._type_in(self.early.picking_ids, run.lot_producing_ids, 4)
        self.assertEqual(self.early.order_line.qty_delivered, 4)
        self.assertEqual(self._reserved(self.late), [6])
        self.assertInvariants()

    def test_an_older_lot_serves_and_the_link_follows(self):
        older = self._close(self._create_run(self.soap, 6, (self.early, 4)))
        run = self._made(6)
        self.early.picking_ids.do_unreserve()
        self.early._action_cancel()
        self.late.picking_ids.do_unreserve()
        self._type_in(self.late.picking_ids, older.lot_producing_ids, 6)
        self.assertEqual(self.late.allocation_ids.production_id, older)
        self.assertEqual(self.late.allocation_ids.taken_qty, 6)
        self.assertFalse(run.allocation_ids, "its goods are free again")
        self.assertIn(older, self.late.mrp_production_ids)
        self.assertNotIn(run, self.late.mrp_production_ids)
        self.assertInvariants()

    def test_several_steps_of_delivery(self):
        for steps in ("pick_ship", "pick_pack_ship"):
            with self.subTest(steps):
                self.warehouse.delivery_steps = steps
                owner, stranger = self._order(6, 5), self._order(6, 1)
                run = self._close(self._create_run(self.soap, 6, (owner, 6)))
                self.assertEqual(self._reserved(stranger, owner), [0, 6])
                for _step in range(3 if steps == "pick_pack_ship" else 2):
                    self._ship(owner)
                    self.assertInvariants()
                self.assertEqual(owner.order_line.qty_delivered, 6)
                self.assertEqual(run.allocation_ids.taken_qty, 6)
                self.assertEqual(run.allocation_ids.state, "taken")
                stranger._action_cancel()

    def test_several_steps_of_manufacture(self):
        for steps in ("pbm", "pbm_sam"):
            with self.subTest(steps):
                self.warehouse.manufacture_steps = steps
                self._stock_up(self.glass, 100)
                owner, stranger = self._order(6, 5), self._order(6, 1)
                run = self._create_run(self.soap, 6, (owner, 6))
                run.picking_ids.move_ids.picked = True
                run.picking_ids.with_context(skip_expired=True).button_validate()
                self._close(run)
                store = run.picking_ids.filtered(lambda picking: picking.state != "done")
                if steps == "pbm_sam":
                    self.assertEqual(self._reserved(stranger, owner), [0, 0])
                    self.assertInvariants()
                    store.move_ids.picked = True
                    store.with_context(skip_expired=True).button_validate()
                self.assertEqual(self._reserved(stranger, owner), [0, 6])
                self.assertInvariants()
                stranger._action_cancel()
                owner._action_cancel()
                self._scrap(self.soap, 6, run.lot_producing_ids)

    def test_ingredients_are_bound_in_two_steps(self):
        self.warehouse.manufacture_steps = "pbm"
        box = self._create_product("Box", self.unit, tracking="none")
        self._create_recipe(box, 1, self.unit, [(self.soap, 1, self.unit)])
        filling, stranger = (self._create_run(box, 6) for _number in range(2))
        self.early._action_cancel()
        self.late._action_cancel()
        soap = self._create_run(self.soap, 6, (filling, 6))
        soap.picking_ids.move_ids.picked = True
        soap.picking_ids.with_context(skip_expired=True).button_validate()
        self._close(soap)
        stranger.picking_ids.action_assign()
        self.assertEqual(stranger.picking_ids.move_ids.quantity, 0)
        pick = filling.picking_ids
        self.assertEqual(pick.move_ids.quantity, 6)
        pick.move_ids.picked = True
        pick.with_context(skip_expired=True).button_validate()
        self.assertEqual(soap.allocation_ids.taken_qty, 6)
        self.assertEqual(filling.move_raw_ids.quantity, 6)
        self.assertInvariants()

    def test_goods_without_lots(self):
        owner, stranger = self._order(6, 5, self.card), self._order(6, 1, self.card)
        self._close(self._create_run(self.card, 8, (owner, 6)))
        self.assertEqual(self._reserved(stranger, owner), [2, 6])
        owner.picking_ids.do_unreserve()
        stranger.picking_ids.action_assign()
        self.assertEqual(self._reserved(stranger, owner), [2, 0])
        self.assertInvariants()
        owner.picking_ids.action_assign()
        self._ship(owner)
        self.assertEqual(owner.allocation_ids.taken_qty, 6)
        self.assertInvariants()

    def test_stock_beside_the_claim_is_not_lost(self):
        """4 from stock and 6 from a run: the run's goods are claimed on top."""
        self._stock_up(self.card, 4)
        owner = self._order(10, 5, self.card)
        self.assertEqual(self._reserved(owner), [4])
        self._close(self._create_run(self.card, 6, (owner, 6)))
        self.assertEqual(self._reserved(owner), [10])

    def test_kit_components_are_bound(self):
        kit = self._create_product("Gift set", self.unit, tracking="none")
        self._create_recipe(kit, 1, self.unit, [(self.soap, 2, self.unit)], kind="phantom")
        owner = self._create_order((kit, 3))
        self._close(self._create_run(self.soap, 6, (owner, 6)))
        self.assertEqual(self._reserved(self.early, owner), [0, 6])
        self._ship(owner)
        self.assertEqual(owner.allocation_ids.taken_qty, 6)
        self.assertInvariants()

    def test_orders_and_runs_in_other_units(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        owner = self._create_order((self.soap, 1), confirm=False)
        owner.order_line.product_uom_id = dozen
        owner.action_confirm()
        self.assertEqual(owner.order_line.move_ids.product_qty, 12)
        run = self.env["mrp.production"].create(
            {"product_id": self.soap.id, "product_qty": 2, "product_uom_id": dozen.id}
        )
        run.action_confirm()
        run.action_assign()
        self._allocate(run, (owner, 12))
        self._close(run)
        self.assertEqual(run.unallocated_qty, 12)
        self.assertEqual(owner.order_line.move_ids.move_line_ids.quantity_product_uom, 12)
        self.assertEqual(self._reserved(self.early, self.late), [4, 6])
        self._ship(owner)
        self.assertEqual(owner.allocation_ids.taken_qty, 12)
        self.assertInvariants()

    def test_serial_numbers(self):
        clock = self._create_product("Clock", self.unit, tracking="serial")
        self._create_recipe(clock, 1, self.unit, [(self.glass, 1, self.unit)])
        owner, stranger = self._order(1, 5, clock), self._order(1, 1, clock)
        runs = [self._create_run(clock, 1, *shares) for shares in ([(owner, 1)], [])]
        for run in runs:
            self._close(run)
        self.assertEqual(owner.order_line.move_ids.lot_ids, runs[0].lot_producing_ids)
        self.assertEqual(stranger.order_line.move_ids.lot_ids, runs[1].lot_producing_ids)
        self.assertInvariants()

    def test_expired_goods_are_not_reserved_but_kept(self):
        run = self._create_run(self.soap, 6, (self.late, 6))
        self.late.picking_ids.move_ids.date = fields.Datetime.now() + timedelta(days=900)
        self._close(run)
        self.assertEqual(self._reserved(self.early, self.late), [0, 0])
        self.assertEqual(run.allocation_ids.open_qty, 6)

    def test_planning_leaves_claimed_goods_to_their_owner(self):
        self._made(6)
        self.late.picking_ids.do_unreserve()
        self.early.picking_ids.do_unreserve()
        usable = self.env["stock.quant"]._get_usable_quantities(
            self.soap, self.warehouse, fields.Date.today()
        )
        self.assertFalse(usable)
        runs = self._plan()
        self.assertEqual(runs.allocation_ids.order_id, self.early)
        self.assertEqual(runs.product_qty, 4)

    def test_a_run_asks_for_no_ingredients_that_are_made_for_it(self):
        box = self._create_product("Box", self.unit, tracking="none")
        self._create_recipe(box, 1, self.unit, [(self.soap, 1, self.unit)])
        (self.early | self.late)._action_cancel()
        filling = self._create_run(box, 6)
        self._close(self._create_run(self.soap, 6, (filling, 6)))
        filling.do_unreserve()
        demands = self.env["mrp.planning"]._get_run_demands(filling)
        self.assertFalse([demand for demand in demands if demand.product == self.soap.id])

    def test_products_without_claims_cost_nothing(self):
        self._made(6)
        order = self._order(5, 1, self.card)
        self._stock_up(self.card, 5)
        move = order.picking_ids.move_ids
        book = move._get_claim_book()
        self.assertIsNone(book)
        with self.assertQueryCount(0):
            move.with_context(claim_book=None)._get_claim_book()
