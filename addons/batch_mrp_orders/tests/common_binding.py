# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from fractions import Fraction

from odoo import fields
from odoo.fields import Command

from ..planning.quantity import exact
from .common import BatchCase


class BindingCase(BatchCase):
    """Soap with lots and cards without, each made from glass that is always there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._stock_up(cls.glass, 10000)
        cls.soap = cls._create_product("Soap", cls.unit)
        cls.card = cls._create_product("Card", cls.unit, tracking="none")
        for product in (cls.soap, cls.card):
            cls._create_recipe(product, 1, cls.unit, [(cls.glass, 1, cls.unit)])
        cls.delivery = cls.warehouse.out_type_id

    @classmethod
    def _create_run(cls, product, quantity, *shares):
        """A confirmed run with allocations to (order, quantity), or (run, quantity)."""
        run = cls.env["mrp.production"].create(
            {"product_id": product.id, "product_qty": quantity, "product_uom_id": product.uom_id.id}
        )
        run.action_confirm()
        run.action_assign()
        cls._allocate(run, *shares)
        return run

    @classmethod
    def _allocate(cls, run, *shares):
        values_list = []
        for consumer, share in shares:
            values = {"production_id": run.id, "product_id": run.product_id.id, "quantity": share}
            if consumer._name == "sale.order":
                line = consumer.order_line.filtered(
                    lambda line: run.product_id in line.move_ids.product_id
                )
                values["sale_line_id"] = line.id
                due = consumer.commitment_date or fields.Datetime.now()
                values["date_due"] = due.date()
            else:
                values["consumer_production_id"] = consumer.id
            values_list.append(values)
        return cls.env["mrp.production.allocation"].create(values_list)

    @classmethod
    def _close(cls, run, quantity=None, backorder=False):
        """Produce ``quantity``, as the operator does it, with or without a rest."""
        run.qty_producing = run.product_qty if quantity is None else quantity
        if run.product_tracking == "lot" and not run.lot_producing_ids:
            run.lot_producing_ids = cls.env["stock.lot"].create(
                {"name": f"LOT-{run.id}", "product_id": run.product_id.id}
            )
        run._set_qty_producing()
        run.move_raw_ids.picked = True
        context = {"skip_consumption": True, "skip_expired": True, "skip_backorder": True}
        if backorder:
            context["mo_ids_to_backorder"] = run.ids
        run.with_context(**context).button_mark_done()
        return run

    @classmethod
    def _moves(cls, order):
        return order.order_line.move_ids.filtered(lambda move: move.state not in ("cancel", "done"))

    @classmethod
    def _reserved(cls, *orders):
        return [sum(cls._moves(order).mapped("quantity")) for order in orders]

    @classmethod
    def _type_in(cls, picking, lot, quantity):
        """A clerk enters the lot on the delivery and validates it."""
        move = picking.move_ids
        move.move_line_ids.unlink()
        move.move_line_ids = [
            Command.create(
                {
                    "product_id": move.product_id.id,
                    "product_uom_id": move.product_uom.id,
                    "lot_id": lot.id,
                    "quantity": quantity,
                    "picking_id": picking.id,
                    "location_id": move.location_id.id,
                    "location_dest_id": move.location_dest_id.id,
                }
            )
        ]
        move.picked = True
        return picking.with_context(skip_expired=True, skip_backorder=True).button_validate()

    @classmethod
    def _scrap(cls, product, quantity, lot=None):
        scrap = cls.env["stock.scrap"].create(
            {
                "product_id": product.id,
                "scrap_qty": quantity,
                "lot_id": lot and lot.id,
                "location_id": cls.stock.id,
            }
        )
        scrap.do_scrap()
        return scrap

    @classmethod
    def _get_lost_goods_activities(cls, run):
        kind = cls.env.ref("batch_mrp_orders.mail_activity_type_allocation")
        return run.activity_ids.filtered(lambda activity: activity.activity_type_id == kind)

    def assertInvariants(self):
        """What must hold after whatever event."""
        Allocation = self.env["mrp.production.allocation"]
        self.env.flush_all()
        self.env.invalidate_all()
        allocations = Allocation.search([])
        for run, free in allocations.production_id._get_unallocated_quantities().items():
            self.assertGreaterEqual(free, 0, f"run {run} promises more than it makes")
        facts = allocations._get_consumer_facts()
        for key, group in allocations.grouped(lambda a: a._get_facts_key()).items():
            if key[0]:
                promised = sum(exact(a.open_qty) for a in group)
                self.assertLessEqual(promised, facts[key].need, f"{key} is promised too much")
        binding = allocations.filtered(
            lambda a: a.state in ("pending", "made") and not a.orderpoint_id
        )
        self.assertFalse(binding._get_short_pools(), "more is claimed than there is on hand")
        self._check_claims_can_be_served(binding)
        for allocation in allocations:
            self.assertGreater(allocation.quantity, 0)
            self.assertGreaterEqual(allocation.quantity, allocation.taken_qty)
            if allocation.state == "taken":
                self.assertEqual(allocation.open_qty, 0)
        for run in allocations.production_id:
            references = run.sale_order_ids.stock_reference_ids
            self.assertLessEqual(references, run.reference_ids)
            for move in run.move_finished_ids:
                self.assertEqual(move.reference_ids, run.reference_ids)
            strangers = run.reference_ids.sale_ids - run.sale_order_ids - run.sale_line_id.order_id
            self.assertFalse(strangers, "a reference without an allocation")

    def _check_claims_can_be_served(self, binding):
        """Naive count, product by product: enough is free for whoever has not got his goods."""
        for run_or_product, group in binding.grouped(
            lambda a: a.production_id if a.product_id.tracking == "lot" else a.product_id
        ).items():
            product = group.product_id
            lots = self.env["stock.lot"]
            if product.tracking == "lot":
                lots = run_or_product.move_finished_ids.move_line_ids.lot_id
            quants = self.env["stock.quant"].search(
                [
                    ("product_id", "=", product.id),
                    ("location_id", "child_of", self.stock.id),
                    *([("lot_id", "in", lots.ids)] if lots else []),
                ]
            )
            arriving = self.env["stock.quant"].search(
                [
                    ("product_id", "=", product.id),
                    ("location_id", "=", self.warehouse.sam_loc_id.id),
                    *([("lot_id", "in", lots.ids)] if lots else []),
                ]
            )
            free = sum(exact(q.quantity) - exact(q.reserved_quantity) for q in quants)
            free += sum(exact(quant.quantity) for quant in arriving)
            waiting = Fraction(0)
            for _consumer, allocations in group.grouped(lambda a: a._get_consumer_key()).items():
                moves = allocations.sale_line_id.move_ids | (
                    allocations.consumer_production_id.move_raw_ids
                    | allocations.consumer_production_id.move_raw_ids.move_orig_ids
                )
                moves = moves.filtered(
                    lambda move, product=product: (
                        move.product_id == product
                        and move.state not in ("done", "cancel")
                        and move._leaves_stock()
                    )
                )
                need = sum(exact(move.product_qty) for move in moves)
                has = sum(exact(line.quantity_product_uom) for line in moves.move_line_ids)
                own = sum(
                    exact(line.quantity_product_uom)
                    for line in moves.move_line_ids
                    if not lots or line.lot_id in lots
                )
                claim = sum(exact(a.open_qty) for a in allocations) - own
                waiting += max(min(claim, need - has), Fraction(0))
            self.assertGreaterEqual(free, waiting, f"goods of {group} are in others' hands")

    def assertCovered(self, order, quantity):
        """Shipped, reserved, claimed or planned: this much of the order is looked after."""
        self.env.invalidate_all()
        open_qty = sum(
            exact(row.open_qty)
            for row in self.env["mrp.demand"].search([("order_id", "=", order.id)])
        )
        ordered = sum(exact(line.product_uom_qty) for line in order.order_line)
        self.assertEqual(ordered - open_qty, Fraction(quantity))
