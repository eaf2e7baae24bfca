# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from . import (
    test_channel_credit,
    test_complaint,
    test_complaint_access,
    test_complaint_goods,
    test_complaint_label,
    test_complaint_money,
    test_complaint_portal,
    test_complaint_report,
    test_complaint_tour,
)
