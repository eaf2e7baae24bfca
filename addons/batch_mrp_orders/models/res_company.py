# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from pytz import timezone, utc

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    promise_shipping_days = fields.Integer(
        "Shipping Days",
        default=2,
        help="Working days from handing goods over to the carrier until the customer has them.",
    )
    promise_hold_hours = fields.Integer(
        "Hold Promises For",
        default=24,
        help="Hours for which a promised quotation keeps its material and its time on the work "
        "centers. 0 keeps nothing.",
    )

    _promise_settings_not_negative = models.Constraint(
        "CHECK (promise_shipping_days >= 0 AND promise_hold_hours >= 0)",
        "Shipping days and hours of a promise cannot be negative.",
    )

    def write(self, vals):
        """Open orders have to leave on another day when transport takes longer or shorter."""
        res = super().write(vals)
        if "promise_shipping_days" in vals:
            orders = self.env["sale.order"].search(
                [("company_id", "in", self.ids), ("commitment_date", ">", fields.Datetime.now())]
            )
            self.env.add_to_compute(orders._fields["ship_by_date"], orders)
        return res

    def _get_local_day(self, moment):
        """The calendar day at the company's place."""
        zone = timezone(self.partner_id.tz or self.env.user.tz or "UTC")
        return utc.localize(moment).astimezone(zone).date()
