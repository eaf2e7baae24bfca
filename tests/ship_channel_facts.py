# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What the test from shop to door runs inside Odoo, in processes of its own."""

import json
import os
import signal
from datetime import datetime, timedelta
from pathlib import Path

from tests.chaos.inside import install, open_shop
from tests.together import meet, until_done

# Whose turn was before: all that is due.
TURN = datetime(2026, 1, 2)
SENDER = {"name": "Werk", "street": "Weg 3", "zip": "04229", "city": "Leipzig"}


def set_up(env, shops, dhl, ups):
    """The orders of the shops confirmed, with their goods set aside: DHL takes those of the first
    shop, UPS those of the second.
    """
    from odoo.addons.carrier_labels.tests.common import LabelMixin
    from odoo.addons.carrier_labels.tests.ups_common import UpsMixin

    install(env, "http://127.0.0.1")
    env["product.product"].search([("is_storable", "=", True)]).weight = 0.3
    germany = env.ref("base.de").id
    env.company.partner_id.write({**SENDER, "country_id": germany, "phone": "+49 341 123456"})
    made = []
    mixins = ((LabelMixin, dhl, "DHL"), (UpsMixin, ups, "UPS"))
    for shop, (mixin, url, name) in zip(json.loads(shops), mixins, strict=True):
        maker = type("Maker", (mixin,), {"env": env})
        carrier = maker.make_carrier(maker.make_account(url), name=name)
        channel = env["sales.channel"].browse(open_shop(env, **shop))
        env.cr.commit()
        failure = channel._import_orders()
        assert not failure, failure
        # What else is in the shops is not paid.
        paid = [("channel_id", "=", channel.id), ("client_order_ref", "like", "70")]
        sales = env["sale.order"].search([*paid, ("state", "=", "draft")])
        sales.action_confirm()
        pickings = sales.picking_ids
        pickings.carrier_id = carrier
        pickings.action_assign()
        made.append({"channel": channel.id, "ready": pickings.mapped("state").count("assigned")})
    print(json.dumps(made))


def _pickings(env):
    return env["stock.picking"].search([("sale_id.channel_id", "!=", False)], order="id")


def ship(env, die=""):
    """Somebody presses the button at the ship desk; then the jobs, one after the other. ``die`` is
    the job at whose end, with its labels bought and nothing committed, the worker is gone. Tells
    what became of the run, and the number on each delivery by the order's name in its shop.
    """
    from odoo.addons.order_fulfilment.models import stock_ship_run

    stock_ship_run.SHIPPED_AT_ONCE, stock_ship_run.SHIPPED_TOGETHER = 0, 5
    run = env["stock.ship.run"].search([]) or env["stock.ship.run"]._start(_pickings(env), "ship")
    env.cr.commit()
    number = 0
    while run.waiting_count:
        number += 1
        run._job_ship()
        env.flush_all()
        if die and number == int(die):
            os.kill(os.getpid(), signal.SIGKILL)
        env.cr.commit()
        run.invalidate_recordset()
    pickings = _pickings(env)
    numbers = {row.sale_id.client_order_ref: row.carrier_tracking_ref for row in pickings}
    lines = run.line_ids.mapped(lambda line: [line.state, line.reason or ""])
    print(json.dumps({"lines": lines, "numbers": numbers}))


def track(env, folder, name, workers="2", die=""):
    """The job that asks the carriers, once it is time, of several workers at the same moment. It
    tells which changes it has made. ``die`` is the set in whose midst the worker is gone.
    """
    from odoo.addons.carrier_labels.models import delivery_carrier_tracking as tracking

    tracking.RUN = 4
    if name != "second":
        _pickings(env).track_next = TURN - timedelta(days=1)
        env.cr.commit()
    seen = []
    pickings = type(env["stock.picking"])
    original = pickings._on_delivery_states

    def noted(self, changes):
        original(self, changes)
        if die and len(seen) + 1 == int(die):
            self.env.flush_all()
            os.kill(os.getpid(), signal.SIGKILL)
        seen.append([[picking.id, new] for picking, (_old, new) in changes.items()])

    pickings._on_delivery_states = noted
    meet(Path(folder), name, int(workers))
    env.cr.rollback()
    while _pickings(env).filtered(lambda row: row.track_next and row.track_next < TURN):
        env.cr.commit()
        until_done(env, env["delivery.carrier"]._cron_track)
        env.invalidate_all()
    print(json.dumps([change for some in seen for change in some]))


def look(env):
    """Where the parcels are, and what people were asked to do."""
    told = [
        {
            "order": row.sale_id.client_order_ref,
            "state": row.parcel_state,
            "delivered": bool(row.date_delivered),
            "activities": len(row.activity_ids),
        }
        for row in _pickings(env)
    ]
    print(json.dumps(told))
