# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""A payout of a channel, cleared and exported for the tax advisor, run inside Odoo."""

import json

from tests.channel_import_facts import set_up as set_up_import


def _account(env, code, name, kind):
    account = env["account.account"].search(
        [("code", "=like", f"{code}%"), ("company_ids", "in", env.company.ids)], limit=1
    )
    values = {"name": name, "code": code, "account_type": kind}
    account = account or env["account.account"].create(values)
    account.reconcile = kind == "asset_current"
    return account


def run(env, url):
    """Import, invoice, pay out, book, export; print what is left and what the export says."""
    set_up_import(env, url)
    company = env.company
    company.write(
        {
            "datev_consultant_number": "29098",
            "datev_client_number": "55003",
            "datev_receipts": False,
        }
    )
    channel = env["sales.channel"].search([], order="id desc", limit=1)
    clearing = _account(env, "1367", "Verrechnung Shop", "asset_current")
    transit = _account(env, "1368", "Geldtransit Shop", "asset_current")
    fees = _account(env, "4970", "Nebenkosten des Geldverkehrs", "expense")
    journal = env["account.journal"].create({"name": "Shop", "code": "SHOPX", "type": "bank"})
    journal.inbound_payment_method_line_ids.payment_account_id = clearing
    journal.outbound_payment_method_line_ids.payment_account_id = clearing
    # A tax of reverse charge: what is owed is deducted at once.
    tax = (
        env["account.tax"]
        .search(
            [
                ("type_tax_use", "=", "purchase"),
                ("amount", "=", 19),
                ("company_id", "=", company.id),
            ]
        )
        .filtered(lambda row: -100 in row.invoice_repartition_line_ids.mapped("factor_percent"))[:1]
    )
    channel.write(
        {
            "payment_journal_id": journal.id,
            "payout_account_id": transit.id,
            "fee_account_id": fees.id,
            "fee_tax_id": tax.id,
        }
    )
    channel._import_orders()
    orders = env["sale.order"].search([("channel_id", "=", channel.id)])
    orders.order_line.product_id.invoice_policy = "order"
    orders.action_confirm()
    for order in orders:
        order._create_invoices().action_post()
    channel._import_payouts()
    payout = channel.payout_ids
    payout.action_book()
    export = env["datev.export"].create({"date_from": payout.date, "date_to": payout.date})
    export.action_export()
    lines = env["account.move.line"].search(
        [("account_id", "=", clearing.id), ("parent_state", "=", "posted")]
    )
    facts = {
        "orders": len(orders),
        "state": payout.state,
        "left": f"{sum(lines.mapped('balance')):.2f}",
        "tax": tax.name,
        "tax_lines": len(payout.move_id.line_ids.filtered("tax_line_id")),
        "export": export.state,
        "proven": export.proven,
        "severities": sorted(set(export.finding_ids.mapped("severity"))),
        "exported": payout.move_id in export.entry_ids.move_id,
    }
    print(json.dumps(facts))
