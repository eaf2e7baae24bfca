# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import io
import zipfile

from odoo import models
from odoo.exceptions import UserError

# A year of a busy account is a few megabytes.
LARGEST_FILE = 32 * 1024 * 1024
MOST_FILES = 400


class AccountStatementImport(models.TransientModel):
    _inherit = "account.statement.import"

    def _parse_file(self, data_file):
        """Read each file of an archive for itself: they may belong to different accounts."""
        if len(data_file) > LARGEST_FILE:
            raise UserError(self.env._("The file is too large to be a bank statement."))
        if not zipfile.is_zipfile(io.BytesIO(data_file)):
            return super()._parse_file(data_file)
        parsed = []
        with zipfile.ZipFile(io.BytesIO(data_file)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            size = sum(member.file_size for member in members)
            if size > LARGEST_FILE or len(members) > MOST_FILES:
                raise UserError(self.env._("The archive is too large to hold bank statements."))
            for member in members:
                result = super()._parse_file(archive.read(member))
                parsed += result if isinstance(result, list) else [result]
        return parsed
