# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import base64
from io import BytesIO

from xlsxwriter import Workbook

from odoo import fields, models

COLUMNS = ("name", "difference_kind", "theirs", "ours", "difference", "reason", "note")


class OrderHubComparison(models.Model):
    """The differences as a spreadsheet for whoever looks into the old system."""

    _inherit = "order.hub.comparison"

    export_file = fields.Binary("Spreadsheet", compute="_compute_export_file")

    def _compute_export_file(self):
        for comparison in self:
            comparison.export_file = base64.b64encode(comparison._get_export())

    def _get_export(self):
        """Write one row for each difference; a text is never a formula or a link."""
        buffer = BytesIO()
        book = Workbook(buffer, {"in_memory": True})
        sheet = book.add_worksheet()
        all_fields = self.row_ids._fields
        for place, name in enumerate(COLUMNS):
            title = all_fields[name]._description_string(self.env)
            sheet.write_string(0, place, title, book.add_format({"bold": True}))
        choices = {
            name: dict(all_fields[name]._description_selection(self.env))
            for name in ("difference_kind", "reason")
        }
        for line, row in enumerate(self.row_ids, start=1):
            for place, name in enumerate(COLUMNS):
                value = row[name]
                if isinstance(value, float):
                    sheet.write_number(line, place, value)
                else:
                    text = choices[name].get(value) if name in choices else value
                    sheet.write_string(line, place, text or "")
        sheet.set_column(0, len(COLUMNS) - 1, 22)
        book.close()
        return buffer.getvalue()

    def action_export(self):
        """Download the differences as XLSX."""
        self.ensure_one()
        path = f"/web/content/{self._name}/{self.id}/export_file"
        return {
            "type": "ir.actions.act_url",
            "url": f"{path}?download=true&filename=comparison-{self.kind}-{self.id}.xlsx",
            "target": "download",
        }
