# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from . import account_statement_import_camt_parser, account_statement_import
