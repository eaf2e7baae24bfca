# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models

SUPPLIER_LOT_MARK = "L:"


class StockMove(models.Model):
    _inherit = "stock.move"

    def _convert_string_into_field_data(self, string, options):
        """``L:4711`` in a pasted line is the supplier's lot number.

        The mark tells it from a quantity and from a date.
        """
        text = string.strip()
        if text.upper().startswith(SUPPLIER_LOT_MARK):
            number = text[len(SUPPLIER_LOT_MARK) :].strip()
            return {"supplier_lot": number} if number else "ignore"
        return super()._convert_string_into_field_data(string, options)

    def _get_formating_options(self, strings):
        return super()._get_formating_options(
            [text for text in strings if not text.strip().upper().startswith(SUPPLIER_LOT_MARK)]
        )
