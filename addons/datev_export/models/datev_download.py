# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Several files come in one archive, the same byte for byte each time."""

import io
import zipfile

from odoo import models


class DatevExport(models.Model):
    _inherit = "datev.export"

    def action_download(self):
        """The stored file, byte for byte; several in one archive."""
        self.ensure_one()
        self._require_state("exported", "handed_over", "withdrawn")
        if len(self.attachment_ids) == 1:
            return super().action_download()
        return {
            "type": "ir.actions.act_url",
            "url": f"/datev_export/{self.id}/files",
            "target": "self",
        }

    def _zip_name(self) -> str:
        return f"DATEV_{self.date_from:%Y%m%d}_{self.date_to:%Y%m%d}_{self.id:05d}.zip"

    def _zip_files(self) -> bytes:
        """The files in the order in which they were made, dated with the export."""
        self.ensure_one()
        self._require_state("exported", "handed_over", "withdrawn")
        stamp = self.exported_on.timetuple()[:6]
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            for attachment in self._files():
                info = zipfile.ZipInfo(attachment.name, date_time=stamp)
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, attachment.raw or b"")
        return content.getvalue()
