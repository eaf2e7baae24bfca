# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What tests of the job runner run inside Odoo, beside a server that does the jobs."""

import json

from tests import channel_import_facts

LONG = ("sweep", "payouts", "proof", "reconcile", "import")
SHORT = ("stock", "fulfilment", "events")
JOBS = {
    "sweep": "_job_sweep_orders",
    "payouts": "_job_import_payouts",
    "proof": "_job_prove",
    "reconcile": "_job_reconcile_stock",
    "import": "_job_import_orders",
    "stock": "_job_send_stock",
    "fulfilment": "_job_send_fulfilment",
    "events": "_job_handle_events",
}


def set_up(env, slow, quick):
    """Two shops, and no recurring work of Odoo's own that would ask them too."""
    env["ir.cron"].search([]).active = False
    channel_import_facts.set_up(env, slow)
    channel_import_facts.set_up(env, quick)


def queue(env, slow, quick):
    """Everything there is to do at the slow shop, and after it the payouts of the other one."""
    for channel_id, names in ((slow, (*SHORT, *LONG)), (quick, ("payouts",))):
        channel = env["sales.channel"].browse(int(channel_id))
        env["queue.job"].search([("channel", "like", f"%shop_{channel.id}%")]).unlink()
        for name in names:
            getattr(channel._in_background(name, name), JOBS[name])()
    env.cr.commit()


def look(env, slow, quick):
    """How far the jobs of both shops are."""
    facts = {}
    for name, channel_id in (("slow", slow), ("quick", quick)):
        channel = env["sales.channel"].browse(int(channel_id))
        jobs = env["queue.job"].search([("channel", "like", channel._get_job_channel("events"))])
        facts[name] = jobs.mapped("state")
    print(json.dumps(facts))
