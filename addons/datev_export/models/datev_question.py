# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models

from ..extf.chart import TAX_FREE, UNKNOWN
from ..extf.stacks import fiscal_year_start
from .datev_setup import STEPS


class DatevQuestion(models.Model):
    """A setting only the advisor can confirm. A confirmed one that changes is open again."""

    _name = "datev.question"
    _description = "Setting the Tax Advisor Confirms"
    _order = "setup_id, sequence, id"
    _rec_name = "topic"

    setup_id = fields.Many2one("datev.setup", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="setup_id.company_id", store=True, index=True)
    sequence = fields.Integer(readonly=True)
    step = fields.Selection(STEPS, required=True, readonly=True)
    topic = fields.Char(required=True, readonly=True)
    name = fields.Char(string="Setting", compute="_compute_name")
    value = fields.Char(string="Our Setting", readonly=True)
    shown_value = fields.Char(string="Shown Setting", compute="_compute_name")
    confirmed_value = fields.Char(readonly=True)
    confirmed_on = fields.Date(readonly=True)
    confirmed_by_id = fields.Many2one("res.users", string="Entered By", readonly=True)
    advisor_name = fields.Char(string="Confirmed By", readonly=True)
    state = fields.Selection(
        [("open", "To Confirm"), ("changed", "Changed Since"), ("confirmed", "Confirmed")],
        compute="_compute_state",
        store=True,
    )

    _topic_once = models.Constraint("UNIQUE(setup_id, topic)", "This is asked already.")

    @api.depends("value", "confirmed_value", "confirmed_on")
    def _compute_state(self):
        for question in self:
            same = question.confirmed_value == question.value
            question.state = (
                "open" if not question.confirmed_on else "confirmed" if same else "changed"
            )

    @api.depends("topic", "value")
    @api.depends_context("lang")
    def _compute_name(self):
        names = self._names()
        for question in self:
            kind, _colon, about = question.topic.partition(":")
            question.name = names[kind] % {"about": self._about(about)}
            question.shown_value = self._values().get(question.value, question.value)

    @api.model
    def _about(self, about: str) -> str:
        return {
            TAX_FREE: self.env._("without tax"),
            UNKNOWN: self.env._("with a tax we do not know: booked with key 40"),
        }.get(about, self.env._("with tax key %s", about))

    @api.model
    def _names(self) -> dict[str, str]:
        return {
            "numbers": self.env._("Consultant and client number"),
            "tax_mode": self.env._("Bookings with tax"),
            "lock": self.env._("Festschreibung when the file is imported"),
            "reversal": self.env._("Reversals"),
            "chart": self.env._("Chart of accounts and length of the account numbers"),
            "year": self.env._("Start of the fiscal year"),
            "customer": self.env._("Numbers of customers (debtors)"),
            "supplier": self.env._("Numbers of suppliers (creditors)"),
            "key": self.env._("Taxes %(about)s"),
            "without": self.env._("Taxes without key, booked with tax rows of their own"),
            "automatic": self.env._("Automatic accounts %(about)s"),
            "receipts": self.env._("Receipts with the bookings"),
        }

    @api.model
    def _values(self) -> dict[str, str]:
        """Words for settings that are stored as codes, to be the same in every language."""
        return {
            "gross": self.env._("gross, with tax keys"),
            "net": self.env._("net, with tax rows of their own"),
            "locked": self.env._("1, locked at once"),
            "unlocked": self.env._("0, can still be changed"),
            "general": self.env._("as Generalumkehr"),
            "mirrored": self.env._("as bookings with the sides exchanged"),
            "no_receipts": self.env._("none"),
            "inbox": self.env._("yes, into the inbox of DATEV Unternehmen online"),
            "folders": self.env._("yes, into folders by year, kind and month"),
        }

    def action_confirm(self):
        """The advisor agrees; who it was stands in the setup."""
        self.env["datev.setup"]._require_manager()
        for question in self:
            question.write(
                {
                    "confirmed_value": question.value,
                    "confirmed_on": fields.Date.context_today(self),
                    "confirmed_by_id": self.env.uid,
                    "advisor_name": question.setup_id.advisor_name,
                }
            )

    def action_reopen(self):
        """The advisor has not agreed after all."""
        self.env["datev.setup"]._require_manager()
        self.write(
            {
                "confirmed_value": False,
                "confirmed_on": False,
                "confirmed_by_id": False,
                "advisor_name": False,
            }
        )


class DatevSetup(models.Model):
    _inherit = "datev.setup"

    def _get_questions(self) -> list[tuple[str, str, str]]:
        """(step, topic, our setting) of everything the advisor has to confirm."""
        self.ensure_one()
        company = self.company_id
        numbers = (company.datev_consultant_number, company.datev_client_number)
        ranges = {
            kind: "{}–{}".format(*company._datev_number_range(kind))
            for kind in ("customer", "supplier")
            if company.datev_account_length
        }
        return [
            ("advisor", "numbers", " / ".join(number or "…" for number in numbers)),
            ("advisor", "tax_mode", company.datev_tax_mode),
            ("advisor", "lock", "locked" if company.datev_lock else "unlocked"),
            ("advisor", "reversal", "general" if company.datev_general_reversal else "mirrored"),
            ("chart", "chart", self._chart_text()),
            ("chart", "year", self._year_text()),
            *(("personal", kind, text) for kind, text in ranges.items()),
            *self._get_key_questions(),
            *self._get_automatic_questions(),
            ("handover", "receipts", self._receipts_value()),
        ]

    def _chart_text(self) -> str:
        company = self.company_id
        chart = f"SKR{company.datev_chart}" if company.datev_chart else "?"
        return f"{chart}, {company.datev_account_length}"

    def _year_text(self) -> str:
        company = self.company_id
        month = int(company.fiscalyear_last_month)
        start = fiscal_year_start(
            fields.Date.context_today(self), company.fiscalyear_last_day, month
        )
        return f"{start:%d.%m.}"

    def _get_key_questions(self) -> list[tuple[str, str, str]]:
        names: dict[str, list[str]] = defaultdict(list)
        for tax in self._taxes():
            names[tax.datev_tax_key or ""].append(tax.with_context(lang=None).name)
        used = self._used_taxes()
        without = [tax.with_context(lang=None).name for tax in used if not tax.datev_tax_key]
        questions = [
            ("taxes", f"key:{key}", ", ".join(dict.fromkeys(taxes)))
            for key, taxes in sorted(names.items())
            if key
        ]
        if without:
            questions.append(("taxes", "without", ", ".join(dict.fromkeys(without))))
        return questions

    def _get_automatic_questions(self) -> list[tuple[str, str, str]]:
        """Automatikkonten with bookings: the advisor need not look at the whole chart."""
        company = self.company_id
        codes: dict[str, list[str]] = defaultdict(list)
        for account in self._used_accounts():
            key = account._datev_key(company, company.datev_account_length)
            if key:
                codes[key].append(account.code)
        return [
            ("taxes", f"automatic:{key}", " ".join(sorted(numbers)))
            for key, numbers in sorted(codes.items())
        ]

    def _recent(self) -> list:
        """Posted bookings of the last two years."""
        since = fields.Date.context_today(self) - timedelta(days=730)
        return [
            ("company_id", "child_of", self.company_id.id),
            ("parent_state", "=", "posted"),
            ("date", ">=", since),
        ]

    def _used_taxes(self):
        found = self.env["account.move.line"]._read_group(
            self._recent(), [], ["tax_line_id:recordset"]
        )
        return found[0][0]

    def _used_accounts(self):
        found = self.env["account.move.line"]._read_group(
            self._recent(), [], ["account_id:recordset"]
        )
        return found[0][0].with_company(self.company_id)
