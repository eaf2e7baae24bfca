# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict
from fractions import Fraction

from odoo import fields, models

from odoo.addons.batch_mrp_orders.planning.quantity import exact

from ..offer.makeable import offers, shared_offers, sharing

# Somebody has begun to work on these runs.
BEGUN_STATES = ("progress", "to_close", "done")


class SalesChannel(models.Model):
    """What a channel is offered is what may be promised: released, alive, unclaimed; on wish
    also what can be made from the materials on hand.
    """

    _inherit = "sales.channel"

    offer_makeable = fields.Boolean(
        "Offer What Can Be Made",
        help="Beside the stock, offer what the materials on hand would make.",
    )
    share_materials = fields.Boolean(
        default=True,
        help="Products made from the same material are offered so much that all of it can be "
        "made together; a set and its parts share alike. Otherwise each is offered all of the "
        "material, and two customers may buy the same one.",
    )
    offer_min_days = fields.Integer(
        "Remaining Life (Days)",
        help="Goods that do not keep so many days from now on are not offered.",
    )

    def write(self, vals):
        result = super().write(vals)
        if {"offer_makeable", "share_materials", "offer_min_days"} & vals.keys():
            self.filtered("push_stock")._touch_stock()
        return result

    def _get_usable_stock(self, products, warehouses):
        """Stock that quality has released, that keeps long enough and nobody has a claim on."""
        # sudo: stock is counted as a whole, whoever asks
        quants = self.env["stock.quant"].sudo()
        stock = defaultdict(Fraction)
        for warehouse in warehouses:
            usable = quants._get_usable_quantities(
                products, warehouse, fields.Date.today(), self.offer_min_days
            )
            for product_id, quantity in usable.items():
                stock[product_id] += quantity
        return stock

    def _get_unreserved_demand(self, products, warehouses):
        """Open demand: what confirmed orders need and neither stock nor a run covers."""
        # sudo: see _get_usable_stock
        demand = self.env["mrp.demand"].sudo()
        demand.env.flush_all()
        demand.invalidate_model()
        groups = demand._read_group(
            [("product_id", "in", products.ids), ("warehouse_id", "in", warehouses.ids)],
            ["product_id"],
            ["open_qty:sum"],
        )
        return {product.id: exact(quantity) for product, quantity in groups}

    def _get_free_quantities(self, products, warehouses, sold):
        """Kits from their parts and, on wish, goods from their materials, over all levels."""
        free = defaultdict(Fraction)
        divide = offers
        if self._shares_materials():
            # What one product may have depends on all others of the channel.
            products |= self._get_listed_products()
            divide = shared_offers
        for warehouse in warehouses:
            parts, kits, reached = self._get_channel_recipes(products, warehouse)
            stock = defaultdict(Fraction, self._get_usable_stock(reached, warehouse))
            for product_id, quantity in self._get_unreserved_demand(reached, warehouse).items():
                stock[product_id] -= quantity
            orders = {
                product_id: quantity
                for (warehouse_id, product_id), quantity in sold.items()
                if warehouse_id == warehouse.id
            }
            for product_id, quantity in divide(products.ids, stock, parts, kits, orders).items():
                free[product_id] += quantity
        return free

    def _shares_materials(self):
        return self.offer_makeable and self.share_materials

    def _get_listed_products(self):
        """Products this channel is offered."""
        listings = self.env["sales.channel.listing"].search_fetch(
            [
                ("channel_id", "=", self.id),
                ("product_id", "!=", False),
                ("push_stock", "=", True),
            ],
            ["product_id"],
        )
        return listings.product_id

    def _get_channel_recipes(self, products, warehouse):
        """Parts by product of what may be put together, the kits among them, and all products
        reached. Goods that are always there, like water, are left out.
        """
        # sudo: whoever sends stock need not be allowed to see recipes
        recipes, facts = self.env["mrp.planning"].sudo()._load_recipes(products, warehouse)
        kept = {
            product_id: recipe
            for product_id, recipe in recipes.items()
            if recipe.is_kit or self.offer_makeable
        }
        parts = {
            product_id: [
                (part.product, part.quantity)
                for part in recipe.components
                if part.quantity and (facts[part.product].is_storable or part.product in recipes)
            ]
            for product_id, recipe in kept.items()
        }
        kits = {product_id for product_id, recipe in kept.items() if recipe.is_kit}
        return parts, kits, products.browse(facts)

    def _get_products_using(self, products, changed):
        """Products that are made from what has changed, over all levels, and those that share
        their materials with one of them.
        """
        touched = set(products.ids) & changed
        for warehouse in self.location_ids.warehouse_ids:
            parts, _kits, _reached = self._get_channel_recipes(products, warehouse)
            for product_id in products.ids:
                queue, seen = [product_id], set()
                while queue:
                    current = queue.pop()
                    if current in changed:
                        touched.add(product_id)
                        break
                    fresh = {part for part, _quantity in parts.get(current, ())} - seen
                    seen |= fresh
                    queue += fresh
            if self._shares_materials():
                for group in sharing(products.ids, parts):
                    if touched.intersection(group):
                        touched.update(group)
        return touched


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _channel_is_committed(self):
        """Goods that are being made, or were made, for an order are not given up unasked."""
        # sudo: whoever imports orders need not see the runs
        runs = self.sudo().allocation_ids.production_id
        return super()._channel_is_committed() or any(run.state in BEGUN_STATES for run in runs)
