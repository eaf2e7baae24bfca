# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from . import (
    test_access,
    test_bookings,
    test_documents,
    test_download,
    test_export,
    test_finding_place,
    test_guard,
    test_handover,
    test_handover_tour,
    test_kinds,
    test_immutable,
    test_import,
    test_queries,
    test_receipts,
    test_settings,
    test_setup,
)
