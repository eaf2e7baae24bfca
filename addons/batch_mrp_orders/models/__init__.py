# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from . import (
    ir_qweb_fields,
    ir_ui_view,
    mrp_demand,
    mrp_planning,
    mrp_production,
    mrp_production_allocation,
    sale_order,
    sale_order_line,
    sale_order_material,
    sale_order_material_line,
    stock_picking,
    stock_quant,
)
