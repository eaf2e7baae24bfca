# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models
from odoo.exceptions import UserError

# Costs of payment transactions, by chart of accounts.
FEE_ACCOUNTS = {"de_skr03": "4970", "de_skr04": "6855"}


class SalesChannel(models.Model):
    """Where the money of a channel is booked until it reaches the bank."""

    _inherit = "sales.channel"

    def action_setup_journal(self):
        """Make the clearing account of the channel with its journal, and propose the rest."""
        self._check_setup_access()
        channel = self.with_company(self.company_id)
        if not channel.payment_journal_id:
            channel.payment_journal_id = channel._create_clearing_journal()
        if not channel.fee_account_id:
            channel.fee_account_id = channel._find_fee_account()

    def _create_clearing_journal(self):
        """A journal whose payments wait on an account of their own, which payouts clear.

        The account follows the one for money in transit: 1361 in SKR03, 1461 in SKR04.
        """
        transit = self.company_id.transfer_account_id
        if not transit:
            raise UserError(
                self.env._("Choose the account for internal transfers in the accounting settings.")
            )
        accounts = self.env["account.account"]
        account = accounts.create(
            {
                "code": accounts._search_new_account_code(transit.code),
                "name": self.env._("Clearing %s", self.name),
                "account_type": "asset_current",
                "reconcile": True,
                "tag_ids": transit.tag_ids.ids,
                "company_ids": self.company_id.ids,
            }
        )
        journal = self.env["account.journal"].create(
            {
                "name": self.env._("Clearing %s", self.name),
                "type": "bank",
                "code": self._get_journal_code(),
                "default_account_id": account.id,
                "company_id": self.company_id.id,
            }
        )
        methods = journal.inbound_payment_method_line_ids | journal.outbound_payment_method_line_ids
        methods.payment_account_id = account
        return journal

    def _get_journal_code(self):
        """A free short code, as journals are called in bookings."""
        return self.env["account.journal"]._get_next_journal_default_code("bank", self.company_id)

    def _find_fee_account(self):
        accounts = self.env["account.account"]
        code = FEE_ACCOUNTS.get(self.company_id.chart_template or "")
        if not code:
            return accounts
        domain = accounts._check_company_domain(self.company_id)
        return accounts.search([*domain, ("code", "=", code)], limit=1)
