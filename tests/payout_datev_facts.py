# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Payouts of channels, cleared and exported for the tax advisor, run inside Odoo."""

import json
from decimal import Decimal

from tests.channel_facts import consent, make_channel
from tests.channel_import_facts import set_up as set_up_import
from tests.sandbox.etsy import KEYSTRING, SHARED_SECRET


def _account(env, code, name, kind):
    account = env["account.account"].search(
        [("code", "=like", f"{code}%"), ("company_ids", "in", env.company.ids)], limit=1
    )
    values = {"name": name, "code": code, "account_type": kind}
    account = account or env["account.account"].create(values)
    account.reconcile = kind == "asset_current"
    return account


def find_tax(env, kind, **factors):
    """Taxes of the company."""
    return env["account.tax"].search(
        [("type_tax_use", "=", kind), ("company_id", "=", env.company.id)]
        + [(name, "=", value) for name, value in factors.items()]
    )


def _shopify(env, url):
    set_up_import(env, url)
    return env["sales.channel"].search([], order="id desc", limit=1)


def _etsy(env, url, access, refresh):
    for rate in (7, 19):
        env["product.product"].create(
            {
                "name": f"Goods of {rate} %",
                "default_code": f"G-0.{rate:02}",
                "type": "consu",
                "taxes_id": [(6, 0, find_tax(env, "sale", amount=rate)[:1].ids)],
            }
        )
    channel = make_channel(env, url, "etsy", KEYSTRING, SHARED_SECRET)
    consent(env, channel, token=access, lifetime=3600.0, refresh=refresh, refresh_lifetime=7.0e6)
    channel.action_prepare_taxes()
    return channel


def keep_books(env, channel, code, since):
    """Accounts and a journal for the money of a channel; what is owed of VAT on its fees is
    deducted at once.
    """
    clearing = _account(env, f"{code}7", f"Verrechnung {channel.channel_type}", "asset_current")
    transit = _account(env, f"{code}8", f"Geldtransit {channel.channel_type}", "asset_current")
    fees = _account(env, "4970", "Nebenkosten des Geldverkehrs", "expense")
    journal = env["account.journal"].create(
        {"name": channel.channel_type, "code": f"P{code}", "type": "bank"}
    )
    journal.inbound_payment_method_line_ids.payment_account_id = clearing
    journal.outbound_payment_method_line_ids.payment_account_id = clearing
    reverse_charge = find_tax(env, "purchase", amount=19).filtered(
        lambda row: -100 in row.invoice_repartition_line_ids.mapped("factor_percent")
    )
    channel.write(
        {
            "payment_journal_id": journal.id,
            "payout_account_id": transit.id,
            "fee_account_id": fees.id,
            "fee_tax_id": reverse_charge[:1].id,
            "payouts_from": since,
        }
    )
    return clearing


def _sell(channel):
    """Orders imported and invoiced, refunds credited."""
    failure = channel._import_orders()
    assert not failure, failure
    orders = channel.env["sale.order"].search(
        [("channel_id", "=", channel.id), ("state", "!=", "cancel")]
    )
    orders.order_line.product_id.invoice_policy = "order"
    orders.action_confirm()
    for order in orders:
        order._create_invoices().action_post()
    orders.action_create_channel_credit_notes()
    orders.channel_refund_ids.move_id.filtered(lambda move: move.state == "draft").action_post()
    return orders


def _pay_out(channel, clearing):
    """Payouts booked one after the other; what is left of them."""
    channel._import_payouts()
    payouts = channel.payout_ids
    for payout in payouts.sorted("date"):
        payout.action_book()
    lines = channel.env["account.move.line"].search(
        [("account_id", "=", clearing.id), ("parent_state", "=", "posted")]
    )
    return {
        "states": payouts.mapped("state"),
        "open": payouts.line_ids.filtered("reason").mapped("reason"),
        "left": f"{sum(Decimal(str(line.balance)) for line in lines):.2f}",
        "moved": sum(lines.mapped("debit")),
        "kinds": sorted(set(payouts.line_ids.mapped("kind"))),
        "tax_lines": [len(move.line_ids.filtered("tax_line_id")) for move in payouts.move_id],
    }


def run(env, since, until, shopify, etsy="", access="", refresh=""):
    """Import, invoice, pay out, book, export; print what is left and what the export says."""
    env.company.write(
        {
            "datev_consultant_number": "29098",
            "datev_client_number": "55003",
            "datev_receipts": False,
        }
    )
    channels = _shopify(env, shopify)
    if etsy:
        channels |= _etsy(env, etsy, access, refresh)
    facts = {"channels": {}}
    for code, channel in enumerate(channels, start=136):
        clearing = keep_books(env, channel, code, since)
        orders = _sell(channel)
        facts["channels"][channel.channel_type] = {
            "orders": len(orders),
            "credits": len(orders.channel_refund_ids.move_id),
            **_pay_out(channel, clearing),
        }
    export = env["datev.export"].create({"date_from": since, "date_to": until})
    export.action_export()
    facts |= {
        "export": export.state,
        "proven": export.proven,
        "findings": [f"{row.severity}: {row.message}" for row in export.finding_ids],
        "left_out": len(channels.payout_ids.move_id - export.entry_ids.move_id),
    }
    print(json.dumps(facts))
