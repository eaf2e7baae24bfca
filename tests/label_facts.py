# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What tests of shipping labels run inside Odoo, in processes of their own."""

import json
import os
import signal

from tests.together import meet


def set_up(env, url, count):
    """Deliveries that are ready, at the stand-in."""
    from odoo.addons.carrier_labels.tests.common import LabelMixin

    make_ready(env, LabelMixin, url, count)


def make_ready(env, mixin, url, count):
    """Deliveries with a delivery method of the carrier of a mixin."""

    class Shop(mixin):
        pass

    Shop.env = env
    address = {"name": "Werk", "street": "Weg 3", "zip": "04229", "city": "Leipzig"}
    partner = env.ref("stock.warehouse0").partner_id
    partner.write({**address, "country_id": env.ref("base.de").id})
    carrier = Shop.make_carrier(Shop.make_account(url))
    customer, goods = Shop.make_customer(), Shop.make_goods()
    made = [Shop.make_picking(carrier, customer, goods) for _number in range(int(count))]
    print(json.dumps([picking.id for picking in made]))


def _kill(*_args, **_kwargs):
    os.kill(os.getpid(), signal.SIGKILL)


def _die_at(env, step):
    """Have this process end at a step of buying a label, at whatever carrier. While it answers it
    is the stand-in that ends it.
    """
    from odoo.addons.carrier_labels.carriers.registry import PROVIDERS, client_class

    labels, carriers = type(env["carrier.label"]), type(env["delivery.carrier"])
    places = {
        "before the row": (labels, "_write_down"),
        "before storing": (labels, "_store_safely"),
        "after storing": (carriers, "_label_take"),
    }
    if step in places:
        setattr(*places[step], _kill)
    if step == "before the call":
        for client in map(client_class, PROVIDERS):
            client.buy = _kill


def validate(env, picking_id, step=""):
    """Validate as a worker does, again where another one was in the way, and end at a step."""
    from odoo.service.model import retrying

    _die_at(env, step)
    picking = env["stock.picking"].browse(int(picking_id))

    def work():
        picking.move_ids.picked = True
        picking.button_validate()
        if step == "before the commit":
            env.flush_all()
            _kill()

    retrying(work, env)
    if step == "after the commit":
        _kill()


def buy_ahead(env, ids, step=""):
    """Buy a set of labels, and end at a step."""
    _die_at(env, step)
    pickings = env["stock.picking"].browse(json.loads(ids))
    told = list(pickings.action_buy_labels().values())
    env.cr.execute(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
    )
    assert env.cr.fetchone() == (0,), "locks of what was bought are kept"
    print(json.dumps(told))


def go_on(env, ids):
    """Try each once more; what became of it."""
    from odoo.exceptions import UserError

    told = {}
    for picking in env["stock.picking"].browse(json.loads(ids)):
        if picking.state != "done":
            try:
                validate(env, picking.id)
            except UserError:
                env.cr.rollback()
        told[picking.id] = picking.carrier_tracking_ref
    _tell(env, told)


def _tell(env, told):
    env.cr.commit()
    env.invalidate_all()
    rows = env["carrier.label"].search([])
    states = {row.res_id: row.state for row in rows.sorted("id")}
    references = {row.reference: row.res_id for row in rows}
    print(json.dumps({"told": told, "states": states, "references": references}))


def decide(env, found):
    """Somebody has looked in the portal."""
    for picking, number in json.loads(found).items():
        label = env["stock.picking"].browse(int(picking)).carrier_label_ids[0]
        values = {"label_id": label.id, "found": "yes" if number else "no", "numbers": number}
        env["carrier.label.decide"].create(values).action_decide()


def reconcile(env, hours="0"):
    """Let time pass, then do what the job does."""
    env.cr.execute("UPDATE carrier_label SET moment = moment - %s * interval '1 h'", [int(hours)])
    env.cr.commit()
    env["carrier.label"]._cron_reconcile()
    _tell(env, {row.id: row.carrier_tracking_ref for row in env["stock.picking"].search([])})


def retry(env, picking_id):
    """The transaction fails after the purchase, for another has written what it writes; Odoo
    repeats it.
    """
    from odoo.service.model import retrying

    picking = env["stock.picking"].browse(int(picking_id))
    carriers = type(env["delivery.carrier"])
    original, tries = carriers._label_take, []

    def disturbed(carrier, row, label_id):
        tries.append(label_id)
        told = original(carrier, row, label_id)
        if len(tries) == 1:
            with env.registry.cursor() as cr:
                cr.execute("UPDATE res_partner SET ref = 'other' WHERE id = %s", row.partner_id.ids)
            row.partner_id.ref = "ours"
            row.partner_id.flush_recordset()
        return told

    carriers._label_take = disturbed
    picking.move_ids.picked = True
    retrying(picking.button_validate, env)
    env.cr.commit()
    print(json.dumps({"tries": len(tries), "number": picking.carrier_tracking_ref}))


def fail(env, picking_id):
    """Something else is wrong after the purchase."""
    picking = env["stock.picking"].browse(int(picking_id))
    picking.move_ids.picked = True
    picking.button_validate()
    env.cr.rollback()
    env.invalidate_all()
    print(json.dumps({"number": picking.carrier_tracking_ref}))


def together(env, ids, name, folder, ahead=""):
    """Several workers at the same deliveries at the same moment."""
    from pathlib import Path

    from psycopg2 import OperationalError

    from odoo.exceptions import UserError

    pickings = env["stock.picking"].browse(json.loads(ids))
    meet(Path(folder), name, 2)
    env.cr.rollback()
    try:
        if ahead:
            problems = [told for told in pickings.action_buy_labels().values() if told]
        else:
            problems = []
            pickings.move_ids.picked = True
            pickings.button_validate()
        env.cr.commit()
        print(json.dumps({"problems": len(problems)}))
    except (UserError, OperationalError) as error:
        env.cr.rollback()
        print(json.dumps({"problems": type(error).__name__}))


def locked(env, picking_id):
    """The transaction that waits for the label has locked the delivery, in the strongest way,
    and another delivery it has just made.
    """
    picking = env["stock.picking"].browse(int(picking_id))
    env.cr.execute("SELECT 1 FROM stock_picking WHERE id = %s FOR UPDATE", [picking.id])
    other = picking.copy()
    other.move_ids.quantity = 1
    env.flush_all()
    told = (picking | other).action_buy_labels()
    env.cr.rollback()
    env.invalidate_all()
    print(json.dumps({"problems": [text for text in told.values() if text], "gone": other.id}))
