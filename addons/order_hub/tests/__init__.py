# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from . import (
    test_channel_stock,
    test_delivered,
    test_etsy_demo,
    test_channel_orders,
    test_order_check,
    test_order_tour,
    test_workflow,
    test_workflow_steps,
)
