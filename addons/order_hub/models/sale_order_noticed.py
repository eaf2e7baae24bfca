# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models


class SaleOrder(models.Model):
    """What customers were told, and no second confirmation beside ours."""

    _inherit = "sale.order"

    notice_ids = fields.One2many("sale.order.notice", "order_id", "Customer Mails", copy=False)
    notice_count = fields.Integer(compute="_compute_notice_count")

    def _compute_notice_count(self):
        # sudo: a number, not the mails
        counts = dict(
            self.env["sale.order.notice"]
            .sudo()
            ._read_group([("order_id", "in", self.ids)], ["order_id"], ["__count"])
        )
        for order in self:
            order.notice_count = counts.get(order._origin, 0)

    def _send_order_notification_mail(self, mail_template, allow_deferred_sending=True):
        """A confirmation that is ours to send becomes a row; whatever asked for it, it goes once.

        Payments, workflows, quotation templates and the job of pending mails all come this way.
        """
        # sudo: visitors of the portal and sales staff do not write notices
        if self.sudo()._confirms_by_notice(mail_template):
            return None
        return super()._send_order_notification_mail(mail_template, allow_deferred_sending)

    def _confirms_by_notice(self, mail_template):
        """Whether this is the confirmation of an order that gets it by a notice."""
        if self.state != "sale" or mail_template != self._get_confirmation_template():
            return False
        self.env.flush_all()
        notices = self.env["sale.order.notice"]
        notices._collect_confirmation(self)
        return bool(
            notices.search_count(
                [("order_id", "=", self.id), ("kind", "=", "confirmation")], limit=1
            )
        )

    def action_view_notices(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("order_hub.action_order_notice")
        return {**action, "domain": [("order_id", "=", self.id)], "context": {}}
