# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What the test of two people who import the same file at once runs inside Odoo."""

import base64
import json
from pathlib import Path

from tests.together import meet, until_done

PRODUCTS = "Artikelnummer;Bezeichnung;Einheit\n" + "".join(
    f"TWICE-{number};Salbe {number};Stück\n" for number in range(30)
)


def bring(env, name, folder, workers="2"):
    """Look at the trial run, then import in the same moment as others do."""
    record = env["order.hub.import"].create(
        {
            "table": "products",
            "file": base64.b64encode(PRODUCTS.encode()),
            "filename": f"{name}.csv",
        }
    )
    record.action_check()
    planned = record.row_ids.mapped("verdict")
    env.cr.commit()
    record.read(["state"])  # this transaction sees the database as it is now
    meet(Path(folder), name, int(workers))
    tries = 1 + until_done(env, record.action_import)
    verdicts = sorted(set(record.row_ids.mapped("verdict")))
    print(json.dumps({"tries": tries, "planned": sorted(set(planned)), "verdicts": verdicts}))


def collect(env):
    products = env["product.product"].search([("default_code", "=like", "TWICE-%")])
    print(
        json.dumps(
            {
                "products": len(products),
                "imports": env["order.hub.import"].search_count([("state", "=", "done")]),
            }
        )
    )
