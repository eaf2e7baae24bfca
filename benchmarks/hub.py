"""The order hub and the search for everything, with ten times the history.

10,000 and then 100,000 orders with their lines, deliveries, lots, channel orders and invoices, made
by SQL. As many are open each day in both: what a page must not pay for is the past. The goal: the
page opens with at most 12 queries, and in at most twice the time; and so does a search. Reports are
about the past: what they show by default may grow with it, but not faster, and in as many queries.
"""

import statistics
from typing import Any

import _common

SIZES = (10_000, 100_000)
OPEN = 1_000
TIMES = 7
GROWTH = 2.0
# What the report screens ask for when they open: model, action, what is grouped and summed.
REPORTS = {
    "lead times": (
        "sale.order.stage.report",
        [
            ("left_on", "!=", False),
            ("stage", "!=", "quotation"),
            ("entered_on", ">=", "-12w"),
        ],
        ["left_on:week", "stage"],
        ["days:avg", "__count"],
    ),
    "where orders wait": (
        "sale.order.stage.report",
        [("left_on", "=", False)],
        ["stage"],
        ["days:avg", "days_total:sum", "__count"],
    ),
    "on-time rate": (
        "sale.order.delivery.report",
        [("shipped_on", ">=", "-12w")],
        ["shipped_on:week"],
        ["punctual:avg", "__count"],
    ),
    "best sellers": (
        "sale.report",
        [("state", "=", "sale"), ("date", ">=", "-12w")],
        ["product_id"],
        ["product_uom_qty:sum", "price_subtotal:sum"],
    ),
}
SPECIFICATION: dict[str, Any] = {
    **{
        name: {}
        for name in (
            "name",
            "code",
            "count",
            "urgent_count",
            "urgent_label",
            "amount",
            "level",
            "note",
        )
    },
    "currency_id": {"fields": {}},
}
TERMS = {
    "customer": "Kundin 000417 ",
    "order": "HUB0000417",
    "channel's number": "#C0000417",
    "tracking": "0034000417",
    "lot": "HUBLOT-0000417",
    "invoice": "HUB/2026/0000417",
    "nothing": "no such thing",
}


def main(env) -> None:
    """Open the page and search at both sizes."""
    base = _make_base(env)
    pages, searches, reports = [], [], []
    done = 0
    for size in SIZES:
        _insert(env, base, done, size)
        done = size
        taken = _median(env, lambda: _open_page(env))
        _common.show(f"{size:>7} orders: hub page", taken)
        pages.append(taken.seconds)
        times = {}
        for title, term in TERMS.items():
            found = _median(env, lambda term=term: _find(env, term))
            _common.show(f"{size:>7} orders: search {title}, {found.result} found", found)
            times[title] = found.seconds
        searches.append(times)
        reports.append(_open_reports(env, size))
    print(f"hub page: {pages[1] / pages[0]:.2f} times (goal: {GROWTH})")
    for title in TERMS:
        print(f"search {title}: {searches[1][title] / searches[0][title]:.2f} times")
    for title in REPORTS:
        print(f"report {title}: {reports[1][title] / reports[0][title]:.2f} times (data: 10)")


def _open_reports(env, size):
    times = {}
    for title, (model, *asked) in REPORTS.items():
        taken = _median(
            env,
            lambda model=model, asked=asked: len(env[model].formatted_read_group(*asked)),
        )
        _common.show(f"{size:>7} orders: {title}, {taken.result} groups", taken)
        times[title] = taken.seconds
    return times


def _open_page(env):
    cards = env["order.hub.card"]
    return cards.web_read_group(
        [], ["area"], auto_unfold=True, unfold_read_specification=SPECIFICATION
    )["length"]


def _find(env, term):
    return len(env["sale.order"].search([("hub_search", "ilike", term)], limit=80))


def _median(env, call) -> _common.Measure:
    call()
    taken = [_common.measure(env, call) for _n in range(TIMES)]
    seconds = statistics.median(measure.seconds for measure in taken)
    return _common.Measure(seconds, taken[-1].queries, taken[-1].result)


def _make_base(env) -> dict[str, Any]:
    """One of each, by the ORM: what the rows made by SQL are copies of."""
    env.cr.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    product = env["product.product"].create(
        {"name": "Soap", "is_storable": True, "list_price": 8, "tracking": "lot"}
    )
    partner = env["res.partner"].create({"name": "Kundin"})
    order = env["sale.order"].create(
        {
            "partner_id": partner.id,
            "order_line": [(0, 0, {"product_id": product.id, "product_uom_qty": 2})],
        }
    )
    lot = env["stock.lot"].create({"name": "HUBLOT", "product_id": product.id})
    env["stock.quant"]._update_available_quantity(
        product, order.warehouse_id.lot_stock_id, 2, lot_id=lot
    )
    invoice = _common.ship_and_invoice(order)
    channel = env["sales.channel"].create({"name": "Bench"})
    row = env["sales.channel.order"].create(
        {
            "channel_id": channel.id,
            "external_id": "bench",
            "name": "#C",
            "state": "imported",
            "sale_order_id": order.id,
        }
    )
    item = invoice.invoice_line_ids[:1]
    _make_indexes(env)
    return {
        "res_partner": partner.id,
        "sale_order": order.id,
        "sale_order_line": order.order_line.id,
        "stock_picking": order.picking_ids.id,
        "stock_move": order.picking_ids.move_ids.id,
        "stock_lot": lot.id,
        "stock_move_line": order.picking_ids.move_line_ids.id,
        "account_move": invoice.id,
        "account_move_line": item.id,
        "sales_channel_order": row.id,
        "sale_order_stage_log": _get_stay(env, order),
    }


def _get_stay(env, order):
    env.flush_all()
    return env["sale.order.stage.log"].search([("order_id", "=", order.id)], limit=1).id


def _make_indexes(env) -> None:
    """The indexes that a database with pg_trgm has had since its installation."""
    from odoo.tools import sql

    env.registry.has_trigram = True
    names = {
        "sale.order": ("name", "client_order_ref"),
        "account.move": ("name",),
        "stock.lot": ("name",),
        "stock.picking": ("carrier_tracking_ref",),
        "sales.channel.order": ("name",),
    }
    for model, columns in names.items():
        table = env[model]._table
        for column in columns:
            index = sql.make_index_name(table, column)
            env.cr.execute(
                f'CREATE INDEX IF NOT EXISTS "{index}" ON "{table}"'
                f' USING gin ("{column}" gin_trgm_ops)'
            )
    env.cr.execute(
        'CREATE INDEX IF NOT EXISTS "res_partner_hub_name" ON res_partner'
        ' USING gin ("complete_name" gin_trgm_ops)'
    )


# What differs from row to row; `n` is the number of the order, `b` the row that is copied.
AGE = "(now() AT TIME ZONE 'UTC') - n * INTERVAL '5 minutes' - INTERVAL '1 day'"
STATUS = (
    "CASE WHEN n %% %(every)s = 0 THEN"
    " (ARRAY['to_plan','planned','in_production','ready','blocked'])[1 + n / %(every)s %% 5]"
    " ELSE 'done' END"
)
ROWS = {
    "res_partner": {
        "name": "'Kundin ' || LPAD(n::text, 6, '0') || ' Bench'",
        "complete_name": "'Kundin ' || LPAD(n::text, 6, '0') || ' Bench'",
        "commercial_partner_id": "%(ids)s + n",
    },
    "sale_order": {
        "name": "'HUB' || LPAD(n::text, 7, '0')",
        "client_order_ref": "'#C' || LPAD(n::text, 7, '0')",
        "access_token": "NULL",
        "partner_id": "%(first_res_partner)s + n",
        "partner_invoice_id": "%(first_res_partner)s + n",
        "partner_shipping_id": "%(first_res_partner)s + n",
        "date_order": AGE,
        "production_status": STATUS,
        "is_late": "n %% (%(every)s * 7) = 0",
        "ship_by_date": "current_date - n / 288 + 3",
        "material_state": "CASE WHEN n %% (%(every)s * 3) = 0 THEN 'short' ELSE 'available' END",
    },
    "sale_order_line": {"order_id": "%(first_sale_order)s + n"},
    "stock_picking": {
        "name": "'HUB/OUT/' || n",
        "sale_id": "%(first_sale_order)s + n",
        "carrier_tracking_ref": "'0034' || LPAD(n::text, 6, '0')",
        "date_done": AGE,
        "state": "CASE WHEN n %% %(every)s = 0 THEN 'assigned' ELSE 'done' END",
        "scheduled_date": AGE,
    },
    "stock_move": {
        "picking_id": "%(first_stock_picking)s + n",
        "sale_line_id": "%(first_sale_order_line)s + n",
        "state": "CASE WHEN n %% %(every)s = 0 THEN 'assigned' ELSE 'done' END",
    },
    "stock_lot": {"name": "'HUBLOT-' || LPAD(n::text, 7, '0')"},
    "stock_move_line": {
        "picking_id": "%(first_stock_picking)s + n",
        "move_id": "%(first_stock_move)s + n",
        "lot_id": "%(first_stock_lot)s + n",
    },
    "account_move": {
        "name": "'HUB/2026/' || LPAD(n::text, 7, '0')",
        "sequence_number": "n + 1000",
        "partner_id": "%(first_res_partner)s + n",
        "commercial_partner_id": "%(first_res_partner)s + n",
        "payment_state": "CASE WHEN n %% %(every)s = 0 THEN 'not_paid' ELSE 'paid' END",
        "invoice_date_due": "current_date - n / 288 + 14",
        "access_token": "NULL",
    },
    "account_move_line": {"move_id": "%(first_account_move)s + n"},
    "sales_channel_order": {
        "external_id": "'bench' || n",
        "name": "'#C' || LPAD(n::text, 7, '0')",
        "state": "CASE WHEN n %% (%(every)s * 20) = 0 THEN 'attention' ELSE 'imported' END",
        "sale_order_id": "%(first_sale_order)s + n",
    },
    # A stay an order; of what is open it goes on.
    "sale_order_stage_log": {
        "order_id": "%(first_sale_order)s + n",
        "stage": f"CASE WHEN n %% %(every)s = 0 THEN {STATUS} ELSE 'ready' END",
        "entered_on": AGE,
        "left_on": f"CASE WHEN n %% %(every)s = 0 THEN NULL ELSE {AGE} + INTERVAL '1 day' END",
    },
}


def _insert(env, base: dict[str, int], done: int, size: int) -> None:
    """Copy each row for the numbers after ``done``; the number of open orders stays the same."""
    env.flush_all()
    values: dict[str, Any] = {"done": done, "size": size, "every": size // OPEN}
    if done:
        _close(env)
    for table, columns in ROWS.items():
        env.cr.execute(f"SELECT COALESCE(MAX(id), 0) FROM {table}")
        # Numbers go on where the last ones ended, and so do the ids.
        values["ids"] = values[f"first_{table}"] = env.cr.fetchone()[0] - done
        env.cr.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
            " AND table_schema = current_schema AND is_generated = 'NEVER'",
            [table],
        )
        names = [row[0] for row in env.cr.fetchall()]
        own = {"id": "%(ids)s + n", **columns}
        picked = ", ".join(own.get(name, f'b."{name}"') for name in names)
        listed = ", ".join(f'"{name}"' for name in names)
        env.cr.execute(
            f"INSERT INTO {table} ({listed}) SELECT {picked} FROM {table} b"
            " CROSS JOIN GENERATE_SERIES(%(done)s + 1, %(size)s) n WHERE b.id = %(base)s",
            {**values, "base": base[table]},
        )
        # Without figures about what is new, the next join is planned as if it were nothing.
        env.cr.execute("ANALYZE")
    env.cr.execute(
        "INSERT INTO sale_order_line_invoice_rel (invoice_line_id, order_line_id)"
        " SELECT %(first_account_move_line)s + n, %(first_sale_order_line)s + n"
        " FROM GENERATE_SERIES(%(done)s + 1, %(size)s) n",
        values,
    )
    env.cr.execute("ANALYZE")
    env.invalidate_all()


def _close(env) -> None:
    """What was open at the smaller size is done by now."""
    for statement in (
        "UPDATE sale_order SET production_status = 'done', is_late = FALSE WHERE name LIKE 'HUB%'",
        "UPDATE stock_picking SET state = 'done' WHERE name LIKE 'HUB/OUT/%'",
        "UPDATE stock_move SET state = 'done' WHERE picking_id IN"
        " (SELECT id FROM stock_picking WHERE name LIKE 'HUB/OUT/%')",
        "UPDATE account_move SET payment_state = 'paid' WHERE name LIKE 'HUB/2026/%'",
        "UPDATE sales_channel_order SET state = 'imported' WHERE name LIKE '#C%'",
        "UPDATE sale_order_stage_log SET left_on = entered_on + INTERVAL '1 day'"
        " WHERE left_on IS NULL",
        "ANALYZE",
    ):
        env.cr.execute(statement)


if __name__ == "__main__":
    _common.run(main)
