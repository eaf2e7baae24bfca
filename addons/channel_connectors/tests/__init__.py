# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from . import (
    test_changes,
    test_channel,
    test_decisions,
    test_exact,
    test_faults,
    test_import,
    test_invoices,
    test_payments,
    test_preview,
    test_refunds,
    test_returns,
    test_security,
    test_spoiled,
    test_withheld,
)
