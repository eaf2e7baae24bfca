# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""A shop whose goods lie in stock, and what became of its orders. Runs inside Odoo."""

import json
from collections import Counter

from tests.chaos import inside
from tests.chaos.story import SKUS

MANY = 100_000
LOST = ("psycopg2.InterfaceError", "psycopg2.OperationalError", "JobFoundDead")


def set_up(env, base, url, client_id, client_secret):
    """A channel, and goods of which there are many."""
    inside.install(env, base)
    values = {"channel_type": "shopify", "api_base": url}
    values |= {"client_id": client_id, "client_secret": client_secret}
    inside.open_shop(env, "hosts", values, {})
    place = env["sales.channel"].search([]).warehouse_id.lot_stock_id
    for product in env["product.product"].search([("default_code", "in", SKUS)]):
        env["stock.quant"]._update_available_quantity(product, place, MANY)


def collect(env):
    """Orders with all that was made of them, and whether anything is there twice."""
    orders = env["sale.order"].search([("channel_id", "!=", False)])
    jobs = env["queue.job"].search([])
    print(
        json.dumps(
            {
                "orders": len(orders),
                "names": len(set(orders.mapped("client_order_ref"))),
                "states": Counter(orders.mapped("state")),
                "deliveries": Counter(len(order.picking_ids) for order in orders),
                "invoices": Counter(len(order.invoice_ids) for order in orders),
                "invoiced": Counter(orders.invoice_ids.mapped("state")),
                "wrong": [
                    order.client_order_ref
                    for order in orders
                    if order.invoice_ids
                    and order.currency_id.compare_amounts(
                        order.amount_total, sum(order.invoice_ids.mapped("amount_total"))
                    )
                ],
                "payments": Counter(len(order.channel_payment_ids.payment_id) for order in orders),
                "jobs": Counter(jobs.mapped("state")),
                # Whose connection was cut is failed for queue_job; the scheduled actions have
                # made another job for the same work.
                "cut": sum(job.exc_name in LOST for job in jobs if job.state == "failed"),
                "failed": [
                    f"{job.exc_name}: {job.exc_message}"
                    for job in jobs
                    if job.state == "failed" and job.exc_name not in LOST
                ],
                "failures": orders.mapped("workflow_failure_ids.error"),
            }
        )
    )
