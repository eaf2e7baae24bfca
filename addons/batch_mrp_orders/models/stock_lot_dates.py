# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

# Noon in UTC is the same day for readers from Hawaii to Auckland.
EXPIRY_HOUR = time(12)
# What a person has entered stays as it is.
COMPUTED_ORIGINS = ("product", "run")
# Goods in locations of these kinds have been used, or are somebody else's.
USED_BY = ("customer", "production")


class StockLot(models.Model):
    """The dates of a lot that a run makes come from the run, unless a person enters others."""

    _inherit = "stock.lot"

    expiration_date = fields.Datetime(tracking=True)
    use_date = fields.Datetime(tracking=True)
    expiry_origin = fields.Selection(
        [
            ("product", "Days of the product"),
            ("run", "Production run"),
            ("entered", "Entered"),
        ],
        "Expiry From",
        readonly=True,
        copy=False,
        help="Dates that a person has entered are never changed by a run.",
    )
    expiry_limited_by_id = fields.Many2one(
        "stock.lot",
        "Limited By",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The ingredient because of which the goods expire before the shelf life of their "
        "recipe ends.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [
            {"expiry_origin": "entered" if vals.get("expiration_date") else "product", **vals}
            for vals in vals_list
        ]
        return super().create(vals_list)

    def write(self, vals):
        if "expiration_date" in vals and "expiry_origin" not in vals:
            vals = {**vals, "expiry_origin": "entered", "expiry_limited_by_id": False}
        return super().write(vals)

    def _get_dates_at(self, day):
        """Values of all dates for goods that expire on ``day``.

        Best before, removal and alert keep their distance from the expiry; where they have
        none yet, it is that of the product.
        """
        self.ensure_one()
        expires = datetime.combine(day, EXPIRY_HOUR)
        values = {"expiration_date": expires}
        template = self.product_id.product_tmpl_id
        for field, days in (
            ("use_date", template.use_time),
            ("removal_date", template.removal_time),
            ("alert_date", template.alert_time),
        ):
            distance = timedelta(days=days)
            if self[field] and self.expiration_date:
                distance = self.expiration_date - self[field]
            values[field] = expires - distance
        return values

    def _get_best_before(self):
        """The moment that the product's date mark names: until when its goods are at their
        best, or may be used. Where no other is set it is their expiry.
        """
        if self.product_id.date_mark == "use_by":
            return self.expiration_date
        return self.use_date or self.expiration_date

    def _get_left(self):
        """Of these lots, those of which goods are at customers or in other goods."""
        lines = self.env["stock.move.line"]._read_group(
            Domain("lot_id", "in", self.ids)
            & Domain("state", "=", "done")
            & Domain("location_dest_id.usage", "in", USED_BY),
            ["lot_id"],
        )
        return self.browse(lot.id for (lot,) in lines)

    def _get_runs(self):
        """Runs that make these lots, whoever asks."""
        # What a lot's dates are must not depend on the rights of its reader.
        return (
            self.env["mrp.production"]
            .sudo()
            .search([("lot_producing_ids", "in", self.ids), ("state", "!=", "cancel")])
        )

    def action_take_dates_from_run(self):
        """Forget the entered dates and take those of the run that makes the lot."""
        runs = self._get_runs()
        if self - runs.lot_producing_ids:
            raise UserError(self.env._("No production run makes this lot."))
        if self._get_left():
            raise UserError(
                self.env._("Goods of this lot have left already; its dates stay as they are.")
            )
        self.expiry_origin = "run"
        runs._update_lot_dates()
        return True
