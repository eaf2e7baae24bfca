# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Random histories of goods: our answers against a walk over the move lines, line by line.

The histories are written with SQL, so that there are many of them and also such that a clerk
gets into a database only by accident: circles, lines of nothing, other companies, returns of
more than was shipped. The walk knows nothing of our queries; it follows the fields of core.
"""

import json
import os
import random
from collections import defaultdict
from decimal import Decimal

from ..tracing.genealogy import Direction
from .common import BatchCase

HISTORIES = 400 if os.environ.get("SOAK") else 20
OPERATIONS = 25
LOTS = 9
WALKS = {Direction.DOWNSTREAM: "produce_line_ids", Direction.UPSTREAM: "consume_line_ids"}


class TestGenealogyProperty(BatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.products = cls.raw | cls.bulk | cls.jar
        cls.other_company = cls.env["res.company"].create({"name": "Nachbar GmbH"})
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.company.ids})
        cls.partners = cls.env["res.partner"].create([{"name": f"P{n}"} for n in range(3)])
        cls.places = {
            "stock": cls.stock,
            "vendor": cls.env.ref("stock.stock_location_suppliers"),
            "customer": cls.env.ref("stock.stock_location_customers"),
            "production": cls.jar.property_stock_production,
            "inventory": cls.jar.property_stock_inventory,
        }
        cls.pickings = cls.env["stock.picking"].create(
            [
                {
                    "picking_type_id": cls.warehouse.out_type_id.id,
                    "partner_id": partner.id,
                    "location_id": cls.stock.id,
                    "location_dest_id": cls.places["customer"].id,
                }
                for partner in cls.partners
            ]
        )
        cls.orders = cls._create_order((cls.jar, 1)) | cls._create_order((cls.jar, 2))

    def test_random_histories(self):
        reached = shipped = circles = 0
        for seed in range(HISTORIES):
            with self.subTest(seed=seed), self.env.cr.savepoint() as savepoint:
                history = History(self, random.Random(seed))
                reached += self._check_lots(history)
                shipped += self._check_shipments(history)
                circles += self._check_steps(history)
                self._check_balances(history)
                savepoint.rollback()
                self.env.invalidate_all()
        # The histories are such that there is something to find.
        self.assertGreater(reached, HISTORIES * LOTS)
        self.assertGreater(shipped, HISTORIES)
        self.assertGreater(circles, 0)

    def _check_lots(self, history):
        count = 0
        for lot in history.lots:
            for direction, name in (
                (Direction.UPSTREAM, "upstream_lot_ids"),
                (Direction.DOWNSTREAM, "downstream_lot_ids"),
            ):
                walked = history.walk(lot, direction)
                self.assertEqual(set(lot[name]), walked)
                count += len(walked)
        return count

    def _check_shipments(self, history):
        count = 0
        for lot in history.lots:
            lines = history.shipped(history.walk(lot, Direction.DOWNSTREAM) | {lot})
            self.assertEqual(set(lot.shipment_ids), {line.picking_id for line in lines})
            # The partner of what a vendor sends straight to a customer is the vendor.
            own = [line for line in lines if line.location_id.usage != "supplier"]
            recipients = {line.picking_id.partner_id for line in own}
            self.assertEqual(set(lot.customer_ids), recipients)
            orders = {line.move_id.sale_line_id.order_id for line in lines}
            self.assertEqual(set(lot.sale_order_ids), {order for order in orders if order})
            rows = lot._get_shipment_lines()
            self.assertEqual(
                sorted(row.move_line_id for row in rows), sorted(line.id for line in lines)
            )
            self.assertEqual(
                sum(row.returned for row in rows), sum(history.returned(line) for line in lines)
            )
            count += len(lines)
        return count

    def _check_steps(self, history):
        """Every step is a link of the walk, at its shortest distance; circles are counted."""
        circles = 0
        for direction in Direction:
            steps = history.lots._get_genealogy(direction)
            for lot in history.lots:
                levels = history.levels(lot, direction)
                own = [step for step in steps if step.root_id == lot.id]
                self.assertEqual(
                    {step.lot_id for step in own if step.lot_id} - {lot.id},
                    {found.id for found in levels} - {lot.id},
                )
                for step in own:
                    parent = self.env["stock.lot"].browse(step.parent_id)
                    self.assertEqual(step.level, levels[parent] + 1)
                    far = self.env["stock.lot"].browse(step.lot_id or False)
                    self.assertEqual(
                        step.quantity, history.linked_quantity(parent, far, step, direction)
                    )
                    circles += step.lot_id == lot.id
        return circles

    def _check_balances(self, history):
        balances = history.lots._get_mass_balances()
        for lot in history.lots:
            balance = balances[lot.id]
            self.assertEqual(balance.difference, -history.unexplained[lot.id])
            self.assertEqual(balance.on_hand, history.on_hand[lot.id])
            self.assertEqual(balance.shipped, history.moved(lot, to="customer"))
            self.assertEqual(balance.customer_returns, history.moved(lot, source="customer"))
            self.assertEqual(balance.consumed, history.moved(lot, to="production"))
            self.assertEqual(
                balance.made + balance.given_back, history.moved(lot, source="production")
            )
            self.assertEqual(balance.vendor_returns, history.moved(lot, to="vendor"))
            self.assertEqual(
                balance.adjusted - balance.scrapped,
                history.moved(lot, source="inventory") - history.moved(lot, to="inventory"),
            )


class History:
    """Operations on a few lots, written into the database, and a walk over their lines."""

    def __init__(self, case, rng):
        self.case, self.env, self.rng = case, case.env, rng
        self.lots = self.env["stock.lot"].create(
            [
                {"name": f"X{number}", "product_id": rng.choice(case.products).id}
                for number in range(LOTS)
            ]
        )
        self.shipments = []
        for _number in range(OPERATIONS):
            self._operate()
        self.env.invalidate_all()
        self.lines = self.env["stock.move.line"].search([("lot_id", "in", self.lots.ids)])
        self._count_stock()

    # -------------------------------------------------------------- writing
    def _operate(self):
        kind = self.rng.choice(["run"] * 5 + ["ship"] * 3 + ["return", "unbuild", "other"])
        if kind in ("run", "unbuild"):
            used = [self._line("stock", "production") for _n in range(self.rng.randint(1, 3))]
            made = [self._line("production", "stock") for _n in range(self.rng.randint(1, 2))]
            self._insert(
                "stock_move_line_consume_rel",
                [{"consume_line_id": m, "produce_line_id": u} for u in used for m in made],
            )
        elif kind == "ship":
            self._ship()
        elif kind == "return" and self.shipments:
            move, lot = self.rng.choice(self.shipments)
            self._line("customer", "stock", lot=lot, origin_returned_move_id=move)
        else:
            ends = self.rng.choice(
                [("vendor", "stock"), ("stock", "vendor"), ("stock", "inventory")]
                + [("inventory", "stock"), ("stock", "stock"), ("vendor", "customer")]
            )
            picking = self.rng.choice(self.case.pickings)
            self._line(*ends, picking_id=picking.id)

    def _ship(self):
        lot = self.rng.choice(self.lots)
        order = self.rng.choice([*self.case.orders, None])
        self._line(
            "stock",
            "customer",
            lot=lot,
            picking_id=self.rng.choice(self.case.pickings).id,
            sale_line_id=order and order.order_line.id,
        )
        self.shipments.append((self.last_move, lot))

    def _line(self, source, destination, lot=None, picking_id=None, **values):
        """One move with one line, most of them of a lot, done and ours; return the line."""
        rng, case = self.rng, self.case
        lot = lot or (rng.choice(self.lots) if rng.random() < 0.9 else None)
        product = lot.product_id if lot else case.glass
        company = case.other_company if rng.random() < 0.08 else case.company
        common = {
            "company_id": company.id,
            "product_id": product.id,
            "location_id": case.places[source].id,
            "location_dest_id": case.places[destination].id,
            "state": rng.choice(["done"] * 9 + ["cancel"]),
            "date": f"2026-0{rng.randint(1, 9)}-01",
            "picking_id": picking_id,
            "quantity": 1,
        }
        move = {
            "product_uom": product.uom_id.id,
            "product_uom_qty": 1,
            "procure_method": "make_to_stock",
            **values,
        }
        [self.last_move] = self._insert("stock_move", [common | move])
        quantity = str(Decimal(rng.choice([0, 1, 250, rng.randint(1, 10**8)])) / 10**6)
        line = {
            "move_id": self.last_move,
            "lot_id": lot and lot.id,
            "product_uom_id": product.uom_id.id,
            "quantity_product_uom": quantity,
        }
        return self._insert("stock_move_line", [common | line])[0]

    def _insert(self, table, rows):
        """Insert rows as core would have them; ids where the table has any."""
        columns = ", ".join(rows[0])
        self.env.cr.execute(
            f"INSERT INTO {table} ({columns}) SELECT {columns}"
            f" FROM json_populate_recordset(NULL::{table}, %s) ON CONFLICT DO NOTHING"
            + ("" if table.endswith("_rel") else " RETURNING id"),
            [json.dumps(rows)],
        )
        return [] if table.endswith("_rel") else [row[0] for row in self.env.cr.fetchall()]

    def _count_stock(self):
        """Stock is what was moved, and now and then something that nobody knows of."""
        self.on_hand, self.unexplained = {}, defaultdict(Decimal)
        for lot in self.lots:
            if self.rng.random() < 0.2:
                self.unexplained[lot.id] = Decimal(self.rng.randint(-9, 9)) / 1000
            moved = self.moved(lot, to="stock") - self.moved(lot, source="stock")
            self.on_hand[lot.id] = moved + self.unexplained[lot.id]
            self._insert(
                "stock_quant",
                [
                    {
                        "product_id": lot.product_id.id,
                        "lot_id": lot.id,
                        "location_id": self.case.stock.id,
                        "company_id": self.case.company.id,
                        "quantity": str(self.on_hand[lot.id]),
                        "reserved_quantity": 0,
                        "in_date": "2026-01-01",
                    }
                ],
            )

    # -------------------------------------------------------------- walking
    def counts(self, line):
        return (
            line.state == "done"
            and line.quantity_product_uom > 0
            and line.company_id == self.case.company
        )

    def next_lines(self, lot, direction):
        """The links of core that lead away from a lot: pairs of lines."""
        for line in self.lines:
            if line.lot_id == lot and self.counts(line):
                for other in line[WALKS[direction]]:
                    if self.counts(other):
                        yield line, other

    def walk(self, lot, direction):
        return set(self.levels(lot, direction)) - {lot}

    def levels(self, lot, direction):
        levels, frontier = {lot: 0}, [lot]
        while frontier:
            current = frontier.pop(0)
            for _line, other in self.next_lines(current, direction):
                if other.lot_id and other.lot_id not in levels:
                    levels[other.lot_id] = levels[current] + 1
                    frontier.append(other.lot_id)
        return levels

    def linked_quantity(self, parent, far, step, direction):
        """What links between two lots add up to, each line once."""
        lines = {
            other
            for _line, other in self.next_lines(parent, direction)
            if other.lot_id == far and other.product_id.id == step.product_id
        }
        return sum(self.quantity(line) for line in lines)

    def quantity(self, line):
        return round(Decimal(line.quantity_product_uom), 6)

    def shipped(self, lots):
        return [
            line
            for line in self.lines
            if line.lot_id in lots
            and self.counts(line)
            and line.location_dest_id.usage == "customer"
        ]

    def returned(self, line):
        """What came back of a shipped line; each line of the history has a move of its own."""
        return sum(
            self.quantity(back)
            for back in self.lines
            if back.move_id.origin_returned_move_id == line.move_id
            and back.lot_id == line.lot_id
            and self.counts(back)
        )

    def moved(self, lot, source=None, to=None):
        places = self.case.places
        return sum(
            (
                self.quantity(line)
                for line in self.lines
                if line.lot_id == lot
                and self.counts(line)
                and (source is None or line.location_id == places[source])
                and (to is None or line.location_dest_id == places[to])
            ),
            Decimal(0),
        )
