# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from decimal import Decimal

from ..channels.base.linetax import exact
from ..channels.base.order import LineKind
from ..channels.base.untold import ACCESSORIES, with_home_rates, with_taxes
from .products import ProductFinder


class HomeRates:
    """Rates for orders whose channel tells no taxes: the products have them."""

    def __init__(self, channel, products=None):
        self.channel = channel
        self.products = products
        self.company = channel.company_id

    def apply(self, orders):
        """The orders with open taxes, as far as their products are known."""
        orders = list(orders)
        if self.products is None and any(not order.taxes_told for order in orders):
            self.products = ProductFinder(self.channel, orders)
        return [self.of(order) for order in orders]

    def of(self, order):
        """An order with the rates its goods have at home; what is told stays as it is."""
        if order.taxes_told:
            return order
        rates = {
            line.external_id: self._rates(product)
            for line in order.lines
            if line.kind not in ACCESSORIES
            for product in [self._product(line)]
            if product
        }
        return with_home_rates(order, rates)

    def _product(self, line):
        if line.kind == LineKind.GOODS:
            return self.products.known_product(line)
        return self.channel.custom_product_id

    def _rates(self, product):
        """Rates of a product's own taxes, smallest first. Where there are none they are zero,
        which needs a reason like every other rate, unless the company charges no tax at all.
        """
        # sudo: whoever imports need not see the accounts
        taxes = product.sudo().taxes_id._filter_taxes_by_company(self.company)
        if not taxes:
            return (Decimal(0),) if self.company.sudo().account_sale_tax_id else ()
        return tuple(sorted(exact(tax.amount) / 100 for tax in taxes))


def taxed(order, taxes):
    """The order with the taxes its goods have where they go; ``Problem`` if one is missing."""
    if order.taxes_told:
        return order
    rates = {
        line.external_id: tuple(
            exact(row.tax_id.amount) / 100 for row in taxes.rows_for(order, line)
        )
        for line in order.lines
    }
    return with_taxes(order, rates)
