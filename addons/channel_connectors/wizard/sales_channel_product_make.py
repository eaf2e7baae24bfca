# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class SalesChannelProductMake(models.TransientModel):
    """Products made from listings that have none.

    Each variant of a shop becomes a product of its own: to a maker the small jar and the large
    one are two goods, with a recipe, a net content, a barcode and lots each.
    """

    _name = "sales.channel.product.make"
    _description = "Create Products from Listings"
    _check_company_auto = True

    listing_ids = fields.Many2many("sales.channel.listing", string="Listings", readonly=True)
    company_id = fields.Many2one("res.company", compute="_compute_company_id")
    categ_id = fields.Many2one("product.category", "Product Category")
    tax_id = fields.Many2one(
        "account.tax",
        "Sales Tax",
        check_company=True,
        domain="[('type_tax_use', '=', 'sale'), ('company_id', '=', company_id)]",
        help="The channel does not say which rate its products have: make those of each rate in "
        "one go. Empty: the default tax of the company.",
    )
    is_storable = fields.Boolean("Track Inventory", default=True)
    tracking = fields.Selection(
        [("none", "By Quantity"), ("lot", "By Lots")], required=True, default="none"
    )
    is_price_inexact = fields.Boolean(compute="_compute_is_price_inexact")

    @api.model
    def default_get(self, fields_list):
        vals = super().default_get(fields_list)
        if "listing_ids" in fields_list and self.env.context.get("active_ids"):
            vals["listing_ids"] = [Command.set(self.env.context["active_ids"])]
        return vals

    @api.depends("listing_ids")
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = wizard.listing_ids.company_id[:1]

    @api.depends("tax_id", "listing_ids")
    def _compute_is_price_inexact(self):
        """A price with the tax in it cannot always be kept without it to the cent."""
        for wizard in self:
            tax = wizard.tax_id or wizard.company_id.account_sale_tax_id
            shop = wizard.listing_ids.channel_id[:1].prices_include_tax
            wizard.is_price_inexact = bool(tax) and tax.price_include != shop

    def action_make(self):
        """Make what is missing, and show all products of the listings chosen."""
        self.ensure_one()
        if len(self.listing_ids.company_id) > 1:
            raise UserError(self.env._("Choose products of one company."))
        listings = self.listing_ids.filtered(
            lambda row: row.fetched_at and not row.is_gone and not row.is_gift_card
        )
        if not listings:
            raise UserError(
                self.env._("Fetch the products of the channel first: nothing is known of these.")
            )
        self._make_products(listings)
        doubtful = listings.filtered("doubt")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "channel_connectors.action_sales_channel_listing"
        )
        # What is left is what a person has to decide.
        shown = doubtful or listings
        return {**action, "domain": [("id", "in", shown.ids)], "context": {}}

    def _make_products(self, listings):
        """One product for all listings with the same SKU, or else the same barcode."""
        alike = self._lock_alike(listings)
        alike._link_products()
        waiting = alike.filtered(
            lambda row: not row.product_id and not row.doubt and not row.is_gift_card
        )
        groups = self._group(waiting)
        barcodes = [row.barcode for row in waiting if row.barcode]
        known = self.env["product.product"].search([("barcode", "in", barcodes)])
        used = set(known.mapped("barcode"))
        vals_list = [self._prepare_product(group[0], used) for group in groups]
        products = self.env["product.product"].create(vals_list)
        self.env["sales.channel.listing"]._set_products(
            {
                listing: product
                for group, product in zip(groups, products, strict=True)
                for listing in group
            }
        )
        return products

    def _lock_alike(self, listings):
        """These listings and all that would get the same products, for us alone.

        Somebody who makes the same products at the same time changes these very rows: the one
        who comes second finds them changed, begins again and has nothing left to make.
        """
        skus = [sku for sku in listings.mapped("sku") if sku]
        barcodes = [barcode for barcode in listings.mapped("barcode") if barcode]
        alike = self.env["sales.channel.listing"].search(
            Domain("company_id", "=", listings.company_id.id)
            & Domain("product_id", "=", False)
            & (
                Domain("id", "in", listings.ids)
                | Domain("sku", "in", skus)
                | Domain("barcode", "in", barcodes)
            )
        )
        alike.lock_for_update(allow_referencing=True)
        alike.invalidate_recordset()
        return alike

    @staticmethod
    def _group(listings):
        groups = {}
        for listing in listings.sorted("id"):
            groups.setdefault(listing.sku or listing.barcode or listing.id, []).append(listing)
        return list(groups.values())

    def _prepare_product(self, listing, used_barcodes):
        """Values of the product for a listing; a barcode belongs to one product only."""
        channel = listing.channel_id
        company = channel.company_id
        taxes = self.tax_id or company.account_sale_tax_id
        if not listing.is_taxable:
            taxes = taxes.browse()
        own = channel._get_own_price(listing.price, taxes)
        today = fields.Date.context_today(self)
        barcode = listing.barcode if listing.barcode not in used_barcodes else False
        used_barcodes.add(barcode)
        unit = self.env["product.product"]._get_weight_unit()
        vals = {
            "name": listing.title,
            "default_code": listing.sku,
            "barcode": barcode,
            "list_price": channel.currency_id._convert(own, company.currency_id, company, today),
            "weight": listing.weight / float(unit),
            "type": "consu",
            "is_storable": self.is_storable,
            "tracking": self.tracking if self.is_storable else "none",
            "taxes_id": [Command.set(taxes.ids)],
        }
        if self.categ_id:
            vals["categ_id"] = self.categ_id.id
        return vals


class SalesChannelProductOffer(models.TransientModel):
    """Products of ours that a channel is to have."""

    _name = "sales.channel.product.offer"
    _description = "Create Products in a Channel"
    _check_company_auto = True

    channel_id = fields.Many2one(
        "sales.channel",
        required=True,
        domain="[('id', 'in', available_channel_ids)]",
        default=lambda self: self._get_channels()[:1],
    )
    available_channel_ids = fields.Many2many(
        "sales.channel", compute="_compute_available_channel_ids"
    )
    product_tmpl_ids = fields.Many2many("product.template", string="Products")

    @api.model
    def _get_channels(self):
        """Channels whose products can be made."""
        channels = self.env["sales.channel"].search([("is_shadow", "=", False)])
        return channels.filtered("can_change_products")

    @api.model
    def default_get(self, fields_list):
        vals = super().default_get(fields_list)
        ids = self.env.context.get("active_ids")
        model = self.env.context.get("active_model")
        if "product_tmpl_ids" in fields_list and ids:
            if model == "product.product":
                ids = self.env["product.product"].browse(ids).product_tmpl_id.ids
            vals["product_tmpl_ids"] = [Command.set(ids)]
        return vals

    @api.depends("channel_id")
    def _compute_available_channel_ids(self):
        self.available_channel_ids = self._get_channels()

    def action_make(self):
        """Have them made in the background; what is there already is left as it is."""
        self.ensure_one()
        intents = self.channel_id._make_in_channel(self.product_tmpl_ids)
        if intents:
            text = self.env._("%s products are made in the channel.", len(intents))
        else:
            text = self.env._("All of them are in the channel already.")
        return self.channel_id._notify(self.env._("On its way"), text, "success")
