# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models

from ..planning.quantity import exact
from .mrp_production_allocation import BINDING_STATES


class MrpProductionAllocation(models.Model):
    """Gives goods of one consumer to another one."""

    _inherit = "mrp.production.allocation"

    def action_reallocate(self):
        """Open the dialog that gives these goods to another order."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "batch_mrp_orders.mrp_reallocate_action"
        )
        action["context"] = {"default_allocation_id": self.id}
        return action

    def _give_to(self, line, quantity):
        """Give ``quantity`` (exact) of the outstanding goods to another order line.

        Reservations of the giver go along. What the taker was to get from elsewhere and
        does not need any more, the giver gets: nobody's coverage is lost by the exchange.
        """
        self.ensure_one()
        # The planner decides about the goods; orders and transfers follow.
        source = self.sudo()
        values, state = source.copy_data()[0], source.state
        if state in BINDING_STATES:
            source._unreserve_goods(quantity)
        swapped = source._get_swap(line, quantity)
        source._write_quantities(
            {source: (exact(source.quantity) - quantity, exact(source.taken_qty))}
        )
        shares = [
            {
                "sale_line_id": line.id,
                "consumer_production_id": False,
                "quantity": float(quantity),
                "date_due": (line.order_id.commitment_date or line._expected_date()).date(),
                "state": state,
            }
        ]
        shares += [
            {"production_id": a.production_id.id, "quantity": float(given), "state": a.state}
            for a, given in swapped.items()
        ]
        source._write_quantities(
            {
                other: (exact(other.quantity) - given, exact(other.taken_qty))
                for other, given in swapped.items()
            }
        )
        source.with_context(allocations_settled=True).create(
            [{**values, **share} for share in shares]
        )._serve()

    def _get_swap(self, line, quantity):
        """What ``line`` gives up when it gets ``quantity``: goods to be made first, the
        latest due first.

        :return: exact quantity by allocation
        """
        siblings = self.search(
            [
                ("sale_line_id", "=", line.id),
                ("product_id", "=", self.product_id.id),
                ("state", "!=", "taken"),
            ]
        ).sorted(lambda a: (a.state != "planned", a._get_due()))
        facts = self._read_consumer_facts(line.ids, [], self.product_id.ids, self.warehouse_id.ids)
        need = facts[("line", line.id), self.product_id.id, self.warehouse_id.id].need
        excess = sum(exact(a.open_qty) for a in siblings) + quantity - need
        planned = siblings.filtered(lambda a: a.state == "planned")
        swapped = {}
        for sibling in [*reversed(planned), *reversed(siblings - planned)]:
            given = min(exact(sibling.open_qty), excess)
            if given > 0:
                swapped[sibling] = given
                excess -= given
        return swapped

    def _unreserve_goods(self, quantity):
        """Unreserve up to ``quantity`` of the run's goods at the consumer, as far as it
        has more of them than it keeps a claim on."""
        self.ensure_one()
        lots_by_run, _pools = self._get_pools(self.production_id)
        lots = lots_by_run[self.production_id.id]
        tracked = self.product_id.tracking != "none"
        moves = self.sale_line_id.move_ids or self.consumer_production_id.move_raw_ids
        moves |= self.consumer_production_id.move_raw_ids.move_orig_ids
        lines = moves.move_line_ids.filtered(
            lambda line: (
                line.product_id == self.product_id
                and line.state in ("partially_available", "assigned")
                and line.move_id._leaves_stock()
                and not line.picked
                and (not tracked or line.lot_id.id in lots)
            )
        )
        reserved = sum(exact(line.quantity_product_uom) for line in lines)
        left = min(quantity, reserved - (exact(self.open_qty) - quantity))
        for line in lines.sorted("id", reverse=True):
            given = min(exact(line.quantity_product_uom), left)
            if given > 0:
                left -= given
                line._give_back(given)
