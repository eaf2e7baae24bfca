# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict
from fractions import Fraction

from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.fields import Domain

from ..planning.quantity import exact

HISTORY_MONTHS = 30


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _get_monthly_outflow(self, usages):
        """What has left for locations of these ``usages`` less what came back, exact, by
        (product, warehouse) and month."""
        since = fields.Date.today().replace(day=1) - relativedelta(months=HISTORY_MONTHS)
        base = (
            Domain("product_id", "in", self.ids)
            & Domain("state", "=", "done")
            & Domain("date", ">=", since)
        )
        outflow = defaultdict(lambda: defaultdict(Fraction))
        # Months are those of UTC, the same for every reader.
        moves = self.env["stock.move"].with_context(tz="UTC")
        for sign, inside, outside in (
            (1, "location_id", "location_dest_id"),
            (-1, "location_dest_id", "location_id"),
        ):
            for product, location, month, quantity in moves._read_group(
                base
                & Domain(f"{outside}.usage", "in", usages)
                # Goods a run makes come out of production as well; they are no returns.
                & Domain("production_id", "=", False),
                ["product_id", inside, "date:month"],
                ["product_qty:sum"],
            ):
                outflow[product, location.warehouse_id][month.year, month.month] += sign * exact(
                    quantity
                )
        return outflow
