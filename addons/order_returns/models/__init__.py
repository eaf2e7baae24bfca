# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from . import (
    account_move,
    order_complaint_reason,
    order_goods_decision,
    res_partner,
    rma,
    rma_credit,
    rma_goods,
    rma_label,
    rma_operation,
    rma_quality,
    rma_replacement,
    sale_order,
    sale_order_notice,
    stock_lot,
    stock_picking,
)
