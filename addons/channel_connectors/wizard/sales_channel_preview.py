# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import Command, api, fields, models


class SalesChannelPreview(models.TransientModel):
    _name = "sales.channel.preview"
    _description = "Dry Run of an Import"

    channel_id = fields.Many2one("sales.channel", readonly=True)
    line_ids = fields.One2many("sales.channel.preview.line", "preview_id", readonly=True)
    create_count = fields.Integer("Would Be Imported", compute="_compute_counts")
    attention_count = fields.Integer("Would Need Attention", compute="_compute_counts")
    follow_count = fields.Integer("Would Follow a Change", compute="_compute_counts")

    def _compute_display_name(self):
        self.display_name = self.env._("Dry Run")

    @api.depends("line_ids.outcome")
    def _compute_counts(self):
        for preview in self:
            outcomes = preview.line_ids.mapped("outcome")
            preview.create_count = outcomes.count("create")
            preview.attention_count = outcomes.count("attention")
            preview.follow_count = outcomes.count("follow")

    @api.model
    def _open(self, channel, facts):
        """A dry run to look at."""
        preview = self.create(
            {
                "channel_id": channel.id,
                "line_ids": [Command.create(vals) for vals in facts],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dry Run"),
            "res_model": "sales.channel.preview",
            "res_id": preview.id,
            "views": [(False, "form")],
        }


class SalesChannelPreviewLine(models.TransientModel):
    _name = "sales.channel.preview.line"
    _description = "Order of a Dry Run"

    preview_id = fields.Many2one("sales.channel.preview", required=True, ondelete="cascade")
    name = fields.Char("Channel Order")
    channel_order = fields.Char("Channel ID")
    customer = fields.Char()
    customer_state = fields.Selection([("new", "New"), ("known", "Known")], "Contact")
    outcome = fields.Selection(
        [
            ("create", "Imported"),
            ("follow", "Change Followed"),
            ("unchanged", "Unchanged"),
            ("attention", "Needs Attention"),
            ("ignored", "Ignored"),
        ]
    )
    reason_code = fields.Char()
    details = fields.Text("What Would Happen")
    currency_id = fields.Many2one("res.currency")
    amount_total = fields.Monetary("Total")
    amount_tax = fields.Monetary("Taxes")
