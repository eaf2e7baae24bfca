# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from fractions import Fraction

from psycopg2 import OperationalError

from odoo import models
from odoo.tools import SQL, float_round, mute_logger

from ..planning.claims import Goods
from ..planning.quantity import exact


class StockMove(models.Model):
    """Nobody reserves or ships goods that a run has made for somebody else.

    See ``mrp.production.allocation`` for the rules.
    """

    _inherit = "stock.move"

    # --------------------------------------------------------------- whom, where
    def _get_consumer_key(self):
        """For whom the move takes goods, as the claims know it; None for nobody known."""
        self.ensure_one()
        if self.sale_line_id:
            return ("line", self.sale_line_id.id)
        run = self.raw_material_production_id or self.move_dest_ids.raw_material_production_id[:1]
        return ("run", run.id) if run else None

    def _leaves_stock(self):
        """Whether the move takes goods out of the stock of its warehouse."""
        self.ensure_one()
        stock = self.location_id.warehouse_id.lot_stock_id
        return bool(
            stock
            and self.location_id._child_of(stock)
            and not self.location_dest_id._child_of(stock)
        )

    def _enters_stock(self):
        self.ensure_one()
        stock = self.location_dest_id.warehouse_id.lot_stock_id
        return bool(
            stock
            and self.location_dest_id._child_of(stock)
            and not self.location_id._child_of(stock)
        )

    def _loses_goods(self):
        """Whether goods are destroyed, lost or put away instead of given to somebody."""
        self.ensure_one()
        return bool(
            self.location_dest_id.usage == "inventory"
            or self.unbuild_id
            or (
                self.location_dest_id.usage in ("internal", "view") and not self._get_consumer_key()
            )
        )

    def _get_missing_quantity(self):
        """What is not reserved yet, exact, in the product's unit."""
        self.ensure_one()
        reserved = sum(exact(line.quantity_product_uom) for line in self.move_line_ids)
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return max(round(exact(self.product_qty) - reserved, digits), Fraction(0))

    # --------------------------------------------------------------- reservation
    def _get_claim_book(self):
        """Claims on the products of these moves; None if there are none.

        While many moves are reserved in one go they share one book.
        """
        if "claim_book" in self.env.context:
            return self.env.context["claim_book"]
        return self.env["mrp.production.allocation"]._get_claim_book(self.product_id)

    def _action_assign(self, force_qty=False):
        book = self.env["mrp.production.allocation"]._get_claim_book(self.product_id)
        return super(StockMove, self.with_context(claim_book=book))._action_assign(
            force_qty=force_qty
        )

    def _get_goods(self, location, lot=None):
        """The goods a reservation in ``location`` takes, as the claims know them."""
        lot_id = lot.id if lot and self.product_id.tracking != "none" else None
        return Goods(self.product_id.id, location.warehouse_id.id, lot_id)

    def _update_reserved_quantity_vals(
        self, need, location_id, lot_id=None, package_id=None, owner_id=None, strict=True
    ):
        """Reserve own goods first, then what is free beyond the claims of others."""
        book = self._get_claim_book()
        warehouse = location_id.warehouse_id
        if not (book and book.binds(self.product_id.id, warehouse.id) and self._leaves_stock()):
            return super()._update_reserved_quantity_vals(
                need, location_id, lot_id, package_id, owner_id, strict
            )
        consumer = self._get_consumer_key()
        lots = [lot_id or self.env["stock.lot"]]
        if self.product_id.tracking != "none" and not lot_id:
            lots = self._get_lots_to_reserve(book, location_id, package_id, owner_id)
        values_list, total = [], 0.0
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        for lot in lots:
            goods = self._get_goods(location_id, lot)
            part = min(float_round(need - total, digits), float(book.allowed(consumer, goods)))
            if part <= 0:
                continue
            values, taken = super()._update_reserved_quantity_vals(
                part, location_id, lot, package_id, owner_id, strict
            )
            book.take(consumer, goods, round(exact(taken), digits))
            values_list += values
            total += taken
        self._note_first_reservation(book, consumer, total)
        return values_list, total

    def _get_lots_to_reserve(self, book, location, package, owner):
        """Lots in ``location``: those made for the move's consumer first, then as core would."""
        quants = self.env["stock.quant"]._gather(
            self.product_id, location, package_id=package, owner_id=owner
        )
        lots = list(dict.fromkeys(quant.lot_id for quant in quants.filtered("lot_id")))
        consumer = self._get_consumer_key()
        return sorted(lots, key=lambda lot: not book.own(consumer, self._get_goods(location, lot)))

    def _note_first_reservation(self, book, consumer, taken):
        """The consumer has tried for its goods itself, before anybody else did for it."""
        if taken and (consumer, self.product_id.id) in book.pending:
            book.pending.discard((consumer, self.product_id.id))
            column = "sale_line_id" if consumer[0] == "line" else "consumer_production_id"
            # Reserving stock is the clerk's task, production is not.
            self.env["mrp.production.allocation"].sudo().search(
                [
                    ("state", "=", "pending"),
                    ("product_id", "=", self.product_id.id),
                    (column, "=", consumer[1]),
                ]
            ).state = "made"

    def _get_available_quantity(
        self,
        location_id,
        lot_id=None,
        package_id=None,
        owner_id=None,
        strict=False,
        allow_negative=False,
    ):
        """What is available to this move, that is without the goods of others."""
        available = super()._get_available_quantity(
            location_id, lot_id, package_id, owner_id, strict, allow_negative
        )
        book = self._get_claim_book() if available > 0 else None
        warehouse = location_id.warehouse_id
        if not (book and book.binds(self.product_id.id, warehouse.id) and self._leaves_stock()):
            return available
        consumer = self._get_consumer_key()
        if lot_id or self.product_id.tracking == "none":
            allowed = book.allowed(consumer, self._get_goods(location_id, lot_id))
        else:
            allowed = book.allowed_in_all(consumer, self.product_id.id, warehouse.id)
        return min(available, float(allowed))

    def _prepare_reservation(self, quants, wanted, free):
        """Values of move lines that take ``wanted`` from ``quants``, and what they take.

        :param free: exact free quantity by quant, brought up to date
        """
        values_list, total = [], Fraction(0)
        for quant in quants:
            part = min(wanted - total, free[quant])
            if part <= 0 or not self._accepts_quant(quant):
                continue
            values, taken = self._update_reserved_quantity_vals(
                float(part),
                quant.location_id,
                quant.lot_id,
                quant.package_id,
                quant.owner_id,
                strict=True,
            )
            taken = exact(taken)
            free[quant] -= taken
            total += taken
            values_list += values
        return values_list, total

    def _accepts_quant(self, quant):
        """Whether goods made for this move may still be used on its day."""
        self.ensure_one()
        return quant.location_id._child_of(self.location_id) and not (
            quant.removal_date and quant.removal_date < self.date
        )

    # ------------------------------------------------------------------- locking
    def _lock_documents(self, orders=None, productions=None):
        """Lock these moves and their documents for this transaction, without waiting.

        :return: False if somebody else is saving one of them; then nothing is locked
        """
        # What is reserved changes the status of the orders, whoever reserves it.
        moves = self.sudo()
        productions = productions or self.env["mrp.production"]
        productions = productions.sudo() | moves.raw_material_production_id
        orders = (orders or self.env["sale.order"]).sudo() | moves.sale_line_id.order_id
        orders |= productions.allocation_ids.order_id
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint(flush=False):
                for records in (orders, productions, moves.picking_id, moves):
                    if records:
                        self.env.cr.execute(
                            SQL(
                                "SELECT id FROM %s WHERE id IN %s FOR NO KEY UPDATE NOWAIT",
                                SQL.identifier(records._table),
                                tuple(records.ids),
                            )
                        )
        except OperationalError:
            return False
        return True

    # ------------------------------------------------------------------- events
    def write(self, vals):
        res = super().write(vals)
        # While a move is split the rest of its quantity is on its way to another one.
        if "product_uom_qty" in vals and "do_not_unreserve" not in self.env.context:
            self._settle_allocations()
        return res

    def _action_cancel(self):
        res = super()._action_cancel()
        self._settle_allocations()
        return res

    def _action_done(self, cancel_backorder=False):
        done = super()._action_done(cancel_backorder=cancel_backorder)
        done._goods_moved()
        return done

    def _settle_allocations(self):
        """What the consumers of these moves no longer need is given back."""
        if self.env.context.get("keep_allocations"):
            return
        # Allocations follow the documents, whoever may change these.
        self.env["mrp.production.allocation"].sudo()._settle_moves(
            self.sudo().filtered(lambda move: move.state != "draft")
        )

    def _goods_moved(self):
        """Settle the allocations after goods have crossed the border of the stock."""
        moves = self.sudo().filtered(
            lambda move: move.state == "done" and (move._leaves_stock() or move._enters_stock())
        )
        if moves:
            # Allocations follow the goods, whoever moves them.
            self.env["mrp.production.allocation"].sudo()._goods_moved(moves)
