# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import binascii

from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError, ValidationError
from odoo.http import request
from odoo.tools.image import image_process
from odoo.tools.mimetypes import guess_mimetype

from odoo.addons.rma_sale.controllers.sale_portal import CustomerPortal

MOST_PHOTOS = 3
LARGEST_PHOTO = 5 * 1024 * 1024
LONGEST_TEXT = 2000
PHOTO_TYPES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


class ComplaintPortal(CustomerPortal):
    """“Report a problem” on the customer's order: which goods, which lot, why, with photos."""

    @http.route("/my/orders/<int:order_id>/problem", type="http", auth="public", website=True)
    def portal_problem(self, order_id, access_token=None, **kw):
        order = self._get_problem_order(order_id, access_token)
        if not order:
            return request.redirect("/my")
        return self._render_problem(order, access_token)

    @http.route(
        "/my/orders/<int:order_id>/problem/send",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
    )
    def portal_problem_send(self, order_id, access_token=None, **post):
        order = self._get_problem_order(order_id, access_token)
        if not order:
            return request.redirect("/my")
        try:
            with request.env.cr.savepoint():
                rma = self._create_problem(order, post)
        except (UserError, ValidationError) as error:
            return self._render_problem(order, access_token, error=str(error), post=post)
        return self._render_problem(order, access_token, rma=rma)

    @http.route()
    def request_rma(self, order_id, access_token=None, **post):
        """The form of OCA takes quantities and lines unchecked: ours is the only way in."""
        return request.redirect(f"/my/orders/{order_id}/problem")

    @http.route()
    def request_sale_rma(self, order_id, access_token=None, **kw):
        return request.redirect(f"/my/orders/{order_id}/problem")

    def _get_problem_order(self, order_id, access_token):
        """The order as superuser, if it is this customer's and something of it was shipped."""
        try:
            order = self._document_check_access("sale.order", order_id, access_token)
        except (AccessError, MissingError):
            return None
        return order if order.state == "sale" and self._get_problem_lines(order) else None

    def _get_problem_lines(self, order):
        """[(key, move, lot)] of what was shipped with the order."""
        wizard = request.env["order.complaint"].sudo().new({"order_id": order.id})
        return [(f"{move.id}-{lot.id or 0}", move, lot) for move, lot in wizard._get_shipped()]

    def _get_problem_reasons(self):
        return request.env["order.complaint.reason"].sudo().search([("for_customers", "=", True)])

    def _render_problem(self, order, access_token, error="", post=None, rma=None):
        return request.render(
            "order_returns.portal_problem",
            {
                "page_name": "problem",
                "order": order,
                "lines": self._get_problem_lines(order),
                "reasons": self._get_problem_reasons(),
                "access_token": access_token or "",
                "error": error,
                "post": post or {},
                "rma": rma,
                "photos": MOST_PHOTOS,
            },
        )

    def _create_problem(self, order, post):
        """A draft that staff looks at. Only what belongs to this order is taken."""
        lines = {key: (move, lot) for key, move, lot in self._get_problem_lines(order)}
        move, lot = lines.get(post.get("goods"), (None, None))
        reason = self._get_problem_reasons().filtered(lambda row: str(row.id) == post.get("reason"))
        if not move or not reason:
            raise UserError(request.env._("Choose the goods and what is wrong with them."))
        photos = self._read_photos()
        complaint = request.env["order.complaint"].sudo().new({"order_id": order.id})
        line = (
            request.env["order.complaint.line"]
            .sudo()
            .new(
                {
                    "complaint_id": complaint,
                    "move_id": move.id,
                    "lot_id": lot.id,
                    "quantity": self._read_quantity(post.get("quantity")),
                }
            )
        )
        vals = {
            **line._prepare_rma(),
            "reason_id": reason.id,
            "operation_id": request.env.ref("order_returns.operation_note").id,
            "description": (post.get("description") or "")[:LONGEST_TEXT],
            "user_id": order.user_id.id,
        }
        # sudo: customers do not write complaints themselves; what goes in was checked above
        rma = request.env["rma"].sudo().with_company(order.company_id).create(vals)
        rma._add_message_subscribe_partner()
        for number, (content, kind) in enumerate(photos, 1):
            request.env["ir.attachment"].sudo().create(
                {
                    "name": f"{rma.name}-{number}.{PHOTO_TYPES[kind]}",
                    "raw": content,
                    "res_model": "rma",
                    "res_id": rma.id,
                }
            )
        rma._alert_quality()
        return rma

    def _read_quantity(self, text):
        try:
            quantity = float((text or "").replace(",", "."))
        except ValueError:
            quantity = 0.0
        if not 0 < quantity < 1e6:
            raise UserError(request.env._("Enter how many pieces are affected."))
        return quantity

    def _read_photos(self):
        """[(content, type)]: pictures only, few, not too large, without what hides in them."""
        files = [file for file in request.httprequest.files.getlist("photos") if file.filename]
        if len(files) > MOST_PHOTOS:
            raise UserError(request.env._("Send at most %s photos.", MOST_PHOTOS))
        return [self._read_photo(file.read(LARGEST_PHOTO + 1)) for file in files]

    def _read_photo(self, content):
        kind = guess_mimetype(content)
        if len(content) > LARGEST_PHOTO or kind not in PHOTO_TYPES:
            raise UserError(
                request.env._("Photos must be JPEG, PNG or WebP files of at most 5 MB.")
            )
        try:
            # Written anew: what is no picture fails, and where it was taken is left out.
            return image_process(content, size=(2048, 2048), quality=85) or content, kind
        except (UserError, ValueError, binascii.Error) as error:
            raise UserError(request.env._("A photo cannot be read.")) from error
