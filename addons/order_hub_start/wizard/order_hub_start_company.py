# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from pytz import country_timezones
from stdnum.eu import vat as eu_vat

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.base.models.res_partner import _tz_get

VALUES = (
    "name", "logo", "street", "street2", "zip", "city", "country_id", "email", "phone", "website",
    "vat",
)  # fmt: skip


class OrderHubStartCompany(models.TransientModel):
    """What letters, invoices and DATEV need of a company, on one screen.

    Not the form of companies: the web client loads the whole page anew after each change there.
    """

    _name = "order.hub.start.company"
    _description = "First Steps: Company"

    company_id = fields.Many2one(
        "res.company", readonly=True, required=True, default=lambda self: self.env.company
    )
    name = fields.Char("Company Name", required=True)
    logo = fields.Binary()
    street = fields.Char(required=True)
    street2 = fields.Char("Street, 2nd Line")
    zip = fields.Char("ZIP", required=True)
    city = fields.Char(required=True)
    country_id = fields.Many2one("res.country", required=True)
    tz = fields.Selection(
        _tz_get,
        "Time Zone",
        compute="_compute_tz",
        store=True,
        readonly=False,
        required=True,
        help="The days of bookings, of lots and of working hours are those of this place: what a "
        "customer pays half an hour after midnight on New Year's Day is of the new year.",
    )
    email = fields.Char(required=True)
    phone = fields.Char()
    website = fields.Char()
    vat = fields.Char("VAT Number", help="Such as DE136695976. Without one, enter the tax number.")
    has_tax_number = fields.Boolean(default=lambda self: self._has_tax_number())
    tax_number = fields.Char(help="Of your tax office. DATEV and the return for VAT need it.")

    @api.model
    def _has_tax_number(self):
        """The field is the German localization's."""
        return "l10n_de_stnr" in self.env["res.company"]._fields

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        company = self.env.company
        found = {name: company[name] for name in VALUES}
        found["country_id"] = company.country_id.id or self.env.ref("base.de").id
        if self._has_tax_number():
            found["tax_number"] = company.l10n_de_stnr
        if company.partner_id.tz:
            found["tz"] = company.partner_id.tz
        return values | {name: value for name, value in found.items() if name in fields}

    @api.depends("country_id")
    def _compute_tz(self):
        for page in self:
            zones = country_timezones.get(page.country_id.code or "", [])
            page.tz = zones[0] if zones else page.tz or self.env.tz.zone

    @api.constrains("vat", "country_id")
    def _check_vat(self):
        european = self.env.ref("base.europe").country_ids
        for page in self:
            if page.vat and page.country_id in european and not eu_vat.is_valid(page.vat):
                raise ValidationError(
                    self.env._(
                        "“%s” is not a valid VAT number: a digit is wrong or missing. A German one "
                        "has DE and nine digits, such as DE136695976.",
                        page.vat,
                    )
                )

    def action_save(self):
        """One write, as the address and the VAT number are checked together."""
        self.ensure_one()
        values = {name: self[name] for name in VALUES if name != "country_id"}
        values["country_id"] = self.country_id.id
        if self.has_tax_number:
            values["l10n_de_stnr"] = self.tax_number
        self.company_id.write(values)
        self._set_time_zone()
        return {"type": "ir.actions.act_window_close"}

    def _set_time_zone(self):
        """Core leaves it empty for countries with several zones, and Germany has two: working
        hours then are those of UTC, as are the days of all that runs in the background.
        """
        # sudo: who may write the company need not be one who may write contacts and hours, and
        # nobody writes to the user that jobs run as
        company, worker = self.company_id.sudo(), self.env.ref("base.user_root").sudo()
        former = company.partner_id.tz
        company.partner_id.tz = self.tz
        hours = company.resource_calendar_ids
        hours.filtered(lambda calendar: calendar.tz in (former, "UTC")).tz = self.tz
        worker.tz = worker.tz or self.tz
