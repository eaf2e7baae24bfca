# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user

from .common_binding import BindingCase


class TestAllocationEvents(BindingCase):
    """Allocations stay true whatever happens to orders, runs and goods."""

    def setUp(self):
        super().setUp()
        now = fields.Datetime.now()
        self.early = self._create_order((self.soap, 4), commitment_date=now + timedelta(days=1))
        self.late = self._create_order((self.soap, 6), commitment_date=now + timedelta(days=5))
        self.run_ = self._create_run(self.soap, 10, (self.early, 4), (self.late, 6))

    def _shares(self, run):
        return {a.order_id: a.quantity for a in run.allocation_ids}

    def _notes(self, run):
        activities = self._get_lost_goods_activities(run)
        self.assertLessEqual(len(activities), 1, "one activity, not many")
        return str(activities.note or "")

    def test_order_line_decreased(self):
        self.late.order_line.product_uom_qty = 2
        self.assertEqual(self._shares(self.run_), {self.early: 4, self.late: 2})
        self.assertEqual(self.run_.unallocated_qty, 4)
        self.assertIn(self.late.name, self._notes(self.run_))
        self.assertInvariants()

    def test_order_line_increased(self):
        self.late.order_line.product_uom_qty = 9
        self.assertEqual(self._shares(self.run_), {self.early: 4, self.late: 6})
        self.assertCovered(self.late, 6)
        self.assertInvariants()

    def test_order_cancelled(self):
        self.early._action_cancel()
        self.assertEqual(self._shares(self.run_), {self.late: 6})
        self.assertNotIn(self.early, self.run_.sale_order_ids)
        self.assertInvariants()

    def test_order_cancelled_after_production(self):
        self._close(self.run_)
        self.early._action_cancel()
        self.assertEqual(self.run_.unallocated_qty, 4)
        stranger = self._create_order((self.soap, 9))
        self.assertEqual(self._reserved(stranger, self.late), [4, 6])
        self.assertInvariants()

    def test_run_decreased(self):
        wizard = self.env["change.production.qty"].create({"mo_id": self.run_.id, "product_qty": 5})
        wizard.change_prod_qty()
        self.assertEqual(self._shares(self.run_), {self.early: 4, self.late: 1})
        self.assertIn(self.late.name, self._notes(self.run_))
        self.assertCovered(self.late, 1)
        self.assertInvariants()
        wizard.product_qty = 3
        wizard.change_prod_qty()
        self.assertEqual(self._shares(self.run_), {self.early: 3})
        self.assertIn(self.early.name, self._notes(self.run_))
        self.assertInvariants()

    def test_run_cancelled(self):
        self.run_.action_cancel()
        self.assertFalse(self.run_.allocation_ids)
        notes = self._notes(self.run_)
        self.assertIn(self.early.name, notes)
        self.assertIn(self.late.name, notes)
        self.assertCovered(self.late, 0)
        self.assertInvariants()

    def test_less_was_produced(self):
        self._close(self.run_, 7)
        self.assertEqual(self._shares(self.run_), {self.early: 4, self.late: 3})
        self.assertEqual(self._reserved(self.early, self.late), [4, 3])
        self.assertIn("3", self._notes(self.run_))
        self.assertCovered(self.late, 3)
        self.assertInvariants()

    def test_more_was_produced(self):
        self._close(self.run_, 12)
        self.assertEqual(self.run_.unallocated_qty, 2)
        stranger = self._create_order((self.soap, 9))
        self.assertEqual(self._reserved(self.early, self.late, stranger), [4, 6, 2])
        self.assertInvariants()

    def test_rest_of_a_run_keeps_its_allocations(self):
        self._close(self.run_, 5, backorder=True)
        rest = self.run_.production_group_id.production_ids - self.run_
        self.assertEqual(self._shares(self.run_), {self.early: 4, self.late: 1})
        self.assertEqual(self._shares(rest), {self.late: 5})
        self.assertEqual(self._reserved(self.early, self.late), [4, 1])
        self.assertInvariants()
        self._close(rest)
        self.assertEqual(self._reserved(self.early, self.late), [4, 6])
        self.assertFalse(self._notes(self.run_) + self._notes(rest))
        self.assertInvariants()

    def test_split(self):
        parts = self.run_._split_productions({self.run_: [3, 7]})
        self.assertEqual(self._shares(parts[0]), {self.early: 3})
        self.assertEqual(self._shares(parts[1]), {self.early: 1, self.late: 6})
        self.assertEqual(parts[0].sale_order_ids, self.early)
        self.assertInvariants()

    def test_merge_keeps_links_deadline_and_start(self):
        start = fields.Datetime.now() + timedelta(days=2)
        other_order = self._create_order((self.soap, 5))
        other = self._create_run(self.soap, 5, (other_order, 5))
        (self.run_ | other).date_start = start
        (self.run_ | other).date_deadline = start + timedelta(days=3)
        action = (self.run_ | other).action_merge()
        merged = self.env["mrp.production"].browse(action["res_id"])
        self.assertEqual(self._shares(merged), {self.early: 4, self.late: 6, other_order: 5})
        self.assertEqual(merged.date_start, start)
        self.assertEqual(merged.date_deadline, start + timedelta(days=3))
        self.assertEqual(merged.sale_order_ids, self.early | self.late | other_order)
        self.assertFalse(self._notes(merged))
        self.assertInvariants()
        self._close(merged)
        self.assertEqual(self._reserved(self.early, self.late, other_order), [4, 6, 5])

    def test_supply_follows_split_and_merge(self):
        box = self._create_product("Box", self.unit, tracking="none")
        self._create_recipe(box, 1, self.unit, [(self.soap, 2, self.unit)])
        filling = self._create_run(box, 5)
        soap = self._create_run(self.soap, 10, (filling, 10))
        parts = filling._split_productions({filling: [2, 3]})
        self.assertEqual(
            {a.consumer_production_id: a.quantity for a in soap.allocation_ids},
            {parts[0]: 4, parts[1]: 6},
        )
        self.assertInvariants()
        action = parts.action_merge()
        merged = self.env["mrp.production"].browse(action["res_id"])
        self.assertEqual(sum(merged.supply_allocation_ids.mapped("quantity")), 10)
        self.assertInvariants()
        self._close(soap)
        self.assertEqual(merged.move_raw_ids.quantity, 10)
        self._close(merged)
        self.assertEqual(set(soap.allocation_ids.mapped("state")), {"taken"})
        self.assertInvariants()

    def test_partial_delivery(self):
        self._close(self.run_)
        picking = self.late.picking_ids
        picking.move_ids.quantity = 2
        picking.move_ids.picked = True
        picking.with_context(skip_expired=True, skip_backorder=False).button_validate()
        self.env["stock.backorder.confirmation"].create(
            {"pick_ids": [Command.link(picking.id)], "show_transfers": False}
        ).with_context(button_validate_picking_ids=picking.ids, skip_expired=True).process()
        allocation = self.late.allocation_ids
        self.assertEqual((allocation.quantity, allocation.taken_qty), (6, 2))
        self.assertInvariants()
        self.assertEqual(self._reserved(self.late), [4])

    def test_lost_goods_leave_no_owner_more_than_its_claim(self):
        """Odoo takes what is scrapped off whichever reservation it finds."""
        now = fields.Datetime.now()
        for tracked in (self.soap, self.card):
            early = self._create_order((tracked, 1), commitment_date=now + timedelta(days=1))
            late = self._create_order((tracked, 9), commitment_date=now + timedelta(days=2))
            run = self._close(self._create_run(tracked, 10, (early, 1), (late, 9)))
            early.picking_ids.do_unreserve()
            self._scrap(tracked, 4, run.lot_producing_ids)
            self.assertInvariants()
            self.assertEqual(self._reserved(early, late), [1, 5])
            self.assertTrue(self._get_lost_goods_activities(run))

    def test_scrap_after_production(self):
        self._close(self.run_)
        self._scrap(self.soap, 3, self.run_.lot_producing_ids)
        self.assertEqual(self._shares(self.run_), {self.early: 4, self.late: 3})
        self.assertIn(self.late.name, self._notes(self.run_))
        self.assertCovered(self.late, 3)
        self.assertInvariants()

    def test_scrap_of_surplus_that_a_stranger_has_reserved(self):
        self._close(self.run_, 12)
        stranger = self._create_order(
            (self.soap, 2), commitment_date=fields.Datetime.now() - timedelta(days=9)
        )
        self.assertEqual(self._reserved(stranger), [2])
        self._scrap(self.soap, 2, self.run_.lot_producing_ids)
        self.assertEqual(self._reserved(self.early, self.late, stranger), [4, 6, 0])
        self.assertInvariants()

    def test_inventory_difference(self):
        self._close(self.run_)
        quant = self.env["stock.quant"].search(
            [("lot_id", "=", self.run_.lot_producing_ids.id), ("location_id", "=", self.stock.id)]
        )
        quant.with_context(inventory_mode=True).inventory_quantity = 8
        quant.action_apply_inventory()
        self.assertEqual(self._shares(self.run_), {self.early: 4, self.late: 4})
        self.assertInvariants()

    def test_unbuild(self):
        self._close(self.run_)
        unbuild = self.env["mrp.unbuild"].create(
            {
                "mo_id": self.run_.id,
                "product_id": self.soap.id,
                "product_qty": 2,
                "lot_id": self.run_.lot_producing_ids.id,
            }
        )
        unbuild.action_unbuild()
        self.assertEqual(self._shares(self.run_), {self.early: 4, self.late: 4})
        self.assertIn(self.late.name, self._notes(self.run_))
        self.assertInvariants()

    def test_return(self):
        self._close(self.run_)
        picking = self._ship(self.late)
        wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
        wizard.product_return_moves.quantity = 2
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.picked = True
        back.with_context(skip_expired=True).button_validate()
        allocation = self.late.allocation_ids
        self.assertEqual((allocation.quantity, allocation.taken_qty), (4, 4))
        stranger = self._create_order((self.soap, 9))
        self.assertEqual(self._reserved(stranger), [2], "what came back is for everybody")
        self.assertInvariants()

    def test_reallocate_made_goods(self):
        self._close(self.run_)
        urgent = self._create_order((self.soap, 5))
        self._reallocate(self.late, urgent)
        self.assertEqual(self._reserved(self.late, urgent), [1, 5])
        for order in (self.late, urgent):
            self.assertIn("trade fair", str(order.message_ids[0].body))
        self.assertCovered(self.late, 1)
        self._ship(urgent)
        self.assertInvariants()

    def test_reallocate_swaps_planned_goods(self):
        urgent = self._create_order((self.soap, 5))
        later = self._create_run(self.soap, 5, (urgent, 5))
        self._reallocate(self.late, urgent, quantity=3)
        self.assertEqual(self._shares(self.run_), {self.early: 4, self.late: 3, urgent: 3})
        self.assertEqual(self._shares(later), {urgent: 2, self.late: 3})
        self.assertCovered(self.late, 6)
        self.assertCovered(urgent, 5)
        self.assertInvariants()

    def test_reallocate_no_more_than_is_missing(self):
        urgent = self._create_order((self.soap, 2))
        with self.assertRaises(UserError):
            self._reallocate(self.late, urgent, quantity=3)

    def _reallocate(self, giver, taker, quantity=None):
        planner = new_test_user(
            self.env,
            f"planner{taker.id}",
            groups="mrp.group_mrp_user,sales_team.group_sale_salesman_all_leads",
        )
        action = giver.allocation_ids.with_user(planner).action_reallocate()
        Wizard = self.env["mrp.reallocate"].with_user(planner).with_context(**action["context"])
        with Form(Wizard) as form:
            form.sale_line_id = taker.order_line.with_user(planner)
            form.reason = "trade fair"
            if quantity:
                form.quantity = quantity
        form.save().action_confirm()

    def test_no_more_is_promised_than_needed(self):
        with self.assertRaises(ValidationError):
            self.early.allocation_ids.quantity = 5
        run = self._create_run(self.soap, 10, (self.early, 3))
        self.assertFalse(run.allocation_ids, "it has all it needs")

    def test_goods_for_stock_are_for_everybody(self):
        run = self._create_run(self.soap, 5)
        self.soap.bom_ids.planning_policy = "stock"
        point = self.env["stock.warehouse.orderpoint"].create({"product_id": self.soap.id})
        self.env["mrp.production.allocation"].create(
            {
                "production_id": run.id,
                "product_id": self.soap.id,
                "quantity": 5,
                "orderpoint_id": point.id,
            }
        )
        self._close(run)
        self.assertEqual(run.allocation_ids.state, "taken")
        stranger = self._create_order((self.soap, 5))
        self.assertEqual(sum(self._reserved(self.early, self.late, stranger)), 5)
        self.assertInvariants()

    def test_clerks_of_each_role_need_no_further_rights(self):
        worker = new_test_user(self.env, "worker", groups="mrp.group_mrp_user")
        clerk = new_test_user(self.env, "clerk", groups="stock.group_stock_user")
        seller = new_test_user(
            self.env, "seller", groups="sales_team.group_sale_salesman_all_leads"
        )
        self._close(self.run_.with_user(worker))
        self.early.with_user(seller).order_line.product_uom_qty = 3
        picking = self.late.picking_ids.with_user(clerk)
        picking.move_ids.picked = True
        picking.with_context(skip_expired=True).button_validate()
        self.assertEqual(self.late.allocation_ids.state, "taken")
        self.assertInvariants()
