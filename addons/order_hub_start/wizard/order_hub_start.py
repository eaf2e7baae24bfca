# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models


class OrderHubStart(models.TransientModel):
    """The page with all steps."""

    _name = "order.hub.start"
    _description = "First Steps"

    company_id = fields.Many2one(
        "res.company", readonly=True, required=True, default=lambda self: self.env.company
    )
    step_ids = fields.Many2many("order.hub.start.step", compute="_compute_steps")
    progress = fields.Integer(compute="_compute_steps")
    progress_text = fields.Char(compute="_compute_steps")
    is_ready = fields.Boolean(compute="_compute_steps")

    def _compute_steps(self):
        steps = self.env["order.hub.start.step"]._get_steps()
        open_steps = steps.filtered(lambda step: step.state == "open")
        done = len(steps) - len(open_steps)
        for page in self:
            page.step_ids = steps
            page.progress = round(100 * done / len(steps)) if steps else 0
            page.progress_text = self.env._(
                "%(done)s of %(all)s steps are done", done=done, all=len(steps)
            )
            page.is_ready = not any(step.required for step in open_steps)

    def _compute_display_name(self):
        for page in self:
            page.display_name = self.env._("First Steps")

    @api.model
    def action_open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("First Steps"),
            "res_model": self._name,
            "res_id": self.create({}).id,
            "view_mode": "form",
            "target": "current",
        }
