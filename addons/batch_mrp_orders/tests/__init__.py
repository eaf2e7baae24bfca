# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from . import (
    test_allocation,
    test_lot_block,
    test_material_check,
    test_missing_material,
    test_mrp_demand,
    test_order_screen,
    test_plan_runs,
    test_planning_policy,
    test_production_status,
    test_quantity_display,
    test_recipe,
    test_recipe_rollup,
    test_recipe_version,
    test_remaining_life,
)
