# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What tests of UPS's labels run inside Odoo, beside what is in ``label_facts``."""

import json

from tests.label_facts import _tell, make_ready


def set_up(env, url, count):
    """Deliveries that are ready, at the stand-in."""
    from odoo.addons.carrier_labels.tests.ups_common import UpsMixin

    make_ready(env, UpsMixin, url, count)


def later(env, minutes):
    """Let minutes pass, then do what the job does."""
    passed = "UPDATE carrier_label SET moment = moment - %s * interval '1 minute'"
    env.cr.execute(passed, [int(minutes)])
    env.cr.commit()
    env["carrier.label"]._cron_reconcile()
    _tell(env, {row.id: row.carrier_tracking_ref for row in env["stock.picking"].search([])})


def tokens(env):
    """Whether there is a token for all workers, for this one to use."""
    (account,) = env["carrier.label.account"].search([])
    account._client().find("CONNECTION-TEST", "pdf")
    env.cr.execute("SELECT count(*) FROM carrier_label_token WHERE token IS NOT NULL")
    print(json.dumps({"tokens": env.cr.fetchone()[0]}))
