# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import io

from odoo import models
from odoo.tools.pdf import merge_pdf

PAPERS = "order_fulfilment.report_shipping_papers"


class IrActionsReport(models.Model):
    """The papers of a delivery: its labels, then its slip."""

    _inherit = "ir.actions.report"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        streams = super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=res_ids)
        if res_ids and self._get_report(report_ref).report_name == PAPERS:
            labels = self.env["stock.picking"].browse(res_ids)._get_label_pages()
            for picking_id, pages in labels.items():
                slip = streams[picking_id]["stream"]
                merged = merge_pdf([*pages, slip.getvalue()])
                streams[picking_id]["stream"] = io.BytesIO(merged)
        return streams
