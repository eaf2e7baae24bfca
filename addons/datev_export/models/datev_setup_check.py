# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""The end of the assistant: what is ready, what is missing, and where it is put right."""

from odoo import Command, api, fields, models

from ..extf.chart import UNKNOWN
from .datev_personal_account import LAST_OF_KIND
from .res_company import LONGEST_ACCOUNT, SHORTEST_ACCOUNT

# Check -> what opens where it is put right: a step of the assistant or a method of it.
PLACES = {
    "numbers": "advisor",
    "chart": "chart",
    "length": "chart",
    "odd_accounts": "action_odd_accounts",
    "currency": "chart",
    "ranges": "personal",
    "personal": "personal",
    "keys": "action_taxes",
    "automatic": "action_unknown_accounts",
    "handover": "handover",
    "confirmed": "action_questionnaire",
}
# Fewer free numbers than this are soon used up.
FEW_NUMBERS = 100


class DatevSetupCheck(models.Model):
    _name = "datev.setup.check"
    _description = "Item of the DATEV Check List"
    _order = "setup_id, sequence, id"
    _rec_name = "topic"

    setup_id = fields.Many2one("datev.setup", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="setup_id.company_id", store=True, index=True)
    sequence = fields.Integer(readonly=True)
    topic = fields.Char(required=True, readonly=True)
    name = fields.Char(string="Check", compute="_compute_name")
    detail = fields.Char(string="Found", readonly=True)
    state = fields.Selection(
        [("good", "Good"), ("advice", "Advice"), ("missing", "Missing")],
        required=True,
        readonly=True,
    )

    @api.depends("topic")
    @api.depends_context("lang")
    def _compute_name(self):
        names = {
            "numbers": self.env._("Consultant and client number"),
            "chart": self.env._("Chart of accounts recognised"),
            "length": self.env._("Length of the account numbers"),
            "odd_accounts": self.env._("All accounts have this length"),
            "currency": self.env._("Books in EUR"),
            "ranges": self.env._("Numbers left for customers and suppliers"),
            "personal": self.env._("Existing personal accounts taken over"),
            "keys": self.env._("Taxes with bookings have a key"),
            "automatic": self.env._("Effect of automatic accounts known"),
            "handover": self.env._("Way to the tax advisor"),
            "confirmed": self.env._("Confirmed by the tax advisor"),
        }
        for check in self:
            check.name = names[check.topic]

    def action_open(self):
        """Go where it is put right."""
        self.ensure_one()
        place = PLACES[self.topic]
        if hasattr(self.setup_id, place):
            return getattr(self.setup_id, place)()
        self.setup_id.step = place
        return None


class DatevSetup(models.Model):
    _inherit = "datev.setup"

    def _refresh_checks(self) -> None:
        """Check everything anew."""
        for setup in self:
            rows = [
                {"topic": topic, "state": state, "detail": detail, "sequence": number}
                for number, (topic, state, detail) in enumerate(setup._get_checks())
            ]
            setup.check_ids = [Command.clear(), *map(Command.create, rows)]

    def _answers(self, kind: str) -> list[str]:
        """Boxes to tick on the questionnaire."""
        return {
            "yes_no": [self.env._("yes"), self.env._("no")],
            "advisor_or_us": [self.env._("you"), self.env._("we do")],
            "keys": [self.env._("two digits"), self.env._("three or four digits")],
            "personal": [
                self.env._("an account each"),
                self.env._("collective accounts"),
                self.env._("list attached"),
            ],
            "costs": [self.env._("none"), self.env._("KOST1"), self.env._("KOST1 and KOST2")],
        }[kind]

    def action_check_again(self):
        self._require_manager()
        self._refresh_questions()
        self._refresh_checks()

    def _get_checks(self) -> list[tuple[str, str, str]]:
        """(topic, state, what was found) in the order of the steps."""
        company = self.company_id
        numbers = (company.datev_consultant_number, company.datev_client_number)
        length = company.datev_account_length
        odd = self._odd_accounts()
        keyless = self._used_taxes().filtered(lambda tax: not tax.datev_tax_key)
        unknown = self._unknown_accounts()
        right_length = SHORTEST_ACCOUNT <= length <= LONGEST_ACCOUNT
        return [
            ("numbers", _needed(all(numbers)), " / ".join(number or "…" for number in numbers)),
            ("chart", _wanted(company.datev_chart), self._chart_text()),
            ("length", _needed(right_length), str(length)),
            ("odd_accounts", _wanted(not odd), _codes(odd)),
            ("currency", _needed(company.currency_id.name == "EUR"), company.currency_id.name),
            self._check_ranges(),
            ("personal", _wanted(self.customer_count or self.supplier_count), self._number_text()),
            ("keys", _wanted(not keyless), ", ".join(keyless.mapped("name"))),
            ("automatic", _wanted(not unknown), _codes(unknown)),
            self._check_handover(),
            ("confirmed", _wanted(not self.open_count), self._open_text()),
        ]

    def _check_ranges(self) -> tuple[str, str, str]:
        company = self.company_id
        Personal = self.env["datev.personal.account"]
        left = []
        for kind, last_used in LAST_OF_KIND.items() if company.datev_account_length else ():
            first, last = company._datev_number_range(kind)
            domain = [
                ("company_id", "=", company.id),
                ("kind", "=", kind),
                ("number", ">=", first),
                ("number", "<=", last),
            ]
            found = Personal.search(domain, order="number desc", limit=1)
            left.append(last - max(first - 1, found.number, min(company[last_used], last)))
        few = min(left, default=0) < FEW_NUMBERS
        state = "missing" if not all(left) else _wanted(not few)
        return "ranges", state, " / ".join(map(str, left))

    def _number_text(self) -> str:
        return f"{self.customer_count} / {self.supplier_count}"

    def _open_text(self) -> str:
        total = len(self.question_ids)
        return f"{total - self.open_count} / {total}"

    def _unknown_accounts(self):
        company = self.company_id
        return self._used_accounts().filtered(
            lambda account: account._datev_key(company, company.datev_account_length) == UNKNOWN
        )

    def action_unknown_accounts(self):
        """Automatic accounts whose key is to be entered."""
        name = self.env._("Automatic Accounts with Unknown Tax")
        return self._list("account.account", self._unknown_accounts(), name)


def _needed(good) -> str:
    return "good" if good else "missing"


def _wanted(good) -> str:
    return "good" if good else "advice"


def _codes(accounts) -> str:
    """The first numbers of accounts."""
    codes = sorted(code for code in accounts.mapped("code") if code)
    return " ".join(codes[:8]) + (" …" if len(codes) > 8 else "")
