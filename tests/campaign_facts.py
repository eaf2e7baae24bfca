# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What tests of planners who order the same kettle at once run inside Odoo."""

import json
from pathlib import Path

from tests.together import meet

ORDER = ("nuts", "plain", "nuts", "plain", "nuts")


def set_up(env):
    """Runs with and without nuts, planned in turn on one kettle."""
    kettle = env["mrp.workcenter"].create({"name": "Kettle"})
    nuts = env["product.allergen"].create({"name": "Test nuts"})
    kilo = env.ref("uom.product_uom_kgm")
    products = {}
    for name in ("nuts", "plain"):
        products[name] = env["product.product"].create(
            {
                "name": name,
                "is_storable": True,
                "uom_id": kilo.id,
                "allergen_ids": nuts.ids if name == "nuts" else [],
            }
        )
        env["mrp.bom"].create(
            {
                "product_tmpl_id": products[name].product_tmpl_id.id,
                "product_uom_id": kilo.id,
                "operation_ids": [
                    (0, 0, {"name": "Stir", "workcenter_id": kettle.id, "time_cycle_manual": 60})
                ],
            }
        )
    env["mrp.cleaning.rule"].create({"name": "Nuts", "allergen_id": nuts.id, "minutes": 60})
    for name in ORDER:
        run = env["mrp.production"].create({"product_id": products[name].id, "product_qty": 1})
        run.action_confirm()
        run.button_plan()
    # What is in the kettle needs a cleaning whatever comes first.
    env["mrp.production"].search([], order="id", limit=1).workorder_ids.button_start()
    env.cr.commit()
    print(json.dumps({"kettle": kettle.id}))


def apply(env, kettle, name, folder, workers="2"):
    """Look at a preview, then apply it in the same moment as others do; print what came of it."""
    from psycopg2 import OperationalError

    from odoo.exceptions import UserError

    places = env["mrp.workcenter"].browse(int(kettle))
    campaign = env["mrp.campaign"].browse(env["mrp.campaign"]._open_for(places)["res_id"])
    env.cr.commit()
    tries, outcome = 0, None
    campaign.read(["state", "digest"])  # this transaction sees the database as it is now
    meet(Path(folder), name, int(workers))
    while outcome is None:
        tries += 1
        try:
            campaign.action_apply()
            env.cr.commit()
            outcome = "applied"
        except UserError:
            env.cr.rollback()
            outcome = "refused"
        except OperationalError:
            env.cr.rollback()
            env.invalidate_all()
    print(json.dumps({"outcome": outcome, "tries": tries}))


def collect(env, kettle):
    kettle = env["mrp.workcenter"].browse(int(kettle))
    leaves = env["resource.calendar.leaves"].search(
        [("resource_id", "=", kettle.resource_id.id)], order="date_from"
    )
    spans = [(str(leave.date_from), str(leave.date_to)) for leave in leaves]
    facts = {
        "spans": len(spans),
        "overlaps": [
            (first, second)
            for first, second in zip(spans, spans[1:], strict=False)
            if first[1] > second[0]
        ],
        "cleanings": env["mrp.cleaning.slot"].search_count([("workcenter_id", "=", kettle.id)]),
        "missing": env["mrp.workorder"].search_count([("is_cleaning_missing", "=", True)]),
        "applied": env["mrp.campaign"].search_count([("state", "=", "applied")]),
    }
    print(json.dumps(facts))
