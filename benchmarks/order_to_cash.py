"""From confirmed and shipped to posted and paid: our steps beside the runner of the exchange.

Both get the same orders of a channel with the channel's payment (the other runner pays what is
open), in the same database. The goal: at most 70 queries an order in sets of 50, and a step that
costs the same however many orders lie in the database.
"""

import random

import _common

SET = 50
SMALL, LARGE = 1_000, 100_000


def main(env) -> None:
    """Invoice, post and pay a set with ours and with theirs; then among many closed orders."""
    data = _common.make_products(env)
    data.finished.invoice_policy = "delivery"
    for product in data.finished:
        env["stock.quant"]._update_available_quantity(product, data.warehouse.lot_stock_id, 10**6)
    workflow = env.ref("order_hub.workflow_shop_prepaid")
    channel = _make_channel(env, workflow)

    def shipped(count: int):
        orders = _common.make_orders(env, data, count)
        orders.write({"channel_id": channel.id, "workflow_process_id": workflow.id})
        orders.write({"channel_payment_state": "paid"})
        orders.with_context(order_checked=True).action_confirm()
        pickings = orders.picking_ids
        pickings.move_ids.picked = True
        pickings.with_context(skip_expired=True, skip_backorder=True).button_validate()
        env["sales.channel.payment"].create(
            [
                {
                    "channel_id": channel.id,
                    "order_id": order.id,
                    "external_id": f"T{order.id}",
                    "amount": order.amount_total,
                    "currency_id": order.currency_id.id,
                    "date": order.date_order,
                    "state": "done",
                }
                for order in orders
            ]
        )
        return orders

    def ours():
        for step in ("invoice", "pay"):
            env["sale.order"]._take_step(step)

    warm = shipped(2)
    ours()
    assert set(warm.invoice_ids.mapped("payment_state")) <= {"paid", "in_payment"}
    orders = shipped(SET)
    taken = _common.measure(env, ours)
    assert set(orders.invoice_ids.mapped("payment_state")) <= {"paid", "in_payment"}, orders
    _common.show(f"ours: {SET} orders invoiced, posted, paid", taken, SET)

    theirs = _measure_theirs(env, workflow, channel, shipped(SET))
    _common.show(f"sale_automatic_workflow: {SET} orders", theirs, SET)
    print(f"ratio: {theirs.seconds / taken.seconds:.1f} in time, ", end="")
    print(f"{theirs.queries / taken.queries:.1f} in queries")

    filled = 0
    for size in (SMALL, LARGE):
        _fill(env, workflow, size - filled)
        filled = size
        idle = _common.measure(env, ours)
        _common.show(f"ours: nothing due among {size} orders", idle)
        orders = shipped(SET)
        taken = _common.measure(env, ours)
        _common.show(f"ours: {SET} orders among {size}", taken, SET)


def _make_channel(env, workflow):
    journal = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", env.company.id)], limit=1
    )
    clearing = env["account.account"].create(
        {
            "name": "Clearing of the channel",
            "code": "136099",
            "account_type": "asset_current",
            "reconcile": True,
        }
    )
    journal.inbound_payment_method_line_ids.payment_account_id = clearing
    return env["sales.channel"].create(
        {
            "name": "Benchmark",
            "workflow_process_id": workflow.id,
            "payment_journal_id": journal.id,
        }
    )


def _measure_theirs(env, workflow, channel, orders):
    """The runner of the exchange on orders of a workflow of their own."""
    copied = workflow.copy({"name": "Theirs", "register_payment": True})
    copied.property_payment_journal_id = channel.payment_journal_id
    orders.workflow_process_id = copied
    orders.channel_payment_ids.state = "pending"  # is not for our steps
    runner = env["automatic.workflow.job"]
    taken = _common.measure(env, lambda: runner.run_with_workflow(copied))
    assert set(orders.invoice_ids.mapped("payment_state")) <= {"paid", "in_payment"}
    return taken


def _fill(env, workflow, count: int) -> None:
    """Closed orders of the same workflow, copied in the database."""
    env.flush_all()
    rng = random.Random(5)
    customer = rng.choice(env["res.partner"].search([("name", "like", "Customer ")]))
    template = env["sale.order"].create(
        {"partner_id": customer.id, "workflow_process_id": workflow.id}
    )
    template.write({"state": "sale", "locked": False})
    env.flush_all()
    columns = [
        field.name
        for field in env["sale.order"]._fields.values()
        if field.store
        and field.column_type
        and field.name not in ("id", "name", "access_token", "invoice_status", "production_status")
    ]
    names = ", ".join(f'"{column}"' for column in columns)
    env.cr.execute(
        f"INSERT INTO sale_order ({names}, name, invoice_status, production_status) "
        f"SELECT {names}, 'OLD' || n, 'invoiced', 'done' "
        "FROM sale_order, generate_series(1, %s) AS n WHERE id = %s",
        (count, template.id),
    )
    env.cr.execute("ANALYZE sale_order")
    env.invalidate_all()


if __name__ == "__main__":
    _common.run(main)
