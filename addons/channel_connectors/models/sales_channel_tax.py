# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..channels.base.errors import ChannelError
from ..importer.tax_preparer import TaxPreparer


class SalesChannelTax(models.Model):
    _name = "sales.channel.tax"
    _description = "Tax of a Sales Channel"
    _order = "channel_id, country_id, rate desc, price_include desc"
    _check_company_auto = True

    channel_id = fields.Many2one(
        "sales.channel", required=True, ondelete="cascade", index=True, check_company=True
    )
    company_id = fields.Many2one(related="channel_id.company_id", store=True)
    country_id = fields.Many2one("res.country", "Destination", required=True)
    rate = fields.Float("Rate (%)", digits=(9, 4), required=True)
    price_include = fields.Boolean(
        "Price Contains Tax", help="True for orders of a shop that shows prices with tax."
    )
    kind = fields.Selection(
        [
            ("own", "Owed by us"),
            ("business", "Business with VAT Number"),
            ("marketplace", "Owed by the Marketplace"),
            ("product", "Rate of the Product at Home"),
        ],
        "Case",
        required=True,
        default="own",
        help="Businesses with a VAT number in another member state are sold to without tax. "
        "Tax a marketplace collects and pays itself passes through: choose a tax on a clearing "
        "account for it. A channel that tells no taxes: the rate is the one the product has at "
        "home, the tax the one it has in the destination.",
    )
    tax_id = fields.Many2one(
        "account.tax",
        "Tax in Odoo",
        check_company=True,
        domain="[('type_tax_use', '=', 'sale')]",
        help="Orders with a rate that has no tax here wait: nothing is guessed.",
    )
    fiscal_position_id = fields.Many2one(
        "account.fiscal.position",
        check_company=True,
        help="Fiscal position of the orders with this tax, for the right income accounts. "
        "Empty: the one Odoo finds for the customer.",
    )

    _unique_rate = models.Constraint(
        "UNIQUE(channel_id, country_id, rate, price_include, kind)",
        "A rate can be mapped only once per destination.",
    )

    @api.depends("country_id", "rate")
    def _compute_display_name(self):
        for row in self:
            row.display_name = f"{row.country_id.code} {row.rate:g} %"

    def write(self, vals):
        result = super().write(vals)
        if vals.get("tax_id"):
            self.channel_id._release_waiting("tax")
        return result


class SalesChannel(models.Model):
    _inherit = "sales.channel"

    def action_prepare_taxes(self):
        """Find or create a tax for every rate the orders of the inbox carry."""
        self.ensure_one()
        channel = self.with_company(self.company_id)
        if not channel.order_ids:
            self._require_setup()
            try:
                channel._fetch_orders(process=False)
            except ChannelError as error:
                raise UserError(channel._explain(error)) from error
        missing = TaxPreparer(channel).run()
        channel._release_waiting("tax")
        channel._release_waiting("setup")
        if missing:
            return self._notify(
                self.env._("Choose a tax"),
                self.env._("No tax was found for: %s", ", ".join(missing.mapped("display_name"))),
                "warning",
            )
        return self._notify(
            self.env._("Taxes are ready"),
            self.env._("%s rates are mapped to taxes.", len(channel.tax_ids)),
            "success",
        )
