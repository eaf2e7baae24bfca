# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
{
    "name": "Carrier Labels",
    "summary": "Shipping labels of DHL, bought exactly once, with tracking and returns",
    "version": "19.0.1.0.0",
    "license": "AGPL-3",
    "author": "Batch Order Hub contributors",
    "website": "https://github.com/batch-order-hub/batch-order-hub",
    "category": "Inventory/Delivery",
    "depends": ["stock_delivery", "delivery_state"],
    "data": [
        "security/carrier_labels_security.xml",
        "security/ir.model.access.csv",
        "data/ir_cron_data.xml",
        "data/ir_cron_tracking.xml",
        "views/carrier_label_views.xml",
        "views/carrier_label_account_views.xml",
        "views/delivery_carrier_views.xml",
        "views/stock_picking_views.xml",
        "views/stock_picking_tracking_views.xml",
        "views/menus.xml",
    ],
    "demo": ["demo/carrier_labels_demo.xml"],
}
