# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from decimal import Decimal
from fractions import Fraction

from odoo import Command, api, fields, models

from ..channels.base import linetax
from ..channels.base.products import unit_price

POUND = Decimal("453.59237")


class ProductProduct(models.Model):
    _inherit = "product.product"

    channel_listing_ids = fields.One2many(
        "sales.channel.listing",
        "product_id",
        "Listings",
        groups="channel_connectors.group_channel_reader",
    )

    @api.model
    def _get_weight_unit(self):
        """Grams in the unit all weights of products are kept in."""
        unit = self.env["product.template"]._get_weight_uom_id_from_ir_config_parameter()
        return POUND if unit == self.env.ref("uom.product_uom_lb") else Decimal(1000)

    def _get_weight_in_grams(self):
        self.ensure_one()
        return round(linetax.exact(self.weight) * self._get_weight_unit(), 3)

    def _get_channel_unit_price(self):
        """Unit price as channels are told it; None where the net content is unknown.

        Known is that of goods counted in a unit of mass or volume. The weight of a product is
        that of its parcel and its volume that of its box: neither is a net content, and a wrong
        unit price would be shown for it.
        """
        self.ensure_one()
        for name, is_volume in (("gram", False), ("milliliter", True)):
            unit = self.env.ref(f"uom.product_uom_{name}")
            if self.uom_id._has_common_reference(unit):
                content = self.uom_id._compute_quantity(1.0, unit, round=False)
                return unit_price(Fraction(linetax.exact(content)), is_volume=is_volume)
        return None

    def action_channel_listings(self):
        """The listings of these products."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "channel_connectors.action_sales_channel_listing"
        )
        action["domain"] = [("product_id", "in", self.ids)]
        action["context"] = {}
        return action


class ProductTemplate(models.Model):
    _inherit = "product.template"

    channel_listing_ids = fields.One2many(
        "sales.channel.listing",
        compute="_compute_channel_listings",
        string="Listings",
        groups="channel_connectors.group_channel_reader",
    )
    channel_listing_count = fields.Integer(
        compute="_compute_channel_listings",
        string="Number of Listings",
        groups="channel_connectors.group_channel_reader",
    )

    @api.depends("product_variant_ids.channel_listing_ids")
    def _compute_channel_listings(self):
        for template in self:
            listings = template.product_variant_ids.channel_listing_ids
            template.channel_listing_ids = [Command.set(listings.ids)]
            template.channel_listing_count = len(listings)

    def action_channel_listings(self):
        """The listings of all variants."""
        return self.product_variant_ids.action_channel_listings()
