# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import datetime, time

from odoo import fields, models
from odoo.fields import Domain

from odoo.addons.queue_job.job import identity_exact

from ..planning.claims import Goods
from ..planning.quantity import exact
from .mrp_allocation_serving import SERVED_AT_ONCE

# So many waiting moves are read at a time to find those that can use a surplus.
READ_AT_ONCE = 500


class StockMove(models.Model):
    """New goods go to those they were made for; the surplus is offered to who waits.

    Core tries every move that waits for the product. Here only those are tried that the
    surplus is good enough for, and no more of them than it can serve.
    """

    _inherit = "stock.move"

    def _trigger_assign(self):
        """Goods that arrive go to those they were made for before anybody else is tried."""
        if not self or self.env["ir.config_parameter"].sudo().get_param(
            "stock.picking_no_auto_reserve"
        ):
            return super()._trigger_assign()
        made = self.filtered("production_id")
        if self._serve_pending():
            made._offer_surplus(SERVED_AT_ONCE)
        return super(StockMove, self - made)._trigger_assign()

    def _serve_pending(self):
        """Serve allocations of these products that wait for their goods.

        :return: False if that is left to jobs; the last of them offers the surplus
        """
        # The goods are set aside for their owners, whoever brings them.
        pending = (
            self.env["mrp.production.allocation"]
            .sudo()
            .search([("product_id", "in", self.product_id.ids), ("state", "=", "pending")])
        )
        if self.env.context.get("defer_allocations"):
            return not pending
        if len(pending) > SERVED_AT_ONCE:
            pending._serve_later()
            return False
        pending._serve()
        return True

    def _offer_surplus(self, limit=None):
        """Offer what nobody has a claim on to waiting moves, in core's order.

        :param limit: moves to reserve for in this transaction; the rest is left to a job
        """
        for (product, location), moves in self.grouped(
            lambda move: (move.product_id, move.location_dest_id)
        ).items():
            seen = self.browse()
            while surplus := moves._get_surplus(product, location):
                waiting = moves._get_waiting_moves(surplus, seen)
                if not waiting:
                    break
                takers, looked_at = waiting._get_takers(surplus, limit)
                if limit and (seen or not takers._lock_documents()):
                    moves._offer_later()
                    break
                takers._action_assign()
                seen |= looked_at

    def _offer_later(self):
        # Which moves wait is not a matter of the rights of whoever closes a run.
        self.sudo().with_delay(
            description=self.env._("Offer surplus of %s", self.product_id.display_name),
            identity_key=identity_exact,
        )._offer_surplus()

    def _get_surplus(self, product, location):
        """Usable goods in ``location`` that nobody has reserved or has a claim on.

        :return: exact quantity by quant
        """
        quants = self.env["stock.quant"].with_context(
            released_only=True, alive_on=fields.Date.today()
        )
        surplus = {
            quant: exact(quant.quantity) - exact(quant.reserved_quantity)
            for quant in quants._gather(product, location)
            if quant.quantity > quant.reserved_quantity
        }
        book = self.env["mrp.production.allocation"]._get_claim_book(product) if surplus else None
        if not book:
            return surplus
        warehouse = location.warehouse_id
        left = book.unclaimed(product.id, warehouse.id)
        for quant, free in list(surplus.items()):
            lot = quant.lot_id.id if product.tracking != "none" else None
            allowed = book.allowed(None, Goods(product.id, warehouse.id, lot or None))
            surplus[quant] = min(free, allowed, left)
            left -= surplus[quant]
        return {quant: quantity for quant, quantity in surplus.items() if quantity > 0}

    def _get_waiting_moves(self, surplus, seen):
        """Waiting moves that ``surplus`` may be good for, in core's order: those of the same
        references first, then by priority and date."""
        domain = (
            Domain("state", "in", ("confirmed", "partially_available"))
            & Domain("procure_method", "=", "make_to_stock")
            & (
                Domain("reservation_date", "<=", fields.Date.today())
                | Domain("picking_type_id.reservation_method", "=", "at_confirm")
            )
            & Domain("product_id", "in", self.product_id.ids)
            & Domain("location_id", "in", self.location_dest_id.ids)
            & Domain("id", "not in", seen.ids)
        )
        last_days = [quant._get_last_day(quant.lot_id) for quant in surplus]
        if all(last_days):
            end = datetime.combine(max(last_days), time.min)
            domain &= Domain("date", "<", end)
            domain &= Domain("date_deadline", "=", False) | Domain("date_deadline", "<", end)
        order = "priority desc, date asc, id asc"
        related = Domain("reference_ids", "in", self.reference_ids.ids)
        moves = self.search(domain & related, order=order, limit=READ_AT_ONCE)
        if room := READ_AT_ONCE - len(moves):
            moves += self.search(domain & ~related, order=order, limit=room)
        return moves

    def _get_takers(self, surplus, limit):
        """The first of these that use up ``surplus`` together, ``limit`` at most, and all
        that were looked at to find them."""
        left = sum(surplus.values())
        takers = looked_at = self.browse()
        for move in self:
            looked_at += move
            day = move._get_usable_context().get("alive_on")
            lasting = (quant._get_last_day(quant.lot_id) for quant in surplus)
            if day and not any(not last or last > day for last in lasting):
                continue
            takers += move
            left -= move._get_missing_quantity()
            if left <= 0 or len(takers) == limit:
                break
        return takers, looked_at
