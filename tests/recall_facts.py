# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What the test of recalling while somebody ships runs inside Odoo, in processes."""

import json
import time

from tests.together import hold, wait_for_holder

SHIPPING = 190043  # advisory lock held while the picker is in the middle of a shipment
BLOCKING = 190044  # ... while quality is in the middle of a block
HELD = 4.0  # seconds in the middle


def set_up(env):
    """Two picked deliveries of one lot, and one that waits for it."""
    unit = env.ref("uom.product_uom_unit")
    jar = env["product.product"].create(
        {"name": "Jar", "is_storable": True, "tracking": "lot", "uom_id": unit.id}
    )
    lot = env["stock.lot"].create({"name": "J-1", "product_id": jar.id})
    warehouse = env["stock.warehouse"].search([], limit=1)
    env["stock.quant"]._update_available_quantity(jar, warehouse.lot_stock_id, 100, lot_id=lot)
    partners = env["res.partner"].create(
        [
            {
                "name": f"Customer {number}",
                "street": "Lindenweg 4",
                "zip": "79098",
                "city": "Freiburg",
                "country_id": env.ref("base.de").id,
            }
            for number in range(3)
        ]
    )
    orders = env["sale.order"].create(
        [
            {
                "partner_id": partner.id,
                "order_line": [(0, 0, {"product_id": jar.id, "product_uom_qty": 5})],
            }
            for partner in partners
        ]
    )
    orders.action_confirm()
    orders.picking_ids.action_assign()
    orders[:2].picking_ids.move_ids.picked = True
    env.cr.commit()
    print(json.dumps({"lot": lot.id, "pickings": orders.picking_ids.sorted("id").ids}))


def _ship(env, picking_id):
    picking = env["stock.picking"].browse(int(picking_id))
    picking.with_context(skip_expired=True, skip_sms=True).button_validate()
    env.flush_all()


def _attempt(env, work):
    """Do it as a request of the web client would: again when others were faster."""
    from odoo.exceptions import UserError
    from odoo.service.model import retrying

    try:
        retrying(work, env)
    except UserError as error:
        env.cr.rollback()
        return str(error)
    env.cr.commit()
    return "done"


def ship_slowly(env, picking_id):
    """Ship, and take some time before it is saved."""
    _ship(env, picking_id)
    hold(env, SHIPPING, HELD)
    env.cr.commit()
    print(json.dumps("done"))


def ship_meanwhile(env, picking_id):
    """The picker has his transfer open while quality blocks the lot, and presses Validate."""
    wait_for_holder(env, BLOCKING)
    # What he sees is from before the block.
    blocked = env["stock.picking"].browse(int(picking_id)).move_line_ids.lot_id.is_blocked
    assert not blocked
    print(json.dumps(_attempt(env, lambda: _ship(env, picking_id))))


def recall(env, lot_id):
    """Recall a lot while somebody ships it."""
    wait_for_holder(env, SHIPPING)
    found = {}

    def work():
        made = env["stock.recall"].create(
            {"lot_ids": [(6, 0, [int(lot_id)])], "reason": "Glass splinters"}
        )
        made.action_activate()
        env.flush_all()
        found["recall"] = made.id

    started = time.monotonic()
    assert _attempt(env, work) == "done"
    print(json.dumps({**found, "waited": time.monotonic() - started}))


def block_slowly(env, lot_id):
    """Block the lot, and take some time before it is saved."""
    env["stock.lot"].browse(int(lot_id)).action_block("Smells")
    env.flush_all()
    hold(env, BLOCKING, HELD)
    env.cr.commit()
    print(json.dumps("blocked"))


def undo(env, recall_id):
    """It was a false alarm."""
    env["stock.recall"].browse(int(recall_id)).action_cancel()
    env.cr.commit()
    print(json.dumps("undone"))


def refresh(env):
    """The scheduled look that a recall has asked for, and how everything stands."""
    cron = env.ref("batch_mrp_orders.ir_cron_refresh_recalls")
    asked = env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
    env["stock.recall"].search([("state", "=", "active")]).action_refresh()
    env.cr.commit()
    print(json.dumps({"asked": asked, **_get_facts(env)}))


def ship(env, picking_id):
    """Ship, now."""
    picking = env["stock.picking"].browse(int(picking_id))
    picking.action_assign()
    picking.move_ids.picked = True
    print(json.dumps(_attempt(env, lambda: _ship(env, picking_id))))


def tell(env):
    """How everything stands."""
    print(json.dumps(_get_facts(env)))


def _get_facts(env):
    lot = env["stock.lot"].search([("name", "=", "J-1")])
    shipped = env["stock.move.line"].search(
        [("lot_id", "=", lot.id), ("state", "=", "done"), ("location_dest_usage", "=", "customer")]
    )
    rows = env["stock.recall"].search([("state", "=", "active")]).shipment_ids
    return {
        "blocked": lot.is_blocked,
        "shipped": sorted(shipped.picking_id.ids),
        "listed": sorted(rows.picking_id.ids),
        "free": lot.product_qty,
    }
