# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from werkzeug.exceptions import BadRequest

from odoo import http
from odoo.http import content_disposition, request


class Labels(http.Controller):
    @http.route("/carrier_labels/print", type="http", auth="user", readonly=True)
    def print_labels(self, ids="", **_kwargs):
        """The labels of deliveries in one file, as its user may read them."""
        if not all(part.isdecimal() for part in ids.split(",")):
            raise BadRequest()
        pickings = request.env["stock.picking"].browse(map(int, ids.split(",")))
        pickings.check_access("read")
        name, content = pickings._get_label_file()
        kind = "application/pdf" if name.endswith(".pdf") else "text/plain; charset=utf-8"
        headers = [
            ("Content-Type", kind),
            ("Content-Length", len(content)),
            ("Content-Disposition", content_disposition(name)),
        ]
        return request.make_response(content, headers)
