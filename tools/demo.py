"""Load the demo data of our own addons, and of no other. Runs inside Odoo."""

from collections.abc import Callable

from tools.manifests import own_addons


def load(env, echo: Callable[[str], None]) -> None:
    """Load the files that the manifests of the installed addons of ours name under `demo`."""
    from odoo.tools import convert_file

    # What is noted meanwhile is read by the company's people.
    env = env(context={**env.context, "lang": env.company.partner_id.lang})
    installed = env["ir.module.module"].search([("state", "=", "installed")]).mapped("name")
    for addon in own_addons():
        if addon.name not in installed:
            continue
        for file in addon.manifest.get("demo", []):
            echo(f"demo data {addon.name}/{file}")
            convert_file(env, addon.name, file, {}, mode="init", noupdate=True)
