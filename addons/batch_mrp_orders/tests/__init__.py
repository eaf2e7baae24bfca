# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from . import (
    test_allocation_binding,
    test_allocation_events,
    test_allocation,
    test_allocation_stateful,
    test_closing,
    test_material_check,
    test_mrp_demand,
    test_order_screen,
    test_plan_runs,
    test_production_status,
    test_quantity_display,
)
