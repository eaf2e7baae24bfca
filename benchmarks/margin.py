"""Actual margins of 1,000 and then 10,000 orders, from lots over two levels.

Orders of two lines with their deliveries, lots and invoices are copied by SQL from one that was
made by the ORM. Both runs compute all of them, a thousand at once, as the job does. The goal: the
same number of queries for each thousand, and at most twice the time an order.
"""

from typing import Any

import _common

SIZES = (1_000, 10_000)
AT_ONCE = 1_000
GROWTH = 2.0
NAME = "'MARGIN' || n"


def main(env) -> None:
    """Compute the margins of all orders at both sizes."""
    base = _make_base(env)
    done, each = 0, []
    for size in SIZES:
        _copy_orders(env, base, done, size)
        done = size
        _common.analyze(env)
        orders = env["sale.order"].search([("client_order_ref", "=like", "MARGIN%")], order="id")
        margins = env["sale.margin"]
        counts = []

        def compute(orders=orders, margins=margins, counts=counts):
            for start in range(0, len(orders), AT_ONCE):
                before = env.cr.sql_log_count
                margins._compute_orders(orders[start : start + AT_ONCE])
                counts.append(env.cr.sql_log_count - before)

        taken = _common.measure(env, compute)
        _common.show(f"{size:>7} orders: margins", taken, size)
        print(f"        queries for each thousand: {min(counts)} to {max(counts)}")
        _check(env, size)
        each.append(taken.seconds / size)
    print(f"time an order: {each[1] / each[0]:.2f} times (goal: {GROWTH})")


def _check(env, size: int) -> None:
    """The sums over orders, products and customers are the same, to the cent."""
    domain = [("order_id.client_order_ref", "=like", "MARGIN%")]
    sums = {
        field: round(sum(total for _key, total in env["sale.margin"]._read_group(
            domain, [field], ["margin:sum"])), 2)
        for field in ("order_id", "product_id", "partner_id")
    }  # fmt: skip
    if len(set(sums.values())) != 1:
        raise SystemExit(f"The sums differ: {sums}")
    print(f"        margin of {size} orders: {sums['order_id']:.2f}")


def _make_base(env) -> dict[str, Any]:
    """An order of soap from a run and of candles, delivered and invoiced."""
    unit = env.ref("uom.product_uom_unit")
    raw, bulk, soap = (
        env["product.product"].create(
            {"name": name, "is_storable": True, "tracking": "lot", "uom_id": unit.id,
             "list_price": 8, "standard_price": 1.5, "taxes_id": False}
        )
        for name in ("Oil", "Soap base", "Soap")
    )  # fmt: skip
    warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
    lot = env["stock.lot"].create({"name": "OIL-1", "product_id": raw.id})
    env["stock.quant"]._update_available_quantity(raw, warehouse.lot_stock_id, 100, lot_id=lot)
    _produce(env, bulk, raw)
    _produce(env, soap, bulk)
    country = env.ref("base.de").id
    partner = env["res.partner"].create(
        {
            "name": "Kundin",
            "street": "Weg 1",
            "zip": "10115",
            "city": "Berlin",
            "country_id": country,
        }
    )
    order = env["sale.order"].create(
        {
            "partner_id": partner.id,
            "client_order_ref": "BASE",
            "order_line": [(0, 0, {"product_id": soap.id, "product_uom_qty": n}) for n in (1, 2)],
        }
    )
    _common.ship_and_invoice(order)
    return {
        "sale_order": order.id,
        "lines": order.order_line.ids,
        "items": {line.id: line.invoice_lines.id for line in order.order_line},
        "moves": {line.id: line.move_ids.id for line in order.order_line},
        "picking": order.picking_ids.id,
    }


def _produce(env, product, ingredient) -> None:
    recipe = env["mrp.bom"].create(
        {
            "product_tmpl_id": product.product_tmpl_id.id,
            "product_qty": 10,
            "bom_line_ids": [(0, 0, {"product_id": ingredient.id, "product_qty": 10})],
        }
    )
    run = env["mrp.production"].create(
        {"product_id": product.id, "bom_id": recipe.id, "product_qty": 20}
    )
    run.action_confirm()
    run.action_assign()
    run.qty_producing = 20
    run.lot_producing_ids = env["stock.lot"].create(
        {"name": f"RUN-{product.id}", "product_id": product.id}
    )
    run._set_qty_producing()
    run.move_raw_ids.picked = True
    run.with_context(skip_consumption=True, skip_expired=True).button_mark_done()


def _copy_orders(env, base: dict[str, Any], first: int, last: int) -> None:
    """Copies of the order ``first`` to ``last``, with all that hangs on it."""
    env.flush_all()
    env.cr.execute(
        "CREATE TEMP TABLE IF NOT EXISTS copied (n integer, kind text, old integer, new integer)"
    )
    env.cr.execute("TRUNCATE copied")
    order, line = _new("sale_order", "sale_id"), _new("sale_order_line", "sale_line_id")
    picking, move = _new("stock_picking", "picking_id"), _new("stock_move", "move_id")
    moves = list(base["moves"].values())
    copies = [
        ("sale_order", [base["sale_order"]], {"name": NAME, "client_order_ref": NAME}),
        ("stock_picking", [base["picking"]], {"name": NAME, "sale_id": order}),
        ("sale_order_line", base["lines"], {"order_id": _new("sale_order", "order_id")}),
        ("stock_move", moves, {"sale_line_id": line, "picking_id": picking}),
    ]
    for table, ids, changes in copies:
        _copy(env, table, ids, changes, first, last)
    env.cr.execute("SELECT id FROM stock_move_line WHERE move_id = ANY(%s)", [moves])
    details = [row[0] for row in env.cr.fetchall()]
    _copy(env, "stock_move_line", details, {"move_id": move, "picking_id": picking}, first, last)
    _copy(env, "account_move_line", list(base["items"].values()), {}, first, last)
    for line, item in base["items"].items():
        env.cr.execute(
            """INSERT INTO sale_order_line_invoice_rel (order_line_id, invoice_line_id)
               SELECT line.new, item.new FROM copied line
                 JOIN copied item ON item.n = line.n AND item.kind = 'account_move_line'
                WHERE line.kind = 'sale_order_line' AND line.old = %s AND item.old = %s""",
            [line, item],
        )
    env.invalidate_all()


def _new(table: str, column: str) -> str:
    """The copy of what a row points to in this table."""
    return (
        "(SELECT new FROM copied made WHERE made.n = numbers.n"
        f" AND made.kind = '{table}' AND made.old = t.{column})"
    )


def _copy(env, table: str, ids: list[int], changes: dict[str, str], first: int, last: int) -> None:
    """Insert copies of rows, and note which is which."""
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
        " AND table_schema = current_schema AND is_generated = 'NEVER' AND column_name != 'id'",
        [table],
    )
    columns = [row[0] for row in env.cr.fetchall()]
    changes = {**changes, **({"access_token": "NULL"} if "access_token" in columns else {})}
    values = ", ".join(changes.get(column, f't."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    env.cr.execute(
        f"""
        INSERT INTO copied (n, kind, old, new)
        SELECT n, '{table}', t.id, nextval(pg_get_serial_sequence('{table}', 'id'))
          FROM generate_series(%s, %s) n CROSS JOIN {table} t WHERE t.id = ANY(%s);
        CREATE INDEX IF NOT EXISTS copied_index ON copied (kind, n, old);
        ANALYZE copied;
        INSERT INTO {table} (id, {names})
        SELECT numbers.new, {values} FROM copied numbers JOIN {table} t ON t.id = numbers.old
         WHERE numbers.kind = '{table}'
        """,
        [first + 1, last, ids],
    )


if __name__ == "__main__":
    _common.run(main)
