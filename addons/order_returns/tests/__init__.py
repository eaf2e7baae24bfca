# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from . import (
    test_channel_credit,
    test_complaint,
    test_complaint_web,
    test_etsy_credit,
)
