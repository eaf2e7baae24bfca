# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, models, tools
from odoo.exceptions import ValidationError
from odoo.tools import float_utils, formatLang

from ..planning.formula import Unit
from ..planning.quantity import exact, readable_decimals


class UomUom(models.Model):
    _inherit = "uom.uom"

    def _get_quantity_text(self, quantity):
        """``quantity`` of this unit as the user's language writes it: ``12.5 kg``."""
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        decimals = readable_decimals(quantity, digits)
        _whole, fraction = float_utils.float_split_str(quantity, decimals)
        number = formatLang(self.env, quantity, digits=len(fraction.rstrip("0")))
        return f"{number} {self.name}"

    def _get_family(self):
        """The reference unit this unit is measured in (kg and g: g), empty for no unit."""
        return self.browse(int(self.parent_path.split("/")[0])) if self.parent_path else self

    def _is_mass(self):
        """Whether the unit is one of mass."""
        return bool(self) and self._get_family() == self._get_gram()._get_family()

    def _get_exact_ratio(self, unit):
        """How many of ``unit`` are one of this unit, exact."""
        return exact(self.factor) / exact(unit.factor)

    def _get_unit(self):
        """The unit as the planning engine sees it."""
        return Unit(exact(self.factor), self._is_mass())

    @api.model
    @tools.ormcache()
    def _get_all_units(self):
        """The units as the planning engine sees them, by id."""
        # The factors of archived units count as well.
        units = self.sudo().search([("active", "in", (True, False))])
        return {unit.id: unit._get_unit() for unit in units}

    @api.model_create_multi
    def create(self, vals_list):
        res = super().create(vals_list)
        self.env.registry.clear_cache()
        return res

    def write(self, vals):
        res = super().write(vals)
        self.env.registry.clear_cache()
        return res

    def unlink(self):
        res = super().unlink()
        self.env.registry.clear_cache()
        return res

    @api.model
    def _get_gram(self):
        # Cached, where ref() would look each time whether the unit still exists.
        gram_id = self.env["ir.model.data"]._xmlid_to_res_id("uom.product_uom_gram")
        return self.browse(gram_id)

    def _check_converts_to(self, product):
        """Refuse a unit that has nothing to do with the one the product is stocked in.

        Odoo converts between any two units by their factors alone: without this check
        5 kg of an ingredient counted in pieces are 5,000 pieces.
        """
        if self and product.uom_id and self != product.uom_id:
            if self._get_family() == product.uom_id._get_family():
                return
            raise ValidationError(
                self.env._(
                    "%(product)s is stocked in %(stock_unit)s, which cannot be converted from "
                    "%(unit)s. Use a unit of the same kind, or change the unit of the product.",
                    product=product.display_name,
                    stock_unit=product.uom_id.name,
                    unit=self.name,
                )
            )
