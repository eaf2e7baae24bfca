# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from . import (
    mrp_expected_service,
    mrp_plan_runs,
    mrp_plan_runs_line,
    mrp_plan_runs_peg,
    mrp_plan_runs_shortage,
    mrp_reallocate,
    sale_order_material_confirmation,
    stock_lot_block,
    stock_lot_trace,
)
