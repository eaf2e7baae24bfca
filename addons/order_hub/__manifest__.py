# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
{
    "name": "Order Hub",
    "summary": "Channel orders through check, production, shipping and invoice",
    "version": "19.0.1.0.0",
    "development_status": "Beta",
    "category": "Sales/Sales",
    "website": "https://github.com/batch-order-hub/batch-order-hub",
    "author": "Batch Order Hub contributors",
    "license": "AGPL-3",
    "application": True,
    "auto_install": True,
    "depends": ["batch_mrp_orders", "channel_connectors", "sale_exception"],
    "data": [
        "security/groups.xml",
        "data/exception_rule.xml",
        "data/ir_cron.xml",
        "views/exception_rule_views.xml",
        "views/product_template_views.xml",
        "views/sale_order_views.xml",
        "views/menus.xml",
    ],
    "assets": {"web.assets_tests": ["order_hub/static/tests/tours/**/*"]},
}
