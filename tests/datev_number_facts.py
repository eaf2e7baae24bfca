# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What the test of personal accounts assigned at once runs inside Odoo, in processes."""

import json
import time

from odoo.service.model import retrying

PARTNERS = 20
WORKERS = 2
MEETING = 190087  # advisory lock both workers hold before they begin
PATIENCE = 60.0  # seconds


def set_up(env):
    """Customers without a number; each worker gets its half, and both get the last one."""
    partners = env["res.partner"].create(
        [{"name": f"Numbered {number}"} for number in range(2 * PARTNERS + 1)]
    )
    env.cr.commit()
    print(json.dumps(partners.ids))


def assign(env, first, last):
    """Assign numbers, after the other worker has begun its transaction, too."""
    ids = set(range(int(first), int(last) + 1))
    met = False

    def work():
        nonlocal met
        env.cr.execute("SELECT pg_advisory_xact_lock_shared(%s)", (MEETING,))
        deadline = time.monotonic() + PATIENCE
        while not met and time.monotonic() < deadline:
            env.cr.execute(
                "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s",
                (MEETING,),
            )
            met = env.cr.fetchone()[0] >= WORKERS
            time.sleep(0.05)
        env["datev.personal.account"]._numbers(env.company, {"customer": ids}, create=True)

    retrying(work, env)
    print(json.dumps({"met": met}))


def finish(env, first, last):
    """The numbers of the customers, as they are kept."""
    accounts = env["datev.personal.account"].search(
        [("partner_id", "in", list(range(int(first), int(last) + 1)))], order="number"
    )
    print(json.dumps([[account.partner_id.id, account.number] for account in accounts]))
