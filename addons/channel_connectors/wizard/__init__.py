# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from . import (
    sales_channel_address,
    sales_channel_address_import,
    sales_channel_cancel,
    sales_channel_consent,
    sales_channel_preview,
    sales_channel_refund_send,
)
