# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models

# Where in the assistant a problem of the inbox is solved.
STEPS = {
    "product": "products",
    "tax": "taxes",
    "payment": "payments",
    "setup": "products",
}


class SalesChannelPreviewLine(models.TransientModel):
    """Problems of a dry run are solved in the assistant, before anything is imported."""

    _inherit = "sales.channel.preview.line"

    channel_id = fields.Many2one(related="preview_id.channel_id")
    setup_step = fields.Char(compute="_compute_setup_step")

    def _compute_setup_step(self):
        for line in self:
            line.setup_step = line.outcome == "attention" and STEPS.get(line.reason_code)

    def action_fix(self):
        """The step of the assistant that solves it, or the currencies."""
        self.ensure_one()
        if self.reason_code == "currency":
            return self.env["ir.actions.act_window"]._for_xml_id("base.action_currency_form")
        self.channel_id._check_setup_access()
        self.channel_id.setup_step = self.setup_step
        return self.channel_id.action_setup()
