# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models

from ..matching import Rule

MATCH_BY = [
    ("invoice", "Number of the invoice"),
    ("order", "Number of the order"),
    ("channel", "Number of the order in the sales channel"),
    ("payer", "Payer (bank account or exact name) and exact amount"),
]


class BankMatchingRule(models.Model):
    _name = "bank.matching.rule"
    _description = "Rule for Matching Bank Transfers"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: the rule holds for all companies."
    )
    match_by = fields.Selection(
        MATCH_BY,
        required=True,
        default="invoice",
        help="What in the transfer leads to the invoice or order that it pays.",
    )
    any_amount = fields.Boolean(
        help="Also book a part payment or an overpayment, where the number stands in the text "
        "beyond doubt. What is paid too much stays open as the customer's credit.",
    )
    books = fields.Boolean(
        "Book Automatically",
        default=True,
        help="Book where there is only one possibility. Otherwise what is found is suggested.",
    )

    def _to_rules(self):
        """These rules for the matching algorithm, in their order."""
        return [
            Rule(
                key=rule.id,
                match_by=rule.match_by,
                any_amount=rule.any_amount and rule.match_by != "payer",
                books=rule.books,
            )
            for rule in self
        ]
