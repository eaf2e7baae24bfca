# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from fractions import Fraction

from odoo import api, fields, models

from ..planning.forecast import (
    backtest_error,
    forecast,
    per_day,
    quantity_to_make,
    rounded_up,
    shifted,
    suggested_minimum,
)
from ..planning.quantity import exact


class StockWarehouseOrderpoint(models.Model):
    _inherit = "stock.warehouse.orderpoint"

    forecast_qty = fields.Float(
        "Forecast Next Month",
        digits="Product Unit",
        compute="_compute_forecast",
        help="From the shipments of the past: the same month last year with the growth since.",
    )
    forecast_error = fields.Float(
        compute="_compute_forecast",
        help="How far the same rule was off for the same month last year; 0 if there is no "
        "history to compare with.",
    )
    forecast_tested = fields.Boolean(compute="_compute_forecast")
    suggested_min_qty = fields.Float(
        "Suggested Min",
        digits="Product Unit",
        compute="_compute_forecast",
        help="Lasts for the lead time, with the error of the forecast as safety; rounded up.",
    )
    sellable_qty = fields.Float(
        "Sellable Before Expiry",
        digits="Product Unit",
        compute="_compute_forecast",
        help="What can be sold within the shelf life of goods made now.",
    )

    @api.depends(
        "product_id.use_expiration_date",
        "product_id.expiration_time",
        "product_id.removal_time",
        "effective_bom_id.shelf_life_days",
        "warehouse_id",
        "lead_days",
    )
    def _compute_forecast(self):
        today = fields.Date.today()
        current = (today.year, today.month)
        target = shifted(current, 1)
        sales = self._get_monthly_sales()
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        for orderpoint in self:
            history = sales[orderpoint.product_id, orderpoint.warehouse_id]
            expected = forecast(history, target, current) or Fraction(0)
            error = backtest_error(history, target)
            daily = per_day(expected, target)
            orderpoint.forecast_qty = round(float(expected), digits)
            orderpoint.forecast_error = float(error or 0)
            orderpoint.forecast_tested = error is not None
            suggestion = suggested_minimum(daily, exact(orderpoint.lead_days), error)
            orderpoint.suggested_min_qty = round(float(rounded_up(suggestion)), digits)
            orderpoint.sellable_qty = round(
                float(daily * orderpoint._get_shelf_life_days()), digits
            )

    def _get_shelf_life_days(self):
        """Days on which goods made today may be sold; 0 means that they keep."""
        product = self.product_id
        days = self.effective_bom_id._get_shelf_life(product).days
        if not product.use_expiration_date or not days:
            return 0
        return max(days - product.removal_time, 0)

    def _get_monthly_sales(self):
        """Shipments to customers less returns, by (product, warehouse) and month."""
        return self.product_id._get_monthly_outflow(("customer",))

    def _get_multiple_rounded_qty(self, qty_to_order):
        """Goods that are made come in full batches, and no more than can be sold in time."""
        quantity = super()._get_multiple_rounded_qty(qty_to_order)
        recipe = self.effective_bom_id
        if not recipe:
            return quantity
        batch_size = sellable = None
        if recipe.enable_batch_size:
            batch_size = self.env["mrp.planning"]._to_product_unit(
                recipe.batch_size, recipe.product_uom_id, self.product_id
            )
        if self._get_shelf_life_days() and self.forecast_qty:
            sellable = exact(self.sellable_qty) - max(exact(self.qty_forecast), Fraction(0))
        return float(quantity_to_make(exact(quantity), batch_size, sellable))

    def action_use_suggested_min(self):
        """Take the suggestion as the minimum; the maximum grows with it."""
        for orderpoint in self:
            orderpoint.product_min_qty = orderpoint.suggested_min_qty
            orderpoint.product_max_qty = max(
                orderpoint.product_max_qty, orderpoint.suggested_min_qty
            )
        return True
