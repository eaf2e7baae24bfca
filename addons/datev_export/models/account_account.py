# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..extf.chart import FREE_RULE, TAX_FREE, UNKNOWN, Chart, TaxRule, shorten


class AccountAccount(models.Model):
    _inherit = "account.account"

    datev_automatic = fields.Selection(
        selection=[("yes", "Automatic"), ("no", "Not automatic")],
        string="DATEV Automatic",
        company_dependent=True,
        tracking=True,
        help="Whether DATEV takes the tax out of each booking on this account by itself "
        "(Automatikkonto). Leave empty to follow the published chart SKR03 or SKR04; your "
        "tax advisor knows the accounts that differ.",
    )
    datev_automatic_key = fields.Char(
        string="DATEV Automatic Tax Key",
        size=4,
        company_dependent=True,
        tracking=True,
        help="Tax key of the automatic, for example 3 for 19 % sales tax. Leave empty to "
        "follow the published chart or the default tax of the account.",
    )
    datev_effect = fields.Char(
        string="DATEV Effect",
        compute="_compute_datev_effect",
        help="What DATEV does with a booking on this account.",
    )

    @api.depends("code", "datev_automatic", "datev_automatic_key", "tax_ids.datev_tax_key")
    @api.depends_context("company")
    def _compute_datev_effect(self):
        company = self.env.company
        length = company.datev_account_length
        for account in self:
            key = account._datev_key(company, length)
            if not key:
                account.datev_effect = self.env._("No automatic")
            elif key == TAX_FREE:
                account.datev_effect = self.env._("Automatic without tax")
            elif key == UNKNOWN:
                account.datev_effect = self.env._("Automatic, tax unknown: key 40 and net rows")
            else:
                account.datev_effect = self.env._("Automatic with tax key %(key)s", key=key)

    @api.onchange("datev_automatic", "datev_automatic_key")
    def _onchange_datev_automatic(self):
        if self._origin._datev_exported(self.env.company):
            return self.env["account.tax"]._datev_warn_used(self._origin.display_name)
        return None

    def write(self, vals):
        if "code" in vals:
            self.filtered(
                lambda account: account.code and account.code != vals["code"]
            )._datev_refuse_exported(self.env.company)
        return super().write(vals)

    def _datev_exported(self, company=None):
        """Those of `self` that entries with the tax advisor (of `company`) are posted to."""
        domain = [("account_id", "in", self.ids), ("move_id.datev_export_id", "!=", False)]
        if company:
            domain.append(("company_id", "child_of", company.root_id.id))
        # The advisor has the entries of every company, whoever asks.
        lines = self.env["account.move.line"].sudo()
        return lines._read_group(domain, [], ["account_id:recordset"])[0][0].with_env(self.env)

    def _datev_refuse_exported(self, company=None):
        """Raise if the tax advisor knows one of `self` by its number."""
        exported = self._datev_exported(company)
        if exported:
            raise UserError(
                self.env._(
                    "Entries on account %(account)s were exported to DATEV under its number, "
                    "which therefore stays.",
                    account=exported[0].display_name,
                )
            )

    def _datev_key(self, company, length: int) -> str:
        """Tax key of the automatic, TAX_FREE, UNKNOWN, or "" for an ordinary account."""
        self.ensure_one()
        account = self.with_company(company)
        preset = company._datev_preset()
        published = ""
        if preset:
            published = preset.automatic_keys().get(shorten(account.code or "", length), "")
        if account.datev_automatic == "no":
            return ""
        if account.datev_automatic == "yes":
            default_keys = {key for key in account.tax_ids.mapped("datev_tax_key") if key}
            own = account.datev_automatic_key or published
            return own or (default_keys.pop() if len(default_keys) == 1 else UNKNOWN)
        return published

    def _datev_chart(self, company) -> Chart:
        """What DATEV does on these accounts of `company`, with the tax keys of its chart."""
        length = company.datev_account_length
        preset = company._datev_preset()
        keys: dict[str, TaxRule] = preset.key_rules(length) if preset else {}
        automatic: dict[str, TaxRule | None] = {}
        for account in self.with_company(company):
            key = account._datev_key(company, length)
            if key:
                automatic[account.code] = FREE_RULE if key == TAX_FREE else keys.get(key)
        return Chart(length, keys, automatic)
