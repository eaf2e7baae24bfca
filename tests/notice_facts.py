# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What tests of the customer mails run inside Odoo, in processes of their own."""

import json
import os
import signal
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from tests.together import until_done


def set_up(env, orders):
    """Shipped orders, each of a customer of its own, whose mails are due."""
    rules = env["sale.order.notice.rule"].search([])
    rules.filtered(lambda rule: rule.kind != "shipped").enabled = False
    rule = rules.filtered(lambda rule: rule.kind == "shipped")
    rule.write({"enabled": True, "wait_minutes": 0})
    rule.enabled_on -= timedelta(minutes=1)
    goods = env["product.product"].create({"name": "Goods", "type": "consu"})
    address = {"street": "Lindenweg 4", "zip": "79098", "city": "Freiburg"}
    country = env.ref("base.de").id
    partners = env["res.partner"].create(
        [
            {
                "name": f"Customer {number}",
                "email": f"c{number}@example.com",
                "country_id": country,
                **address,
            }
            for number in range(int(orders))
        ]
    )
    made = env["sale.order"].create(
        [
            {"partner_id": partner.id, "order_line": [(0, 0, {"product_id": goods.id})]}
            for partner in partners
        ]
    )
    made.action_confirm()
    made.picking_ids.move_ids.picked = True
    made.picking_ids._action_done()
    env.cr.commit()
    print(len(made))


@contextmanager
def mail_server(path, deadly=0):
    """A mail server that writes down what it takes; the worker dies after ``deadly`` mails."""
    from odoo.addons.base.models.ir_mail_server import IrMail_Server

    taken = []

    def send_email(server, message, *args, **kwargs):
        with Path(path).open("a", encoding="utf-8") as outbox:
            outbox.write(f"{message['To']}\n")
        taken.append(message)
        if len(taken) == deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        return message["Message-Id"]

    with (
        patch.object(IrMail_Server, "_connect__", lambda *args, **kwargs: None),
        patch.object(IrMail_Server, "send_email", send_email),
    ):
        yield


def work(env, outbox, deadly="0"):
    """Send as a worker does: again when another one was in the way."""
    with mail_server(outbox, int(deadly)):
        until_done(env, env["sale.order.notice"]._cron_send)
        env.cr.commit()
    print("done")


def an_hour_later(env):
    env.cr.execute("UPDATE sale_order_notice SET attempted_at = attempted_at - INTERVAL '1 hour'")
    env.cr.commit()
    print("done")


def collect(env):
    notices = env["sale.order.notice"].search([], order="id")
    outgoing = env["mail.mail"].search_count(
        [("is_order_notice", "=", True), ("state", "=", "outgoing")]
    )
    print(json.dumps({"states": sorted(notices.mapped("state")), "outgoing": outgoing}))
