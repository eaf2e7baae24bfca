# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from . import (
    test_bank_matching,
    test_bank_statement_import,
    test_open_items,
    test_payment_reminder,
    test_prepayment,
)
