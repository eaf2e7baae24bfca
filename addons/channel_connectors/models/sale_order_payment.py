# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models
from odoo.fields import Domain

# What the channel has received and the books do not know yet.
UNBOOKED_PAYMENT = (
    Domain("state", "=", "done")
    & Domain("is_test", "=", False)
    & Domain("payment_id", "=", False)
    & Domain("amount", ">", 0)
)


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _register_channel_payments(self, invoices=None):
        """Book what the channel received for these orders and match it with invoices.

        Each transaction is booked once, with its own date and amount, however often
        this runs. Returns the new payments. ``invoices`` default to those of the orders.
        """
        invoices = self.invoice_ids if invoices is None else invoices
        # sudo: sales staff may not book; what is booked is the channel's own statement,
        # on the journal an administrator chose for it
        transactions = self.sudo().channel_payment_ids.filtered_domain(UNBOOKED_PAYMENT)
        payments = transactions._book()
        self._match_channel_payments(invoices)
        return payments

    def _match_channel_payments(self, invoices):
        """Reconcile the open payments of each order with its open posted invoices."""
        plan = [
            lines
            for order in self
            for lines in order._get_matching_lines(invoices & order.invoice_ids)
        ]
        # sudo: see _register_channel_payments
        self.env["account.move.line"].sudo()._reconcile_plan(plan)

    def _get_matching_lines(self, invoices):
        """Open lines of payments and invoices of an order, one set for each account."""
        self.ensure_one()
        # sudo: see _register_channel_payments
        booked = self.sudo().channel_payment_ids.payment_id.move_id.line_ids
        owed = (
            invoices.sudo()
            .filtered(lambda move: move.state == "posted" and move.move_type == "out_invoice")
            .line_ids
        )
        lines = (booked | owed).filtered(
            lambda line: (
                line.account_type == "asset_receivable"
                and line.parent_state == "posted"
                and not line.reconciled
            )
        )
        return [
            account_lines
            for account_lines in lines.grouped("account_id").values()
            if account_lines & booked and account_lines & owed
        ]
