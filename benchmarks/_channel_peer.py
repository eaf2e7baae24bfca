"""The other connector's side of the import benchmark, in a process with its packages."""

import argparse
import json
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from benchmarks import _orders  # noqa: E402


class Answer:
    """An HTTP answer, as far as the connector looks at it."""

    status_code = 200

    def __init__(self, body: bytes) -> None:
        self.body = body

    def json(self):
        return json.loads(self.body)


class Session:
    """Answers each request with bytes made in advance."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}

    def post(self, _url, json, **_options):
        return Answer(self.bodies[json["variables"]["id"]])


def main() -> None:
    """Install the connector, prepare what it asks for, import, and print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True)
    parser.add_argument("--packages", required=True)
    parser.add_argument("--orders", type=int, required=True)
    options = parser.parse_args()

    import odoo.cli  # noqa: F401 - sets Odoo's import paths up
    from odoo import api, netsvc
    from odoo.modules.registry import Registry
    from odoo.service.server import load_server_wide_modules
    from odoo.tools import config

    addons = f"{options.packages}/odoo/addons"
    config.parse_config(
        [
            *("-d", options.database, "--no-http", "--log-level=error", "--stop-after-init"),
            f"--addons-path={addons},{_core_addons()}",
        ]
    )
    netsvc.init_logger()
    load_server_wide_modules()
    registry = Registry.new(
        options.database, update_module=True, install_modules=["shopify_connector"]
    )
    with registry.cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {"tracking_disable": True})
        env = env(user=env.ref("base.user_admin"))
        print(json.dumps(measure(env, options.orders)))


def _core_addons() -> str:
    import odoo.addons.sale

    return str(Path(odoo.addons.sale.__file__).resolve().parent.parent)


def measure(env, count: int) -> dict:
    """Customers and orders, each as a job of its own."""
    from odoo.addons.shopify_connector.lib.client import ShopifyClient

    session, instance = Session(), _make_instance(env)
    cls = type(instance)
    cls._shopify_client = lambda self: ShopifyClient(
        self.shop_url, "token", session=session, api_version=self.api_version
    )
    numbers = range(10**6, 10**6 + 20), range(count)
    for number in [*numbers[0], *numbers[1]]:
        order, customer = _orders.order(number), _orders.customer(number)
        session.bodies[order["id"]] = json.dumps({"data": {"order": order}}).encode()
        session.bodies[customer["id"]] = json.dumps({"data": {"customer": customer}}).encode()

    def run(chosen):
        for number in chosen:
            gid = f"gid://shopify/Customer/{number}"
            env["shopify.customer"]._job_import_customer_from_api(instance.id, gid)
            env.cr.commit()
            env.invalidate_all()
            gid = f"gid://shopify/Order/{number}"
            env["shopify.order"]._job_import_order_from_api(instance.id, gid)
            env.cr.commit()
            env.invalidate_all()

    run(numbers[0])  # warm
    queries, start = env.cr.sql_log_count, time.perf_counter()
    run(numbers[1])
    seconds, queries = time.perf_counter() - start, env.cr.sql_log_count - queries
    bindings = env["shopify.order"].search([], order="id")[20:]
    good = bindings.filtered(lambda b: b.odoo_id and b.state == "synced")
    problems = sorted(set((bindings - good).mapped("error_message")))[:3]
    return {
        "seconds": seconds,
        "queries": queries,
        "imported": len(good),
        "problems": problems,
    }


def _make_instance(env):
    """A connected shop with its products and taxes mapped, as the connector wants them."""
    instance = env["shopify.instance"].create(
        {
            "name": "Benchmark",
            "shop_url": "b.myshopify.com",
            "access_token": "token",
            "webhook_secret": "secret",
        }
    )
    instance.state = "connected"
    for serial, sku in enumerate(_orders.GOODS):
        product = env["product.product"].create(
            {"name": sku, "default_code": sku, "type": "consu", "company_id": env.company.id}
        )
        template = env["shopify.product.template"].create(
            {
                "instance_id": instance.id,
                "shopify_id": f"gid://shopify/Product/{serial}",
                "odoo_id": product.product_tmpl_id.id,
                "status": "ACTIVE",
            }
        )
        env["shopify.product.variant"].create(
            {
                "instance_id": instance.id,
                "shopify_id": f"gid://shopify/ProductVariant/{serial}",
                "template_binding_id": template.id,
                "odoo_id": product.id,
            }
        )
    group = env["account.tax.group"].search([("company_id", "=", env.company.id)], limit=1)
    for rate in _orders.RATES:
        tax = env["account.tax"].create(
            {
                "name": f"Benchmark {rate}",
                "amount": float(rate) * 100,
                "type_tax_use": "sale",
                "price_include_override": "tax_included",
                "tax_group_id": group.id,
            }
        )
        env["shopify.tax.mapping"].create(
            {
                "instance_id": instance.id,
                "rate": rate,
                "country_id": env.ref("base.de").id,
                "price_included": True,
                "tax_id": tax.id,
            }
        )
    env.cr.commit()
    return instance


if __name__ == "__main__":
    main()
