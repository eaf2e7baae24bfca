# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import float_repr

from ..channels.base.products import plain

LEADERS = [("odoo", "Odoo"), ("channel", "The Channel")]
DOUBTS = [
    ("sku", "Several products have this SKU"),
    ("barcode", "Several products have this barcode"),
    ("conflict", "SKU and barcode belong to different products"),
]
# What a channel and Odoo both know of a product.
SHARED = ("price", "barcode", "weight")


class SalesChannel(models.Model):
    """Prices as a channel shows them, and who has the last word on what."""

    _inherit = "sales.channel"

    has_products = fields.Boolean(compute="_compute_has_products")
    can_change_products = fields.Boolean(compute="_compute_has_products")
    prices_include_tax = fields.Boolean(
        "Prices Contain the Tax",
        default=True,
        help="Whether the prices of the shop's products contain the tax. The shop says so when "
        "its products are fetched.",
    )
    product_pricelist_id = fields.Many2one(
        "product.pricelist",
        "Pricelist for Products",
        check_company=True,
        help="Prices that are sent to the channel. Empty: the sales price of the product.",
    )
    lead_price = fields.Selection(LEADERS, "Price Comes From", required=True, default="channel")
    lead_barcode = fields.Selection(LEADERS, "Barcode Comes From", required=True, default="odoo")
    lead_weight = fields.Selection(LEADERS, "Weight Comes From", required=True, default="odoo")
    send_unit_price = fields.Boolean(
        "Send Unit Prices",
        default=True,
        help="Tell the channel the net content of the products, so that it shows the price per "
        "kilogram or litre. Products whose net content is not known are left as they are.",
    )
    products_fetched_at = fields.Datetime("Products Fetched On", readonly=True, copy=False)

    @api.depends("channel_type")
    def _compute_has_products(self):
        for channel in self:
            capabilities = channel._adapter_class().capabilities
            channel.has_products = capabilities.products
            channel.can_change_products = capabilities.product_changes

    def _get_shop_prices(self, products):
        """Price of each product by id, as Odoo and as this channel shows it, both in the
        channel's currency.
        """
        self.ensure_one()
        channel = self.with_company(self.company_id)
        products = products.with_company(self.company_id)
        # Prices that come from the channel are those of the product.
        pricelist = channel.product_pricelist_id if self.lead_price == "odoo" else False
        prices = (pricelist or self.env["product.pricelist"])._get_products_price(
            products, 1.0, currency=channel.currency_id
        )
        total = "total_included" if self.prices_include_tax else "total_excluded"
        found = {}
        for product in products:
            taxes = product.taxes_id._filter_taxes_by_company(self.company_id)
            price = prices[product.id]
            totals = taxes.compute_all(price, currency=self.currency_id, product=product)
            found[product.id] = (price, totals[total])
        return found

    def _get_own_price(self, price, product_taxes):
        """A price of the shop as products keep theirs, with or without these taxes in it."""
        self.ensure_one()
        taxes = product_taxes._filter_taxes_by_company(self.company_id)
        included = all(tax.price_include for tax in taxes)
        if not taxes or included == self.prices_include_tax:
            return price
        taxes = taxes.with_context(force_price_include=self.prices_include_tax)
        totals = taxes.compute_all(price, currency=self.currency_id)
        return totals["total_included" if included else "total_excluded"]


class SalesChannelListing(models.Model):
    """What the channel says of a product, and how that differs from what Odoo says."""

    _inherit = "sales.channel.listing"

    barcode = fields.Char(readonly=True)
    currency_id = fields.Many2one(related="channel_id.currency_id")
    price = fields.Monetary("Price in the Channel", readonly=True)
    weight = fields.Float("Weight (g)", digits=(16, 3), readonly=True)
    unit_price = fields.Char(
        readonly=True, help="Net content and the quantity the channel shows a price for."
    )
    is_taxable = fields.Boolean(default=True, readonly=True)
    fetched_at = fields.Datetime("Fetched On", readonly=True, copy=False)
    is_gone = fields.Boolean("No Longer in the Channel", readonly=True, copy=False)
    doubt = fields.Selection(
        DOUBTS, readonly=True, help="Why the product was not chosen by itself."
    )
    product_price = fields.Monetary(
        "Price in Odoo",
        compute="_compute_differences",
        help="The price of the product as this channel would show it.",
    )
    price_differs = fields.Boolean(compute="_compute_differences", search="_search_price_differs")
    differs = fields.Boolean(compute="_compute_differences", search="_search_differs")
    to_send = fields.Char(
        "Odoo Has the Last Word",
        compute="_compute_differences",
        help="What differs and comes from Odoo: “Send to the Channel” sends it.",
    )
    to_take_over = fields.Char(
        "The Channel Has the Last Word",
        compute="_compute_differences",
        help="What differs and comes from the channel: “Take Over” writes it to the product.",
    )

    def write(self, vals):
        if vals.get("product_id"):
            vals = {**vals, "doubt": False}
        return super().write(vals)

    @api.depends(
        *("product_id", "price", "barcode", "weight", "unit_price", "fetched_at", "is_gone"),
        *(
            f"product_id.{name}"
            for name in ("list_price", "barcode", "weight", "uom_id", "taxes_id")
        ),
        *(f"channel_id.lead_{name}" for name in SHARED),
        *("channel_id.prices_include_tax", "channel_id.send_unit_price"),
        "channel_id.product_pricelist_id",
    )
    @api.depends_context("company")
    def _compute_differences(self):
        wishes = self._get_wishes()
        labels = {name: self._fields[name]._description_string(self.env) for name in SHARED}
        labels["price"] = self.env._("Price")
        labels["unit_price"] = self.env._("Unit Price")
        for listing in self:
            wish = wishes.get(listing, {})
            sent, taken = listing._get_changes(wish)
            listing.product_price = wish.get("shown") or 0.0
            listing.price_differs = "price" in sent or "price" in taken
            listing.differs = bool(sent or taken)
            listing.to_send = ", ".join(labels[name] for name in sent) or False
            listing.to_take_over = ", ".join(labels[name] for name in taken) or False

    def _search_price_differs(self, operator, value):
        return self._search_computed("price_differs", operator, value)

    def _search_differs(self, operator, value):
        return self._search_computed("differs", operator, value)

    def _search_computed(self, name, operator, value):
        """Listings of which a computed yes-or-no field is true."""
        if operator != "in":
            return NotImplemented
        linked = self.search([("product_id", "!=", False), ("fetched_at", "!=", False)])
        found = [listing.id for listing in linked if listing[name]]
        return [("id", "in" if True in value else "not in", found)]

    def _get_wishes(self):
        """What Odoo says of the product of each listing that was fetched, in constant queries.

        As the channel writes it; the unit price is None where the net content is unknown.
        """
        linked = self.filtered(
            lambda listing: listing.product_id and listing.fetched_at and not listing.is_gone
        )
        wishes = {}
        for channel, listings in linked.grouped("channel_id").items():
            products = listings.product_id
            prices = channel._get_shop_prices(products)
            # The recordset of all: what is read of one is read of all.
            weights = {product: product._get_weight_in_grams() for product in products}
            contents = {product: product._get_channel_unit_price() for product in products}
            for listing in listings:
                product = listing.product_id
                own, shown = prices[product.id]
                wishes[listing] = {
                    "own": own,
                    "shown": shown,
                    "price": float_repr(shown, channel.currency_id.decimal_places),
                    "barcode": product.barcode or "",
                    "weight": plain(weights[product]),
                    "unit_price": contents[product] if channel.send_unit_price else None,
                }
        return wishes

    def _get_changes(self, wish):
        """What differs and is for Odoo to say, and what is for the channel to say: the new
        values by name. Nothing is ever replaced by nothing, but a unit price. A channel whose
        products cannot be changed is told nothing.
        """
        self.ensure_one()
        sent, taken = {}, {}
        can_send = self.channel_id.can_change_products
        if not wish:
            return sent, taken
        theirs = {
            "price": float_repr(self.price, self.currency_id.decimal_places),
            "barcode": self.barcode or "",
            "weight": plain(Decimal(float_repr(self.weight, 3))),
        }
        for name in SHARED:
            odoo_leads = self.channel_id[f"lead_{name}"] == "odoo"
            value = wish[name] if odoo_leads else theirs[name]
            if not can_send and odoo_leads:
                continue
            if wish[name] != theirs[name] and self._is_said(name, value, wish):
                (sent if odoo_leads else taken)[name] = value
        if (
            can_send
            and wish["unit_price"] is not None
            and wish["unit_price"] != (self.unit_price or "")
        ):
            sent["unit_price"] = wish["unit_price"]
        return sent, taken

    def _is_said(self, name, value, wish):
        """Whether a value says anything, and a price anything that rounding does not explain:
        a price kept without the tax cannot always stand for the cents of one with it.
        """
        if name != "price":
            return value not in ("", "0")
        own = self.channel_id._get_own_price(self.price, self.product_id.taxes_id)
        return self.currency_id.compare_amounts(own, wish["own"]) != 0
