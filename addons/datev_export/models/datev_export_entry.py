# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models

MODES = [
    ("gross", "Gross"),
    ("mixed", "Partly net"),
    ("net", "Net with tax rows"),
    ("plain", "Without tax"),
]


class DatevExportEntry(models.Model):
    _name = "datev.export.entry"
    _description = "Entry Exported to DATEV"
    _order = "id"
    _rec_name = "move_id"

    export_id = fields.Many2one("datev.export", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="export_id.company_id", store=True, index=True)
    move_id = fields.Many2one("account.move", string="Entry", required=True, ondelete="restrict")
    active = fields.Boolean(default=True, help="Not set once the export is withdrawn.")
    mode = fields.Selection(MODES, required=True)
    reason = fields.Char(help="Why the entry was not exported gross.")
    row_count = fields.Integer(string="Rows")
    document = fields.Char(string="Belegfeld 1")
    digest = fields.Char(help="SHA-256 of the exported rows of the entry.")

    # Whatever happens at the same time elsewhere, an entry is in one valid export at most.
    _move_once = models.UniqueIndex("(move_id) WHERE active")
