# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from . import (
    account_merge_wizard,
    base_partner_merge,
    datev_export_withdraw,
    datev_handover,
    datev_personal_import,
)
