# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from . import (
    test_access,
    test_bookings,
    test_documents,
    test_export,
    test_guard,
    test_kinds,
    test_immutable,
    test_import,
    test_queries,
    test_settings,
    test_setup,
)
