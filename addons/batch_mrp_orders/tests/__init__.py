# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from . import (
    test_allocation,
    test_material_check,
    test_mrp_demand,
    test_order_screen,
    test_orderpoint_forecast,
    test_plan_runs,
    test_production_status,
    test_promise,
    test_promise_holds,
    test_promise_job,
    test_promise_portal,
    test_quantity_display,
)
