# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..planning.lot_number import KNOWN, PatternError, parse_pattern

SAMPLE_CODE = "HONEY500"


class ResCompany(models.Model):
    _inherit = "res.company"

    lot_number_pattern = fields.Char(
        help="How lot numbers are made, for instance {product}-{yy}{doy}-{seq:2}. Empty leaves "
        "them to the sequences of the products."
    )
    lot_number_at_start = fields.Boolean(
        "Number Lots When a Run Starts",
        help="The lot has its number, for labels, as soon as the run is started. Otherwise it "
        "gets it on request or when the run is finished.",
    )
    lot_number_on_receipt = fields.Boolean(
        "Number Received Lots",
        help="What is received without a lot number gets one when the receipt is validated.",
    )

    @api.constrains("lot_number_pattern")
    def _check_lot_number_pattern(self):
        for company in self:
            company._get_lot_pattern()

    def _get_lot_pattern(self):
        """The checked pattern; None where there is none."""
        pattern = (self.lot_number_pattern or "").strip()
        if not pattern:
            return None
        try:
            return parse_pattern(pattern)
        except PatternError as error:
            raise ValidationError(self._explain_pattern_error(error)) from error

    @api.model
    def _explain_pattern_error(self, error):
        if error.reason == "unknown":
            return self.env._(
                "“{%(part)s}” is no part of a lot number. There are: %(parts)s.",
                part=error.part,
                parts=", ".join(f"{{{name}}}" for name in KNOWN),
            )
        return {
            "brace": self.env._("A brace of the lot number has no partner."),
            "sequence": self.env._(
                "A lot number needs the running number {seq} once, else two lots of a day would "
                "have the same number."
            ),
            "week": self.env._("The week {ww} goes with the year only, not with a month or a day."),
        }[error.reason]


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    lot_number_pattern = fields.Char(related="company_id.lot_number_pattern", readonly=False)
    lot_number_at_start = fields.Boolean(related="company_id.lot_number_at_start", readonly=False)
    lot_number_on_receipt = fields.Boolean(
        related="company_id.lot_number_on_receipt", readonly=False
    )
    lot_number_preview = fields.Text("Preview", compute="_compute_lot_number_preview")

    @api.depends("lot_number_pattern")
    def _compute_lot_number_preview(self):
        today = fields.Date.context_today(self)
        product = self.env["product.product"].search(
            [("tracking", "=", "lot"), ("default_code", "!=", False)], limit=1
        )
        code = product.default_code or SAMPLE_CODE
        for settings in self:
            settings.lot_number_preview = settings._get_lot_number_preview(code, today)

    def _get_lot_number_preview(self, code, today):
        if not (self.lot_number_pattern or "").strip():
            return False
        try:
            pattern = parse_pattern(self.lot_number_pattern.strip())
        except PatternError as error:
            return self.env["res.company"]._explain_pattern_error(error)
        tomorrow = today + timedelta(days=1)
        again = pattern.stem(code, today) != pattern.stem(code, tomorrow)
        return self.env._(
            "%(code)s today: %(first)s, %(second)s … and tomorrow: %(next)s",
            code=code,
            first=pattern.render(code, today, 1),
            second=pattern.render(code, today, 2),
            next=pattern.render(code, tomorrow, 1 if again else 3),
        )
