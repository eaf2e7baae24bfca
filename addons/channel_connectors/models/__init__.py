# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from . import (
    account_tax,
    delivery_carrier,
    product_product,
    sale_order,
    sale_order_address,
    sale_order_gift,
    sale_order_line,
    sale_order_payment,
    sales_channel,
    sales_channel_account,
    sales_channel_connection,
    sales_channel_queue,
    sales_channel_fix,
    sales_channel_import,
    sales_channel_bulk,
    sales_channel_event,
    sales_channel_webhook,
    sales_channel_privacy,
    sales_channel_listing,
    sales_channel_method,
    sales_channel_order,
    sales_channel_partner,
    sales_channel_payment,
    sales_channel_preview,
    sales_channel_refund,
    sales_channel_return,
    sales_channel_shadow,
    sales_channel_sweep,
    sales_channel_tax,
    stock_picking,
)

# isort: split
# What goes to the channels, and what is proven: models first, then what extends them.
from . import (
    sales_channel_difference,
    sales_channel_intent,
    sales_channel_location,
    sales_channel_payout,
    sales_channel_stock,
)

# isort: split
from . import (
    sales_channel_ability,
    sales_channel_by_hand,
    sales_channel_cancellation,
    sales_channel_consent,
    sales_channel_health,
    sales_channel_offer,
    sales_channel_outgoing,
    sales_channel_lots,
    sales_channel_payout_booking,
    sales_channel_product,
    sales_channel_product_fetch,
    sales_channel_product_send,
    sales_channel_proof,
    sales_channel_refund_out,
    sales_channel_setup,
    sales_channel_setup_accounts,
    sales_channel_setup_state,
    sales_channel_shipment,
    sales_channel_stock_message,
    sales_channel_stock_push,
    sales_channel_stock_range,
    sales_channel_stock_rest,
    stock_picking_shipment,
    stock_quant,
)

# isort: split
from . import (
    sales_channel_parcel,
    sales_channel_relisting,
)
