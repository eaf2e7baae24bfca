# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from pystrich.datamatrix import FNC1, DataMatrixData, DataMatrixEncoder

from odoo import api, models

from ..labelling.gs1 import SEPARATOR, code128


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
        """Also Data Matrix, in the size the text needs, and GS1 codes from element strings.

        The Data Matrix of reportlab has 44 x 44 modules whatever it says, and no FNC1. FNC1
        of Code 128 is a character that the barcode widget of reports refuses.
        """
        if barcode_type == "GS1-128":
            return super().barcode("Code128", code128(value), **kwargs)
        if barcode_type not in ("DataMatrix", "GS1DataMatrix"):
            return super().barcode(barcode_type, value, **kwargs)
        segments = [value]
        if barcode_type == "GS1DataMatrix":
            segments = [part for text in value.split(SEPARATOR) for part in (FNC1, text)]
        data = DataMatrixData(*segments, auto_encoding=True)
        size = min(int(kwargs.get("width", 600)), int(kwargs.get("height", 600)))
        encoder = DataMatrixEncoder(data)
        encoder.get_imagedata(cellsize=1)
        return encoder.get_imagedata(cellsize=max(1, size // encoder.width))
