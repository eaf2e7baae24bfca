# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What the test of personal accounts assigned at once runs inside Odoo, in processes."""

import json

from odoo.service.model import retrying

from tests.together import meet_at

PARTNERS = 20
WORKERS = 2
MEETING = 190087  # where both workers meet before they begin


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
    meet_at(env, MEETING, WORKERS)

    def work():
        env["datev.personal.account"]._numbers(env.company, {"customer": ids}, create=True)

    retrying(work, env)


def finish(env, first, last):
    """The numbers of the customers, as they are kept."""
    accounts = env["datev.personal.account"].search(
        [("partner_id", "in", list(range(int(first), int(last) + 1)))], order="number"
    )
    print(json.dumps([[account.partner_id.id, account.number] for account in accounts]))
