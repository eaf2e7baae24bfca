"""The web client's assets, bundled once: a test would do so each time and take it back.

Runs inside Odoo.
"""

BUNDLES = (
    "web.assets_web",
    "web.assets_web_print",
    "web.assets_tests",
    "web.__assets_tests_call__",
    "web.assets_frontend",
    "web.assets_frontend_lazy",
    "web.assets_frontend_minimal",
    "web.report_assets_common",
)


def bundle(env) -> None:
    """Make the scripts and style sheets that browser tests and reports load."""
    for name in BUNDLES:
        env["ir.qweb"]._get_asset_bundle(name, css=False, js=True).js()
        env["ir.qweb"]._get_asset_bundle(name, css=True, js=False).css()
