# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import http
from odoo.http import request

from ..models.sales_channel_consent import PATH


class ConsentController(http.Controller):
    @http.route(PATH, type="http", auth="user", methods=["GET"], readonly=False)
    def receive(self, state="", code="", error="", **_more):
        """The owner of a shop is back from the channel, signed in here as before."""
        channel = request.env["sales.channel"]._receive_consent(state, code, error)
        if channel is None:
            return request.render("channel_connectors.consent_unknown", status=400)
        return request.redirect(channel._consent_return_address())
