"""What the end-to-end test wants to know, collected inside Odoo and told as lines of JSON."""

import json
from collections import defaultdict


def collect(env, echo) -> None:
    """Tell all orders, runs, lots, invoices and the DATEV file of the main job."""
    channel = env["sales.channel"].search([("channel_type", "=", "shopify")])
    echo(
        json.dumps(
            {
                "inbox": {entry.name: _inbox(entry) for entry in channel.order_ids},
                "runs": [_run(run) for run in channel.order_ids.sale_order_id.production_run_ids],
                "ledger": _ledger(env),
                "export": _export(env["datev.export"].search([])),
            }
        )
    )


def import_again(env, echo) -> None:
    """Import once more and tell what was written by it."""
    env.cr.execute("SELECT count(*), max(write_date)::text FROM sale_order")
    before = env.cr.fetchone()
    env["sales.channel"].search([("channel_type", "=", "shopify")]).action_import_orders()
    env.flush_all()
    env.cr.execute("SELECT count(*), max(write_date)::text FROM sale_order")
    echo(json.dumps({"before": before, "after": env.cr.fetchone()}))


def _inbox(entry) -> dict:
    order = entry.sale_order_id
    return {
        "state": entry.state,
        "total": f"{entry.amount_total:.2f}",
        "tax": f"{entry.amount_tax:.2f}",
        "order": _order(order) if order else None,
    }


def _order(order) -> dict:
    invoices = order.invoice_ids.filtered(lambda move: move.move_type == "out_invoice")
    return {
        "state": order.state,
        "status": order.production_status,
        "total": f"{order.amount_total:.2f}",
        "tax": f"{order.amount_tax:.2f}",
        "runs": order.production_run_ids.mapped("name"),
        "lots": order.delivered_lot_ids.mapped("name"),
        "invoiced": f"{sum(invoices.mapped('amount_total')):.2f}",
        "invoiced_tax": f"{sum(invoices.mapped('amount_tax')):.2f}",
        "credited": [
            [f"{move.amount_total:.2f}", f"{move.amount_tax:.2f}", move.state]
            for move in order.channel_refund_ids.move_id
        ],
        "payment": invoices.mapped("payment_state"),
    }


def _run(run) -> dict:
    moves = run.move_finished_ids.move_line_ids
    return {
        "name": run.name,
        "state": run.state,
        "product": run.product_id.default_code,
        "quantity": run.qty_produced,
        "lot": run.lot_producing_ids.mapped("name"),
        "consumed": sorted(moves.consume_line_ids.lot_id.mapped("name")),
        "orders": run.sale_order_ids.mapped("client_order_ref"),
        "allocated": sum(run.allocation_ids.mapped("quantity")),
    }


def _ledger(env) -> dict[str, str]:
    """Balance of each account; personal accounts stand for receivables and payables."""
    balances = defaultdict(float)
    for line in env["account.move.line"].search([("parent_state", "=", "posted")]):
        personal = line.account_type in ("asset_receivable", "liability_payable")
        balances["persons" if personal else line.account_id.code] += line.balance
    return {code: f"{balance:.2f}" for code, balance in balances.items() if round(balance, 2)}


def _export(exports) -> dict:
    """The exports of all months."""
    return {
        "states": sorted(set(exports.mapped("state"))),
        "errors": exports.finding_ids.filtered(lambda finding: finding.severity == "error").mapped(
            "message"
        ),
        "files": {
            attachment.name: attachment.raw.decode("cp1252")
            for attachment in exports.attachment_ids
            if "Buchungsstapel" in attachment.name
        },
    }
