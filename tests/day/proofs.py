# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What there is to see in the evening. Runs inside Odoo; `judge` compares it outside."""

from collections import Counter
from decimal import Decimal

SHIPPED = ("shipped", "delivered", "done")


def where(env):
    """Where each order is: by channel and the channel's name of it."""
    return {
        f"{order.channel_id.channel_type} {order.client_order_ref}": order.production_status
        for order in env["sale.order"].search([("channel_id", "!=", False)])
    }


def levels(env):
    """What is offered now, computed anew, and what we believe to have told, by channel."""
    told = {}
    for channel in env["sales.channel"].search([]):
        rows = channel.stock_ids.filtered(lambda row: row.listing_id.push_stock)
        offered = channel._get_offered(rows)
        told[channel.channel_type] = {
            row.product_id.default_code: [offered[row.id], row.offered] for row in rows
        }
    return told


def _money(values):
    return sum((Decimal(str(value)) for value in values), Decimal(0))


def collect(env):
    """Orders, documents, money and files of the day."""
    orders = env["sale.order"].search([("channel_id", "!=", False)])
    gone = orders.filtered(lambda order: order.production_status in SHIPPED)
    invoices = gone.invoice_ids.filtered(lambda move: move.move_type == "out_invoice")
    notes = orders.channel_refund_ids.move_id | orders.rma_ids.refund_id
    wrong = [
        order.client_order_ref
        for order in gone
        if len(order.invoice_ids.filtered(lambda move: move.move_type == "out_invoice")) != 1
        or _money(
            order.invoice_ids.filtered(lambda m: m.move_type == "out_invoice").mapped(
                "amount_total"
            )
        )
        != Decimal(str(order.channel_amount_total))
    ]
    return {
        "orders": len(orders),
        "twice": len(orders)
        - len(set(orders.mapped(lambda o: (o.channel_id, o.client_order_ref)))),
        "status": Counter(orders.mapped("production_status")),
        "shipped": len(gone),
        "lots": len(gone.delivered_lot_ids),
        "invoices": Counter(invoices.mapped("state")),
        "paid": Counter(invoices.mapped("payment_state")),
        "not_invoiced": wrong,
        "invoiced": str(_money(invoices.mapped("amount_total"))),
        "credit_notes": Counter(notes.mapped("state")),
        "credited": str(_money(notes.mapped("amount_total"))),
        "tracking": {
            f"{order.channel_id.channel_type} {order.client_order_ref}": sorted(
                order.picking_ids.filtered(
                    lambda p: p.state == "done" and p.picking_type_code == "outgoing"
                ).mapped(lambda p: p.carrier_tracking_ref or "")
            )
            for order in gone
        },
        "clearing": _clearing(env),
        "payouts": _payouts(env),
        "exports": [_export(row) for row in env["datev.export"].search([])],
        "problems": _problems(env, orders),
    }


def _clearing(env):
    """Balances of the accounts on which money of the shops only passes."""
    channels = env["sales.channel"].search([])
    accounts = channels.payout_account_id
    for channel in channels:
        accounts |= channel._get_clearing_account()
    rows = env["account.move.line"]._read_group(
        [("account_id", "in", accounts.ids), ("parent_state", "=", "posted")],
        ["account_id"],
        ["debit:sum", "balance:sum", "amount_residual:sum"],
    )
    return {
        account.code: [str(_money([part])) for part in (moved, balance, residual)]
        for account, moved, balance, residual in rows
    }


def _payouts(env):
    return [
        [row.channel_id.channel_type, row.state, str(_money([row.amount_net])), len(row.line_ids)]
        for row in env["sales.channel.payout"].search([])
    ]


def _export(row):
    return {
        "state": row.state,
        "proven": row.proven,
        "entries": len(row.entry_ids),
        "findings": [f"{f.severity}: {f.message}" for f in row.finding_ids if f.severity != "info"],
    }


def _problems(env, orders):
    """What nobody has looked after."""
    jobs = env["queue.job"].search([("state", "=", "failed")])
    intents = env["sales.channel.intent"].search([("state", "=", "failed")])
    return [
        *(f"job {job.method_name}: {job.exc_message}" for job in jobs),
        *(f"{row.kind} {row.name}: {row.error}" for row in intents),
        *(f"{order.name}: {order.workflow_error}" for order in orders if order.workflow_error),
    ]
