# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What tests of simultaneous planning run inside Odoo, in processes of their own."""

import json
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

from tests.together import meet, until

ORDERED = (7, 12, 5, 16)
IN_STOCK = 5


def set_up(env):
    """Two warehouses with orders for jars that are filled from bulk, and some jars in stock."""
    first = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
    second = env["stock.warehouse"].create({"name": "Second works", "code": "TWO"})
    unit, kilo = env.ref("uom.product_uom_unit"), env.ref("uom.product_uom_kgm")
    kettle = env["mrp.workcenter"].create({"name": "Kettle"})
    jar, bulk = env["product.product"].create(
        [
            {"name": name, "is_storable": True, "uom_id": uom.id}
            for name, uom in (("Jar", unit), ("Bulk", kilo))
        ]
    )
    part = {"product_id": bulk.id, "product_qty": 1, "product_uom_id": kilo.id}
    for product, parts in ((bulk, []), (jar, [(0, 0, part)])):
        env["mrp.bom"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "product_uom_id": product.uom_id.id,
                "bom_line_ids": parts,
                "operation_ids": [
                    (0, 0, {"name": "Work", "workcenter_id": kettle.id, "time_cycle_manual": 2})
                ],
            }
        )
    customer = env["res.partner"].create(
        {
            "name": "Customer",
            "street": "Lindenweg 4",
            "zip": "79098",
            "city": "Freiburg",
            "country_id": env.ref("base.de").id,
        }
    )
    for warehouse in (first, second):
        orders = _create_orders(env, customer, warehouse, jar, ORDERED)
        orders.action_confirm()
    # It comes after the orders: planning hands it out.
    env["stock.quant"]._update_available_quantity(jar, first.lot_stock_id, IN_STOCK)
    late = _create_orders(env, customer, first, jar, (9,))
    env.cr.commit()
    print(json.dumps({"jar": jar.id, "bulk": bulk.id, "late": late.id}))


def _create_orders(env, customer, warehouse, product, quantities):
    return env["sale.order"].create(
        [
            {
                "partner_id": customer.id,
                "warehouse_id": warehouse.id,
                "order_line": [(0, 0, {"product_id": product.id, "product_uom_qty": quantity})],
            }
            for quantity in quantities
        ]
    )


def plan(env, name="", workers="1", folder="."):
    """The nightly job, at the same moment as others."""
    env["mrp.demand"].search_count([])  # this transaction sees the database as it is now
    with _counted(env) as tries:
        meet(Path(folder), name, int(workers))
        env["mrp.plan.runs"]._cron_plan_pool()
    env.cr.commit()
    print(sum(tries.values()))


def plan_slowly(env, folder, warehouse_index):
    """The nightly job; in the middle of one warehouse it waits until it may go on."""
    lines = env.registry["mrp.plan.runs.line"]
    original, folder, waited = lines._schedule_productions, Path(folder), []

    def schedule(self):
        original(self)
        self.env.flush_all()
        warehouses = self.env["stock.warehouse"].search([], order="id")
        if not waited and self.plan_id.warehouse_id == warehouses[int(warehouse_index)]:
            waited.append(True)
            (folder / "planning").touch()
            until((folder / "go on").exists, "nobody says that it may go on")

    lines._schedule_productions = schedule
    with _counted(env) as tries:
        env["mrp.plan.runs"]._cron_plan_pool()
    env.cr.commit()
    print(max(tries.values()))


@contextmanager
def _counted(env):
    """How often each warehouse was tried; a try that came second is repeated."""
    plans, tries = env.registry["mrp.plan.runs"], Counter()
    original = plans._plan_warehouse

    def counted(self, warehouse, **values):
        tries[warehouse.id] += 1
        return original(self, warehouse, **values)

    plans._plan_warehouse = counted
    try:
        yield tries
    finally:
        plans._plan_warehouse = original


def sell(env, order_id, folder):
    """Confirm an order while runs are being planned, as a salesperson; print the seconds."""
    seller = env["res.users"].create(
        {
            "name": "Seller",
            "login": "seller",
            "group_ids": [(6, 0, env.ref("sales_team.group_sale_salesman_all_leads").ids)],
        }
    )
    env.cr.commit()
    until((Path(folder) / "planning").exists, "nobody is planning")
    started = time.monotonic()
    env["sale.order"].with_user(seller).browse(int(order_id)).action_confirm()
    env.cr.commit()
    print(time.monotonic() - started)
    (Path(folder) / "go on").touch()


def collect(env, jar, bulk):
    """How often each unit of demand is covered, and what is being made."""
    jar, bulk = int(jar), int(bulk)
    lines = env["sale.order.line"].search([("product_id", "=", jar), ("state", "=", "sale")])
    runs = env["mrp.production"].search([("state", "!=", "cancel")], order="id")
    spans = sorted(
        (str(leave.date_from), str(leave.date_to)) for leave in runs.workorder_ids.leave_id
    )
    facts = {
        "uncovered": [
            line.id
            for line in lines
            if sum(line.move_ids.mapped("quantity")) + sum(line.allocation_ids.mapped("quantity"))
            != line.product_uom_qty
        ],
        "open": env["mrp.demand"].search_count([]),
        "jars": sum(run.product_qty for run in runs if run.product_id.id == jar),
        "bulk": sum(run.product_qty for run in runs if run.product_id.id == bulk),
        "runs": len(runs),
        "supplied": sum(runs.supply_allocation_ids.mapped("quantity")),
        "scheduled": len(spans),
        "overlaps": [
            (first, second)
            for first, second in zip(spans, spans[1:], strict=False)
            if first[1] > second[0]
        ],
    }
    print(json.dumps(facts))
