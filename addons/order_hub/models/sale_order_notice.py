# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import json

from odoo import api, fields, models
from odoo.exceptions import UserError

from .sale_order_notice_rule import NOTICE_KINDS


class SaleOrderNotice(models.Model):
    """One thing a customer is told about an order, told once.

    The row is there before the mail. It is marked and committed before the mail is handed to
    the mail server: a mail whose outcome is not known is never sent again by itself.
    """

    _name = "sale.order.notice"
    _description = "Customer Mail about an Order"
    _order = "id desc"

    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one(related="order_id.partner_id", string="Customer")
    channel_id = fields.Many2one(related="order_id.channel_id", string="Sales Channel")
    kind = fields.Selection(NOTICE_KINDS, "Mail", required=True, readonly=True)
    subject = fields.Char(
        required=True,
        readonly=True,
        default="-",
        help="What this is about: the day told, or the delivery. Nothing is told twice.",
    )
    told_date = fields.Date("Date Told", readonly=True)
    picking_id = fields.Many2one(
        "stock.picking", "Delivery", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    rule_id = fields.Many2one(
        "sale.order.notice.rule", readonly=True, index="btree_not_null", ondelete="set null"
    )
    state = fields.Selection(
        [
            ("to_send", "To Send"),
            ("sending", "Being Sent"),
            ("sent", "Sent"),
            ("suppressed", "Not Sent"),
            ("failed", "Failed"),
        ],
        required=True,
        readonly=True,
        default="to_send",
    )
    reason = fields.Selection(
        [
            ("outdated", "No longer true"),
            ("cancelled", "Order cancelled"),
            ("disabled", "Switched off"),
            ("no_address", "No e-mail address"),
            ("before", "Happened before the switch"),
            ("complaint", "Customer has a complaint"),
        ],
        "Not Sent Because",
        readonly=True,
    )
    error = fields.Char("What Went Wrong", readonly=True)
    due_at = fields.Datetime("Not Before", readonly=True)
    attempted_at = fields.Datetime("Handed to the Mail Server", readonly=True)
    attempts = fields.Integer(readonly=True)
    by_hand = fields.Boolean("Sent Again by Hand", readonly=True)
    mail_id = fields.Many2one(
        "mail.mail", "E-Mail", readonly=True, index="btree_not_null", ondelete="set null"
    )

    _once = models.Constraint(
        "UNIQUE(order_id, kind, subject)", "A customer is told each thing once."
    )
    _open_index = models.Index("(due_at) WHERE state IN ('to_send', 'sending')")

    @api.depends("kind", "order_id")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for notice in self:
            notice.display_name = f"{notice.order_id.name} – {labels.get(notice.kind)}"

    # ------------------------------------------------------- what the texts say
    @api.private
    def get_language(self):
        return self.partner_id.lang or self.company_id.partner_id.lang

    @api.private
    def get_link(self):
        """The page of the order, which asks for no password."""
        return self.order_id.get_base_url() + self.order_id.get_portal_url()

    @api.private
    def get_parcels(self):
        return self.picking_id._get_parcel_links()

    @api.private
    def get_lots(self):
        """[(product, lot, best before)] of the delivery, where the rule shows them."""
        if not self.rule_id.show_lots:
            return []
        lots = {(line.product_id, line.lot_id) for line in self.picking_id.move_line_ids}
        return sorted(
            (
                # The customer knows the name, not our number.
                product.with_context(display_default_code=False).display_name,
                lot.name,
                lot.expiration_date,
            )
            for product, lot in lots
            if lot
        )

    # ------------------------------------------------------------------ by hand
    def action_send_again(self):
        """Send once more what somebody decided to; the note says who."""
        self.order_id.check_access("write")
        if any(notice.state in ("to_send", "sending") for notice in self):
            raise UserError(self.env._("The mail is on its way already."))
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for notice in self:
            notice.order_id.message_post(
                body=self.env._(
                    "Customer mail “%(kind)s” is sent again by %(user)s.",
                    kind=labels[notice.kind],
                    user=self.env.user.name,
                )
            )
        # sudo: notices are written by their job and by this alone
        notices = self.sudo()
        notices.write(
            {
                "state": "to_send",
                "by_hand": True,
                "reason": False,
                "error": False,
                "mail_id": False,
                "attempts": 0,
                "due_at": fields.Datetime.now(),
            }
        )
        self.env.ref("order_hub.ir_cron_send_notices").sudo()._trigger()
        return True

    def action_suppress(self):
        """Keep mails that wait from being sent."""
        self.order_id.check_access("write")
        # sudo: see action_send_again
        waiting = self.sudo().try_lock_for_update()
        waiting = waiting.filtered(lambda notice: notice.state == "to_send")
        waiting.mail_id.state = "cancel"
        waiting.write({"state": "suppressed", "reason": "disabled"})
        return True

    def action_preview(self):
        """The mail as it went or, before that, as it would go now."""
        self.ensure_one()
        self.check_access("read")
        # sudo: texts and mails are not for everybody who sees the order
        notice = self.sudo()
        preview = self.env["sale.order.notice.preview"].create(
            {"notice_id": self.id, **notice._render_preview()}
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Preview"),
            "res_model": "sale.order.notice.preview",
            "res_id": preview.id,
            "view_mode": "form",
            "target": "new",
        }

    def _render_preview(self):
        if self.mail_id:
            return {"subject": self.mail_id.subject, "body": self.mail_id.body_html}
        template, document = self._get_template(), self._get_document()
        if not template:
            raise UserError(self.env._("There is no text for this mail."))
        names = ("subject", "body_html")
        values = template._generate_template(document.ids, names)[document.id]
        return {"subject": values["subject"], "body": values["body_html"]}

    def _get_template(self):
        if self.kind == "confirmation":
            return self.order_id._get_confirmation_template() or self.env["mail.template"]
        return self.rule_id.template_id

    def _get_document(self):
        """What the text is written for: a confirmation uses the templates of orders."""
        return self.order_id if self.kind == "confirmation" else self


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _get_parcel_links(self):
        """[(tracking number, link or empty)] of a delivery, a row for each parcel."""
        self.ensure_one()
        numbers, url = self.carrier_tracking_ref, self.carrier_tracking_url
        if not numbers:
            return []
        # Core keeps the links of several parcels as JSON in the place of one.
        if url and url.startswith("["):
            return [(number, link) for number, link in json.loads(url)]
        if url:
            return [(numbers, url)]
        return [(number.strip(), "") for number in numbers.split(",") if number.strip()]
