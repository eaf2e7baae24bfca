# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import UserError

from .datev_import_preview import KINDS_OF_FINDING


class DatevImportRow(models.Model):
    _name = "datev.import.row"
    _description = "Row of a Buchungsstapel of the Tax Advisor"
    _order = "import_id, line"
    _rec_name = "document"

    import_id = fields.Many2one("datev.import", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="import_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    line = fields.Integer(readonly=True, aggregator=None)
    day = fields.Date(readonly=True)
    document = fields.Char(string="Belegfeld 1", readonly=True)
    text = fields.Char(readonly=True)
    amount = fields.Monetary(
        readonly=True, help="Debit of the account is positive, credit negative."
    )
    foreign = fields.Char(string="Amount Abroad", readonly=True)
    account_number = fields.Char(string="Account", readonly=True)
    contra_number = fields.Char(string="Contra Account", readonly=True)
    key = fields.Char(string="Tax Key", readonly=True)
    cost = fields.Char(string="Cost Centres", readonly=True)
    skip = fields.Boolean(help="This row becomes no entry; it is posted by hand.")

    def write(self, vals):
        if vals.keys() - {"skip"} or any(row.import_id.state != "preview" for row in self):
            raise UserError(self.env._("Rows of the tax advisor stay as they are."))
        return super().write(vals)


class DatevImportSum(models.Model):
    _name = "datev.import.sum"
    _description = "Account in a Buchungsstapel of the Tax Advisor"
    _order = "import_id, account_number"
    _rec_name = "account_number"

    import_id = fields.Many2one("datev.import", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="import_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    account_number = fields.Char(string="Account", readonly=True)
    name = fields.Char(readonly=True)
    debit = fields.Monetary(readonly=True)
    credit = fields.Monetary(readonly=True)
    balance = fields.Monetary(compute="_compute_balance")

    @api.depends("debit", "credit")
    def _compute_balance(self):
        for line in self:
            line.balance = line.debit - line.credit


class DatevImportFinding(models.Model):
    _name = "datev.import.finding"
    _description = "What Is Missing for Bookings of the Tax Advisor"
    _order = "blocking desc, first_line, id"
    _rec_name = "message"

    import_id = fields.Many2one("datev.import", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="import_id.company_id", store=True, index=True)
    kind = fields.Selection(KINDS_OF_FINDING, required=True, readonly=True)
    value = fields.Char(readonly=True)
    blocking = fields.Boolean(readonly=True)
    first_line = fields.Integer(string="Line", readonly=True, aggregator=None)
    row_count = fields.Integer(string="Rows", readonly=True)
    message = fields.Char(readonly=True, required=True)
    can_fix = fields.Boolean(compute="_compute_can_fix")

    @api.depends("kind")
    def _compute_can_fix(self):
        for finding in self:
            finding.can_fix = finding.kind in self._fixes()

    @api.model
    def _fixes(self):
        """Kind of finding -> method that opens where it is put right."""
        return {
            "client": "_open_setup",
            "currency": "_open_currencies",
            "account": "_open_new_account",
            "personal": "_open_new_personal_account",
            "key_unknown": "_open_taxes",
            "key_on_automatic": "_open_account",
            "automatic_unknown": "_open_account",
            "cost": "_open_setup",
        }

    def action_fix(self):
        """Open where the finding is put right."""
        self.ensure_one()
        if not self.can_fix:
            raise UserError(self.message)
        return getattr(self, self._fixes()[self.kind])()

    def _open_setup(self):
        return self.env["datev.setup"].action_open()

    def _open_currencies(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("base.action_currency_form")
        return action | {
            "domain": [("name", "=", self.value)],
            "context": {"active_test": False},
        }

    def _open_new_account(self):
        # An archived one is taken into use again.
        account = self._find_account()
        return self._open("account.account", account, default_code=self.value)

    def _open_new_personal_account(self):
        supplier = int(self.value[0]) >= 7
        return self._open(
            "datev.personal.account",
            target="new",
            default_number=int(self.value),
            default_kind="supplier" if supplier else "customer",
            default_company_id=self.company_id.id,
        )

    def _open_account(self):
        return self._open("account.account", self._find_account())

    def _find_account(self):
        accounts = self.env["account.account"].with_company(self.company_id)
        return accounts.with_context(active_test=False).search(
            [*accounts._check_company_domain(self.company_id), ("code", "=", self.value)], limit=1
        )

    def _open_taxes(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_tax_form")
        return action | {"target": "current"}

    def _open(self, model, record=None, target="current", **context):
        return {
            "type": "ir.actions.act_window",
            "res_model": model,
            "res_id": record.id if record else False,
            "views": [(False, "form")],
            "target": target,
            "context": context,
        }
