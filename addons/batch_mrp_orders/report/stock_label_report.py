# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, models


class StockLabelReport(models.AbstractModel):
    _name = "report.batch_mrp_orders.report_stock_label"
    _description = "Labels"

    @api.model
    def _get_report_values(self, docids, data=None):
        wizard = self.env["stock.label.print"].browse((data or {}).get("wizard_id") or docids)
        return {"docs": wizard, "pages": wizard._get_pages(), "wizard": wizard}
