# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Workers that send side by side, and workers that are killed: every effect exactly once."""

from tests.sandbox.shopify import Sandbox, Store
from tests.sandbox.shopify.orders import generate
from tests.sandbox.shopify.stock import MAIN
from tests.sandbox.shopify.store import Bucket
from tests.senders import send_all

FACTS = "tests.channel_outgoing_facts"
WORKERS = 3
ORDERS = 12
# The request after which workers of this kind are killed, and how many: a refund is found
# again without another request.
DEADLY = {"fulfilment": ("send", 2), "stock": ("set_levels", 2), "refund": ("refund", 1)}


def test_effects_happen_exactly_once(odoo, test_template, clone_database):
    database = clone_database(test_template)
    store = Store(generate(ORDERS, seed=5), bucket=Bucket.bottomless())
    with Sandbox(store) as shop:
        arguments = (f"url={shop.url}", f"orders={ORDERS}")
        channel = odoo.call(database, f"{FACTS}:set_up", "outgoing-setup.log", *arguments)[-1]
        facts = send_all(odoo, database, "outgoing", channel, DEADLY, WORKERS)
    _check(store, facts)


def _check(store, facts):
    assert facts["fulfilment"] == ["done"] * ORDERS
    assert facts["refund"] == ["done"] and facts["refunds"] == 1
    for order in store.orders.values():
        (shipment,) = order["fulfillments"]
        pieces = {row["lineItem"]["id"]: count for _fo, row, count in shipment["pieces"]}
        assert pieces == {line["id"]: line["quantity"] for line in order["lineItems"]}
    assert sum(len(order["refunds"]) for order in store.orders.values()) == 1
    for item, offered in facts["levels"].items():
        assert store.stock.quantity(item, MAIN, "available") == offered
    made = [row for row in store.effects if row["mutation"] == "inventorySetQuantities"]
    assert len({row["key"] for row in made}) == len(made)
