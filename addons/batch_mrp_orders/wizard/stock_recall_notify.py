# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models


class StockRecallNotify(models.TransientModel):
    """Shows what is about to be written to whom, then writes it."""

    _name = "stock.recall.notify"
    _description = "Notify Customers of a Recall"

    recall_id = fields.Many2one("stock.recall", required=True, ondelete="cascade")
    customer_ids = fields.Many2many(
        "stock.recall.customer", compute="_compute_customers", string="Get an E-Mail"
    )
    phone_ids = fields.Many2many(
        "stock.recall.customer", compute="_compute_customers", string="To Be Phoned"
    )
    preview_id = fields.Many2one(
        "stock.recall.customer",
        "Preview For",
        compute="_compute_preview_id",
        store=True,
        readonly=False,
        domain="[('id', 'in', customer_ids)]",
    )
    subject = fields.Char(compute="_compute_preview")
    body = fields.Html(compute="_compute_preview", sanitize=False)

    @api.depends("recall_id")
    def _compute_customers(self):
        for wizard in self:
            customers = wizard.recall_id.customer_ids
            wizard.customer_ids = customers.filtered(lambda row: row.state == "to_send")
            wizard.phone_ids = customers.filtered(lambda row: row.state == "to_phone")

    @api.depends("recall_id")
    def _compute_preview_id(self):
        for wizard in self:
            wizard.preview_id = wizard.customer_ids[:1]

    @api.depends("preview_id")
    def _compute_preview(self):
        template = self.env.ref("batch_mrp_orders.mail_template_recall")
        for wizard in self:
            row = wizard.preview_id._origin
            wizard.subject = wizard.body = False
            if row:
                options = {"compute_lang": True}
                wizard.subject = template._render_field("subject", row.ids, **options)[row.id]
                wizard.body = template._render_field("body_html", row.ids, **options)[row.id]

    def action_send(self):
        self.ensure_one()
        sent = self.customer_ids.action_send()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(sent)s e-mails are on their way, %(phone)s customers are to be phoned.",
                    sent=len(sent),
                    phone=len(self.phone_ids),
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
