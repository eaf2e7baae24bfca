# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models

from ..planning.quantity import exact
from ..planning.status import Progress, Stage

RUN_STAGES = {
    "draft": Stage.PLANNED,
    "confirmed": Stage.PLANNED,
    "progress": Stage.IN_PRODUCTION,
    "to_close": Stage.IN_PRODUCTION,
    "done": Stage.READY,
}


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    is_personal = fields.Boolean(
        "Personalised",
        help="Made to this customer's own wishes: gets a run of its own, shared with nobody, "
        "and is never taken from stock when planned.",
    )
    allocation_ids = fields.One2many("mrp.production.allocation", "sale_line_id", copy=False)

    @api.model
    def _get_run_stage(self, production):
        """Stage of the goods a run will make; None for a cancelled run."""
        stage = RUN_STAGES.get(production.state)
        if stage is Stage.PLANNED and production.reservation_state == "assigned":
            return Stage.MATERIALS_RESERVED
        return stage

    def _get_progress(self):
        """What happened to the line's goods so far: one for the product, or one for each
        component of a kit that has been taken apart.

        :rtype: list[odoo.addons.batch_mrp_orders.planning.status.Progress]
        """
        self.ensure_one()
        components = self._get_component_moves()
        if components:
            return [
                self._get_component_progress(product, moves)
                for product, moves in components.grouped("product_id").items()
            ]
        factor = self.product_uom_id._get_exact_ratio(self.product_id.uom_id)
        return [
            Progress(
                ordered=exact(self.product_uom_qty) * factor,
                delivered=exact(self.qty_delivered) * factor,
                reserved=self._get_reserved_quantity(),
                allocated=self._get_allocated(self.product_id),
            )
        ]

    def _get_component_moves(self):
        """The moves of a kit that has been taken apart; none for other goods."""
        moves = self.move_ids.filtered(lambda move: move.state not in ("cancel", "draft"))
        return moves.browse() if self.product_id in moves.product_id else moves

    def _get_component_progress(self, product, moves):
        """Progress of one component of a kit, in the component's unit."""
        shipped = moves.filtered(
            lambda move: move.state == "done" and move.location_dest_id.usage == "customer"
        )
        # A pick and the delivery after it are the same goods; what comes back is not due.
        awaited = moves.filtered(
            lambda move: (
                move.state != "done"
                and move.location_id.usage != "customer"
                and not move.move_dest_ids & moves.filtered(lambda other: other.state != "done")
            )
        )
        delivered = sum(exact(move.product_qty) for move in shipped)
        return Progress(
            ordered=delivered + sum(exact(move.product_qty) for move in awaited),
            delivered=delivered,
            reserved=self._get_reserved_of_moves(moves.filtered(lambda m: m.state != "done")),
            allocated=self._get_allocated(product),
        )

    def _get_allocated(self, product):
        """What runs make of ``product`` for this line, with the stage of each."""
        return tuple(
            (exact(allocation.open_qty), stage)
            for allocation in self.allocation_ids
            if allocation.product_id == product
            and allocation.open_qty
            and (stage := self._get_run_stage(allocation.production_id))
        )

    @api.model
    def _get_reserved_of_moves(self, moves):
        """Quantity the moves have set aside, exact, in the product's unit."""
        return sum(
            exact(move.quantity)
            * exact(move.product_uom.factor)
            / exact(move.product_id.uom_id.factor)
            for move in moves
        )

    def _get_reserved_quantity(self):
        """Quantity set aside and not shipped, in the product's unit.

        A kit is set aside to the extent its scarcest component is.
        """
        moves = self.move_ids.filtered(lambda move: move.state not in ("done", "cancel", "draft"))
        own = moves.filtered(lambda move: move.product_id == self.product_id)
        if own or not moves:
            return self._get_reserved_of_moves(own)
        open_quantity = exact(self.product_uom_qty) - exact(self.qty_delivered)
        shares = (
            exact(move.quantity) / exact(move.product_uom_qty)
            for move in moves
            if move.product_uom_qty
        )
        return open_quantity * min(shares, default=0)

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.order_id._request_material_check()
        return lines

    def write(self, vals):
        res = super().write(vals)
        if not {"product_id", "product_uom_qty", "product_uom_id"}.isdisjoint(vals):
            self.order_id._request_material_check()
        return res
