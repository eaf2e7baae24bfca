# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import SUPERUSER_ID, http
from odoo.http import Response, request

# The address names the channel by a secret of its own: nothing else in a request tells which
# channel it is for and can be trusted.
PATH = "/sales_channels/webhook"
# Deliveries are cut to a few fields; nothing that is genuine comes near this size.
LARGEST_BODY = 1_000_000


class WebhookController(http.Controller):
    @http.route(
        f"{PATH}/<string:token>",
        type="http",
        auth="none",
        methods=["POST"],
        csrf=False,
        save_session=False,
        readonly=False,
        max_content_length=LARGEST_BODY,
    )
    def receive(self, token):
        """Take a delivery in. Who it is from is proven by its signature, not by a login."""
        incoming = request.httprequest
        if incoming.content_length is None or incoming.content_length > LARGEST_BODY:
            return Response(status=413 if incoming.content_length else 411)
        body = incoming.get_data(cache=False)
        # The superuser: there is no user, and what may be done is to note the delivery.
        channels = request.env(user=SUPERUSER_ID)["sales.channel"]
        return Response(status=channels._receive_webhook(token, incoming.headers, body))
