# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import Command, models
from odoo.exceptions import UserError


class Rma(models.Model):
    """The customer gets a label to send the goods back with."""

    _inherit = "rma"

    def action_return_label(self):
        """Have the carrier make the label, once, and write the mail that brings it."""
        self.ensure_one()
        # sudo: whoever takes complaints need not change transfers
        receipt = self.sudo().reception_move_id.picking_id
        if self.goods_state != "expected":
            raise UserError(self.env._("%s: no goods are expected.", self.name))
        receipt.move_ids._take_turns()
        if not receipt.carrier_id:
            receipt.carrier_id = self.sudo().move_id.picking_id.carrier_id
        if not receipt.return_label_ids:
            if not receipt.carrier_id.can_generate_return:
                raise UserError(
                    self.env._("The carrier of the delivery makes no labels for returns.")
                )
            receipt.print_return_label()
            receipt.invalidate_recordset(["return_label_ids"])
        return self._write_label_mail(receipt.return_label_ids)

    def _write_label_mail(self, labels):
        copies = labels.copy({"res_model": self._name, "res_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send the Return Label"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_composition_mode": "comment",
                "default_template_id": self.env.ref("order_returns.mail_template_label").id,
                "default_attachment_ids": [Command.set(copies.ids)],
                "force_email": True,
            },
        }
