# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict
from fractions import Fraction

from odoo import api, models
from odoo.exceptions import UserError

from ..planning.claims import Holding, settle, spread
from ..planning.quantity import exact
from .mrp_production_allocation import BINDING_STATES


class MrpProductionAllocation(models.Model):
    """Keeps the allocations true when goods move or documents change."""

    _inherit = "mrp.production.allocation"

    # ------------------------------------------------------------- goods moved
    @api.model
    def _goods_moved(self, moves):
        """Settle the allocations after ``moves`` have taken goods out of stock, or into it.

        :raises UserError: when goods were taken that belong to somebody else
        """
        beyond = self._settle_moves(moves, moves.move_line_ids.lot_id)
        leaving = moves.filtered(lambda move: move._leaves_stock())
        if leaving:
            self._check_pools(leaving, beyond)

    @api.model
    def _settle_moves(self, moves, lots=()):
        """Settle the consumers of ``moves``, which have moved ``lots``."""
        consumers = {key for move in moves if (key := move._get_consumer_key())}
        if not consumers:
            return {}
        line_ids = [consumer_id for kind, consumer_id in consumers if kind == "line"]
        run_ids = [consumer_id for kind, consumer_id in consumers if kind == "run"]
        allocations = self.search(
            [
                ("product_id", "in", moves.product_id.ids),
                "|",
                ("sale_line_id", "in", line_ids),
                ("consumer_production_id", "in", run_ids),
            ]
        )
        if not allocations and not self._get_runs_of_lots(lots):
            return {}
        warehouses = (
            allocations.warehouse_id
            | moves.location_id.warehouse_id
            | moves.location_dest_id.warehouse_id
        )
        facts = self._read_consumer_facts(line_ids, run_ids, moves.product_id.ids, warehouses.ids)
        return allocations._settle(facts)

    def _settle(self, facts):
        """Bring the allocations of some consumers in line with their documents.

        What was shipped is charged to the runs that made it, what is no longer needed is
        released.

        :return: what consumers got of a pool beyond their allocations, exact, by
            (consumer, product id, warehouse id), pool
        """
        lots = {lot for entry in facts.values() for lot in entry.shipped if lot}
        shipped_lots = self.env["stock.lot"].browse(lots)
        productions = self.production_id | self._get_runs_of_lots(shipped_lots)
        lots_by_run, pool_by_run = self._get_pools(productions)
        pool_of_lot = {
            lot: ("run", pool_by_run[run]) for run, lots in lots_by_run.items() for lot in lots
        }
        groups = self.grouped(lambda a: a._get_facts_key())
        changes, beyond = {}, {}
        for key in dict.fromkeys([*facts, *groups]):
            group = groups.get(key, self.browse())
            changed, extra = self._settle_consumer(key, group, facts[key], pool_by_run, pool_of_lot)
            changes.update(changed)
            beyond.update({(key, pool): quantity for pool, quantity in extra.items()})
        self._apply_settlement(changes)
        self._record_beyond(beyond, productions, pool_by_run)
        return beyond

    @api.model
    def _settle_consumer(self, key, group, facts, pool_by_run, pool_of_lot):
        """New (quantity, taken) of one consumer's allocations, and what came from elsewhere."""
        product_pool = ("product", *key[1:])
        tracked = self.env["product.product"].browse(key[1]).tracking != "none"
        shipped = defaultdict(Fraction)
        for lot, quantity in facts.shipped.items():
            pool = pool_of_lot.get(lot) if tracked else product_pool
            if pool:
                shipped[pool] += quantity
        group = group.sorted(lambda a: a._get_due())
        holdings = [
            Holding(
                key=allocation,
                pool=allocation._get_pool(pool_by_run),
                quantity=exact(allocation.quantity),
                taken=exact(allocation.taken_qty),
                made=allocation.state != "planned",
            )
            for allocation in group
        ]
        settled, beyond = settle(holdings, shipped, facts.need)
        changes = {
            holding.key: (holding.quantity, holding.taken)
            for holding, before in zip(settled, holdings, strict=True)
            if holding != before
        }
        return changes, beyond

    def _apply_settlement(self, changes):
        """Write new (quantity, taken) by allocation; planners learn of runs that make
        more than is needed now."""
        surplus = defaultdict(list)
        for allocation, (quantity, taken) in changes.items():
            released = exact(allocation.open_qty) - (quantity - taken)
            served = max(taken - exact(allocation.taken_qty), 0)
            if allocation.state == "planned" and released > served:
                surplus[allocation.production_id].append(
                    (allocation._get_consumer().display_name, released)
                )
        self._write_quantities(changes)
        for production, entries in surplus.items():
            production._notify_planner(self.env._("No longer needed:"), entries)

    @api.model
    def _write_quantities(self, changes):
        """Write (quantity, taken) by allocation; what comes to nothing is deleted."""
        gone = self.browse()
        for allocation, (quantity, taken) in changes.items():
            if quantity <= 0:
                gone |= allocation
                continue
            values = {"quantity": float(quantity), "taken_qty": float(taken)}
            if quantity <= taken:
                values["state"] = "taken"
            # What settles the allocations keeps their sums within bounds itself.
            allocation.with_context(allocations_settled=True).write(values)
        gone.unlink()

    @api.model
    def _record_beyond(self, beyond, productions, pool_by_run):
        """Write down which runs served a consumer although it was not planned so."""
        wanted = [(key, pool, qty) for (key, pool), qty in beyond.items() if pool[0] == "run"]
        if not wanted:
            return
        room = productions._get_unallocated_quantities()
        values_list = []
        for (consumer, product_id, _warehouse), pool, quantity in wanted:
            for run in productions:
                if pool_by_run[run.id] != pool[1] or consumer == ("run", run.id):
                    continue
                part = min(quantity, max(room[run.id], Fraction(0)))
                if part <= 0:
                    continue
                room[run.id] -= part
                quantity -= part
                column = "sale_line_id" if consumer[0] == "line" else "consumer_production_id"
                values_list.append(
                    {
                        "production_id": run.id,
                        "product_id": product_id,
                        column: consumer[1],
                        "quantity": float(part),
                        "taken_qty": float(part),
                        "state": "taken",
                    }
                )
        self.with_context(allocations_settled=True).create(values_list)

    @api.model
    def _get_runs_of_lots(self, lots):
        """The runs that have made these lots."""
        if not lots:
            return self.env["mrp.production"]
        lines = self.env["stock.move.line"].search_fetch(
            [
                ("lot_id", "in", lots.ids),
                ("state", "=", "done"),
                ("move_id.production_id", "!=", False),
                ("location_id.usage", "=", "production"),
            ],
            ["move_id"],
        )
        return lines.move_id.production_id.filtered(lambda run: run.product_id in lines.product_id)

    # ------------------------------------------------------ more than there is
    @api.model
    def _check_pools(self, moves, beyond):
        """Refuse goods of others; when goods were lost, cut the claims on them."""
        allocations = self.search(
            [
                ("product_id", "in", moves.product_id.ids),
                ("state", "in", BINDING_STATES),
                ("orderpoint_id", "=", False),
            ]
        )
        if not allocations:
            return
        taking = moves.filtered(lambda move: not move._loses_goods())
        for pool, (missing, owners) in allocations._get_short_pools().items():
            takers = moves.browse(
                move.id for move in taking if owners._takes_beyond(move, pool, beyond)
            )
            if takers:
                self._raise_foreign_goods(takers, owners)
            self._cut(owners, missing, self.env._("Lost after production:"))
        self._reclaim(allocations.product_id)

    @api.model
    def _cut_blocked(self, products):
        """Give up claims on goods that quality has blocked: they are open demand again."""
        allocations = self.search(
            [
                ("product_id", "in", products.ids),
                ("state", "in", BINDING_STATES),
                ("orderpoint_id", "=", False),
            ]
        )
        for missing, owners in allocations._get_short_pools().values():
            self._cut(owners, missing, self.env._("The lot was blocked:"))

    def _takes_beyond(self, move, pool, beyond):
        """Whether ``move`` took goods of ``pool``, on which these are the claims, that were
        not made for its own consumer."""
        if move.product_id not in self.product_id:
            return False
        consumer = move._get_consumer_key()
        key = (consumer, move.product_id.id, move.location_id.warehouse_id.id)
        if (key, pool) in beyond:
            return True
        if consumer and self._has_allocations(consumer, move.product_id):
            return False
        if pool[0] == "product":
            return True
        lots_by_run, _pools = self._get_pools(self.production_id)
        made = {lot for lots in lots_by_run.values() for lot in lots}
        return not made.isdisjoint(move.move_line_ids.lot_id.ids)

    @api.model
    def _has_allocations(self, consumer, product):
        column = "sale_line_id" if consumer[0] == "line" else "consumer_production_id"
        domain = [(column, "=", consumer[1]), ("product_id", "=", product.id)]
        return bool(self.search_count(domain, limit=1))

    def _get_short_pools(self):
        """Pools on which these have claims, and more of them than there is on hand.

        :return: (exact shortfall, allocations with a claim) by pool
        """
        lots_by_run, pool_by_run = self._get_pools(self.production_id)
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        on_hand = defaultdict(Fraction)
        pool_of_lot = {
            lot: ("run", pool_by_run[run]) for run, lots in lots_by_run.items() for lot in lots
        }
        for (
            product_id,
            warehouse_id,
            lot_id,
            stock,
            _reserved,
            arriving,
        ) in self._read_stock():
            quantity = round(exact(stock) + exact(arriving), digits)
            on_hand["product", product_id, warehouse_id] += quantity
            if lot_id in pool_of_lot:
                on_hand[pool_of_lot[lot_id]] += quantity
        short = {}
        for pool, group in self.grouped(lambda a: a._get_pool(pool_by_run)).items():
            missing = sum(exact(a.open_qty) for a in group) - on_hand[pool]
            if missing > 0:
                short[pool] = (missing, group)
        return short

    @api.model
    def _raise_foreign_goods(self, moves, allocations):
        names = ", ".join(
            dict.fromkeys(
                allocation._get_consumer().display_name
                for allocation in allocations
                if allocation._get_consumer_key() not in {m._get_consumer_key() for m in moves}
            )
        )
        raise UserError(
            self.env._(
                "%(goods)s: these goods were made for %(owners)s. Take others, or re-allocate "
                "the goods first.",
                goods=", ".join(
                    moves.move_line_ids.lot_id.mapped("display_name")
                    or moves.product_id.mapped("display_name")
                ),
                owners=names,
            )
        )

    def _cut(self, allocations, missing, reason):
        """Take ``missing`` away from ``allocations``, the latest due first; tell the planner."""
        changes = {}
        lost = defaultdict(list)
        for allocation in reversed(allocations.sorted(lambda a: a._get_due())):
            given = min(exact(allocation.open_qty), missing)
            if given <= 0:
                continue
            missing -= given
            changes[allocation] = (
                exact(allocation.quantity) - given,
                exact(allocation.taken_qty),
            )
            lost[allocation.production_id].append((allocation._get_consumer().display_name, given))
        self._write_quantities(changes)
        for production, entries in lost.items():
            production._notify_planner(reason, entries)

    def _release(self, reason):
        """Give up what is outstanding; what was taken stays on record."""
        for allocations in self.grouped("production_id").values():
            total = sum(exact(allocation.open_qty) for allocation in allocations)
            if total:
                self._cut(allocations, total, reason)

    def _spread(self, column, rooms, reason):
        """Share these among the runs in ``rooms``, earliest due first.

        What has been taken stays with the run it was taken from, or by.

        :param column: the field that names the run
        :param rooms: exact quantity there is room for, by run, in order
        """
        allocations = self.sorted(lambda a: a._get_due())
        parts_list = spread([exact(a.open_qty) for a in allocations], list(rooms.values()))
        values_list = []
        for allocation, parts in zip(allocations, parts_list, strict=True):
            shares = dict(zip(rooms, parts, strict=True))
            original = allocation[column]
            for run, part in shares.items():
                if part > 0 and run != original:
                    values_list.append(
                        allocation.copy_data({"quantity": float(part), column: run.id})[0]
                    )
        for allocation, parts in zip(allocations, parts_list, strict=True):
            stays = dict(zip(rooms, parts, strict=True)).get(allocation[column], Fraction(0))
            moved = sum(parts, Fraction(0)) - stays
            lost = exact(allocation.open_qty) - moved - stays
            if moved > 0:
                taken = exact(allocation.taken_qty)
                self._write_quantities({allocation: (exact(allocation.quantity) - moved, taken)})
            if lost > 0 and allocation.exists():
                allocation._cut(allocation, lost, reason)
        self.with_context(allocations_settled=True).create(values_list)
