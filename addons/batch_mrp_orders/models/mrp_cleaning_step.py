# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class MrpCleaningStep(models.Model):
    """One thing to do when a rule asks for a cleaning."""

    _name = "mrp.cleaning.step"
    _description = "Cleaning Step"
    _order = "rule_id, sequence, id"

    rule_id = fields.Many2one("mrp.cleaning.rule", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="rule_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char("Step", required=True, translate=True)


class MrpCleaningRule(models.Model):
    _inherit = "mrp.cleaning.rule"

    step_ids = fields.One2many("mrp.cleaning.step", "rule_id", "Checklist", copy=True)


class MrpCleaningCheck(models.Model):
    """A step that somebody has ticked; its words stay when the checklist changes."""

    _name = "mrp.cleaning.check"
    _description = "Ticked Cleaning Step"
    _order = "id"

    cleaning_id = fields.Many2one("mrp.cleaning", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="cleaning_id.company_id", store=True, index=True)
    step_id = fields.Many2one(
        "mrp.cleaning.step", "Of the Rule", ondelete="set null", index="btree_not_null"
    )
    name = fields.Char("Step", compute="_compute_name", store=True)
    is_done = fields.Boolean("Done")

    @api.depends("step_id")
    def _compute_name(self):
        for check in self:
            check.name = check.step_id.name or check.name


class MrpCleaning(models.Model):
    """A cleaning counts as passed only when all steps of its checklist are ticked."""

    _inherit = "mrp.cleaning"

    check_ids = fields.One2many(
        "mrp.cleaning.check",
        "cleaning_id",
        "Checklist",
        compute="_compute_check_ids",
        store=True,
        readonly=False,
    )

    @api.depends("workcenter_id", "production_id")
    def _compute_check_ids(self):
        for entry in self:
            steps = entry._get_required_steps()
            if entry.check_ids.step_id != steps:
                entry.check_ids = [
                    Command.clear(),
                    *(Command.create({"step_id": step.id}) for step in steps),
                ]

    def _get_required_steps(self):
        """Those of the rules that the run breaks; without a run, of all of the work center."""
        rules = self.env["mrp.cleaning.rule"].search(
            [
                ("company_id", "=", self.workcenter_id.company_id.id),
                ("workcenter_id", "in", (False, self.workcenter_id.id)),
                ("step_ids", "!=", False),
            ]
        )
        if rules and self.production_id:
            work = self.production_id.workorder_ids.filtered(
                lambda work: (
                    work.workcenter_id == self.workcenter_id and work.state in ("blocked", "ready")
                )
            )[:1]
            last = work._get_last_on_work_center() if work else work
            rules = rules._get_broken(last.product_id, work.product_id) if last else rules[:0]
        return rules.step_ids

    @api.model_create_multi
    def create(self, vals_list):
        entries = super().create(vals_list)
        for entry in entries.filtered(lambda entry: entry.kind == "ok"):
            done = entry.check_ids.filtered("is_done").step_id
            if left := entry._get_required_steps() - done:
                raise UserError(
                    self.env._(
                        "These steps of the cleaning are not ticked:\n%s",
                        "\n".join(f"– {step.name}" for step in left),
                    )
                )
        return entries
