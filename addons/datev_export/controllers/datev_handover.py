# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import os

from werkzeug.utils import send_file

from odoo import http
from odoo.http import request


class DatevHandover(http.Controller):
    """Downloads. A ZIP is made on disk and sent from there, never held in memory."""

    @http.route(
        "/datev_export/receipts/<model('datev.receipt.package'):package>",
        type="http",
        auth="user",
        readonly=True,
    )
    def download_receipts(self, package):
        package.check_access("read")
        package.export_id.check_access("read")
        return self._send(package._open(), package.name)

    @http.route("/datev_export/bundle/<model('datev.export'):export>", type="http", auth="user")
    def download_bundle(self, export, encrypted=None):
        export.check_access("read")
        password = ""
        if encrypted:
            export._require_manager()
            password = export.company_id._get_datev_zip_password()
        return self._send(export._open_bundle(password), export._bundle_name())

    def _send(self, opened, name):
        """Send a temporary file; its last handle closes with the response."""
        with opened as made:
            file = os.fdopen(os.dup(made.fileno()), "rb")
        file.seek(0)
        return send_file(
            file,
            request.httprequest.environ,
            mimetype="application/zip",
            as_attachment=True,
            download_name=name,
            max_age=0,
        )
