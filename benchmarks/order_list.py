"""The list of sales orders at 100,000 orders, beside core's.

A page of 80 orders as the web client asks for it, for a salesperson who sees all orders: the
page with its count and a grouping. The goal: at most 3 queries more than core. Then what our
fields add: sorted and filtered by each of them, with the access path that the database takes.
"""

import re
from xml.etree import ElementTree

import _common

ORDERS = 100_000
PAGE = 80
OPEN = ["to_plan", "planned", "materials_reserved", "in_production", "ready", "blocked"]
# 3 of 100 orders are open; what the other columns hold follows from the number of the order.
COLUMNS = {
    "name": "'B' || number",
    "access_token": "NULL",
    "partner_id": "partners[1 + number %% array_length(partners, 1)]",
    "date_order": "now() - number * INTERVAL '10 minutes'",
    "state": "'sale'",
    "production_status": (
        "CASE WHEN number %% 100 < 3 THEN (%(open)s)[1 + number / 100 %% 6] ELSE 'done' END"
    ),
    "is_late": "number %% 500 = 1",
    "material_state": "CASE WHEN number %% 400 = 2 THEN 'short' ELSE 'available' END",
    "promise_date": "current_date - number / 144 + 14",
    "promise_state": "CASE WHEN number %% 1000 = 1 THEN 'impossible' ELSE 'promised' END",
    "promise_delay_days": "CASE WHEN number %% 500 = 1 THEN 3 ELSE 0 END",
}
FILTERS = {
    "to plan": [("production_status", "=", "to_plan")],
    "in production": [
        ("production_status", "in", ("planned", "materials_reserved", "in_production"))
    ],
    "late": [("is_late", "=", True)],
    "short of material": [("material_state", "=", "short")],
    "no date possible": [("promise_state", "=", "impossible")],
}
SORTED_BY = ("production_status", "material_state", "promise_date", "promise_delay_days")


def main(env, core) -> None:
    """Read a page on both sides, then filter and sort by our fields."""
    ours, theirs = _side(env), _side(core)
    for title in ours:
        _common.show(f"core: {title}", theirs[title])
        _common.show(f"ours: {title}", ours[title])
        print(f"ours less core: {ours[title].queries - theirs[title].queries:+} queries")
    orders = _as_salesperson(env)["sale.order"]
    for title, domain in FILTERS.items():
        _show_path(orders, f"filter: {title}", domain, None)
    for name in SORTED_BY:
        for direction in ("asc", "desc"):
            _show_path(orders, f"sorted: {name} {direction}", [], f"{name} {direction}")


def _as_salesperson(env):
    user = env["res.users"].search([("login", "=", "seller")])
    if not user:
        group = env.ref("sales_team.group_sale_salesman_all_leads")
        user = env["res.users"].create(
            {"name": "Seller", "login": "seller", "group_ids": [(4, group.id)]}
        )
    return env(user=user.id, context={})


def _side(env) -> dict[str, _common.Measure]:
    _insert(env)
    env = _as_salesperson(env)
    orders = env["sale.order"]
    specification = _get_specification(orders)

    def page():
        return orders.web_search_read([], specification, limit=PAGE, count_limit=10_001)

    def grouped():
        return orders.web_read_group([], ["state"], ["amount_total:sum"])

    calls = {f"page of {PAGE}": page, "grouped by state": grouped}
    return {title: _best_of_three(env, call) for title, call in calls.items()}


def _best_of_three(env, call) -> _common.Measure:
    """The first call fills caches that outlive it."""
    return min((_common.measure(env, call) for _n in range(3)), key=lambda taken: taken.seconds)


def _insert(env) -> None:
    """Insert the orders as copies of one with one line."""
    product = env["product.product"].create({"name": "Soap", "is_storable": True})
    partners = env["res.partner"].create([{"name": f"Customer {n}"} for n in range(50)])
    template = env["sale.order"].create(
        {"partner_id": partners[0].id, "order_line": [(0, 0, {"product_id": product.id})]}
    )
    env.flush_all()
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_schema = current_schema AND table_name = 'sale_order'"
        " AND column_name <> 'id'"
    )
    columns = [row[0] for row in env.cr.fetchall()]
    values = ", ".join(COLUMNS.get(column, f'"{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    env.cr.execute(
        f"INSERT INTO sale_order ({names}) SELECT {values} FROM sale_order"
        " CROSS JOIN generate_series(1, %(count)s) number"
        " CROSS JOIN (SELECT %(partners)s::int[] AS partners) given WHERE id = %(template)s",
        {
            "count": ORDERS,
            "partners": partners.ids,
            "template": template.id,
            "open": OPEN,
        },
    )
    _common.analyze(env)


def _get_specification(orders) -> dict[str, dict]:
    """What the web client asks for, for the list of sales orders."""
    view = orders.env.ref("sale.view_order_tree")
    arch = ElementTree.fromstring(orders.get_view(view.id, "list")["arch"])
    names = [node.get("name") for node in arch.findall("field")]
    return {
        name: {"fields": {"display_name": {}}} if orders._fields[name].relational else {}
        for name in names
    }


def _show_path(orders, title, domain, order) -> None:
    from odoo.tools import SQL

    taken = _common.measure(orders.env, lambda: orders.search(domain, order=order, limit=PAGE))
    query = orders._search(domain, order=order, limit=PAGE)
    orders.env.cr.execute(SQL("EXPLAIN %s", query.select()))
    plan = "\n".join(row[0] for row in orders.env.cr.fetchall())
    paths = re.findall(r"((?:Index|Bitmap Index|Index Only|Seq) Scan\b.*?) (?:\(|using)", plan)
    indexes = re.findall(r"(?:using|Bitmap Index Scan on) (\w+)", plan)
    path = "index " + ", ".join(dict.fromkeys(indexes)) if indexes else ", ".join(paths)
    scanned = " WHOLE TABLE" if "Seq Scan on sale_order" in plan else ""
    _common.show(title, taken)
    print(f"    {path}{scanned}")


if __name__ == "__main__":
    _common.run_beside_core(main)
