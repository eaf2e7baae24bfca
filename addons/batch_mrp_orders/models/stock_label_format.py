# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class StockLabelFormat(models.Model):
    """Labels on a roll, one a page, or on sheets, some beside each other."""

    _name = "stock.label.format"
    _description = "Label Format"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        [("lot", "Lot labels"), ("product", "Product labels")],
        "For",
        help="Empty: for both.",
    )
    width = fields.Float("Width (mm)", digits=(6, 1), required=True)
    height = fields.Float("Height (mm)", digits=(6, 1), required=True)
    columns = fields.Integer(default=1, required=True)
    rows = fields.Integer(default=1, required=True)
    margin_left = fields.Float("Left Margin (mm)", digits=(6, 1))
    margin_top = fields.Float("Top Margin (mm)", digits=(6, 1))
    gap_x = fields.Float("Gap Between Columns (mm)", digits=(6, 1))
    gap_y = fields.Float("Gap Between Rows (mm)", digits=(6, 1))
    font_size = fields.Float(
        "Font Size (pt)",
        digits=(4, 1),
        default=6.8,
        required=True,
        help="Food: small letters at least 1.2 mm high, which is 6.8 points of this font; 0.9 mm "
        "or 5.1 points on packages whose largest surface is below 80 cm².",
    )
    paperformat_id = fields.Many2one("report.paperformat", required=True, ondelete="restrict")

    _sizes = models.Constraint(
        "CHECK (width > 0 AND height > 0 AND columns > 0 AND rows > 0 AND font_size > 0)",
        "Width, height, columns, rows and font size must be more than nothing.",
    )
    _margins = models.Constraint(
        "CHECK (LEAST(margin_left, margin_top, gap_x, gap_y) >= 0)",
        "Margins and gaps must not be negative.",
    )

    @api.constrains(
        "width", "height", "columns", "rows", "margin_left", "margin_top", "gap_x", "gap_y"
    )
    @api.constrains("paperformat_id")
    def _check_fits_paper(self):
        for record in self:
            paper = record.paperformat_id
            across = record._get_extent(
                record.margin_left, record.columns, record.width, record.gap_x
            )
            down = record._get_extent(record.margin_top, record.rows, record.height, record.gap_y)
            if across > paper.print_page_width + 0.5 or down > paper.print_page_height + 0.5:
                raise ValidationError(
                    self.env._(
                        "%(format)s: the labels do not fit on the paper “%(paper)s”.",
                        format=record.name,
                        paper=paper.name,
                    )
                )

    @api.model
    def _get_extent(self, margin, count, size, gap):
        return margin + count * size + (count - 1) * gap
