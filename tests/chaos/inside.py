# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What runs inside Odoo: people at work, the clock, and what there is to see in the end."""

import os
import time
from collections import Counter

import psycopg2

from tests.channel_facts import consent

from .story import SKUS

STOCK = 400


def install(env, base):
    """Goods, a journal for the money, and an address of the server. Returns who is asked."""
    company = env.company
    params = env["ir.config_parameter"]
    params.set_param("channel_connectors.stand_in_allowed", "True")
    params.set_param("web.base.url", base)
    for sku in SKUS:
        env["product.product"].create(
            {
                "name": sku,
                "default_code": sku,
                "type": "consu",
                "is_storable": True,
                "invoice_policy": "delivery",
            }
        )
    journal = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", company.id)], limit=1
    )
    journal.inbound_payment_method_line_ids.payment_account_id = env["account.account"].create(
        {
            "name": "Clearing",
            "code": "136088",
            "account_type": "asset_current",
            "reconcile": True,
        }
    )
    return os.getpid()


def open_shop(env, name, values, tokens):
    """A channel as a consultant sets it up, with a warehouse of its own."""
    warehouse = env["stock.warehouse"].create({"name": name, "code": name[-5:]})
    journal = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", env.company.id)], limit=1
    )
    for product in env["product.product"].search([("default_code", "in", SKUS)]):
        env["stock.quant"]._update_available_quantity(product, warehouse.lot_stock_id, STOCK)
    channel = env["sales.channel"].create(
        {
            "name": name,
            "warehouse_id": warehouse.id,
            "payment_journal_id": journal.id,
            **values,
        }
    )
    if tokens:
        consent(env, channel, **tokens)
    channel.action_prepare_taxes()
    channel.action_fetch_locations()
    channel.location_ids.sorted("external_id")[:1].warehouse_ids = warehouse
    channel.write({"push_stock": True, "auto_import": True})
    if channel.has_webhooks:
        channel._subscribe()
    return channel.id


def close_shop(env, channel_id):
    """Nothing goes to or comes from it any more."""
    channel = env["sales.channel"].browse(channel_id)
    channel.write({"push_stock": False, "auto_import": False, "active": False})
    env["queue.job"].search(_jobs(channel)).with_context(
        _job_edit_sentinel=env["queue.job"].EDIT_SENTINEL
    ).write({"state": "cancelled"})


def _jobs(channel):
    return [
        ("state", "in", ("pending", "enqueued", "started", "wait_dependencies")),
        "|",
        ("channel", "like", "order_workflow"),
        ("channel", "in", [channel._get_job_channel(name) for name in ("events", "import")]),
    ]


# ------------------------------------------------------------------------ people
def find_sale(env, channel_id, name):
    return env["sale.order"].search(
        [("channel_id", "=", channel_id), ("client_order_ref", "=", name)]
    )


def ship(env, channel_id, name):
    """Ship everything that has not left yet."""
    _ship(find_sale(env, channel_id, name), lambda move: move.product_uom_qty)


def ship_part(env, channel_id, name):
    """Ship one piece of each line, the rest stays open."""
    _ship(find_sale(env, channel_id, name), lambda move: 1)


def _ship(sale, pieces):
    (picking,) = sale.picking_ids.filtered(lambda row: row.state not in ("done", "cancel"))
    for move in picking.move_ids:
        move.quantity = pieces(move)
    picking.move_ids.picked = True
    picking.carrier_tracking_ref = f"T{sale.client_order_ref}-{len(sale.picking_ids)}"
    picking.with_context(skip_backorder=True, skip_expired=True).button_validate()
    assert picking.state == "done", picking.state


def retrack(env, channel_id, name):
    """The parcel got another number."""
    picking = find_sale(env, channel_id, name).picking_ids
    picking.carrier_tracking_ref = f"{picking.carrier_tracking_ref}-new"


def credit(env, channel_id, name):
    """Credit the whole invoice and have the channel pay it back."""
    sale = find_sale(env, channel_id, name)
    (invoice,) = sale.invoice_ids
    note = invoice._reverse_moves([{"invoice_date": invoice.invoice_date}])
    note.action_post()
    note._intend_channel_refund(restock=False, notify=False, exact_amount=False)


def call_off(env, channel_id, name):
    """Cancel here; in the channel somebody does it by hand."""
    find_sale(env, channel_id, name)._action_cancel()


def complete(env, channel_id, name):
    """Enter the address the channel withholds."""
    row = find_sale(env, channel_id, name).channel_order_id
    while not row.channel_id._lock_import():
        env.cr.rollback()
        time.sleep(0.05)
    place = {"street": f"Feldweg {name}", "zip": "10115", "city": "Berlin", "country_code": "DE"}
    row._apply_completion({row: {"name": f"Kundin {name}", **place}})
    assert not row.sale_order_id.channel_address_missing


def cancel(env, channel_id, name):
    """Cancel here, and in the channel too."""
    call_off(env, channel_id, name)
    sale = find_sale(env, channel_id, name)
    sale._intend_channel_cancellation(reason="STAFF", refund=True, restock=True, notify=False)


def count(env, channel_id, sku, pieces):
    """Somebody counts stock."""
    warehouse = env["sales.channel"].browse(channel_id).warehouse_id
    product = env["product.product"].search([("default_code", "=", sku)])
    env["stock.quant"]._update_available_quantity(product, warehouse.lot_stock_id, pieces)


# -------------------------------------------------------------------- the clock
DUE = (
    "UPDATE queue_job SET eta = NULL WHERE state = 'pending' AND eta > now() AT TIME ZONE 'UTC'",
    "UPDATE queue_job SET date_enqueued = date_enqueued - interval '1 minute'"
    " WHERE state IN ('enqueued', 'started')"
    " AND date_enqueued < now() AT TIME ZONE 'UTC' - interval '1 second'"
    # Whoever still works holds the lock, and nobody touches the row of a job at work.
    # Only what is asked about is locked: a job that begins just now must get its own lock.
    " AND (id IN (SELECT queue_job_id FROM queue_job_lock WHERE queue_job_id = queue_job.id"
    "             FOR NO KEY UPDATE SKIP LOCKED)"
    "      OR (state = 'enqueued' AND id NOT IN (SELECT queue_job_id FROM queue_job_lock)))",
)
OVER = (
    "UPDATE sales_channel_intent SET next_try = NULL WHERE next_try IS NOT NULL"
    " AND state IN ('waiting', 'sending')",
    "UPDATE sales_channel_event SET received_at = received_at - interval '5 minutes'"
    " WHERE state = 'new'",
    "UPDATE sale_order_workflow_failure SET retry_at = NULL WHERE retry_at IS NOT NULL",
)


def nudge(env, statements):
    for statement in statements:
        with env.registry.cursor() as cr:
            cr.execute("SET LOCAL lock_timeout = '300ms'")
            try:
                cr.execute(statement, log_exceptions=False)
                cr.commit()
            except psycopg2.OperationalError:
                cr.rollback()


def tick(env, channel_id):
    """Time passes: pauses are over, and the scheduled jobs are due."""
    nudge(env, DUE + OVER)
    env["sales.channel"]._cron_import_orders()
    env["sales.channel"]._cron_send_outgoing()
    env["sale.order"]._cron_check_orders()
    env["automatic.workflow.job"].run()


def work(env, channel_id, rounds):
    """Time passes until there are no jobs, or a while. Returns how many there are."""
    domain = _jobs(env["sales.channel"].browse(channel_id))
    for _number in range(rounds):
        jobs = env["queue.job"].search_count(domain)
        env.cr.commit()
        if not jobs:
            break
        nudge(env, DUE)
        time.sleep(0.1)
    return jobs


def reconcile(env, channel_id):
    """A night passes."""
    env["sales.channel"]._cron_sweep_orders()
    env["sales.channel"]._cron_reconcile_stock()


# ---------------------------------------------------------------------- looking
def look(env, channel_id):
    """Where each order is, by its name in the channel."""
    rows = env["sales.channel.order"].search([("channel_id", "=", channel_id)])
    return {row.name: _where(row) for row in rows}


def _where(row):
    sale = row.sale_order_id
    invoices = sale.invoice_ids.filtered(
        lambda move: move.state == "posted" and move.move_type == "out_invoice"
    )
    open_pickings = sale.picking_ids.filtered(lambda p: p.state not in ("done", "cancel"))
    return {
        "settled": row.state in ("imported", "attention"),
        "updated_at": f"{row.updated_at:%Y-%m-%dT%H:%M:%SZ}" if row.updated_at else "",
        "confirmed": sale.state == "sale",
        "cancelled": sale.state == "cancel",
        "assigned": bool(open_pickings) and all(p.state == "assigned" for p in open_pickings),
        "shipped": sum(p.state == "done" for p in sale.picking_ids),
        "open": len(open_pickings),
        "paid": bool(invoices)
        and all(move.payment_state != "not_paid" for move in invoices)
        and any(payment.payment_id for payment in sale.channel_payment_ids),
        "credited": sum(bool(refund.move_id) for refund in sale.channel_refund_ids),
    }


def pending(env, channel_id):
    """What is under way; nothing when all is told and done."""
    channel = env["sales.channel"].browse(channel_id)
    mine = ("channel_id", "=", channel_id)
    found = {
        "jobs": env["queue.job"].search(_jobs(channel)).mapped("method_name"),
        "rows": env["sales.channel.order"].search_count([mine, ("state", "=", "new")]),
        "events": env["sales.channel.event"].search_count([mine, ("state", "=", "new")]),
        "intents": env["sales.channel.intent"]
        .search([mine, ("state", "in", ("waiting", "sending"))])
        .mapped(lambda row: f"{row.kind} {row.state} {row.error}"),
        "levels": env["sales.channel.stock"].search_count(
            [mine, "|", ("is_dirty", "=", True), ("intent_id", "!=", False)]
        ),
        "changes": env["sales.channel.stock.change"].search_count([mine]),
    }
    return {key: value for key, value in found.items() if value}


def facts(env, channel_id):
    """All that a run has to end with, without ids, numbers and moments."""
    channel = env["sales.channel"].browse(channel_id)
    sales = env["sale.order"].search([("channel_id", "=", channel_id)])
    assert len(sales) == len(set(sales.mapped("client_order_ref")))
    intents = env["sales.channel.intent"].search([("channel_id", "=", channel_id)])
    jobs = env["queue.job"].search(
        [
            ("state", "=", "failed"),
            ("channel", "like", f"shop_{channel_id}"),
            # Killed again and again: somebody else has done its work, or the rest would differ.
            ("exc_name", "!=", "JobFoundDead"),
        ]
    )
    return {
        "orders": {row.name: _order(row) for row in channel.order_ids},
        "sales": len(sales),
        "customers": len(sales.partner_id.commercial_partner_id),
        "events": sorted(
            set(
                env["sales.channel.event"].search([("channel_id", "=", channel_id)]).mapped("state")
            )
            - {"done", "ignored"}
        ),
        "stock": {
            row.product_id.default_code: [row.offered, row.present, row.problem]
            for row in channel.stock_ids
            if row.product_id.default_code in SKUS
        },
        "failed": sorted(
            f"{row.kind} {row.name}: {row.error}" for row in intents if row.state == "failed"
        ),
        "failed_jobs": dict(Counter(jobs.mapped("method_name"))),
        "listings": env["sales.channel.listing"].search_count([("channel_id", "=", channel_id)]),
    }


def _sorted(rows):
    """In an order that does not depend on who was first; some values may be missing."""
    return sorted(rows, key=str)


def _order(row):
    sale = row.sale_order_id
    return {
        "inbox": [row.state, row.reason_code, row.payment_state, row.is_cancelled],
        "amounts": [row.amount_total, row.amount_tax, row.amount_refunded],
        "sale": sale.state,
        "place": [sale.partner_shipping_id.street, sale.channel_address_missing],
        "status": sale.production_status,
        "totals": [sale.amount_total, sale.amount_tax, sale.channel_amount_total],
        "lines": _sorted(
            [
                line.product_id.default_code,
                line.product_uom_qty,
                line.qty_delivered,
                line.qty_invoiced,
                line.price_total,
                line.price_tax,
            ]
            for line in sale.order_line
        ),
        "deliveries": _sorted(
            [
                picking.carrier_tracking_ref,
                _sorted([move.product_id.default_code, move.quantity] for move in picking.move_ids),
            ]
            for picking in sale.picking_ids
            if picking.state == "done"
        ),
        "moves": _sorted(
            [move.move_type, move.state, move.payment_state, move.amount_total, move.amount_tax]
            for move in sale.invoice_ids
        ),
        "payments": _sorted(
            [payment.amount, payment.state, payment.payment_id.state]
            for payment in sale.channel_payment_ids
        ),
        "refunds": _sorted(
            [refund.amount, refund.is_settled, refund.move_id.state, refund.move_id.amount_total]
            for refund in sale.channel_refund_ids
        ),
        "messages": _sorted(
            [intent.kind, intent.state]
            for intent in sale.channel_intent_ids
            if intent.kind != "tracking"
        ),
        "failures": sale.workflow_failure_ids.mapped("error"),
    }


COMMANDS = {
    command.__name__: command
    for command in (
        *(install, open_shop, close_shop, tick, work, reconcile, look, pending, facts),
        *(ship, ship_part, retrack, complete, credit, call_off, cancel, count),
    )
}
