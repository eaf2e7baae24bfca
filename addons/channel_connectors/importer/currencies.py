# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from .problems import Problem


class CurrencyMap:
    """Currency and pricelist of the orders of a chunk, found in sets.

    Orders are in the currency the customer was charged in. One that is not the company's
    needs a rate, for Odoo takes 1 where there is none.
    """

    def __init__(self, channel, orders):
        self.channel = channel
        self.env = channel.env
        self.company = channel.company_id
        names = {order.currency for order in orders}
        self.by_name = {channel.currency_id.name: channel.currency_id}
        self.pricelists = {channel.currency_id: channel.pricelist_id}
        if names - self.by_name.keys():
            found = self.env["res.currency"].search([("name", "in", list(names))])
            self.by_name |= {currency.name: currency for currency in found}
        foreign = [c.id for c in self.by_name.values() if c != self.company.currency_id]
        self.rated = self._rated(foreign) if foreign else set()
        if len(self.by_name) > 1:
            self._load_pricelists()

    def _rated(self, currency_ids):
        groups = self.env["res.currency.rate"]._read_group(
            [
                ("currency_id", "in", currency_ids),
                ("company_id", "in", (False, self.company.root_id.id)),
            ],
            ["currency_id"],
        )
        return {currency for (currency,) in groups}

    def _load_pricelists(self):
        pricelists = self.env["product.pricelist"].search(
            [
                *self.env["product.pricelist"]._check_company_domain(self.company),
                ("currency_id", "in", [currency.id for currency in self.by_name.values()]),
            ]
        )
        for pricelist in pricelists:
            if not self.pricelists.get(pricelist.currency_id):
                self.pricelists[pricelist.currency_id] = pricelist

    def find(self, order):
        """Currency of an order if it is an active one."""
        return self.by_name.get(order.currency, self.env["res.currency"])

    def check(self, order):
        """``Problem`` if the order cannot be kept in its currency."""
        if order.shop_currency and order.shop_currency != self.channel.currency_id.name:
            text = self.env._(
                "The shop keeps its books in %(order)s, the channel is set to %(channel)s.",
                order=order.shop_currency,
                channel=self.channel.currency_id.name,
            )
            raise Problem("currency", text)
        currency = self.find(order)
        if not currency:
            text = self.env._("The customer paid in %s, which is not active here.", order.currency)
            raise Problem("currency", text)
        if currency != self.company.currency_id and currency not in self.rated:
            text = self.env._(
                "The customer paid in %s, and no exchange rate is known.", order.currency
            )
            raise Problem("currency", text)
        if currency != self.company.currency_id and not self.pricelists.get(currency):
            text = self.env._(
                "The customer paid in %s. An order takes its currency from a pricelist, and "
                "there is none in this one.",
                order.currency,
            )
            raise Problem("currency", text)

    def values(self, order):
        """What an order has to carry to be in its currency."""
        currency = self.find(order)
        pricelist = self.pricelists.get(currency) or self.env["product.pricelist"]
        return {"currency_id": currency.id, "pricelist_id": pricelist.id}
