# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The maker of the day: recipes, stock, suppliers, a parcel service, two shops and their books.
Runs inside Odoo, before the first order.
"""

import os
from datetime import timedelta

from tests.channel_facts import consent
from tests.payout_datev_facts import find_tax, keep_books

from .plan import BALM, CANDLE, FOREST, JAR

ADDRESS = {"street": "Werkstattweg 3", "zip": "04229", "city": "Leipzig"}
NUMBERS = {"datev_consultant_number": "29098", "datev_client_number": "55003"}
KEEPS = 365  # days
# Products: code, name, unit, kept in lots, VAT in percent. What shops sell has a weight.
GOODS = (
    (JAR, "Blütenhonig 500 g", "unit", True, 7),
    (FOREST, "Waldhonig 250 g", "unit", True, 7),
    (CANDLE, "Bienenwachskerze", "unit", False, 19),
    (BALM, "Lippenpflege Propolis", "unit", True, 19),
    ("BULK-BLU", "Blütenhonig, cremig gerührt", "kgm", True, 7),
    ("RAW-BLU", "Blütenhonig, roh", "kgm", True, 7),
    ("RAW-WAL", "Waldhonig, roh", "kgm", True, 7),
    ("WAX", "Bienenwachs", "kgm", True, 19),
    ("GLASS", "Glas mit Deckel", "unit", False, 19),
)
SOLD = (JAR, FOREST, CANDLE, BALM)
# Product: pieces or kilograms it makes, what goes into it, size of a batch.
RECIPES = {
    "BULK-BLU": (20, (("RAW-BLU", 20.4),), 20),
    JAR: (1, (("BULK-BLU", 0.5), ("GLASS", 1)), 0),
    FOREST: (1, (("RAW-WAL", 0.25), ("GLASS", 1)), 0),
    CANDLE: (1, (("WAX", 0.2),), 0),
}
FIRST_LOT, SECOND_LOT = "LIP-A", "LIP-B"
CLEARING = {"shopify": 136, "etsy": 137}


def install(env, base):
    """What stands before anything else. Returns the process of the one who is asked."""
    env["ir.config_parameter"].set_param("channel_connectors.stand_in_allowed", "True")
    env["ir.config_parameter"].set_param("web.base.url", base)
    return os.getpid()


def stock_up(env, stock):
    """A company that is ready for orders. `stock` says how much of what there is."""
    from odoo import fields

    env.company.write({**NUMBERS, "datev_receipts": False})
    warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
    germany = env.ref("base.de")
    warehouse.partner_id.write({"name": "Imkerei", "country_id": germany.id, **ADDRESS})
    goods = _make_goods(env)
    for code, (amount, parts, batch) in RECIPES.items():
        env["mrp.bom"].create(_prepare_recipe(goods, code, amount, parts, batch))
    today = fields.Datetime.now()
    for code, quantity in stock.items():
        lots = [FIRST_LOT, SECOND_LOT] if code == BALM else [f"{code}-1"]
        for days, name in enumerate(lots):
            lot = env["stock.lot"]
            if goods[code].tracking == "lot":
                expires = today + timedelta(days=KEEPS + days)
                lot = lot.create(
                    {"name": name, "product_id": goods[code].id, "expiration_date": expires}
                )
            part = quantity[days] if code == BALM else quantity
            env["stock.quant"]._update_available_quantity(
                goods[code], warehouse.lot_stock_id, part, lot_id=lot or None
            )


def _make_goods(env):
    made = {}
    for code, name, unit, in_lots, rate in GOODS:
        made[code] = env["product.product"].create(
            {
                "name": name,
                "default_code": code,
                "is_storable": True,
                "uom_id": env.ref(f"uom.product_uom_{unit}").id,
                "tracking": "lot" if in_lots else "none",
                "use_expiration_date": in_lots,
                "expiration_time": KEEPS if in_lots else 0,
                "weight": 0.3 if code in SOLD else 0.0,
                "invoice_policy": "delivery",
                "taxes_id": [(6, 0, find_tax(env, "sale", amount=rate)[:1].ids)],
            }
        )
    for code, supplier in (("RAW-WAL", "Imkerei Waldrand"), ("WAX", "Wachszieherei Nord")):
        partner = env["res.partner"].create({"name": supplier})
        made[code].seller_ids = [(0, 0, {"partner_id": partner.id, "price": 9.0, "delay": 0})]
    return made


def _prepare_recipe(goods, code, amount, parts, batch):
    return {
        "product_tmpl_id": goods[code].product_tmpl_id.id,
        "product_qty": amount,
        "product_uom_id": goods[code].uom_id.id,
        "planning_policy": "pool",
        "enable_batch_size": bool(batch),
        "batch_size": batch or 1.0,
        "bom_line_ids": [
            (
                0,
                0,
                {
                    "product_id": goods[part].id,
                    "product_qty": quantity,
                    "product_uom_id": goods[part].uom_id.id,
                },
            )
            for part, quantity in parts
        ],
    }


def order_forest_honey(env, kilograms):
    """What was ordered at a supplier for this morning."""
    product = env["product.product"].search([("default_code", "=", "RAW-WAL")])
    purchase = env["purchase.order"].create(
        {
            "partner_id": product.seller_ids.partner_id.id,
            "order_line": [(0, 0, {"product_id": product.id, "product_qty": kilograms})],
        }
    )
    purchase.button_confirm()


def open_parcel_service(env, url):
    """A delivery method of DHL at the stand-in, or of nobody where there is none."""
    from odoo.addons.carrier_labels.tests.common import LabelMixin

    class Desk(LabelMixin):
        pass

    Desk.env = env
    if url:
        Desk.make_carrier(Desk.make_account(url), channel_carrier_name="DHL")
    else:
        service = env["product.product"].create({"name": "Paket", "type": "service"})
        env["delivery.carrier"].create({"name": "Paket", "product_id": service.id})


def open_shop(env, kind, values, tokens, since):
    """A channel as a consultant sets it up; what it sells is learnt from the shop."""
    channel = env["sales.channel"].create({"name": kind.capitalize(), **values})
    if tokens:
        consent(env, channel, **tokens)
    channel.action_prepare_taxes()
    channel.action_fetch_locations()
    channel.location_ids.sorted("external_id")[:1].warehouse_ids = channel.warehouse_id
    keep_books(env, channel, CLEARING[kind], since)
    failure = channel._import_orders()
    assert not failure, failure
    if channel.has_products:
        channel.action_fetch_products()
    listings = env["sales.channel.listing"].search([("channel_id", "=", channel.id)])
    for listing in listings:
        listing.push_stock = listing.product_id.default_code in (JAR, BALM)
    carrier = env["delivery.carrier"].search([], order="id desc", limit=1)
    channel.shipping_ids.carrier_id = carrier
    channel.write({"push_stock": True, "offer_makeable": True, "auto_import": True})
    if channel.has_webhooks:
        channel._subscribe()
    return channel.id
