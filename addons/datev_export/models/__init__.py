# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from . import res_company
from . import res_config_settings
from . import account_account
from . import account_tax
from . import datev_personal_account
from . import res_partner
from . import datev_ledger
from . import datev_finding
from . import datev_proof_line
from . import datev_export_entry
from . import datev_export
from . import datev_export_run
from . import account_move
from . import account_move_line
