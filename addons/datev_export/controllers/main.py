# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import http
from odoo.http import request


class DatevDownload(http.Controller):
    @http.route("/datev_export/<model('datev.export'):export>/files", auth="user", readonly=True)
    def files(self, export):
        """All files of an export in one archive."""
        export.check_access("read")
        archive = export._zip_files()
        headers = [
            ("Content-Type", "application/zip"),
            ("Content-Length", len(archive)),
            ("Content-Disposition", http.content_disposition(export._zip_name())),
            ("X-Content-Type-Options", "nosniff"),
        ]
        return request.make_response(archive, headers)
