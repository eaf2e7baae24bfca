# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import Command

from ..channels.base.errors import PayloadError
from .home_rates import HomeRates
from .taxes import TaxMap

# Accounts for goods taxed in another member state, by chart of accounts.
DISTANCE_TAX_ACCOUNTS = {"de_skr03": "1767", "de_skr04": "3817"}
# Vouchers that are not used yet (other liabilities).
GIFT_CARD_ACCOUNTS = {"de_skr03": "1700", "de_skr04": "3500"}
DISTANCE_INCOME_ACCOUNTS = {"de_skr03": "8320", "de_skr04": "4320"}


class TaxPreparer:
    """Finds or makes a tax for each rate in the inbox, and says which it cannot."""

    def __init__(self, channel, orders=None):
        self.channel = channel
        self.env = channel.env
        self.company = channel.company_id
        self.orders = orders
        # Who connects a shop need not be allowed to make taxes: then existing ones are found.
        self.may_create = self.env["account.tax"].has_access("create")
        self.taxes = self.env["account.tax"].search(
            [
                *self.env["account.tax"]._check_company_domain(self.company),
                ("type_tax_use", "=", "sale"),
                ("amount_type", "=", "percent"),
                ("tax_scope", "!=", "service"),
            ]
        )
        self.home = self.company.account_fiscal_country_id
        self.europe = self.env.ref("base.europe").country_ids

    def run(self, keys=()):
        """Complete the rows, also those for ``keys``; returns the rows without a tax."""
        orders = self._orders() if self.orders is None else self.orders
        taxes = TaxMap(self.channel, HomeRates(self.channel).apply(orders))
        taxes.add(keys)
        for row in taxes.rows.values():
            if not row.tax_id:
                self._fill(row)
        self._prepare_gift_cards()
        return self.channel.tax_ids.filtered(lambda row: not row.tax_id)

    def _orders(self):
        """The orders of the inbox that wait, as far as they can be read."""
        parse = self.channel._adapter_class().parse_order
        for row in self.channel.order_ids.filtered(lambda r: r.state in ("new", "attention")):
            try:
                yield parse(row.payload).completed(row.completion or {})
            except PayloadError:
                continue  # the import tells what is wrong with it

    def domestic_keys(self, included):
        """Keys of the rates the company itself charges at home, for a shop without orders. A
        channel that tells no taxes takes them from the products.
        """
        untold = any(not order.taxes_told for order in self.orders or ())
        kind = "product" if untold else "own"
        rates = {round(tax.amount, 4) for tax in self.taxes if tax.amount and self._at_home(tax)}
        return {(self.home.code, rate, included, kind) for rate in rates}

    def _prepare_gift_cards(self):
        """Vouchers sold are owed to their owners: give them the chart's account for that."""
        if not self.may_create:
            return
        product = self.channel.gift_card_product_id
        account = self._account(GIFT_CARD_ACCOUNTS)
        if product and account and not product.property_account_income_id:
            product.property_account_income_id = account

    def _fill(self, row):
        """Tax of a row: at home, to another member state, or out of the union.

        What a marketplace owes is not ours to tax, so a person has to choose.
        """
        if row.kind == "marketplace":
            return
        if row.kind == "product":
            row.tax_id, row.fiscal_position_id = self._by_position(row)
        elif row.kind == "business":
            row.tax_id, row.fiscal_position_id = self._untaxed(row.country_id, vat=True)
        elif row.country_id == self.home:
            row.tax_id = self._domestic(row.rate, row.price_include)
        elif not row.rate:
            row.tax_id, row.fiscal_position_id = self._untaxed(row.country_id, vat=False)
        elif row.country_id in self.europe and self.home in self.europe:
            row.tax_id, row.fiscal_position_id = self._distance_sale(row)

    def _by_position(self, row):
        """Tax and fiscal position for goods of a rate at home that go to a country: what the
        fiscal position of that country makes of the tax at home. In the union, without such a
        position, the tax is the one at home or the one there: a person has to choose.
        """
        none = self.env["account.tax"], self.env["account.fiscal.position"]
        own = self._domestic(row.rate, row.price_include)
        if row.country_id == self.home:
            return own, none[1]
        base = self._domestic_taxes(row.rate)
        position = self._position_of(row.country_id, base)
        if position and base:
            tax = position.map_tax(base[:1])[:1]
            if tax == base[:1]:
                return own, position
            included = tax if tax.price_include == row.price_include else None
            return included or self._copy(tax, row.price_include), position
        if row.country_id not in self.europe or self.home not in self.europe:
            return self._untaxed(row.country_id, vat=False)
        return none

    def _position_of(self, country, taxes):
        """The fiscal position Odoo finds for consumers in a country, if it is for that country
        or a group with it and says something about these taxes.
        """
        positions = self.env["account.fiscal.position"].with_company(self.company)
        consumer = self.env["res.partner"].new({"country_id": country.id})
        found = positions._get_fiscal_position(consumer)
        named = country in (found.country_id | found.country_group_id.country_ids)
        return found if named and found.tax_ids else positions

    def _domestic_taxes(self, rate):
        """The company's own sales taxes of a rate, its default first."""
        default = self.company.account_sale_tax_id
        return self.taxes.filtered(
            lambda tax: rate and round(tax.amount, 4) == round(rate, 4) and self._at_home(tax)
        ).sorted(lambda tax: (tax != default, tax.sequence, tax.id))

    def _domestic(self, rate, price_include):
        """The company's own sales tax of a rate, copied if only the price mode differs.

        Zero at home can mean many things, so a person has to choose.
        """
        fitting = self._domestic_taxes(rate)
        same_mode = fitting.filtered(lambda tax: tax.price_include == price_include)[:1]
        return same_mode or self._copy(fitting[:1], price_include)

    def _at_home(self, tax):
        """True for taxes of domestic sales: bound to no position, or to a domestic one."""
        positions = tax.fiscal_position_ids
        return tax.country_id == self.home and (
            not positions or any(position.country_id == self.home for position in positions)
        )

    def _copy(self, tax, price_include, **values):
        if not tax or not self.may_create:
            return tax.browse()
        mode = self.env._("incl.") if price_include else self.env._("excl.")
        name = f"{tax.name} {mode}"
        # Several countries may need the same one, and names are unique.
        known = self.taxes.filtered(
            lambda row: (
                row.name == name
                and row.country_id == tax.country_id
                and row.price_include == price_include
            )
        )
        if known:
            return known[:1]
        made = tax.copy(
            {
                "name": name,
                "price_include_override": "tax_included" if price_include else "tax_excluded",
                **values,
            }
        )
        self.taxes |= made
        return made

    def _untaxed(self, country, vat):
        """Zero rate and fiscal position for goods that leave untaxed: out of the union, or
        to a business with a VAT number in it.
        """
        home_taxes = self.company.account_sale_tax_id
        if vat == (country in self.europe):
            for tax in self.taxes.filtered(lambda tax: not tax.amount).sorted("id"):
                for position in tax.fiscal_position_ids:
                    area = position.country_id | position.country_group_id.country_ids
                    if (
                        position.vat_required == vat
                        and (not area or country in area)
                        and home_taxes in tax.original_tax_ids
                    ):
                        return tax, position
        return self.env["account.tax"], self.env["account.fiscal.position"]

    def _distance_sale(self, row):
        """Tax and fiscal position for goods sold to consumers of another member state.

        A tax bound to the country's fiscal position is taken; else one is made on the
        account the chart keeps for such taxes. Without either a person has to choose.
        """
        fitting = self.taxes.filtered(
            lambda tax: (
                round(tax.amount, 4) == round(row.rate, 4)
                and any(p.country_id == row.country_id for p in tax.fiscal_position_ids)
            )
        )
        tax = fitting.filtered(lambda tax: tax.price_include == row.price_include)[:1]
        tax = tax or self._copy(fitting[:1], row.price_include)
        if not tax and self.may_create and (account := self._account(DISTANCE_TAX_ACCOUNTS)):
            position = self._distance_position(row.country_id)
            tax = self._make_distance_tax(row, account, position)
            self.taxes |= tax
        positions = tax.fiscal_position_ids
        return tax, positions.filtered(lambda p: p.country_id == row.country_id)[:1]

    def _make_distance_tax(self, row, account, position):
        repartition = [
            Command.create({"repartition_type": "base"}),
            Command.create({"repartition_type": "tax", "account_id": account.id}),
        ]
        return self.env["account.tax"].create(
            {
                "name": f"{row.rate:g}% {row.country_id.code} OSS",
                "amount": row.rate,
                "amount_type": "percent",
                "type_tax_use": "sale",
                "company_id": self.company.id,
                "country_id": self.home.id,
                "tax_group_id": self.company.account_sale_tax_id.tax_group_id.id,
                "price_include_override": "tax_included" if row.price_include else "tax_excluded",
                "fiscal_position_ids": [Command.link(position.id)],
                "invoice_repartition_line_ids": repartition,
                "refund_repartition_line_ids": repartition,
            }
        )

    def _distance_position(self, country):
        """Fiscal position of such sales: income goes to the account the chart keeps for
        them, not to one whose tax is the domestic one.
        """
        positions = self.env["account.fiscal.position"]
        own = [*positions._check_company_domain(self.company)]
        known = positions.search([*own, ("name", "=", f"OSS {country.code}")], limit=1)
        if known:
            return known
        income = self._account(DISTANCE_INCOME_ACCOUNTS)
        sources = positions.search(own).account_ids.account_src_id.filtered(
            lambda account: account.internal_group == "income"
        )
        return positions.create(
            {
                "name": f"OSS {country.code}",
                "company_id": self.company.id,
                "country_id": country.id,
                "account_ids": [
                    Command.create({"account_src_id": source.id, "account_dest_id": income.id})
                    for source in sources | self.company.income_account_id
                    if income
                ],
            }
        )

    def _account(self, codes):
        """The account a chart of accounts keeps for a purpose, if it is known."""
        code = codes.get(self.company.chart_template or "")
        accounts = self.env["account.account"].with_company(self.company)
        if not code:
            return accounts
        domain = accounts._check_company_domain(self.company)
        return accounts.search([*domain, ("code", "=like", f"{code}%")], limit=1)
