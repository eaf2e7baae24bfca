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
        "price_unit",
        "quantity",
        "discount",
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
        changing = EXPORTED_FIELDS & vals.keys()
        if changing:
            will_change = self.env["account.move"]._field_will_change
            self.filtered(
                lambda line: any(will_change(line, vals, name) for name in changing)
            ).move_id._datev_refuse_change()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_datev_exported(self):
        self.move_id._datev_refuse_change()
