# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, models


class AccountTax(models.Model):
    _inherit = "account.tax"

    @api.model
    def _import_base_line_extra_tax_data(self, base_line, extra_tax_data):
        """Core takes amounts from outside only for lines with a tax; take them for lines
        without any tax too, under the same conditions.
        """
        results = super()._import_base_line_extra_tax_data(base_line, extra_tax_data)
        if (
            extra_tax_data
            and not base_line["tax_ids"]
            and "manual_total_excluded_currency" in extra_tax_data
            and not extra_tax_data.get("manual_tax_amounts")
            and base_line["currency_id"].id == extra_tax_data.get("currency_id")
            and all(
                base_line["currency_id"].compare_amounts(base_line[name], extra_tax_data[name]) == 0
                for name in ("price_unit", "discount", "quantity")
            )
        ):
            results["price_unit"] = extra_tax_data["price_unit"]
            results["manual_total_excluded_currency"] = extra_tax_data[
                "manual_total_excluded_currency"
            ]
        return results
