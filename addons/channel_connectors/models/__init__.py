# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from . import (
    account_tax,
    sale_order,
    sale_order_line,
    sale_order_payment,
    sales_channel,
    sales_channel_account,
    sales_channel_connection,
    sales_channel_import,
    sales_channel_listing,
    sales_channel_order,
    sales_channel_partner,
    sales_channel_payment,
    sales_channel_refund,
    sales_channel_tax,
)
