# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What the test of workflows runs inside Odoo, in processes of its own."""

import io
import json
from collections import Counter
from contextlib import contextmanager
from unittest.mock import patch

GOOD_ADDRESS = {"street": "Lindenweg 4", "zip": "79098", "city": "Freiburg"}
# Kinds of exceptions, each on 3 of 100 orders.
EXCEPTIONS = ("address", "total", "destination", "mail", "payment")


def set_up(env, orders):
    """Paid orders of two channels: one prepaid, one whose customers get mail and invoice."""
    company = env.company
    germany = env.ref("base.de")
    stock = env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
    journal = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", company.id)], limit=1
    )
    clearing = env["account.account"].create(
        {
            "name": "Clearing",
            "code": "136088",
            "account_type": "asset_current",
            "reconcile": True,
        }
    )
    journal.inbound_payment_method_line_ids.payment_account_id = clearing
    prepaid = env["sales.channel"].create({"name": "Prepaid", "payment_journal_id": journal.id})
    bare_journal = journal.copy({"name": "Bare", "code": "BARE"})
    bare_journal.inbound_payment_method_line_ids.payment_account_id = False
    unready = env["sales.channel"].create(
        {"name": "Not set up", "payment_journal_id": bare_journal.id}
    )
    goods, restricted = env["product.product"].create(
        [
            {"name": name, "is_storable": True, "list_price": 10, "invoice_policy": "delivery"}
            for name in ("Goods", "Restricted")
        ]
    )
    restricted.restricted_country_ids = germany
    for product in (goods, restricted):
        env["stock.quant"]._update_available_quantity(product, stock.lot_stock_id, 10**6)
    on_invoice = env.ref("order_hub.workflow_shop_invoice")
    partners = {
        kind: env["res.partner"].create(
            {
                "name": f"Customer {kind}",
                "country_id": germany.id,
                "email": kind != "mail" and f"{kind}@example.com",
                **GOOD_ADDRESS,
                **({"street": "Lindenweg"} if kind == "address" else {}),
            }
        )
        for kind in ("good", *EXCEPTIONS)
    }
    values = []
    for number in range(int(orders)):
        place = number % 100
        kind = EXCEPTIONS[place // 3] if place < 3 * len(EXCEPTIONS) else "good"
        channel = unready if kind == "payment" else prepaid
        by_mail = kind == "mail" or (kind == "good" and place % 2 == 1)
        values.append(
            {
                "partner_id": partners[kind].id,
                "client_order_ref": f"{kind}-{number}",
                "warehouse_id": stock.id,
                "channel_id": not by_mail and channel.id,
                "channel_payment_state": not by_mail and "paid",
                "workflow_process_id": by_mail and on_invoice.id,
                "order_line": [
                    (
                        0,
                        0,
                        {
                            "product_id": (restricted if kind == "destination" else goods).id,
                            "product_uom_qty": 1 + number % 3,
                        },
                    )
                ],
            }
        )
    created = env["sale.order"].create(values)
    for order in created.filtered("channel_id"):
        wrong = order.client_order_ref.startswith("total")
        order.channel_amount_total = order.amount_total + (1 if wrong else 0)
    env["sales.channel.payment"].create(
        [
            {
                "channel_id": order.channel_id.id,
                "order_id": order.id,
                "external_id": f"T{order.id}",
                "amount": order.amount_total,
                "currency_id": order.currency_id.id,
                "date": order.date_order,
                "state": "done",
            }
            for order in created.filtered("channel_id")
        ]
    )
    env.cr.commit()
    print(len(created))


@contextmanager
def _plain_paper(env):
    """Every report is one empty page: the program that draws them is not what is tested."""
    from reportlab.pdfgen.canvas import Canvas

    def draw(_report, *_args, **_kwargs):
        page = io.BytesIO()
        canvas = Canvas(page)
        canvas.showPage()
        canvas.save()
        return page.getvalue()

    report = type(env["ir.actions.report"])
    with (
        patch.object(report, "get_wkhtmltopdf_state", lambda _report: "ok"),
        patch.object(report, "_run_wkhtmltopdf", draw),
    ):
        yield


def work(env):
    """Do what jobs do, until there is nothing to do; again when another one was in the way."""
    with _plain_paper(env):
        print(_work(env))


def _work(env):
    from psycopg2 import OperationalError

    from odoo.addons.order_hub.models.sale_order_workflow import WORKFLOW_STEPS

    orders = env["sale.order"]
    refused = idle = 0
    while idle < 3:
        busy = False
        for step, _label in WORKFLOW_STEPS:
            try:
                found, _done = orders._take_step(step)
                env.cr.commit()
                busy = busy or bool(found)
            except OperationalError:
                env.cr.rollback()
                env.invalidate_all()
                refused += 1
                busy = True
        idle = 0 if busy else idle + 1
        if not busy:
            env.cr.execute("SELECT pg_sleep(0.3)")
            env.cr.rollback()
    return refused


def ship(env):
    """Ship what nobody holds back."""
    orders = env["sale.order"].search(
        [("production_status", "=", "ready"), ("client_order_ref", "!=", False)]
    )
    pickings = orders.picking_ids.filtered(lambda picking: picking.state != "done")
    pickings.move_ids.picked = True
    pickings.with_context(skip_expired=True, skip_backorder=True).button_validate()
    env.cr.commit()
    print(len(pickings))


def fix(env):
    """What a person does about each kind of exception, in the list where all are seen."""
    failing = env["sale.order"].search(
        ["|", ("check_note", "!=", False), ("workflow_failure_ids", "!=", False)]
    )
    env["res.partner"].search([("name", "=", "Customer address")]).write(GOOD_ADDRESS)
    env["res.partner"].search([("name", "=", "Customer mail")]).email = "mail@example.com"
    kinds = {
        kind: failing.filtered(lambda order, k=kind: order.client_order_ref.startswith(k))
        for kind in EXCEPTIONS
    }
    for order in kinds["total"]:
        order.channel_amount_total = order.amount_total
    kinds["destination"].action_release_planning()
    channel = env["sales.channel"].search([("name", "=", "Not set up")])
    prepaid = env["sales.channel"].search([("name", "=", "Prepaid")])
    channel.payment_journal_id = prepaid.payment_journal_id
    (kinds["address"] | kinds["total"]).action_check_order()
    failing.workflow_failure_ids.retry_at = False
    env.cr.commit()
    print(json.dumps({kind: len(orders) for kind, orders in kinds.items()}))


def collect(env):
    """Where the orders are, and whether anything was made twice."""
    orders = env["sale.order"].search([("client_order_ref", "!=", False)])
    invoices = orders.invoice_ids
    print(
        json.dumps(
            {
                "states": Counter(orders.mapped("state")),
                "blocked": Counter(
                    order.client_order_ref.split("-")[0]
                    for order in orders
                    if order.production_status == "blocked"
                ),
                "failed": Counter(
                    f"{failure.order_id.client_order_ref.split('-')[0]} {failure.step}"
                    for failure in orders.workflow_failure_ids
                ),
                "invoices": Counter(len(order.invoice_ids) for order in orders),
                "posted": Counter(invoices.mapped("state")),
                "paid": Counter(
                    order.invoice_ids.payment_state
                    for order in orders
                    if order.channel_id and order.invoice_ids
                ),
                "payments": len(orders.channel_payment_ids.payment_id),
                "transactions": len(orders.channel_payment_ids),
                "invoiced": sum(round(move.amount_total * 100) for move in invoices),
                "ordered": sum(round(order.amount_total * 100) for order in orders),
                "sent": sum(1 for move in invoices if move.is_move_sent),
                "to_send": sum(1 for move in invoices if move.workflow_process_id.send_invoice),
                "confirmations": env["mail.message"].search_count(
                    [
                        ("model", "=", "sale.order"),
                        ("res_id", "in", orders.ids),
                        ("subject", "!=", False),
                    ]
                ),
                "acknowledged": len(orders.filtered("confirmation_sent_on")),
                "write_date": str(max(orders.mapped("write_date"))),
            }
        )
    )
