"""Following a lot of an ingredient to the customers: core's report and lot form, and ours.

A lot of raw material went into 200 kettles, each of which was filled once, and 190 of the filled
lots were shipped: 400 lots and 190 shipments forward, with orders and customers. Then the same
with 540,000 move lines of history that have nothing to do with it. Beside ours stand a bare
recursive query in SQL, without rights, companies and returns, and core's report, opened line by
line as a user would. The goals: at most 5 queries, at most 3 times the bare query in both cases,
and the fields of the lot form at least 30 times faster than core's without the index on lots.
"""

import json

import _common

KETTLES = 200
SHIPPED = 190
INGREDIENTS = 7
CUSTOMERS = 20
HISTORY = 540_000
HISTORY_LOTS = 20_000
FORWARD = ("downstream_lot_ids", "shipment_ids", "sale_order_ids", "customer_ids")
FORM = ("delivery_ids", "delivery_count", "partner_ids", "sale_order_ids", "sale_order_count")
BARE = """
    WITH RECURSIVE traced(lot_id) AS (
        SELECT %s
         UNION
        SELECT made.lot_id
          FROM traced
          JOIN stock_move_line used ON used.lot_id = traced.lot_id
          JOIN stock_move_line_consume_rel link ON link.produce_line_id = used.id
          JOIN stock_move_line made ON made.id = link.consume_line_id
         WHERE made.lot_id IS NOT NULL
    )
    SELECT traced.lot_id, picking.id, picking.partner_id, sold.order_id
      FROM traced
      LEFT JOIN (stock_move_line line
                 JOIN stock_picking picking ON picking.id = line.picking_id
                 JOIN stock_move move ON move.id = line.move_id
                 JOIN stock_location destination
                   ON destination.id = line.location_dest_id AND destination.usage = 'customer'
                 LEFT JOIN sale_order_line sold ON sold.id = move.sale_line_id)
             ON line.lot_id = traced.lot_id AND line.state = 'done'
"""


def main(env, core) -> None:
    """Measure both sides, then again with history."""
    ours, theirs = Bench(env), Bench(core)
    show("without history", ours, theirs)
    for bench in (ours, theirs):
        bench.make_history()
    show(f"with {HISTORY:,} move lines of history", ours, theirs)


def show(title: str, ours: "Bench", theirs: "Bench") -> None:
    """Print one round, and check that all sides found the same."""
    print(f"\n{title}")
    bare, found = ours.measure_in_turn(
        {
            "bare recursive query": ours.run_bare,
            "ours: lots, shipments, orders, customers": ours.read_forward,
        }
    )
    if found.result != (KETTLES * 2, SHIPPED, SHIPPED, CUSTOMERS):
        raise SystemExit(f"ours has found {found.result}")
    print(f"{'':46} {found.seconds / bare.seconds:9.1f} times the bare query")
    steps = ours.measure("ours: steps with quantities, runs and dates", ours.read_steps)
    print(f"{'':46} {steps.result:9} steps")
    form = ours.measure("lot form fields, ours with index", ours.read_form)
    core_form = theirs.measure("lot form fields, core without index", theirs.read_form, 3)
    print(f"{'':46} {core_form.seconds / form.seconds:9.1f} times faster")
    report = theirs.measure("core's report, opened line by line", theirs.open_report, 1)
    lots, calls = report.result
    print(f"{'':46} {lots:9} lots in {calls} calls")
    print(f"{'':46} {report.seconds / found.seconds:9.0f} times slower than ours")


class Bench:
    """The lots of one database."""

    def __init__(self, env):
        self.env = env
        self.company = env.company
        self.warehouse = env["stock.warehouse"].search(
            [("company_id", "=", env.company.id)], limit=1
        )
        kg = env.ref("uom.product_uom_kgm")
        self.raw, self.bulk, self.jar, self.spice = env["product.product"].create(
            [
                {"name": name, "is_storable": True, "tracking": "lot", "uom_id": kg.id}
                for name in ("Raw", "Bulk", "Jar", "Spice")
            ]
        )
        self.places = {
            "stock": self.warehouse.lot_stock_id.id,
            "production": self.raw.property_stock_production.id,
            "customer": env.ref("stock.stock_location_customers").id,
        }
        self.make_chain()
        _common.analyze(env)

    # ------------------------------------------------------------------- data
    def make_chain(self):
        """The lot, the kettles, what was filled, and the deliveries."""
        self.lot = self.make_lots(self.raw, 1)
        kettles = self.make_lots(self.bulk, KETTLES)
        filled = self.make_lots(self.jar, KETTLES)
        spices = self.make_lots(self.spice, INGREDIENTS)
        for kettle, jars in zip(kettles, filled, strict=True):
            self.make_run(self.lot | spices, kettle)
            self.make_run(kettle | spices, jars)
        self.ship(filled[:SHIPPED])

    def make_lots(self, product, count):
        return self.env["stock.lot"].create(
            [
                {"name": f"{product.name}-{number}", "product_id": product.id}
                for number in range(count)
            ]
        )

    def make_run(self, used, made):
        """A run that is done, as the report wants to see it."""
        run = self.insert(
            "mrp_production",
            [
                {
                    "name": f"BENCH/{made.id}",
                    "product_id": made.product_id.id,
                    "product_qty": 1,
                    "product_uom_id": made.product_uom_id.id,
                    "picking_type_id": self.warehouse.manu_type_id.id,
                    "location_src_id": self.places["stock"],
                    "location_dest_id": self.places["stock"],
                    "company_id": self.company.id,
                    "state": "done",
                    "date_start": "2026-01-01",
                    "consumption": "flexible",
                    "qty_producing": 1,
                }
            ],
        )[0]
        lines = self.move(used, "stock", "production", raw_material_production_id=run)
        results = self.move(made, "production", "stock", production_id=run)
        self.insert(
            "stock_move_line_consume_rel",
            [
                {"consume_line_id": result, "produce_line_id": line}
                for result in results
                for line in lines
            ],
        )

    def ship(self, lots):
        customers = self.env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(CUSTOMERS)]
        )
        orders = self.env["sale.order"].create(
            [
                {
                    "partner_id": customers[number % len(customers)].id,
                    "order_line": [(0, 0, {"product_id": self.jar.id, "product_uom_qty": 1})],
                }
                for number in range(len(lots))
            ]
        )
        pickings = self.env["stock.picking"].create(
            [
                {
                    "partner_id": order.partner_id.id,
                    "picking_type_id": self.warehouse.out_type_id.id,
                    "location_id": self.places["stock"],
                    "location_dest_id": self.places["customer"],
                }
                for order in orders
            ]
        )
        self.env.flush_all()
        for lot, order, picking in zip(lots, orders, pickings, strict=True):
            self.move(
                lot,
                "stock",
                "customer",
                picking_id=picking.id,
                sale_line_id=order.order_line.id,
            )

    def move(self, lots, source, destination, picking_id=None, **values):
        """One move with a line for each lot; return the lines."""
        common = {
            "company_id": self.company.id,
            "location_id": self.places[source],
            "location_dest_id": self.places[destination],
            "picking_id": picking_id,
            "state": "done",
            "date": "2026-01-01",
            "quantity": 1,
        }
        moves = self.insert(
            "stock_move",
            [
                {
                    **common,
                    "product_id": lot.product_id.id,
                    "product_uom": lot.product_uom_id.id,
                    "product_uom_qty": 1,
                    "procure_method": "make_to_stock",
                    **values,
                }
                for lot in lots
            ],
        )
        return self.insert(
            "stock_move_line",
            [
                {
                    **common,
                    "move_id": move,
                    "product_id": lot.product_id.id,
                    "product_uom_id": lot.product_uom_id.id,
                    "lot_id": lot.id,
                    "quantity_product_uom": 1,
                    "picked": True,
                }
                for lot, move in zip(lots, moves, strict=True)
            ],
        )

    def insert(self, table, rows):
        """Insert rows by SQL and return their ids, if the table has any."""
        from odoo.tools import SQL

        columns = SQL(", ").join(map(SQL.identifier, rows[0]))
        has_id = not table.endswith("_rel")
        self.env.cr.execute(
            SQL(
                "INSERT INTO %s (%s) SELECT %s FROM json_populate_recordset(NULL::%s, %s) %s",
                SQL.identifier(table),
                columns,
                columns,
                SQL.identifier(table),
                json.dumps(rows),
                SQL("RETURNING id") if has_id else SQL(),
            )
        )
        return [row[0] for row in self.env.cr.fetchall()] if has_id else []

    def make_history(self):
        """Move lines of other lots, half of them linked as used and made."""
        product = self.env["product.product"].create(
            {"name": "Old", "is_storable": True, "tracking": "lot", "uom_id": self.raw.uom_id.id}
        )
        self.env.flush_all()
        values = {
            "company": self.company.id,
            "product": product.id,
            "uom": product.uom_id.id,
            "stock": self.places["stock"],
            "production": self.places["production"],
            "lots": HISTORY_LOTS,
            "lines": HISTORY,
        }
        for statement in HISTORY_STATEMENTS:
            self.env.cr.execute(statement, values)
        _common.analyze(self.env)

    # ---------------------------------------------------------------- measures
    def measure(self, label, call, rounds=15):
        """The median of a few rounds, after one to warm up."""
        return self.measure_in_turn({label: call}, rounds)[0]

    def measure_in_turn(self, calls, rounds=15):
        """The same for several calls, each round of them in turn: other load hits all alike."""
        if rounds > 1:
            for call in calls.values():
                _common.measure(self.env, call)
        taken = [
            [_common.measure(self.env, call) for call in calls.values()] for _round in range(rounds)
        ]
        results = []
        for label, column in zip(calls, zip(*taken, strict=True), strict=True):
            results.append(sorted(column, key=lambda one: one.seconds)[rounds // 2])
            _common.show(label, results[-1])
        return results

    def run_bare(self):
        self.env.cr.execute(BARE, [self.lot.id])
        return len(self.env.cr.fetchall())

    def read_forward(self):
        return tuple(len(self.lot[name]) for name in FORWARD)

    def read_steps(self):
        from odoo.addons.batch_mrp_orders.tracing.genealogy import Direction

        return len(self.lot._get_genealogy(Direction.DOWNSTREAM))

    def read_form(self):
        return [self.lot[name] for name in FORM]

    def open_report(self):
        """Unfold what was made of each line, as a user of the report does."""
        report = self.env["stock.traceability.report"]
        lots, todo, calls = set(), [self.lot.id], 0
        while todo:
            lot = todo.pop()
            context = {"active_id": lot, "model": "stock.lot"}
            rows = report.with_context(**context).get_lines()
            calls += 1
            for row in rows:
                if not row["is_used"]:
                    continue
                line = report.with_context(
                    active_id=row["model_id"], model="stock.move.line", lot_name=row["lot_name"]
                ).get_lines()
                calls += 1
                found = {made["lot_id"] for made in line} - lots
                lots |= found
                todo += found
        return len(lots), calls


HISTORY_STATEMENTS = (
    """
    INSERT INTO stock_lot (name, product_id, company_id)
    SELECT 'OLD-' || number, %(product)s, NULL FROM generate_series(1, %(lots)s) number
    """,
    """
    INSERT INTO stock_move (company_id, product_id, product_uom, product_uom_qty, procure_method,
                            location_id, location_dest_id, state, date, quantity)
    SELECT %(company)s, %(product)s, %(uom)s, 1, 'make_to_stock', %(stock)s, %(production)s,
           'done', now(), 1
      FROM generate_series(1, %(lines)s / 10)
    """,
    """
    INSERT INTO stock_move_line (company_id, product_id, product_uom_id, location_id,
                                 location_dest_id, state, date, quantity, quantity_product_uom,
                                 move_id, lot_id, picked)
    SELECT %(company)s, %(product)s, %(uom)s, %(stock)s, %(production)s, 'done', now(), 1, 1,
           first_move.id + number / 10, first_lot.id + number %% %(lots)s, TRUE
      FROM generate_series(0, %(lines)s - 1) number,
           (SELECT min(id) AS id FROM stock_move WHERE product_id = %(product)s) first_move,
           (SELECT min(id) AS id FROM stock_lot WHERE product_id = %(product)s) first_lot
    """,
    """
    INSERT INTO stock_move_line_consume_rel (consume_line_id, produce_line_id)
    SELECT id + 1, id FROM stock_move_line
     WHERE product_id = %(product)s AND id %% 2 = 0
       AND id < (SELECT max(id) FROM stock_move_line)
    """,
)


if __name__ == "__main__":
    _common.run_beside_core(main)
