# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from . import (
    test_changes,
    test_channel,
    test_faults,
    test_import,
    test_invoices,
    test_payments,
    test_payouts,
    test_proof,
    test_refunds,
    test_refunds_out,
    test_security,
    test_shipments_out,
    test_stock_out,
)
