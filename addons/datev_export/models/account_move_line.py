# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, models

EXPORTED_FIELDS = frozenset(
    {
        "move_id",
        "account_id",
        "partner_id",
        "name",
        "ref",
        "date",
        "date_maturity",
        "balance",
        "debit",
        "credit",
        "amount_currency",
        "currency_id",
        "tax_ids",
        "tax_line_id",
        "tax_repartition_line_id",
        "group_tax_id",
        "display_type",
        "price_unit",
        "quantity",
        "discount",
        "analytic_distribution",
    }
)


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        moves = {vals["move_id"] for vals in vals_list if vals.get("move_id")}
        self.env["account.move"].browse(moves)._datev_refuse_change()
        return super().create(vals_list)

    def write(self, vals):
        self.env["account.move"]._datev_guard_write(self, vals, EXPORTED_FIELDS)
        return super().write(vals)

    def _write_multi(self, vals_list):
        """The last gate before the table: what did not come through `write`."""
        touched = self.browse(
            line.id
            for line, vals in zip(self, vals_list, strict=True)
            if not EXPORTED_FIELDS.isdisjoint(vals)
        )
        touched.move_id._datev_refuse_change()
        return super()._write_multi(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_datev_exported(self):
        self.move_id._datev_refuse_change()
