# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models

from ..extf.check_master import check_master
from ..extf.spec_master import ACCOUNTS, PARTNERS
from .datev_files import HEAD_LINES
from .datev_finding import OUTSIDE
from .datev_setup import MANAGER

# Findings about the settings -> step of the assistant where they are put right.
STEP_OF_CODE = {
    "consultant_number": "advisor",
    "client_number": "advisor",
    "account_length": "chart",
    "chart": "chart",
}
# Findings that open a list of their own.
OTHER = ("receipt_invoices",)


class DatevFinding(models.Model):
    _inherit = "datev.finding"

    can_fix = fields.Boolean(compute="_compute_can_fix")

    @api.depends("code", "settings", "move_id", "account_id", "tax_id", "partner_id")
    def _compute_can_fix(self):
        for finding in self:
            records = finding.move_id or finding.account_id or finding.tax_id or finding.partner_id
            finding.can_fix = (
                bool(records)
                or finding.settings
                or finding.code in (*OUTSIDE, *OTHER, *STEP_OF_CODE)
            )

    def action_fix(self):
        """Findings about settings lead to their step of the assistant."""
        self.ensure_one()
        step = STEP_OF_CODE.get(self.code)
        # Others see in the settings who may change them.
        if step and self.env.user.has_group(MANAGER):
            setup = self.env["datev.setup"].with_company(self.company_id)
            return setup.action_open(step)
        return super().action_fix()


class DatevExport(models.Model):
    _inherit = "datev.export"

    def _find_master_problems(self, run, file) -> None:
        """What is wrong with a master data file, each with its contact or account."""
        problems = list(check_master(file.content, file.kind))
        before = len(run.findings)
        self._find_problems(run, problems, 0, [])
        for finding, problem in zip(run.findings[before:], problems, strict=False):
            row = problem.line - HEAD_LINES - 1
            if 0 <= row < len(file.numbers):
                finding.update(self._master_record(run, file.kind, file.numbers[row]))

    def _master_record(self, run, kind, number: str) -> dict[str, int]:
        if kind is PARTNERS:
            partners = {personal: key[1] for key, personal in run.frame.personal.items()}
            return {"partner_id": partners[number]}
        if kind is ACCOUNTS:
            accounts = {code: account_id for account_id, code in run.frame.accounts.items()}
            return {"account_id": accounts[number]}
        return {}
