# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare, formatLang
from odoo.tools.float_utils import float_split_str

from .mrp_bom_check import CHECK_KINDS

LIMIT_DIGITS = 3


class MrpProductionCheck(models.Model):
    """A check of a run: open, then answered once; another answer is another entry."""

    _name = "mrp.production.check"
    _inherit = "mrp.batch.record.entry"
    _description = "Check of a Production Run"
    _order = "sequence, id"

    user_id = fields.Many2one(required=False, default=False)
    date = fields.Datetime(required=False, default=False)
    sequence = fields.Integer(readonly=True)
    name = fields.Char("Check", required=True, readonly=True)
    kind = fields.Selection(CHECK_KINDS, "Answer", required=True, readonly=True)
    instruction = fields.Text(readonly=True)
    minimum = fields.Float(digits=(16, 3), readonly=True)
    maximum = fields.Float(digits=(16, 3), readonly=True)
    unit = fields.Char(readonly=True)
    mandatory = fields.Boolean(readonly=True)
    value = fields.Float(digits=(16, 3), readonly=True)
    result = fields.Selection(
        [("open", "Open"), ("pass", "Passed"), ("fail", "Not Passed"), ("void", "Replaced")],
        required=True,
        default="open",
        readonly=True,
        index=True,
    )
    reason = fields.Char(readonly=True)
    answer = fields.Char("Answer Given", compute="_compute_answer")
    limits = fields.Char(compute="_compute_limits")

    @api.depends("minimum", "maximum", "unit", "kind")
    @api.depends_context("lang")
    def _compute_limits(self):
        for check in self:
            limits = f"{self._get_number(check.minimum)} – {self._get_number(check.maximum)}"
            check.limits = check.kind == "measure" and f"{limits} {check.unit or ''}".strip()

    @api.depends("value", "result", "kind", "unit")
    @api.depends_context("lang")
    def _compute_answer(self):
        for check in self:
            if check.result == "open" or (check.result == "void" and not check.date):
                check.answer = False
            elif check.kind == "measure":
                check.answer = f"{self._get_number(check.value)} {check.unit or ''}".strip()
            elif check.kind == "instruction":
                check.answer = self.env._("Done")
            else:
                failed = check.result == "fail" or (check.result == "void" and not check.value)
                check.answer = self.env._("No") if failed else self.env._("Yes")

    @api.model
    def _get_number(self, value):
        """The number as the user's language writes it, without zeros at the end."""
        _whole, fraction = float_split_str(value, LIMIT_DIGITS)
        return formatLang(self.env, value, digits=len(fraction.rstrip("0")))

    # ------------------------------------------------------------------ answering
    def action_pass(self):
        self._answer(value=1)
        return True

    def action_open(self):
        """Ask for the value of a measurement, or for the reason of a “no”."""
        self.ensure_one()
        if self.kind == "instruction" and self.result == "open":
            return self.action_pass()
        wizard = self.env["mrp.floor.answer"].create(
            {"check_id": self.id, "value": self.value if self.kind == "measure" else 0}
        )
        return wizard._get_action()

    def _is_within(self, value):
        """A measurement passes on its limits; anything else passes with a yes."""
        if self.kind != "measure":
            return bool(value)
        return (
            float_compare(value, self.minimum, LIMIT_DIGITS) >= 0
            and float_compare(value, self.maximum, LIMIT_DIGITS) <= 0
        )

    def _answer(self, value, reason=None):
        """Enter an answer. An answered check is replaced by a new entry, for a reason."""
        self.ensure_one()
        run = self.production_id
        run.check_access("write")
        run._lock_for_entry()
        if run.state in ("draft", "cancel") or self.result == "void":
            raise UserError(self.env._("This check can no longer be answered."))
        # Entries are changed by this action only, whoever may do it.
        check = self.sudo()
        result = "pass" if self._is_within(value) else "fail"
        if self.result == result and not float_compare(self.value, value, LIMIT_DIGITS):
            return check
        if self.result != "open":
            run._log_deviation(
                "void",
                reason,
                self.env._(
                    "%(check)s was answered before: %(answer)s", check=self.name, answer=self.answer
                ),
            )
            check = check.copy()
            self.sudo().result = "void"
        answer = {"value": value, "result": result, "reason": reason}
        check.write({**answer, "user_id": self.env.uid, "date": fields.Datetime.now()})
        if result == "fail":
            subject = self.env._("%(check)s: %(answer)s", check=check.name, answer=check.answer)
            if check.limits:
                subject += self.env._(" (allowed: %s)", check.limits)
            run._log_deviation("check", reason, subject, actual=value)
        return check
