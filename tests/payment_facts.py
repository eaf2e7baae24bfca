# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What the test of simultaneous payment runs does inside Odoo, in processes of their own."""

import json
from datetime import date, timedelta
from pathlib import Path

from tests.together import meet, until_done

CUSTOMERS = 12
AMOUNT = 10.0


def set_up(env, workers):
    """A bank; each customer with a paid invoice, whose transfer came before it, and an overdue
    one; and one invoice that as many transfers as workers want to pay."""
    bank = env["account.journal"].create({"name": "Bank", "type": "bank", "code": "TBNK"})
    env["account.move"].search([]).no_reminder = True
    customers = env["res.partner"].create(
        [
            {"name": f"Customer {number}", "email": f"c{number}@example.com"}
            for number in range(CUSTOMERS)
        ]
    )
    paid = _invoice(env, [*customers, customers[0]], date.today())
    overdue = _invoice(env, customers, date.today() - timedelta(days=10))
    env["bank.matching.rule"].search([]).active = False
    names = [*paid[:-1].mapped("name"), *[paid[-1].name] * int(workers)]
    lines = env["account.bank.statement.line"].create(
        [
            {
                "journal_id": bank.id,
                "date": date.today(),
                "amount": AMOUNT,
                "payment_ref": name,
                "partner_name": "Somebody",
            }
            for name in names
        ]
    )
    env["bank.matching.rule"].with_context(active_test=False).search([]).active = True
    env.cr.commit()
    print(json.dumps({"paid": paid.ids, "overdue": overdue.ids, "lines": lines.ids}))


def _invoice(env, customers, due):
    product = env["product.product"].create({"name": "Soap", "type": "service"})
    invoices = env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": customer.id,
                "invoice_date": due - timedelta(days=14),
                "invoice_date_due": due,
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    (0, 0, {"product_id": product.id, "price_unit": AMOUNT, "tax_ids": False})
                ],
            }
            for customer in customers
        ]
    )
    invoices.action_post()
    return invoices


def work(env, worker, workers, folder, line_ids):
    """Match and remind at the same moment as the others, as the server does it."""
    lines = env["account.bank.statement.line"].browse(int(row) for row in line_ids.split(","))
    own = lines[CUSTOMERS + int(worker)]
    refused = 0
    steps = [lambda: own._match_open_items(), lambda: lines[:CUSTOMERS]._match_open_items()]
    steps.append(lambda: env["payment.reminder"].action_send_reminders())
    for number, step in enumerate(steps):

        def run(number=number, step=step):
            lines.mapped("amount")  # from here on the transaction sees the database as it is
            meet(Path(folder), worker, int(workers), number)
            step()

        refused += until_done(env, run, 0)
    print(refused)


def collect(env, paid_ids, overdue_ids, line_ids):
    """What is booked and sent."""

    def browse(model, ids):
        return env[model].browse(int(number) for number in ids.split(","))

    paid = browse("account.move", paid_ids)
    overdue = browse("account.move", overdue_ids)
    lines = browse("account.bank.statement.line", line_ids)
    reminders = overdue.reminder_line_ids.reminder_id
    mails = env["mail.mail"].search(
        [("model", "=", "payment.reminder"), ("res_id", "in", reminders.ids)]
    )
    print(
        json.dumps(
            {
                "states": sorted(lines.mapped("match_state")),
                "open": sum(paid.mapped("amount_residual")),
                "used": sum(paid.line_ids.matched_credit_ids.mapped("amount")),
                "levels": len(overdue.reminder_line_ids.filtered("level_id")),
                "reminders": len(reminders),
                "mails": len(mails),
            }
        )
    )
