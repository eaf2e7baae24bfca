# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import UserError

# Values a Buchungsstapel carries; they stay as the advisor received them.
EXPORTED_FIELDS = frozenset(
    {
        "state",
        "name",
        "date",
        "invoice_date",
        "invoice_date_due",
        "delivery_date",
        "ref",
        "payment_reference",
        "partner_id",
        "journal_id",
        "currency_id",
    }
)


class AccountMove(models.Model):
    _inherit = "account.move"

    datev_export_id = fields.Many2one(
        "datev.export",
        string="DATEV Export",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The export that handed this entry to the tax advisor.",
    )
    datev_document = fields.Char(
        string="Belegfeld 1",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Document number under which DATEV knows this entry.",
    )

    def _datev_refuse_change(self):
        """Raise if an entry of `self` is with the tax advisor."""
        # Whoever edits an entry meets the guard, also without access to exports.
        exported = self.sudo().filtered("datev_export_id")
        if exported:
            raise UserError(
                self.env._(
                    "%(entry)s was exported to DATEV (%(export)s) and cannot be changed. Correct "
                    "it with a reversal, or have the export withdrawn first.",
                    entry=exported[0].display_name,
                    export=exported[0].datev_export_id.display_name,
                )
            )

    def write(self, vals):
        changing = EXPORTED_FIELDS & vals.keys()
        if changing:
            self.filtered(
                lambda move: any(self._field_will_change(move, vals, name) for name in changing)
            )._datev_refuse_change()
        return super().write(vals)

    def button_draft(self):
        self._datev_refuse_change()
        return super().button_draft()

    def button_cancel(self):
        self._datev_refuse_change()
        return super().button_cancel()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_datev_exported(self):
        self._datev_refuse_change()
