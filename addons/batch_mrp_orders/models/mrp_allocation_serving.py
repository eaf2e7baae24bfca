# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict

from odoo import api, models

from odoo.addons.queue_job.job import identity_exact

from ..planning.claims import Goods
from ..planning.quantity import exact
from .mrp_production_allocation import BINDING_STATES

# So many consumers are served within the closing of a run, more of them in jobs.
SERVED_AT_ONCE = 20
JOB_SIZE = 50
WAITING_STATES = ("waiting", "confirmed", "partially_available")


class MrpProductionAllocation(models.Model):
    """Reserves made goods for those they were made for."""

    _inherit = "mrp.production.allocation"

    def _serve(self):
        """Reserve what is claimed, earliest due first, under any reservation method.

        What was made for a customer is set aside for it. That is no choice between
        customers, which is what the reservation method of an operation type is about.
        """
        allocations = self.filtered(lambda a: a.state in BINDING_STATES and a._get_consumer_key())
        book = self._get_claim_book(allocations.product_id)
        if not book:
            return
        lots_by_run, _pools = self._get_pools(allocations.production_id)
        quants = allocations._get_quants_by_goods()
        cache = defaultdict(self.env["stock.quant"].browse)
        for quant in (quant for group in quants.values() for quant in group):
            cache[self._get_quant_key(quant)] |= quant
        waiting = allocations.with_context(quants_cache=cache, claim_book=book)._get_waiting_moves()
        needs = {move: move._get_missing_quantity() for moves in waiting.values() for move in moves}
        free = {
            q: exact(q.quantity) - exact(q.reserved_quantity) for g in quants.values() for q in g
        }
        values_list, served, tried = [], self.env["stock.move"], self.browse()
        for allocation in allocations.sorted(lambda a: a._get_due()):
            consumer, wanted = allocation._get_consumer_key(), exact(allocation.open_qty)
            all_goods = allocation._get_goods(lots_by_run)
            for goods in all_goods:
                for move in waiting[consumer, goods.product, goods.warehouse]:
                    part = min(wanted, book.own(consumer, goods), needs[move])
                    values, taken = move._prepare_reservation(quants[goods], part, free)
                    values_list += values
                    needs[move] -= taken
                    wanted -= taken
                    served |= move if taken else served
            if wanted < exact(allocation.open_qty) or not any(
                book.own(consumer, goods) for goods in all_goods
            ):
                tried |= allocation
        self._create_reservations(values_list, served, cache)
        tried.filtered(lambda allocation: allocation.state == "pending").state = "made"

    def _get_goods(self, lots_by_run):
        """What the run has made, as the claims know it."""
        self.ensure_one()
        lots = [None] if self.product_id.tracking == "none" else lots_by_run[self.production_id.id]
        return [Goods(self.product_id.id, self.warehouse_id.id, lot) for lot in lots]

    def _get_waiting_moves(self):
        """Moves that are to receive the goods, the first to serve first.

        :return: list of moves by (consumer, product id, warehouse id)
        """
        moves = self.env["stock.move"].search(
            [
                ("product_id", "in", self.product_id.ids),
                ("state", "in", WAITING_STATES),
                "|",
                ("sale_line_id", "in", self.sale_line_id.ids),
                "|",
                ("raw_material_production_id", "in", self.consumer_production_id.ids),
                (
                    "move_dest_ids.raw_material_production_id",
                    "in",
                    self.consumer_production_id.ids,
                ),
            ],
            order="priority desc, date, id",
        )
        waiting = defaultdict(list)
        for move in moves:
            if move._leaves_stock() and not move.picked:
                warehouse = move.location_id.warehouse_id
                waiting[move._get_consumer_key(), move.product_id.id, warehouse.id].append(move)
        return waiting

    def _get_quants_by_goods(self):
        """Stock of these products in removal order, by goods."""
        quants = defaultdict(list)
        for (product, warehouse), _group in self.grouped(
            lambda a: (a.product_id, a.warehouse_id)
        ).items():
            # Whatever keeps core from reserving a quant keeps it from us.
            released = self.env["stock.quant"].with_context(released_only=True)
            for quant in released._gather(product, warehouse.lot_stock_id):
                lot = quant.lot_id.id or None
                quants[Goods(product.id, warehouse.id, lot)].append(quant)
        return quants

    def _get_quant_key(self, quant):
        """Key of core's context entry ``quants_cache``."""
        return (
            quant.product_id.id,
            quant.location_id.id,
            quant.lot_id.id,
            quant.package_id.id,
            quant.owner_id.id,
        )

    def _create_reservations(self, values_list, moves, cache):
        """Create the move lines in one go and let the moves follow."""
        lines = self.env["stock.move.line"].with_context(quants_cache=cache).create(values_list)
        for move in lines.move_id.filtered("raw_material_production_id"):
            move.move_line_ids.write(
                {
                    "production_id": move.raw_material_production_id.id,
                    "workorder_id": move.workorder_id.id,
                }
            )
        moves._recompute_state()
        lines.filtered(
            lambda line: line.location_dest_id.usage == "internal"
        )._apply_putaway_strategy()

    @api.model
    def _reclaim(self, products):
        """Free claimed goods that others have reserved without a claim on them, the latest
        of them first.

        So it is after goods were lost: strangers may have reserved what was left, or an
        owner more than it still has a claim on.
        """
        book = self._get_claim_book(products)
        missing = book.missing() if book else {}
        for pool, quantity in missing.items():
            goods = book.goods_of(pool)
            lines = self.env["stock.move.line"].search(
                [
                    ("product_id", "in", [item.product for item in goods]),
                    ("lot_id", "in", [item.lot for item in goods if item.lot] or [False]),
                    ("state", "in", ("partially_available", "assigned")),
                    ("picked", "=", False),
                ],
                order="date desc, id desc",
            )
            for line in lines:
                if quantity <= 0:
                    break
                move = line.move_id
                if not move._leaves_stock():
                    continue
                consumer = move._get_consumer_key()
                reserved = exact(line.quantity_product_uom)
                given = min(book.spare(pool, consumer, reserved), quantity)
                if given > 0:
                    line._give_back(given)
                    book.give_back(pool, consumer, given)
                    quantity -= given
        if missing:
            self.search(
                [("product_id", "in", products.ids), ("state", "in", BINDING_STATES)]
            )._serve()

    # --------------------------------------------------------------- in the background
    def _serve_later(self):
        """Serve these in jobs, in which the status of the orders follows, too."""
        allocations = self.sorted(lambda a: a._get_due())
        if allocations:
            allocations.with_delay(
                description=self.env._(
                    "Reserve goods of %s", ", ".join(allocations.production_id.mapped("name"))
                ),
                identity_key=identity_exact,
            )._job_serve()

    def _job_serve(self):
        """Serve the first of these and leave the rest to a job of its own.

        One job follows another, for all of them write on the same few lots. Surplus is
        offered after the last: until then the moves that wait are above all the owners'.
        """
        # The job belongs to whoever closed the run; the goods are set aside whoever that is.
        allocations = self.sudo().exists()
        head, rest = allocations[:JOB_SIZE], allocations[JOB_SIZE:]
        head._serve()
        orders = head.order_id | head.consumer_production_id.allocation_ids.order_id
        self.env.add_to_compute(orders._fields["production_status"], orders)
        if rest:
            rest._serve_later()
        else:
            runs = allocations.production_id
            runs.move_finished_ids.filtered(lambda move: move.state == "done")._offer_surplus()

    def _lock_consumers(self):
        """Lock the documents of the consumers for this transaction.

        :return: False if somebody else is saving one of them; then nothing is locked
        """
        moves = [move for group in self._get_waiting_moves().values() for move in group]
        return (
            self.env["stock.move"]
            .concat(*moves)
            ._lock_documents(self.order_id, self.consumer_production_id)
        )
