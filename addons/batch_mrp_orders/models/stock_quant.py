# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict
from datetime import datetime, time, timedelta
from fractions import Fraction

from odoo import api, fields, models
from odoo.fields import Domain

from ..planning.quantity import exact


class StockQuant(models.Model):
    _inherit = "stock.quant"

    lot_blocked = fields.Boolean(related="lot_id.is_blocked", string="Lot Blocked")

    @api.model
    def _get_usable_quantities(self, products, warehouse, on_date, min_days=0):
        """Stock that may be promised: in the warehouse, released, unreserved, unclaimed,
        alive on the day.

        :param products: ``product.product`` recordset
        :param on_date: the day (date) on which the goods must still be good
        :param min_days: days they must keep after it
        :return: exact quantity by product id, in the product's unit; products
            without usable stock are left out
        :rtype: dict[int, Fraction]
        """
        quantities = defaultdict(Fraction)
        for product_id, expires, quantity in self._get_usable_lots(products, warehouse):
            if not expires or expires > on_date + timedelta(days=min_days):
                quantities[product_id] += quantity
        return dict(quantities)

    @api.model
    def _get_usable_lots(self, products, warehouse):
        """Released stock of ``products`` in ``warehouse`` that is alive and neither
        reserved nor claimed, by expiry.

        :return: (product id, first day on which it may no longer be used or None,
            exact quantity in the product's unit)
        :rtype: list[tuple[int, date | None, Fraction]]
        """
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        today = fields.Date.today()
        totals = defaultdict(Fraction)
        for product, lot, quantity, reserved in self._read_group(
            self._get_usable_domain(products, warehouse),
            ["product_id", "lot_id"],
            ["quantity:sum", "reserved_quantity:sum"],
        ):
            expires = self._get_last_day(lot)
            if not expires or expires > today:
                totals[product.id, expires] += exact(quantity) - exact(reserved)
        claims = self.env["mrp.production.allocation"]._get_claimed_stock(products, warehouse)
        for (product_id, lot), quantity in claims.items():
            if (product_id, self._get_last_day(lot)) in totals:
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
            & self._get_released_domain()
        )

    # -------------------------------------------------------------- reservation
    @api.model
    def _get_released_domain(self):
        """Stock that quality has not blocked."""
        return Domain("lot_id", "not any", [("is_blocked", "=", True)])

    @api.model
    def _get_alive_domain(self, day):
        """Stock that may still be used on ``day``, by the same rule as :meth:`_get_last_day`."""
        after = datetime.combine(day + timedelta(days=1), time.min)
        return Domain.AND(
            Domain(field, "=", False) | Domain(field, ">=", after)
            for field in ("expiration_date", "removal_date")
        )

    def _get_gather_domain(
        self, product_id, location_id, lot_id=None, package_id=None, owner_id=None, strict=False
    ):
        domain = super()._get_gather_domain(
            product_id, location_id, lot_id, package_id, owner_id, strict
        )
        if self.env.context.get("released_only"):
            domain &= self._get_released_domain()
        if self.env.context.get("alive_on"):
            domain &= self._get_alive_domain(self.env.context["alive_on"])
        return domain

    def _get_reserve_quantity(
        self,
        product_id,
        location_id,
        quantity,
        uom_id=None,
        lot_id=None,
        package_id=None,
        owner_id=None,
        strict=False,
    ):
        """Nothing is reserved from a blocked lot; what was reserved can be given back."""
        quants = self.with_context(released_only=True) if quantity > 0 else self
        return super(StockQuant, quants)._get_reserve_quantity(
            product_id,
            location_id,
            quantity,
            uom_id=uom_id,
            lot_id=lot_id,
            package_id=package_id,
            owner_id=owner_id,
            strict=strict,
        )
