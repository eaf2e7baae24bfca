# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict

from odoo import models
from odoo.tools import format_amount

from ..checks.address import Address, Flaw, find_flaws


class SaleOrder(models.Model):
    """The checks that rules refer to. Each looks at many orders at once.

    Each returns what it found by order id, in words; an order that is not named passes.
    """

    _inherit = "sale.order"

    def _get_goods_lines(self):
        return self.order_line.filtered(
            lambda line: not line.display_type and line.product_id.type == "consu"
        )

    # ------------------------------------------------------------------- address
    def _find_address_flaws(self):
        """Delivery addresses of goods that do not reach anybody.

        Where the channel withholds the address the goods are made all the same: only their
        delivery waits for it.
        """
        words = self._get_flaw_words()
        return {
            order.id: ", ".join(words[flaw] for flaw in flaws)
            for order in self._get_goods_lines().order_id
            if not order.channel_address_missing
            and (flaws := find_flaws(order.partner_shipping_id._get_checked_address()))
        }

    def _get_flaw_words(self):
        return {
            Flaw.NO_NAME: self.env._("name missing"),
            Flaw.NO_STREET: self.env._("street missing"),
            Flaw.NO_POSTCODE: self.env._("postcode missing"),
            Flaw.NO_CITY: self.env._("city missing"),
            Flaw.NO_COUNTRY: self.env._("country missing"),
            Flaw.BAD_POSTCODE: self.env._("the postcode is none of this country"),
            Flaw.NO_HOUSE_NUMBER: self.env._("house number missing"),
            Flaw.BAD_CITY: self.env._("the city has no letters"),
        }

    def _find_restricted_destinations(self):
        """Goods that are not shipped to the country of the delivery address."""
        found = defaultdict(list)
        for line in self._get_goods_lines():
            country = line.order_id.partner_shipping_id.country_id
            if country in line.product_id.restricted_country_ids:
                found[line.order_id.id].append(
                    self.env._(
                        "%(product)s is not shipped to %(country)s",
                        product=line.product_id.display_name,
                        country=country.name,
                    )
                )
        return self._join_findings(found)

    # --------------------------------------------------------------------- lines
    def _find_unsellable_lines(self):
        """Lines without a product, or with one that is archived or not for sale."""
        found = defaultdict(list)
        for line in self.order_line:
            if line.display_type or line.is_downpayment:
                continue
            product = line.product_id
            if not product:
                found[line.order_id.id].append(line.name or "")
            elif not product.active or not (product.sale_ok or line._is_delivery()):
                found[line.order_id.id].append(product.display_name)
        return self._join_findings(found)

    def _find_prices_below_cost(self):
        """Goods that are sold for less than they cost, both without tax."""
        found = defaultdict(list)
        for line in self._get_goods_lines():
            if line.product_uom_qty <= 0:
                continue
            order = line.order_id
            product = line.product_id.with_company(order.company_id)
            cost = product.uom_id._compute_price(product.standard_price, line.product_uom_id)
            rate = order.currency_rate or 1.0
            price = line.price_subtotal / line.product_uom_qty / rate
            company_currency = order.company_id.currency_id
            if cost and company_currency.compare_amounts(price, cost) < 0:
                found[order.id].append(
                    self.env._(
                        "%(product)s for %(price)s costs %(cost)s",
                        product=product.display_name,
                        price=format_amount(self.env, price, company_currency),
                        cost=format_amount(self.env, cost, company_currency),
                    )
                )
        return self._join_findings(found)

    def _find_short_shelf_life(self):
        """Goods that not even fresh ones keep as long as the customer demands."""
        found = defaultdict(list)
        demanded = {
            line: days
            for line in self._get_goods_lines()
            if line.product_id.use_expiration_date and (days := line._get_min_remaining_days())
        }
        lines = self.env["sale.order.line"].union(*demanded)
        for company, of_company in lines.grouped("company_id").items():
            recipes = self.env["mrp.bom"]._bom_find(
                of_company.product_id, company_id=company.id, bom_type="normal"
            )
            for line in of_company:
                life = recipes[line.product_id]._get_shelf_life(line.product_id).days
                if life and life < demanded[line]:
                    found[line.order_id.id].append(
                        self.env._(
                            "%(product)s keeps for %(life)s days, demanded are %(days)s",
                            product=line.product_id.display_name,
                            life=life,
                            days=demanded[line],
                        )
                    )
        return self._join_findings(found)

    def _join_findings(self, found):
        return {order_id: ", ".join(texts) for order_id, texts in found.items()}

    # --------------------------------------------------------------------- money
    def _find_channel_differences(self):
        """Orders that do not come to what the customer saw in the shop."""
        return {
            order.id: self.env._(
                "%(ours)s here, %(theirs)s in the channel",
                ours=format_amount(self.env, order.amount_total, order.currency_id),
                theirs=format_amount(self.env, order.channel_amount_total, order.currency_id),
            )
            for order in self.filtered("channel_id")
            if order.currency_id.compare_amounts(order.amount_total, order.channel_amount_total)
        }

    def _find_exceeded_credit(self):
        """Customers who, with all these orders, would owe more than their limit.

        Open invoices and what is confirmed and not invoiced count; of the quotations at
        hand the older ones come first.
        """
        found = {}
        owed = {}
        for order in self.sorted(lambda order: (order.date_order, order.id)):
            company = order.company_id
            partner = order.partner_id.commercial_partner_id.with_company(company)
            if not company.account_use_credit_limit or not partner.credit_limit:
                continue
            key = (partner, company)
            owed.setdefault(key, partner.credit + partner.credit_to_invoice)
            if order.state in ("draft", "sent"):
                owed[key] += order.amount_total / (order.currency_rate or 1.0)
            if company.currency_id.compare_amounts(owed[key], partner.credit_limit) > 0:
                found[order.id] = self.env._(
                    "%(customer)s would owe %(owed)s, the limit is %(limit)s",
                    customer=partner.display_name,
                    owed=format_amount(self.env, owed[key], company.currency_id),
                    limit=format_amount(self.env, partner.credit_limit, company.currency_id),
                )
        return found


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _get_checked_address(self):
        """The address as the checks see it."""
        self.ensure_one()
        return Address(
            name=self.name or self.parent_id.name or "",
            street=" ".join(filter(None, (self.street, self.street2))),
            postcode=self.zip or "",
            city=self.city or "",
            country=self.country_id.code or "",
        )
