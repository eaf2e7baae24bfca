# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, models
from odoo.tools import float_utils


class IrQwebFieldFloat(models.AbstractModel):
    _inherit = "ir.qweb.field.float"

    @api.model
    def value_to_html(self, value, options):
        """Print quantities with the digits they have: 12, not 12.000000."""
        if options.get("decimal_precision") == "Product Unit":
            digits = self.env["decimal.precision"].precision_get("Product Unit")
            _whole, decimals = float_utils.float_split_str(value or 0.0, digits)
            options = {
                **{key: val for key, val in options.items() if key != "decimal_precision"},
                "precision": len(decimals.rstrip("0")),
                "min_precision": None,
            }
        return super().value_to_html(value, options)

    @api.model
    def record_to_html(self, record, field_name, options):
        field = record._fields[field_name]
        if (
            getattr(field, "_digits", None) == "Product Unit"
            and "precision" not in options
            and "decimal_precision" not in options
        ):
            options = dict(options, decimal_precision="Product Unit")
        return super().record_to_html(record, field_name, options)
