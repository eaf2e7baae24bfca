# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from . import (
    exception_rule,
    mrp_production,
    product_product,
    product_template,
    sale_order,
    sale_order_check,
    sale_order_hold,
    sale_order_prepayment,
    sale_order_rules,
    sale_order_workflow,
    sale_workflow_process,
    sales_channel,
    stock_lot,
    stock_picking,
)
