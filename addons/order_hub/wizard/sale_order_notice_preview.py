# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models


class SaleOrderNoticePreview(models.TransientModel):
    _name = "sale.order.notice.preview"
    _description = "Preview of a Customer Mail"

    notice_id = fields.Many2one("sale.order.notice", required=True, readonly=True)
    subject = fields.Char(readonly=True)
    body = fields.Html(readonly=True, sanitize=False)
