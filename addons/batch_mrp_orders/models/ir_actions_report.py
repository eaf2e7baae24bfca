# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import io

from PIL import Image
from pystrich.datamatrix import FNC1, DataMatrixData, DataMatrixEncoder

from odoo import api, models

from ..labelling.gs1 import SEPARATOR


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def get_paperformat(self):
        """Labels are printed on the paper that was chosen for them."""
        label_format = self.env["stock.label.format"].browse(
            self.env.context.get("label_format_id", False)
        )
        return label_format.paperformat_id or super().get_paperformat()

    @api.model
    def barcode(self, barcode_type, value, **kwargs):
        """Data Matrix in the size the text needs.

        The one that reportlab draws has 44 x 44 modules whatever it says, and no FNC1.
        """
        if barcode_type not in ("DataMatrix", "GS1DataMatrix"):
            return super().barcode(barcode_type, value, **kwargs)
        segments = [value]
        if barcode_type == "GS1DataMatrix":
            segments = [part for text in value.split(SEPARATOR) for part in (FNC1, text)]
        data = DataMatrixData(*segments, auto_encoding=True)
        size = min(int(kwargs.get("width", 600)), int(kwargs.get("height", 600)))
        return self._draw_modules(DataMatrixEncoder(data).matrix, size)

    @api.model
    def _draw_modules(self, matrix, size, quiet=2):
        """PNG of at most ``size`` pixels, each module the same whole number of them."""
        width = len(matrix[0]) + 2 * quiet
        height = len(matrix) + 2 * quiet
        picture = Image.new("1", (width, height), 1)
        for y, row in enumerate(matrix):
            for x, dark in enumerate(row):
                if dark:
                    picture.putpixel((x + quiet, y + quiet), 0)
        scale = max(1, size // max(width, height))
        output = io.BytesIO()
        picture.resize((width * scale, height * scale)).save(output, "PNG")
        return output.getvalue()
