# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict
from fractions import Fraction
from math import floor

from odoo import api, fields, models, tools
from odoo.fields import Domain

from ..channels.base import linetax
from ..channels.base.errors import PayloadError
from ..importer.products import listing_key

# Beside another system we only watch.
TOLD_OF_STOCK = Domain("push_stock", "=", True) & Domain("is_shadow", "=", False)
OPEN_MOVES = ("waiting", "confirmed", "partially_available", "assigned")


def exact(value):
    """The number a float was meant to be, for sums and shares without rounding."""
    return Fraction(linetax.exact(value))


class SalesChannelListing(models.Model):
    _inherit = "sales.channel.listing"

    inventory_item_id = fields.Char("Channel Stock Item", readonly=True, copy=False)
    is_item_checked = fields.Boolean(readonly=True, copy=False)
    is_gone = fields.Boolean(
        "Gone in the Channel",
        readonly=True,
        copy=False,
        help="The channel has no such product any more: no stock can be offered there.",
    )
    push_stock = fields.Boolean("Offer Stock", default=True)
    stock_buffer = fields.Integer(
        "Buffer", help="Pieces kept back from this channel, beside the buffer of the channel."
    )
    stock_ids = fields.One2many("sales.channel.stock", "listing_id", "Stock in the Channel")

    def write(self, vals):
        result = super().write(vals)
        if {"product_id", "push_stock", "stock_buffer"} & vals.keys() and not self._is_linking():
            self.channel_id.filtered("push_stock")._touch_stock(self)
        return result

    @api.model
    def _set_products(self, products):
        result = super()._set_products(products)
        listings = self.concat(*products)
        listings.channel_id.filtered("push_stock")._touch_stock(listings)
        return result


class SalesChannel(models.Model):
    """What a channel is offered: free stock less what is sold and not yet reserved, less the
    buffers, in whole pieces and never below nothing. A kit is as many as its parts make.
    """

    _inherit = "sales.channel"

    push_stock = fields.Boolean(
        "Offer Stock", help="Tell the channel how much there is, whenever that changes."
    )
    stock_buffer = fields.Integer(
        "Buffer", help="Pieces of every product kept back from this channel."
    )

    def write(self, vals):
        result = super().write(vals)
        if {"push_stock", "active", "is_shadow"} & vals.keys():
            self.env.registry.clear_cache()
        if {"push_stock", "stock_buffer", "warehouse_id", "is_shadow"} & vals.keys():
            self.filtered("push_stock")._touch_stock()
        return result

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    @api.model
    @tools.ormcache()
    def _get_pushing_ids(self):
        """Channels that are told of stock. Asked for by everybody who moves goods."""
        # sudo: see SalesChannelStockChange._note
        return tuple(self.sudo().search(TOLD_OF_STOCK).ids)

    def _get_offered(self, levels):
        """Pieces to offer by stock level, in a constant number of queries a location."""
        offered = {}
        most = self._adapter_class().capabilities.max_level
        sold = self._get_unplanned_demand()
        for location, rows in levels.grouped("location_id").items():
            products = rows.listing_id.product_id
            free = self._get_free_quantities(products, location.warehouse_ids, sold)
            for row in rows:
                listing = row.listing_id
                quantity = free.get(listing.product_id.id, 0)
                buffer = self.stock_buffer + listing.stock_buffer
                pieces = max(0, floor(quantity) - buffer)
                offered[row.id] = pieces if most is None else min(pieces, most)
        return offered

    def _get_free_quantities(self, products, warehouses, sold):
        """Exact free quantity by product id; ``sold`` by warehouse and product id is taken
        off, of kits from their parts.
        """
        kits = self._get_kit_parts(products)
        stocked = (products | products.browse({part for kit in kits.values() for part in kit})) - (
            products.browse(kits)
        )
        free = defaultdict(Fraction, self._get_usable_stock(stocked, warehouses))
        for product_id, quantity in self._get_unreserved_demand(stocked, warehouses).items():
            free[product_id] -= quantity
        for (warehouse_id, product_id), quantity in sold.items():
            if warehouse_id in warehouses.ids:
                for part, each in kits.get(product_id, {product_id: 1}).items():
                    free[part] -= quantity * each
        for kit, parts in kits.items():
            makes = [free[part] / each for part, each in parts.items()]
            free[kit] = Fraction(max(0, floor(min(makes)))) if makes else Fraction(0)
        return free

    @api.model
    def _get_usable_stock(self, products, warehouses):
        """Free stock by product id: on hand in the warehouses and not reserved."""
        if not warehouses or not products:
            return {}
        context = {"warehouse_id": warehouses.ids}
        if "removal_date" in self.env["stock.quant"]._fields:
            context["with_expiration"] = fields.Datetime.now()
        # sudo: stock is counted as a whole, whoever asks
        products = products.sudo().with_context(**context)
        quantities = products._compute_quantities_dict(None, None, None)
        return {key: exact(values["free_qty"]) for key, values in quantities.items()}

    @api.model
    def _get_unreserved_demand(self, products, warehouses):
        """Confirmed orders that wait for goods without having them reserved, by product id."""
        domain = (
            Domain("state", "in", OPEN_MOVES)
            & Domain("sale_line_id", "!=", False)
            & Domain("procure_method", "=", "make_to_stock")
            & Domain("product_id", "in", products.ids)
            & Domain("location_id.warehouse_id", "in", warehouses.ids)
            & Domain("location_id.usage", "=", "internal")
        )
        demand = defaultdict(Fraction)
        # sudo: see _get_usable_stock
        moves = self.env["stock.move"].sudo()
        for product, quantity in moves._read_group(domain, ["product_id"], ["product_qty:sum"]):
            demand[product.id] += exact(quantity)
        lines = self.env["stock.move.line"].sudo()
        for product, quantity in lines._read_group(
            Domain("move_id", "any", domain), ["product_id"], ["quantity_product_uom:sum"]
        ):
            demand[product.id] -= exact(quantity)
        return {product_id: max(quantity, Fraction(0)) for product_id, quantity in demand.items()}

    @api.model
    def _get_kit_parts(self, products):
        """Parts of those products that are kits: quantity for one kit by part's id."""
        if "mrp.bom" not in self.env:
            return {}
        # sudo: whoever sends stock need not be allowed to see recipes
        recipes = self.env["mrp.bom"].sudo()
        kits = {}
        for product, recipe in recipes._bom_find(
            products, company_id=self.company_id.id, bom_type="phantom"
        ).items():
            makes = recipe.product_uom_id._compute_quantity(
                recipe.product_qty, product.uom_id, round=False
            )
            parts = defaultdict(Fraction)
            for line, data in recipe.explode(product, 1)[1]:
                if line.product_id.is_storable:
                    quantity = line.product_uom_id._compute_quantity(
                        data["qty"], line.product_id.uom_id, round=False
                    )
                    parts[line.product_id.id] += exact(quantity) / exact(makes)
            kits[product.id] = {part: each for part, each in parts.items() if each}
        return kits

    def _get_unplanned_demand(self):
        """What the channel has sold and no delivery exists for yet: orders not confirmed and
        orders that wait in the inbox. By warehouse id and product id.
        """
        self.ensure_one()
        sold = defaultdict(Fraction)
        for product, warehouse, quantity in self.env["sale.order.line"]._read_group(
            [
                ("order_id.channel_id", "=", self.id),
                ("order_id.state", "in", ("draft", "sent")),
                ("channel_line_kind", "=", "goods"),
            ],
            ["product_id", "order_id.warehouse_id"],
            ["product_uom_qty:sum"],
        ):
            sold[warehouse.id, product.id] += exact(quantity)
        for key, quantity in self._get_waiting_pieces().items():
            sold[self.warehouse_id.id, key] += quantity
        return sold

    def _get_waiting_pieces(self):
        """Pieces in orders of the inbox that have no sales order yet, by product id."""
        rows = self.env["sales.channel.order"].search_fetch(
            [
                ("channel_id", "=", self.id),
                ("state", "in", ("new", "attention")),
                ("sale_order_id", "=", False),
            ],
            ["payload"],
        )
        parse = self._adapter_class().parse_order
        pieces = defaultdict(Fraction)
        for row in rows:
            try:
                order = parse(row.payload)
            except PayloadError:
                continue  # nobody knows what was ordered; the inbox says so
            if not order.cancelled_at and not order.test:
                for line in order.lines:
                    pieces[listing_key(line)] += Fraction(line.quantity)
        if not pieces:
            return {}
        listings = self.env["sales.channel.listing"].search_fetch(
            [
                ("channel_id", "=", self.id),
                ("external_key", "in", list(pieces)),
                ("product_id", "!=", False),
            ],
            ["external_key", "product_id"],
        )
        found = defaultdict(Fraction)
        for listing in listings:
            found[listing.product_id.id] += pieces[listing.external_key]
        return found
