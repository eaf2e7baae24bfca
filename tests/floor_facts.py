# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What the test of two operators at one run runs inside Odoo, in processes."""

import json
from functools import partial

from tests.together import meet_at

WEIGHINGS = 12
STARTED = 190043  # where both operators meet before they begin


def set_up(env):
    """A confirmed run of a kettle with oil, and two operators."""
    kg = env.ref("uom.product_uom_kgm")
    oil, balm = env["product.product"].create(
        [
            {"name": name, "is_storable": True, "tracking": "lot", "uom_id": kg.id}
            for name in ("Oil", "Balm")
        ]
    )
    env["mrp.bom"].create(
        {
            "product_tmpl_id": balm.product_tmpl_id.id,
            "product_uom_id": kg.id,
            "product_qty": WEIGHINGS * 2,
            "bom_line_ids": [
                (
                    0,
                    0,
                    {"product_id": oil.id, "product_qty": WEIGHINGS * 2, "product_uom_id": kg.id},
                )
            ],
        }
    )
    lot = env["stock.lot"].create({"name": "OIL-1", "product_id": oil.id})
    stock = env["stock.warehouse"].search([], limit=1).lot_stock_id
    env["stock.quant"]._update_available_quantity(oil, stock, 1000, lot_id=lot)
    groups = env.ref("mrp.group_mrp_user") | env.ref("stock.group_stock_user")
    users = env["res.users"].create(
        [
            {
                "name": name,
                "login": name,
                "company_id": env.company.id,
                "company_ids": [(6, 0, env.company.ids)],
                "group_ids": [(6, 0, [*groups.ids, env.ref("base.group_user").id])],
            }
            for name in ("Anna", "Ben")
        ]
    )
    run = env["mrp.production"].create({"product_id": balm.id, "product_qty": WEIGHINGS * 2})
    run.action_confirm()
    run.action_assign()
    env.cr.commit()
    print(json.dumps({"run": run.id, "lot": lot.id, "users": users.ids}))


def operate(env, run_id, lot_id, user_id):
    """Weigh kilogram by kilogram, each sent twice, while somebody else does so, too."""
    from odoo.service.model import retrying

    meet_at(env, STARTED, workers=2)
    env.cr.rollback()
    run = env["mrp.production"].with_user(int(user_id)).browse(int(run_id))
    lot = run.env["stock.lot"].browse(int(lot_id))
    entered = 0
    for number in range(WEIGHINGS):
        for _tap in range(2):
            weigh = partial(
                run._weigh,
                run.move_raw_ids,
                1,
                run.env.ref("uom.product_uom_kgm"),
                lot,
                token=f"{user_id}-{number}",
            )
            _until_entered(env, partial(retrying, weigh, run.env))
        entered += 1
    print(entered)


def _until_entered(env, call):
    """Whoever is told to try again presses again."""
    from psycopg2 import OperationalError

    for _attempt in range(20):
        try:
            return call()
        except OperationalError:
            env.cr.rollback()
    raise RuntimeError("not entered in 20 attempts")


def tap(env, run_id, lot_id, user_id):
    """The same weighing, sent by two connections at once."""
    from odoo.service.model import retrying

    meet_at(env, STARTED, workers=2)
    env.cr.rollback()
    run = env["mrp.production"].with_user(int(user_id)).browse(int(run_id))
    lot = run.env["stock.lot"].browse(int(lot_id))
    weigh = partial(
        run._weigh, run.move_raw_ids, 1, run.env.ref("uom.product_uom_kgm"), lot, token="tap"
    )
    _until_entered(env, partial(retrying, weigh, run.env))


def tell(env, run_id):
    run = env["mrp.production"].browse(int(run_id))
    move = run.move_raw_ids
    print(
        json.dumps(
            {
                "weighings": len(run.weighing_ids),
                "people": sorted(set(run.weighing_ids.user_id.mapped("name"))),
                "lines": [[line.quantity, line.picked] for line in move.move_line_ids],
                "reserved": sum(
                    env["stock.quant"]
                    .search([("lot_id", "in", move.lot_ids.ids), ("quantity", ">", 0)])
                    .mapped("reserved_quantity")
                ),
                "starts": run.event_ids.mapped("kind"),
                "deviations": len(run.deviation_ids),
                "state": move.weighing_state,
            }
        )
    )
    env.cr.commit()
