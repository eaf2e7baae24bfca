# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import Command, models
from odoo.exceptions import UserError


class Rma(models.Model):
    """What is dangerous goes to quality at once."""

    _inherit = "rma"

    def _alert_quality(self):
        """An activity for today, for each member of quality of the company."""
        group = self.env.ref("batch_mrp_orders.group_quality")
        for rma in self.filtered("is_health_relevant"):
            people = group.all_user_ids.filtered(
                lambda user, rma=rma: (
                    rma.company_id in user.company_ids and not user._is_superuser()
                )
            )
            # sudo: whoever takes a complaint need not see what quality has to do
            for person in people.sudo():
                rma.sudo().activity_schedule(
                    "order_returns.mail_activity_type_health",
                    user_id=person.id,
                    summary=self.env._(
                        "%(reason)s: %(product)s, lot %(lot)s",
                        reason=rma.reason_id.name,
                        product=rma.product_id.display_name,
                        lot=rma.lot_id.name or self.env._("unknown"),
                    ),
                    note=rma.description,
                )

    def action_recall(self):
        """A draft of a recall of the lots; it only looks."""
        self.env["stock.lot"]._check_quality()
        lots = self.lot_id
        if not lots:
            raise UserError(self.env._("The lot is not known."))
        action = lots.action_recall()
        recall = self.env["stock.recall"].browse(action["res_id"])
        first = self[:1]
        recall.write(
            {
                "origin": "complaint",
                "complaint_partner_id": first.partner_id.id,
                "complaint_order_id": first.order_id.id,
                "reason": ", ".join(self.reason_id.mapped("name")),
                "lot_ids": [Command.set(lots.ids)],
            }
        )
        for rma in self:
            rma.message_post(body=self.env._("Recall begun: %s", recall.name))
        return action
