# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models


class IrUiView(models.Model):
    _inherit = "ir.ui.view"

    def _postprocess_tag_field(self, node, name_manager, node_info):
        """Show quantities without the trailing zeros of their high precision."""
        res = super()._postprocess_tag_field(node, name_manager, node_info)
        field = name_manager.model._fields.get(node.get("name"))
        if field and field.type == "float" and field._digits == "Product Unit":
            options = node.get("options", "").strip() or "{}"
            if "hide_trailing_zeros" not in options:
                separator = ", " if options[1:-1].strip() else ""
                body = options[:-1].rstrip().rstrip(",")
                node.set("options", f"{body}{separator}'hide_trailing_zeros': true}}")
            if not node.get("digits"):
                # Sums below a list know the digits of the view, not those of the field.
                node.set("digits", str(list(field.get_digits(self.env))))
        return res
