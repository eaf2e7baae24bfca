# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# Values a Buchungsstapel carries, and who holds them; they stay as the advisor received them.
EXPORTED_FIELDS = frozenset(
    {
        "state",
        "name",
        "move_type",
        "date",
        "invoice_date",
        "invoice_date_due",
        "delivery_date",
        "ref",
        "payment_reference",
        "partner_id",
        "journal_id",
        "company_id",
        "currency_id",
        "invoice_currency_rate",
        "statement_line_id",
        "origin_payment_id",
        "reversed_entry_id",
        "datev_export_id",
        "datev_document",
    }
)
# Computed from what happens later in other documents: the exported value simply stays.
FROZEN_FIELDS = frozenset({"delivery_date", "invoice_currency_rate"})
# Only an export itself writes these.
MARKS = frozenset({"datev_export_id", "datev_document"})


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

    # What is in no export yet; of a long history it is little.
    _datev_open = models.Index(
        "(company_id, date) WHERE state = 'posted' AND datev_export_id IS NULL"
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

    def _datev_guard_write(self, records, vals, names):
        """Raise if `vals` gives one of `names` another value on a record of an exported entry.

        `records` are entries, or have their entry in `move_id`.
        """
        changing = names & vals.keys()
        posted = self.browse()
        for record in records if changing else ():
            move = record if record._name == self._name else record.move_id
            # The guard holds for everybody, also without access to exports.
            if (move.sudo().datev_export_id or move.state == "posted") and any(
                self._field_will_change(record, vals, name) for name in changing
            ):
                move._datev_refuse_change()
                posted |= move
        if records._name != self._name:
            posted._datev_meet_exports()

    def _datev_meet_exports(self):
        """Make a change of items or bank lines one of their posted entries, `self`.

        An export locks the entries that it reads. The one that comes second, it or this
        transaction, then fails and is repeated, with what the first has left.
        """
        if self.ids:
            self.env.cr.execute(
                SQL("UPDATE account_move SET write_date = write_date WHERE id = ANY(%s)", self.ids)
            )

    def _datev_refuse_marks(self, vals):
        if any(vals.get(name) for name in MARKS):
            raise UserError(self.env._("Only an export marks entries as exported to DATEV."))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._datev_refuse_marks(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._datev_refuse_marks(vals)
        self._datev_guard_write(self, vals, EXPORTED_FIELDS)
        return super().write(vals)

    def _write_multi(self, vals_list):
        """The last gate before the table: what did not come through `write`, recomputed say."""
        touched = self.browse(
            move.id
            for move, vals in zip(self, vals_list, strict=True)
            if not EXPORTED_FIELDS.isdisjoint(vals)
        )
        # The guard holds for everybody, also without access to exports.
        held = touched.sudo().filtered("datev_export_id")
        if held:
            vals_list = held._datev_freeze(self, vals_list)
        return super()._write_multi(vals_list)

    def _datev_freeze(self, moves, vals_list):
        """`vals_list` of `moves` without what stays as it is on the exported ones, `self`."""
        exported = set(self.ids)
        kept = []
        for move, vals in zip(moves, vals_list, strict=True):
            if move.id in exported:
                if (EXPORTED_FIELDS - FROZEN_FIELDS) & vals.keys():
                    move._datev_refuse_change()
                vals = {name: vals[name] for name in vals.keys() - FROZEN_FIELDS}
            kept.append(vals)
        self.invalidate_recordset(FROZEN_FIELDS, flush=False)
        return kept

    def button_draft(self):
        self._datev_refuse_change()
        return super().button_draft()

    def button_cancel(self):
        self._datev_refuse_change()
        return super().button_cancel()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_datev_exported(self):
        self._datev_refuse_change()
