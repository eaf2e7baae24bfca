# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction

from odoo import api, models
from odoo.tools import SQL

from ..planning.claims import ClaimBook, Goods, group_by_lot
from ..planning.quantity import exact
from .mrp_production_allocation import BINDING_STATES

# The moves that bring goods to a consumer: of its order line, of its ingredients, and
# the picks before these. Only those that leave or enter the stock location count.
CONSUMER_MOVES = """
    WITH consumer_move AS (
        SELECT 'line' AS kind, move.sale_line_id AS consumer_id, move.id
          FROM stock_move move WHERE move.sale_line_id IN %(lines)s
        UNION ALL
        SELECT 'run', move.raw_material_production_id, move.id
          FROM stock_move move WHERE move.raw_material_production_id IN %(runs)s
        UNION
        SELECT 'run', move.raw_material_production_id, rel.move_orig_id
          FROM stock_move move
          JOIN stock_move_move_rel rel ON rel.move_dest_id = move.id
         WHERE move.raw_material_production_id IN %(runs)s
    ), crossing AS (
        SELECT consumer.kind, consumer.consumer_id, move.id, move.product_id, move.state,
               move.product_qty, warehouse.id AS warehouse_id,
               source.parent_path LIKE stock.parent_path || '%%' AS leaves
          FROM consumer_move consumer
          JOIN stock_move move ON move.id = consumer.id
          JOIN stock_location source ON source.id = move.location_id
          JOIN stock_location dest ON dest.id = move.location_dest_id
          JOIN stock_warehouse warehouse ON warehouse.id IN %(warehouses)s
          JOIN stock_location stock ON stock.id = warehouse.lot_stock_id
         WHERE move.product_id IN %(products)s AND move.state != 'cancel'
           AND dest.usage != 'inventory'
           -- A negative move is a decrease on its way into the move it lowers.
           AND (move.product_qty > 0 OR move.state = 'done')
           AND (source.parent_path LIKE stock.parent_path || '%%')
               != (dest.parent_path LIKE stock.parent_path || '%%')
    )
"""
NEEDS = """%s
    SELECT kind, consumer_id, product_id, warehouse_id, SUM(product_qty)
      FROM crossing WHERE leaves AND state != 'done'
     GROUP BY 1, 2, 3, 4
"""
LOTS = """%s
    SELECT kind, consumer_id, crossing.product_id, warehouse_id, line.lot_id,
           crossing.state = 'done',
           SUM(CASE WHEN leaves THEN 1 ELSE -1 END * line.quantity_product_uom)
      FROM crossing JOIN stock_move_line line ON line.move_id = crossing.id
     WHERE leaves OR crossing.state = 'done'
     GROUP BY 1, 2, 3, 4, 5, 6
"""


@dataclass(slots=True)
class ConsumerFacts:
    """What a consumer needs of a product, and what it has, by lot id (or None)."""

    need: Fraction = Fraction(0)
    reserved: dict = field(default_factory=lambda: defaultdict(Fraction))
    shipped: dict = field(default_factory=lambda: defaultdict(Fraction))


class MrpProductionAllocation(models.Model):
    """Reads, in sets, what the claims are computed from."""

    _inherit = "mrp.production.allocation"

    @api.model
    def _get_claim_book(self, products):
        """Free stock of ``products`` and the claims on it; None without claims.

        One query for products without claims, a constant number otherwise.

        :rtype: odoo.addons.batch_mrp_orders.planning.claims.ClaimBook | None
        """
        # Claims bind whoever moves goods, also those who may not read production.
        allocations = self.sudo().search(
            [
                ("product_id", "in", products.ids),
                ("state", "in", BINDING_STATES),
                ("orderpoint_id", "=", False),
            ]
        )
        return allocations._load_claim_book() if allocations else None

    @api.model
    def _get_claimed_stock(self, products, warehouse):
        """Unreserved stock in ``warehouse`` that belongs to somebody, exact, by
        (product id, lot record)."""
        book = self._get_claim_book(products)
        claims = book.claims() if book else {}
        return {
            (goods.product, self.env["stock.lot"].browse(goods.lot)): quantity
            for goods, quantity in claims.items()
            if goods.warehouse == warehouse.id
        }

    def _get_unserved_quantities(self):
        """What was made for the consumers of these and is not reserved yet, exact.

        :return: by (consumer, product id)
        """
        book = self._get_claim_book(self.product_id)
        unserved = defaultdict(Fraction)
        consumers = {(a._get_consumer_key(), a.product_id.id) for a in self}
        for (consumer, product_id), quantity in (book.unserved() if book else {}).items():
            if (consumer, product_id) in consumers:
                unserved[consumer, product_id] += quantity
        return unserved

    def _load_claim_book(self):
        book = ClaimBook()
        lots_by_run, pool_by_run = self._get_pools(self.production_id)
        facts = self._get_consumer_facts()
        tracked = {product for product in self.product_id if product.tracking != "none"}
        groups = self.grouped(
            lambda a: (a._get_facts_key(), a._get_pool(pool_by_run), a.state == "pending")
        )
        unserved = defaultdict(Fraction)
        pending = defaultdict(Fraction)
        for (key, pool, is_pending), allocations in groups.items():
            amount = sum(exact(allocation.open_qty) for allocation in allocations)
            if is_pending and pool[0] == "product":
                # Nothing of these has been reserved yet, whatever the consumer has.
                pending[key, pool] += amount
                book.pending.add(key[:2])
            else:
                unserved[key, pool] += amount
        for run in self.production_id:
            if run.product_id in tracked:
                book.add_pool(
                    ("run", pool_by_run[run.id]),
                    [
                        Goods(run.product_id.id, run.warehouse_id.id, lot)
                        for lot in lots_by_run[run.id]
                    ],
                )
        for key, pool in dict.fromkeys([*unserved, *pending]):
            consumer, product_id, warehouse_id = key
            if pool[0] == "product":
                book.add_pool(pool, [Goods(product_id, warehouse_id)])
            has = self._get_reserved_of(facts[key], pool, lots_by_run, pool_by_run)
            claim = max(unserved[key, pool] - has, Fraction(0)) + pending[key, pool]
            excess = max(has - unserved[key, pool] - pending[key, pool], Fraction(0))
            left = facts[key].need - sum(facts[key].reserved.values())
            claim = max(min(claim, left), Fraction(0))
            book.add_claim(product_id, warehouse_id, pool, consumer, claim, excess)
        self._load_free_stock(book)
        return book

    @api.model
    def _get_reserved_of(self, facts, pool, lots_by_run, pool_by_run):
        """What the consumer has reserved out of ``pool``."""
        if pool[0] == "product":
            return sum(facts.reserved.values())
        lots = {
            lot for run, lots in lots_by_run.items() if pool_by_run[run] == pool[1] for lot in lots
        }
        return sum(quantity for lot, quantity in facts.reserved.items() if lot in lots)

    def _get_facts_key(self):
        self.ensure_one()
        return (self._get_consumer_key(), self.product_id.id, self.warehouse_id.id)

    def _get_pool(self, pool_by_run):
        """Name of the pool this allocation's goods are in."""
        self.ensure_one()
        if self.product_id.tracking == "none":
            return ("product", self.product_id.id, self.warehouse_id.id)
        return ("run", pool_by_run[self.production_id.id])

    @api.model
    def _get_pools(self, productions):
        """Lots made by each run, and the pool the run belongs to."""
        lots_by_run = {run_id: [] for run_id in productions.ids}
        if productions:
            self.env["stock.move.line"].flush_model(["lot_id", "state", "move_id"])
            self.env["stock.move"].flush_model(["production_id", "product_id", "state"])
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT DISTINCT move.production_id, line.lot_id
                      FROM stock_move move
                      JOIN mrp_production run
                        ON run.id = move.production_id AND run.product_id = move.product_id
                      JOIN stock_location source
                        ON source.id = move.location_id AND source.usage = 'production'
                      JOIN stock_move_line line ON line.move_id = move.id
                     WHERE move.production_id IN %s AND move.state = 'done'
                       AND line.lot_id IS NOT NULL
                     ORDER BY 1, 2
                    """,
                    tuple(productions.ids),
                )
            )
            for run_id, lot_id in rows:
                lots_by_run[run_id].append(lot_id)
        return lots_by_run, group_by_lot(lots_by_run)

    def _get_consumer_facts(self):
        """Need, reservations and shipments of the consumers of these allocations.

        :rtype: dict[tuple[consumer key, product id, warehouse id], ConsumerFacts]
        """
        return self._read_consumer_facts(
            self.sale_line_id.ids,
            self.consumer_production_id.ids,
            self.product_id.ids,
            self.warehouse_id.ids,
        )

    @api.model
    def _read_consumer_facts(self, line_ids, run_ids, product_ids, warehouse_ids):
        facts = defaultdict(ConsumerFacts)
        if not product_ids or not warehouse_ids:
            return facts
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        self.env["stock.move"].flush_model()
        self.env["stock.move.line"].flush_model(
            ["lot_id", "quantity_product_uom", "state", "move_id"]
        )
        moves = SQL(
            CONSUMER_MOVES,
            lines=tuple(line_ids) or (0,),
            runs=tuple(run_ids) or (0,),
            products=tuple(product_ids),
            warehouses=tuple(warehouse_ids),
        )
        for kind, consumer_id, product_id, warehouse_id, need in self.env.execute_query(
            SQL(NEEDS, moves)
        ):
            key = ((kind, consumer_id), product_id, warehouse_id)
            facts[key].need = round(exact(need), digits)
        for (
            kind,
            consumer_id,
            product_id,
            warehouse_id,
            lot_id,
            done,
            quantity,
        ) in self.env.execute_query(SQL(LOTS, moves)):
            entry = facts[(kind, consumer_id), product_id, warehouse_id]
            part = entry.shipped if done else entry.reserved
            part[lot_id] += round(exact(quantity), digits)
        return facts

    def _load_free_stock(self, book):
        """Unreserved goods of these products in the stock of their warehouses."""
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        tracked = {product.id for product in self.product_id if product.tracking != "none"}
        for product_id, warehouse_id, lot_id, quantity, reserved, arriving in self._read_stock():
            lot = lot_id if product_id in tracked else None
            free = round(exact(quantity) - exact(reserved), digits)
            goods = Goods(product_id, warehouse_id, lot)
            book.add_free(goods, free, round(exact(arriving), digits))

    def _read_stock(self):
        """Rows (product, warehouse, lot, quantity, reserved, quantity to be put in stock).

        Goods a run has made and not yet put into stock are on hand, but not free. Blocked
        lots are neither, but those that only wait for the release of their batch record.
        """
        self.env["stock.quant"].flush_model()
        self.env["stock.lot"].flush_model(["is_blocked", "release_production_id"])
        return self.env.execute_query(
            SQL(
                """
                SELECT quant.product_id, warehouse.id, quant.lot_id,
                       COALESCE(SUM(quant.quantity) FILTER (WHERE in_stock), 0),
                       COALESCE(SUM(quant.reserved_quantity) FILTER (WHERE in_stock), 0),
                       COALESCE(SUM(quant.quantity) FILTER (WHERE NOT in_stock), 0)
                  FROM stock_quant quant
                  JOIN stock_location location ON location.id = quant.location_id
                  JOIN stock_warehouse warehouse ON warehouse.id IN %s
                  JOIN stock_location stock ON stock.id = warehouse.lot_stock_id
                  CROSS JOIN LATERAL (
                        SELECT location.parent_path LIKE stock.parent_path || '%%' AS in_stock
                       ) place
                 WHERE quant.product_id IN %s
                   AND (in_stock OR quant.location_id = warehouse.sam_loc_id)
                   AND NOT EXISTS (
                        SELECT FROM stock_lot lot
                         WHERE lot.id = quant.lot_id AND lot.is_blocked
                           AND lot.release_production_id IS NULL
                       )
                 GROUP BY 1, 2, 3
                 ORDER BY 1, 2, 3
                """,
                tuple(self.warehouse_id.ids) or (0,),
                tuple(self.product_id.ids) or (0,),
            )
        )
