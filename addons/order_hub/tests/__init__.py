# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from . import (
    test_channel_stock,
    test_customer_mails,
    test_delivered,
    test_etsy_demo,
    test_channel_orders,
    test_hub_cards,
    test_hub_reports,
    test_hub_search,
    test_hub_tour,
    test_order_check,
    test_order_portal,
    test_order_tour,
    test_workflow,
    test_workflow_steps,
)
