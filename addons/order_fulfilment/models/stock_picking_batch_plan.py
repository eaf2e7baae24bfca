# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from decimal import Decimal

from odoo import fields, models
from odoo.fields import Command
from odoo.tools import format_date

from ..fulfilment.batching import Delivery, Limits, plan_batches

# Orders a person can sort into boxes in one walk, where the operation type sets no other number.
DEFAULT_DELIVERIES = 20
# A delivery with one of these is not fetched from the shelf before somebody has looked at it.
NOT_PICKED = {"state", "done", "hold", "lot"}


class StockPicking(models.Model):
    """Batches by carrier and day."""

    _inherit = "stock.picking"

    def _plan_batches(self, *, size=0, singles=True, partial=False):
        """Put ready deliveries into batches.

        The limits and grouping of core's automatic batches count here, too.

        :param size: deliveries a batch, in place of what the operation type says
        :param partial: also deliveries whose goods are not all there
        :return: the batches
        """
        ready = self._get_pickable(partial)
        limits = {}
        deliveries = []
        for picking in ready:
            group = picking._get_batch_group()
            limits.setdefault(group, picking.picking_type_id._get_batch_limits(size))
            deliveries.append(picking._prepare_batched_delivery(group))
        plans = plan_batches(deliveries, limits, singles=singles)
        batches = self.env["stock.picking.batch"].with_context(batch_members_known=True)
        batches = batches.create([self._prepare_batch(plan) for plan in plans])
        self._number_boxes(plans)
        return batches.with_context(batch_members_known=False)

    def _get_pickable(self, partial):
        """Those that can be fetched now; nobody else is planning them."""
        ready = self.filtered(lambda picking: picking.state == "assigned" and not picking.batch_id)
        ready = ready.try_lock_for_update(allow_referencing=True)
        refused = NOT_PICKED if partial else NOT_PICKED | {"missing"}
        problems = ready._find_ship_problems()
        return ready.browse(
            picking.id
            for picking in ready
            if not refused & {problem.kind for problem in problems.get(picking.id, [])}
        )

    def _get_due_day(self):
        """The day on which the delivery is to leave; what is late leaves today."""
        self.ensure_one()
        moment = fields.Datetime.context_timestamp(self, self.scheduled_date)
        return max(moment.date(), fields.Date.context_today(self))

    def _get_batch_group(self):
        """What is not mixed in a batch."""
        self.ensure_one()
        kind, partner = self.picking_type_id, self.partner_id
        return (
            self.company_id.id,
            kind.id,
            self.carrier_id.id,
            self._get_due_day(),
            kind.batch_group_by_partner and partner.id,
            kind.batch_group_by_destination and partner.country_id.id,
            kind.batch_group_by_src_loc and self.location_id.id,
            kind.batch_group_by_dest_loc and self.location_dest_id.id,
        )

    def _prepare_batched_delivery(self, group):
        products = self._get_open_lines().product_id
        return Delivery(
            id=self.id,
            group=group,
            lines=len(self.move_ids),
            weight=Decimal(str(self.weight)),
            single=products.id if len(products) == 1 else None,
            # What is urgent first, then what is due first.
            rank=(self.priority != "1", self.scheduled_date),
        )

    def _prepare_batch(self, plan):
        company_id, kind_id, carrier_id, day = plan.group[:4]
        kind = self.env["stock.picking.type"].browse(kind_id)
        parts = [
            self.env["delivery.carrier"].browse(carrier_id).name or self.env._("No carrier"),
            format_date(self.env, day),
        ]
        if plan.single:
            parts.append(self.env["product.product"].browse(plan.single).display_name)
        return {
            "company_id": company_id,
            "picking_type_id": kind_id,
            "description": ", ".join(parts),
            # Its deliveries are confirmed already: core's action_confirm would look for reordering
            # rules of each of their moves again.
            "state": "in_progress" if kind.batch_auto_confirm else "draft",
            "picking_ids": [Command.link(picking_id) for picking_id in plan.deliveries],
        }

    def _number_boxes(self, plans):
        """Number the deliveries of each batch as the boxes on the trolley: 1 to n."""
        by_number = {}
        for plan in plans:
            for number, picking_id in enumerate(plan.deliveries, start=1):
                by_number.setdefault(number, []).append(picking_id)
        for number, picking_ids in by_number.items():
            self.browse(picking_ids).batch_sequence = number


class StockPickingType(models.Model):
    _inherit = "stock.picking.type"

    def _get_batch_limits(self, size=0):
        """What a batch of this operation type holds at most."""
        self.ensure_one()
        return Limits(
            deliveries=size or self.batch_max_pickings or DEFAULT_DELIVERIES,
            lines=self.batch_max_lines,
            weight=Decimal(self.batch_max_weight),
        )
