# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from . import (
    account_account,
    account_move,
    account_move_line,
    account_tax,
    datev_briefing,
    datev_export,
    datev_export_entry,
    datev_export_run,
    datev_finding,
    datev_ledger,
    datev_personal_account,
    datev_proof_line,
    ir_attachment,
    res_company,
    res_config_settings,
    res_partner,
)
