# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from dataclasses import replace

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

from .res_company import LONGEST_ACCOUNT, SHORTEST_ACCOUNT

MANAGER = "account.group_account_manager"
STEPS = [
    ("advisor", "Tax Advisor"),
    ("chart", "Chart of Accounts"),
    ("personal", "Customers and Suppliers"),
    ("taxes", "Taxes"),
    ("handover", "Hand-Over"),
    ("check", "Check"),
    ("done", "Ready"),
]
# What the assistant writes to the company.
SETTINGS = (
    "datev_consultant_number",
    "datev_client_number",
    "datev_lock",
    "datev_tax_mode",
    "datev_general_reversal",
    "fiscalyear_last_day",
    "fiscalyear_last_month",
    "datev_customer_first",
    "datev_customer_last",
    "datev_supplier_first",
    "datev_supplier_last",
    "datev_receipts",
    "datev_receipt_filing",
    "datev_advisor_id",
    "datev_mail_encrypt",
    "datev_mail_limit",
    "datev_zip_password",
    "datev_schedule",
    "datev_schedule_day",
    "datev_bookkeeper_id",
)


class ResCompany(models.Model):
    _inherit = "res.company"

    datev_tax_mode = fields.Selection(
        [("gross", "Gross, with tax keys"), ("net", "Net, with tax rows of their own")],
        string="Bookings with Tax",
        required=True,
        default="gross",
        help="Gross: DATEV computes the tax, and the advisor can file the VAT return. Net: "
        "each tax is a row of its own; DATEV then knows no tax bases.",
    )


class DatevLedger(models.AbstractModel):
    _inherit = "datev.ledger"

    def _open(self, company, date_from, date_to, lock=False):
        frame = super()._open(company, date_from, date_to, lock)
        if company.datev_tax_mode == "net":
            frame.chart = replace(frame.chart, net=True)
        return frame


class DatevSetup(models.Model):
    """The assistant: one record for each company.

    It shows and changes the settings of the company itself, so whoever leaves it half way finds
    everything as it was. Only the step and what the advisor confirmed is its own.
    """

    _name = "datev.setup"
    _description = "DATEV Setup"
    _rec_name = "company_id"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company
    )
    step = fields.Selection(STEPS, required=True, default="advisor")
    advisor_name = fields.Char(
        string="Name of the Advisor", help="Who gave the answers you confirm here."
    )
    question_ids = fields.One2many("datev.question", "setup_id", string="To Confirm")
    step_question_ids = fields.Many2many(
        "datev.question", string="To Confirm Here", compute="_compute_step_question_ids"
    )
    check_ids = fields.One2many("datev.setup.check", "setup_id", string="Check List")
    open_count = fields.Integer(string="Not Confirmed", compute="_compute_open_count")
    is_ready = fields.Boolean(compute="_compute_is_ready")

    datev_consultant_number = fields.Char(
        related="company_id.datev_consultant_number", readonly=False
    )
    datev_client_number = fields.Char(related="company_id.datev_client_number", readonly=False)
    datev_lock = fields.Boolean(related="company_id.datev_lock", readonly=False)
    datev_tax_mode = fields.Selection(related="company_id.datev_tax_mode", readonly=False)
    datev_general_reversal = fields.Boolean(
        related="company_id.datev_general_reversal", readonly=False
    )
    datev_chart = fields.Char(related="company_id.datev_chart")
    datev_account_length = fields.Integer(related="company_id.datev_account_length")
    fiscalyear_last_day = fields.Integer(related="company_id.fiscalyear_last_day", readonly=False)
    fiscalyear_last_month = fields.Selection(
        related="company_id.fiscalyear_last_month", readonly=False
    )
    datev_customer_first = fields.Integer(related="company_id.datev_customer_first", readonly=False)
    datev_customer_last = fields.Integer(related="company_id.datev_customer_last", readonly=False)
    datev_supplier_first = fields.Integer(related="company_id.datev_supplier_first", readonly=False)
    datev_supplier_last = fields.Integer(related="company_id.datev_supplier_last", readonly=False)
    odd_account_count = fields.Integer(compute="_compute_counts")
    customer_count = fields.Integer(string="Customer Numbers", compute="_compute_counts")
    supplier_count = fields.Integer(string="Supplier Numbers", compute="_compute_counts")
    untaxed_count = fields.Integer(string="Taxes without Key", compute="_compute_counts")

    _company_once = models.Constraint(
        "UNIQUE(company_id)", "There is one DATEV setup for each company."
    )

    @api.depends("step", "question_ids.step")
    def _compute_step_question_ids(self):
        for setup in self:
            setup.step_question_ids = setup.question_ids.filtered(
                lambda question, step=setup.step: question.step == step
            )

    @api.depends("question_ids.state")
    def _compute_open_count(self):
        for setup in self:
            setup.open_count = len(setup.question_ids.filtered(lambda q: q.state != "confirmed"))

    @api.depends("check_ids.state")
    def _compute_is_ready(self):
        for setup in self:
            states = setup.check_ids.mapped("state")
            setup.is_ready = bool(states) and "missing" not in states

    @api.depends("company_id", "step")
    def _compute_counts(self):
        Personal = self.env["datev.personal.account"]
        for setup in self:
            counts = dict(
                Personal._read_group(
                    [("company_id", "=", setup.company_id.id)], ["kind"], ["__count"]
                )
            )
            setup.customer_count = counts.get("customer", 0)
            setup.supplier_count = counts.get("supplier", 0)
            setup.odd_account_count = len(setup._odd_accounts())
            setup.untaxed_count = len(setup._taxes().filtered(lambda tax: not tax.datev_tax_key))

    # Access: the settings are the company's, which accounting administrators may not write.

    @api.model
    def _require_manager(self):
        if not self.env.su and not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only accounting administrators set up DATEV."))

    def write(self, vals):
        settings = {name: vals[name] for name in SETTINGS if name in vals}
        if settings:
            self.check_access("write")
            self._require_manager()
            # An accounting administrator answers for these, not for the rest of the company.
            self.company_id.sudo().write(settings)
        result = super().write({k: v for k, v in vals.items() if k not in settings})
        if settings or "step" in vals:
            self._refresh_questions()
        if vals.get("step") in ("check", "done"):
            self._refresh_checks()
        return result

    @api.model_create_multi
    def create(self, vals_list):
        self._require_manager()
        setups = super().create(vals_list)
        setups._refresh_questions()
        return setups

    # Navigation

    @api.model
    def action_open(self, step=""):
        """Open the assistant of the company where it was left, or at a step."""
        self._require_manager()
        setup = self.search([("company_id", "=", self.env.company.id)])
        setup = setup or self.create({"company_id": self.env.company.id})
        if step:
            setup.step = step
        setup._refresh_questions()
        if setup.step in ("check", "done"):
            setup._refresh_checks()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("DATEV Setup"),
            "res_model": self._name,
            "res_id": setup.id,
            "views": [(False, "form")],
            "target": "current",
        }

    def action_next(self):
        """Go on; a step that lacks something essential says so."""
        self._require_manager()
        self._refuse_gaps()
        self._move(1)

    def action_back(self):
        self._require_manager()
        self._move(-1)

    def _move(self, direction: int) -> None:
        self.ensure_one()
        names = [name for name, _label in STEPS]
        self.step = names[names.index(self.step) + direction]

    def _refuse_gaps(self) -> None:
        company = self.company_id
        if self.step == "advisor" and not (
            company.datev_consultant_number and company.datev_client_number
        ):
            raise UserError(self.env._("Enter the numbers of advisor and client first."))
        length = company.datev_account_length
        if self.step == "chart" and not SHORTEST_ACCOUNT <= length <= LONGEST_ACCOUNT:
            raise UserError(
                self.env._("Ledger accounts must have 4 to 8 digits, they have %(n)s.", n=length)
            )
        if self.step == "check":
            self._refresh_checks()
            if not self.is_ready:
                raise UserError(self.env._("Something is still missing, see the list."))

    # Accounts and taxes

    def _odd_accounts(self):
        """Accounts whose number has another length than the others."""
        self.ensure_one()
        company = self.company_id
        Account = self.env["account.account"].with_company(company)
        # Nothing is ever posted on the account for profits not yet distributed.
        accounts = Account.search(
            [
                *Account._check_company_domain(company),
                ("account_type", "!=", "equity_unaffected"),
            ]
        )
        length = company.datev_account_length
        return accounts.filtered(
            lambda account: len(account.code or "") != length or not account.code.isdecimal()
        )

    def _taxes(self):
        """Taxes of the company that charge something."""
        self.ensure_one()
        Tax = self.env["account.tax"].with_company(self.company_id)
        return Tax.search([*Tax._check_company_domain(self.company_id), ("amount", "!=", 0)])

    def action_odd_accounts(self):
        """The accounts to renumber."""
        return self._list("account.account", self._odd_accounts(), self.env._("Other Length"))

    def action_taxes(self):
        """Taxes with their keys, to be edited in the list."""
        self._require_manager()
        action = self._list("account.tax", self._taxes(), self.env._("Tax Keys"))
        view = self.env.ref("datev_export.datev_tax_view_list")
        return action | {"views": [(view.id, "list"), (False, "form")]}

    def action_personal_accounts(self):
        return self.env["ir.actions.act_window"]._for_xml_id(
            "datev_export.datev_personal_account_action"
        )

    def action_assign_numbers(self):
        """Numbers for all contacts with bookings that have none yet."""
        self._require_manager()
        count = self.env["datev.personal.account"]._assign_missing(self.company_id)
        return self._notify(self.env._("%s numbers were assigned.", count))

    def action_import_numbers(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Personal Accounts"),
            "res_model": "datev.personal.import",
            "views": [(False, "form")],
            "target": "current",
            "context": {"default_company_id": self.company_id.id},
        }

    def action_propose_keys(self):
        """Enter the key that does what a tax without one does; the advisor has to confirm it."""
        self._require_manager()
        preset = self.company_id._datev_preset()
        rules = preset.key_rules(self.company_id.datev_account_length) if preset else {}
        count = 0
        for tax in self._taxes().filtered(lambda tax: not tax.datev_tax_key):
            rule = tax._datev_rule()
            fitting = [key for key, effect in rules.items() if effect == rule]
            if len(fitting) == 1:
                tax.datev_tax_key = fitting[0]
                count += 1
        self._refresh_questions()
        return self._notify(self.env._("%s tax keys were entered.", count))

    def action_questionnaire(self):
        """The page for the advisor."""
        self._refresh_questions()
        return self.env.ref("datev_export.action_report_datev_questionnaire").report_action(self)

    def action_confirm_step(self):
        """The advisor said yes to everything on this page."""
        self.question_ids.filtered(lambda question: question.step == self.step).action_confirm()

    def action_new_export(self):
        """The first export."""
        return {
            "type": "ir.actions.act_window",
            "res_model": "datev.export",
            "views": [(False, "form")],
            "target": "current",
        }

    def _list(self, model, records, name):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", records.ids)],
        }

    def _notify(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": "success",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _refresh_questions(self) -> None:
        """What the advisor has to confirm, with the settings as they are now."""
        for setup in self:
            known = {question.topic: question for question in setup.question_ids}
            commands = []
            for sequence, (step, topic, value) in enumerate(setup._get_questions()):
                vals = {"step": step, "value": value, "sequence": sequence}
                question = known.pop(topic, None)
                if question is None:
                    commands.append(Command.create(vals | {"topic": topic}))
                elif any(question[name] != vals[name] for name in vals):
                    commands.append(Command.update(question.id, vals))
            commands += [Command.delete(question.id) for question in known.values()]
            if commands:
                setup.question_ids = commands
