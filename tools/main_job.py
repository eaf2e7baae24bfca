"""The main job over the demo data once: from the shop's orders to the DATEV file.

Runs inside Odoo, as the demo's administrator, through the same methods the buttons of the
web client call, and tells after each step what there is now.
"""

import calendar
from collections.abc import Callable
from datetime import date

import requests

from tests.sandbox.shopify import CLIENT_ID, CLIENT_SECRET

FOOD_VAT = 7.0
FOOD = ("HON-500", "HON-250W")
CLEARING_ACCOUNT = ("1361", "Geldtransit Shopify Payments", "asset_current")
VOUCHER_ACCOUNT = ("1705", "Verbindlichkeiten aus Gutscheinen", "liability_current")
CONSULTANT_NUMBER = 29098
CLIENT_NUMBER = 55003
FRANCS_PER_EURO = 0.94

Echo = Callable[[str], None]


def main(env, shop_url: str, echo: Echo) -> None:
    """Import, check, plan, produce, deliver, invoice and export; every step told by `echo`."""
    env = env(user=env.ref("base.user_admin"), context={"lang": "de_DE", "tz": "Europe/Berlin"})
    _set_food_tax(env)
    channel = _connect(env, shop_url)
    orders = _import_orders(channel, echo)
    _check_and_confirm(orders, echo)
    _plan(env, orders, echo)
    _produce(orders, echo)
    _ship(orders, echo)
    _invoice(env, orders, echo)
    _pay_out(env, channel, shop_url, echo)
    _export(env, echo)


def money(amount: float) -> str:
    """Format an amount of euros as Germans write it."""
    return f"{amount:,.2f} €".translate(str.maketrans(",.", ".,"))


# ------------------------------------------------------------------------- settings
def _set_food_tax(env) -> None:
    """Food is taxed at the reduced rate; which record that is depends on the chart."""
    tax = env["account.tax"].search(
        [
            *env["account.tax"]._check_company_domain(env.company),
            ("type_tax_use", "=", "sale"),
            ("amount", "=", FOOD_VAT),
            ("price_include_override", "!=", "tax_included"),
        ],
        limit=1,
    )
    env["product.product"].search([("default_code", "in", FOOD)]).taxes_id = tax


def _account(env, code: str, name: str, account_type: str):
    account = env["account.account"].search([("code", "=", code)], limit=1)
    return account or account.create(
        {"code": code, "name": name, "account_type": account_type, "reconcile": True}
    )


def _journal(env, code: str, name: str, account):
    journal = env["account.journal"].create({"name": name, "code": code, "type": "bank"})
    journal.inbound_payment_method_line_ids.payment_account_id = account
    journal.outbound_payment_method_line_ids.payment_account_id = account
    return journal


def _accept_francs(env) -> None:
    """Swiss customers are charged in francs: that takes the currency, a rate and a pricelist."""
    francs = env["res.currency"].with_context(active_test=False).search([("name", "=", "CHF")])
    francs.active = True
    if not francs.rate_ids:
        env["res.currency.rate"].create(
            {"currency_id": francs.id, "name": "2026-01-01", "rate": FRANCS_PER_EURO}
        )
    if not env["product.pricelist"].search([("currency_id", "=", francs.id)], limit=1):
        env["product.pricelist"].create({"name": "Schweiz (CHF)", "currency_id": francs.id})


def _connect(env, shop_url: str):
    """The shop as a sales channel, with its clearing and voucher accounts."""
    _accept_francs(env)
    vouchers = _account(env, *VOUCHER_ACCOUNT)
    gift_card = env.ref("batch_mrp_orders.product_gift_card")
    gift_card.property_account_income_id = vouchers
    env["ir.config_parameter"].set_param("channel_connectors.stand_in_allowed", "True")
    channel = env["sales.channel"].create(
        {
            "name": "Imkerei-Shop (Shopify)",
            "channel_type": "shopify",
            "api_base": shop_url,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "gift_card_product_id": gift_card.id,
            "payment_journal_id": _journal(
                env, "SHOP", "Shopify Payments", _account(env, *CLEARING_ACCOUNT)
            ).id,
            "gift_card_journal_id": _journal(env, "GUTS", "Gutscheine", vouchers).id,
        }
    )
    channel.action_test_connection()
    return channel


# ---------------------------------------------------------------------------- steps
def _import_orders(channel, echo: Echo):
    """All orders of the shop; the taxes they name are mapped at the first import."""
    channel.action_prepare_taxes()
    channel.action_import_orders()
    inbox = channel.order_ids.sorted("name")
    orders = inbox.sale_order_id
    total = sum(orders.mapped("amount_total"))
    echo(f"1. Import: {len(inbox)} orders from {channel.name}, {money(total)}")
    for entry in inbox:
        order = entry.sale_order_id
        if not order or order.state == "cancel":
            echo(f"   {entry.name}: {order.name or 'not imported'}, {entry.reason or 'cancelled'}")
    return orders.sorted("id")


def _check_and_confirm(orders, echo: Echo) -> None:
    """Material check, then confirmation of what is paid."""
    orders.action_check_materials()
    orders.action_process_orders()
    confirmed = orders.filtered(lambda order: order.state == "sale")
    echo(
        f"2. Order check: {len(confirmed)} orders confirmed, {_count(confirmed, 'material_state')}"
    )
    for order in orders.filtered(lambda order: order.state in ("draft", "sent")):
        echo(f"   {order.client_order_ref}: {order.name} waits for its payment")
    for order in orders.filtered("planning_block_reason"):
        echo(f"   {order.client_order_ref}: {order.name} blocked: {order.planning_block_reason}")


def _plan(env, orders, echo: Echo) -> None:
    """Few runs for the open demand of all orders; other demand is left to the planner."""
    demand = env["mrp.demand"].search([("order_id", "in", orders.ids)])
    selected = {"active_model": "mrp.demand", "active_ids": demand.ids}
    plan = env["mrp.plan.runs"].with_context(**selected).create({})
    plan.action_confirm()
    runs = plan.line_ids.production_id
    echo(f"3. Planning: {len(runs)} runs for {len(runs.sale_order_ids & orders)} orders")
    for run in runs:
        served = ", ".join(run.sale_order_ids.mapped("name"))
        echo(
            f"   {run.name}: {_quantity(run.product_qty)} {run.product_uom_id.name} "
            f"{run.product_id.name} → {served}"
        )


def _produce(orders, echo: Echo) -> None:
    """Produce as the operator does, ingredients first: reserve, weigh, lot, done."""
    echo("4. Production:")
    todo = orders.production_run_ids.sorted(lambda run: -len(run.sale_order_ids._ids))
    while todo:
        todo.action_assign()
        ready = todo.filtered(lambda run: run.reservation_state == "assigned")
        if not ready:
            raise RuntimeError(f"no materials for {', '.join(todo.mapped('name'))}")
        for run in ready:
            run.qty_producing = run.product_qty
            if run.product_tracking == "lot":
                run.action_generate_serial()
            run._set_qty_producing()
            run.with_context(skip_consumption=True).button_mark_done()
            echo(
                f"   {run.name}: {_quantity(run.qty_produced)} {run.product_uom_id.name} "
                f"{run.product_id.name}, lot {run.lot_producing_ids.name}"
            )
        todo -= ready


def _ship(orders, echo: Echo) -> None:
    pickings = orders.picking_ids.filtered(lambda picking: picking.state == "assigned")
    pickings.move_ids.picked = True
    pickings.button_validate()
    shipped = pickings.filtered(lambda picking: picking.state == "done")
    lots = shipped.move_line_ids.lot_id
    echo(
        f"5. Delivery: {len(shipped)} shipments with lots {', '.join(sorted(lots.mapped('name')))}"
    )


def _invoice(env, orders, echo: Echo) -> None:
    orders.action_process_orders()
    invoices = orders.invoice_ids.filtered(lambda move: move.state == "posted")
    echo(
        f"6. Invoices: {len(invoices)} posted, {money(sum(invoices.mapped('amount_total')))}, "
        f"{_count(invoices, 'payment_state')}"
    )
    credit_notes = orders.channel_refund_ids.move_id
    echo(
        f"   {len(credit_notes)} credit note for a refund, "
        f"{money(sum(credit_notes.mapped('amount_total')))}"
    )
    echo(f"   {_count(orders, 'production_status')}")


def _pay_out(env, channel, shop_url: str, echo: Echo) -> None:
    """The shop pays out what it has collected, and tells what that has cost."""
    requests.post(f"{shop_url}/sandbox/payout", json={}, timeout=30).raise_for_status()
    channel.action_import_payouts()
    margins = env["sale.margin"]
    margins._compute_orders(margins._get_stale_orders())
    earned = margins.search([("channel_id", "=", channel.id)])
    echo(
        f"7. Payout: {money(sum(channel.payout_ids.mapped('amount_net')))} "
        f"after {money(sum(channel.payout_ids.line_ids.mapped('fee')))} of fees; "
        f"{money(sum(earned.mapped('margin')))} are left of {money(sum(earned.mapped('revenue')))}"
    )


def _export(env, echo: Echo) -> None:
    """One DATEV file for each month in which something was posted."""
    env.company.write(
        {
            "datev_consultant_number": CONSULTANT_NUMBER,
            "datev_client_number": CLIENT_NUMBER,
        }
    )
    months = {
        move.date.replace(day=1) for move in env["account.move"].search([("state", "=", "posted")])
    }
    for first in sorted(months):
        last = date(first.year, first.month, calendar.monthrange(first.year, first.month)[1])
        export = env["datev.export"].create({"date_from": first, "date_to": last})
        export.action_check()
        export.action_export()
        echo(
            f"8. DATEV {first:%m/%Y}: {export.attachment_ids[:1].name or 'no file'}, "
            f"state {export.state}, {len(export.finding_ids)} findings"
        )


def _count(records, field: str) -> str:
    """Say how many records there are of each value of a selection field."""
    labels = dict(records._fields[field]._description_selection(records.env))
    values = records.mapped(field)
    return ", ".join(
        f"{values.count(value)} {label}" for value, label in labels.items() if value in values
    )


def _quantity(value: float) -> str:
    return f"{value:g}".replace(".", ",")
