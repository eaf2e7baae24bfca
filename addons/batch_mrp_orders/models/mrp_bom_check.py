# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models

CHECK_KINDS = [
    ("instruction", "Instruction"),
    ("yes_no", "Yes / No"),
    ("measure", "Measurement"),
]


class MrpBomCheck(models.Model):
    """What has to be done, seen or measured while a recipe is produced."""

    _name = "mrp.bom.check"
    _description = "Check of a Recipe"
    _order = "bom_id, sequence, id"
    _check_company_auto = True

    bom_id = fields.Many2one(
        "mrp.bom", "Recipe", required=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="bom_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    name = fields.Char("Check", required=True, translate=True)
    kind = fields.Selection(CHECK_KINDS, "Answer", required=True, default="yes_no")
    instruction = fields.Text(translate=True)
    minimum = fields.Float(digits=(16, 3))
    maximum = fields.Float(digits=(16, 3))
    unit = fields.Char(help="Unit of the measurement as it is read: °C, pH, bar …")
    mandatory = fields.Boolean(
        default=True, help="The run cannot be finished before the check is answered."
    )

    _limits = models.Constraint(
        "CHECK (kind != 'measure' OR minimum <= maximum)",
        "The lower limit of a measurement must not be above the upper one.",
    )

    def _prepare_run_check(self, production):
        """The check as it stands now: a run keeps what it was to be checked for."""
        self.ensure_one()
        return {
            "production_id": production.id,
            **{
                name: self[name]
                for name in (
                    "sequence",
                    "name",
                    "kind",
                    "instruction",
                    "minimum",
                    "maximum",
                    "unit",
                    "mandatory",
                )
            },
        }


class MrpBom(models.Model):
    _inherit = "mrp.bom"

    check_ids = fields.One2many(
        "mrp.bom.check",
        "bom_id",
        "Checks",
        copy=True,
        help="What the operator has to do, see or measure. A new version takes them over.",
    )


class MrpBomLine(models.Model):
    _inherit = "mrp.bom.line"

    tolerance_percent = fields.Float(
        "Tolerance (%)",
        digits=(5, 2),
        help="How far the weighed quantity may be off the target, either way. 0 takes the "
        "tolerance of the company.",
    )
    weighing_instruction = fields.Char(
        translate=True,
        help="What the operator reads when the ingredient is weighed, such as: melt first.",
    )

    _tolerance_percent = models.Constraint(
        "CHECK (tolerance_percent >= 0)", "The tolerance of an ingredient must not be negative."
    )

    def _get_tolerance(self, company):
        return self.tolerance_percent or company.weighing_tolerance_percent


class ResCompany(models.Model):
    _inherit = "res.company"

    weighing_tolerance_percent = fields.Float(
        "Weighing Tolerance (%)",
        digits=(5, 2),
        default=1.0,
        help="How far a weighed quantity may be off its target where the recipe says nothing.",
    )
    yield_tolerance_percent = fields.Float(
        "Yield Tolerance (%)",
        digits=(5, 2),
        default=3.0,
        help="How far the produced quantity may be off the planned one without a reason.",
    )
    block_until_release = fields.Boolean(
        "Block Output Until Release",
        help="What a run has made is blocked until quality has released its batch record.",
    )

    _production_tolerances = models.Constraint(
        "CHECK (weighing_tolerance_percent >= 0 AND yield_tolerance_percent >= 0)",
        "Tolerances must not be negative.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    weighing_tolerance_percent = fields.Float(
        related="company_id.weighing_tolerance_percent", readonly=False
    )
    yield_tolerance_percent = fields.Float(
        related="company_id.yield_tolerance_percent", readonly=False
    )
    block_until_release = fields.Boolean(related="company_id.block_until_release", readonly=False)


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    check_ids = fields.One2many("mrp.production.check", "production_id", copy=False)

    def action_confirm(self):
        res = super().action_confirm()
        self._take_checks()
        return res

    def _action_confirm_mo_backorders(self):
        res = super()._action_confirm_mo_backorders()
        self._take_checks()
        return res

    def _take_checks(self):
        """Give runs the checks of their recipes, once."""
        # Checks belong to the batch record, which nobody writes by hand.
        checks = self.env["mrp.production.check"].sudo()
        checks.create(
            [
                check._prepare_run_check(run)
                for run in self
                if run.state in ("confirmed", "progress", "to_close") and not run.check_ids
                for check in run.bom_id.check_ids
            ]
        )
