# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..extf import skr03, skr04
from ..extf.chart import Preset
from ..extf.rules import FIRST_CLIENT, FIRST_CONSULTANT, LAST_CLIENT, LAST_CONSULTANT

PRESETS: dict[str, Preset] = {"de_skr03": skr03.PRESET, "de_skr04": skr04.PRESET}
SHORTEST_ACCOUNT, LONGEST_ACCOUNT = 4, 8


class ResCompany(models.Model):
    _inherit = "res.company"

    datev_consultant_number = fields.Char(
        string="DATEV Consultant Number",
        size=7,
        help="The number of your tax advisor at DATEV, 1001 to 9999999. Ask the advisor.",
    )
    datev_client_number = fields.Char(
        string="DATEV Client Number",
        size=5,
        help="The number your company has at the tax advisor, 1 to 99999. Ask the advisor.",
    )
    datev_lock = fields.Boolean(
        string="Lock Bookings on Import",
        help="Bookings are locked (Festschreibung) as soon as the advisor imports the file. "
        "Without it the advisor can still change them.",
    )
    datev_account_length = fields.Integer(
        string="Account Length",
        compute="_compute_datev_account_length",
        help="Number of digits of your ledger accounts. The advisor's client must be set up "
        "with the same length; customer and supplier accounts have one digit more.",
    )
    datev_chart = fields.Char(
        string="DATEV Chart",
        compute="_compute_datev_chart",
        help="Number of the DATEV chart of accounts: 03 for SKR03, 04 for SKR04.",
    )

    @api.depends("chart_template")
    def _compute_datev_chart(self):
        for company in self:
            preset = company._datev_preset()
            company.datev_chart = preset.number if preset else False

    @api.depends_context("uid")
    def _compute_datev_account_length(self):
        for company in self:
            accounts = (
                self.env["account.account"]
                .with_company(company)
                .search(self.env["account.account"]._check_company_domain(company))
            )
            lengths = Counter(len(code) for code in accounts.mapped("code") if code)
            company.datev_account_length = lengths.most_common(1)[0][0] if lengths else 0

    @api.constrains("datev_consultant_number", "datev_client_number")
    def _check_datev_numbers(self):
        for company in self:
            for field, first, last in (
                ("datev_consultant_number", FIRST_CONSULTANT, LAST_CONSULTANT),
                ("datev_client_number", FIRST_CLIENT, LAST_CLIENT),
            ):
                number = company[field]
                if number and not (number.isdecimal() and first <= int(number) <= last):
                    raise ValidationError(
                        self.env._(
                            "%(field)s must be a number from %(first)s to %(last)s.",
                            field=company._fields[field]._description_string(self.env),
                            first=first,
                            last=last,
                        )
                    )

    def _datev_preset(self) -> Preset | None:
        """Published chart of the company; branches follow their root."""
        self.ensure_one()
        return PRESETS.get(self.root_id.sudo().chart_template or "")

    def _datev_branches(self):
        """The company with its branches: one client at the advisor."""
        self.ensure_one()
        # A branch posts into the same books; the user need not be active in each of them.
        return self.sudo().search([("id", "child_of", self.id)])
