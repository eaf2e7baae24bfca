# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict
from fractions import Fraction

from odoo import api, models
from odoo.fields import Domain

from ..planning.quantity import exact


class StockQuant(models.Model):
    _inherit = "stock.quant"

    @api.model
    def _get_usable_quantities(self, products, warehouse, on_date):
        """Stock that may be promised: in the warehouse, unreserved and unclaimed, alive on
        the day.

        :param products: ``product.product`` recordset
        :param on_date: the day (date) on which the goods must still be good
        :return: exact quantity by product id, in the product's unit; products
            without usable stock are left out
        :rtype: dict[int, Fraction]
        """
        quantities = defaultdict(Fraction)
        for product_id, expires, quantity in self._get_usable_lots(products, warehouse):
            if not expires or expires > on_date:
                quantities[product_id] += quantity
        return dict(quantities)

    @api.model
    def _get_usable_lots(self, products, warehouse):
        """Unreserved, unclaimed stock of ``products`` in ``warehouse``, by expiry.

        :return: (product id, first day on which it may no longer be used or None,
            exact quantity in the product's unit)
        :rtype: list[tuple[int, date | None, Fraction]]
        """
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        totals = defaultdict(Fraction)
        for product, lot, quantity, reserved in self._read_group(
            self._get_usable_domain(products, warehouse),
            ["product_id", "lot_id"],
            ["quantity:sum", "reserved_quantity:sum"],
        ):
            totals[product.id, self._get_last_day(lot)] += exact(quantity) - exact(reserved)
        claims = self.env["mrp.production.allocation"]._get_claimed_stock(products, warehouse)
        for (product_id, lot), quantity in claims.items():
            totals[product_id, self._get_last_day(lot)] -= quantity
        return [
            (product_id, expires, rounded)
            for (product_id, expires), quantity in totals.items()
            if (rounded := round(quantity, digits)) > 0
        ]

    @api.model
    def _get_last_day(self, lot):
        """First day on which goods of the lot may no longer be used, or None.

        Core's reservation passes over lots after their removal date.
        """
        dates = [date for date in (lot.expiration_date, lot.removal_date) if date]
        return min(dates).date() if dates else None

    @api.model
    def _get_usable_domain(self, products, warehouse):
        return (
            Domain("product_id", "in", products.ids)
            & Domain("location_id", "child_of", warehouse.lot_stock_id.id)
            & Domain("location_id.usage", "=", "internal")
        )
