# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""What the test of two workers that number lots runs inside Odoo, in processes."""

import json
import time

from odoo.service.model import retrying

EACH = 12


def set_up(env):
    """A product whose lots are counted by the day."""
    env.company.lot_number_pattern = "{product}-{yy}{doy}-{seq:2}"
    product = env["product.product"].create(
        {"name": "Honey", "default_code": "HON", "is_storable": True, "tracking": "lot"}
    )
    env.cr.commit()
    print(json.dumps({"product": product.id}))


def number(env, product_id):
    """Make lots one after the other, each in a transaction that takes its time."""

    def make_one():
        product = env["product.product"].browse(int(product_id))
        lot = env["stock.lot"].create({"product_id": product.id})
        env.flush_all()
        time.sleep(0.03)
        return lot.name

    # Odoo's own way to repeat what another transaction has overtaken, as for every request.
    names = [retrying(make_one, env) for _number in range(EACH)]
    print(json.dumps(names))


def finish(env, product_id):
    """All numbers there are."""
    lots = env["stock.lot"].search([("product_id", "=", int(product_id))])
    print(json.dumps(sorted(lots.mapped("name"))))
