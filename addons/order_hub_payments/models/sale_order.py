# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models

# States of the channel's payment in which the channel holds or has passed on the money.
PAID_IN_CHANNEL = ("authorized", "paid", "partially_refunded", "refunded", "voided")
NUMBER = "upper(regexp_replace({}, '[^A-Za-z0-9]', '', 'g'))"


class SaleOrder(models.Model):
    """What the customer has paid by bank transfer, and for what we wait."""

    _inherit = "sale.order"

    bank_payment_line_ids = fields.One2many(
        "account.move.line", "prepayment_order_id", "Payments by Bank", readonly=True
    )
    bank_paid_amount = fields.Monetary(
        "Paid by Bank",
        compute="_compute_bank_paid_amount",
        store=True,
        compute_sudo=True,
        help="Paid by bank transfer before the invoice.",
    )
    bank_open_amount = fields.Monetary(
        "To Be Paid",
        compute="_compute_bank_open_amount",
        compute_sudo=True,
        help="What has neither been paid nor invoiced.",
    )
    payment_wait_since = fields.Datetime(
        "Waits for Payment Since",
        compute="_compute_payment_wait_since",
        store=True,
        compute_sudo=True,
        index="btree_not_null",
        help="The order is to be paid in advance, and the money has not arrived.",
    )
    payment_wait_days = fields.Integer(
        "Days Waited", compute="_compute_payment_wait_days", help="Days since the order date."
    )
    # Transfers name orders in any spelling; the index has the form that is compared.
    _bank_name_index = models.Index(f"(({NUMBER.format('name')}))")
    _bank_reference_index = models.Index(f"(({NUMBER.format('client_order_ref')}))")

    @api.depends("bank_payment_line_ids.balance", "bank_payment_line_ids.parent_state")
    def _compute_bank_paid_amount(self):
        for order in self:
            booked = order.bank_payment_line_ids.filtered(
                lambda line: line.parent_state == "posted"
            )
            order.bank_paid_amount = -sum(booked.mapped("balance"))

    @api.depends(
        "amount_total",
        "amount_paid",
        "bank_paid_amount",
        "state",
        "channel_payment_state",
        "invoice_ids.state",
        "invoice_ids.amount_total",
    )
    def _compute_bank_open_amount(self):
        for order in self:
            if order.state == "cancel" or order.channel_payment_state in PAID_IN_CHANNEL:
                order.bank_open_amount = 0.0
                continue
            invoiced = sum(
                move.direction_sign * -move.amount_total
                for move in order.invoice_ids
                if move.state == "posted"
            )
            # An invoice uses up what was paid before it: the same money counts once.
            covered = max(order.bank_paid_amount + order.amount_paid, invoiced)
            order.bank_open_amount = max(order.currency_id.round(order.amount_total - covered), 0.0)

    @api.depends(
        "state",
        "date_order",
        "amount_total",
        "amount_paid",
        "bank_paid_amount",
        "invoice_status",
        "channel_id",
        "channel_payment_state",
        "payment_term_id.is_prepayment",
        "transaction_ids.state",
    )
    def _compute_payment_wait_since(self):
        for order in self:
            waits = (
                order._is_prepaid_by_bank()
                and order.invoice_status != "invoiced"
                and order.bank_open_amount > 0
            )
            order.payment_wait_since = order.date_order if waits else False

    def _is_prepaid_by_bank(self):
        """Whether the customer has ordered and is to pay before anything is done.

        An offer nobody has accepted does not wait: a quotation counts when it came from a
        channel, or when the customer has chosen to pay it by transfer.
        """
        self.ensure_one()
        if self.state in ("draft", "sent"):
            return (self.channel_id and self.channel_payment_state == "pending") or (
                "pending" in self.transaction_ids.mapped("state")
            )
        if self.state == "sale":
            return self.payment_term_id.is_prepayment or self.channel_payment_state == "pending"
        return False

    @api.depends("payment_wait_since")
    def _compute_payment_wait_days(self):
        today = fields.Date.context_today(self)
        for order in self:
            since = order.payment_wait_since and order._get_reminder_due_date()
            order.payment_wait_days = (today - since).days if since else 0

    def _on_bank_payment(self):
        """Money has come in for these orders: let go on what is paid now."""
        complete = self.filtered(lambda order: order.currency_id.is_zero(order.bank_open_amount))
        if complete:
            complete._on_prepayment_received()

    def _register_channel_payments(self, invoices=None):
        """What came in by bank is not booked again when the shop marks the order as paid."""
        by_bank = self.filtered(lambda order: order._is_paid_by_bank())
        return super(SaleOrder, self - by_bank)._register_channel_payments(invoices)

    def _is_paid_by_bank(self):
        self.ensure_one()
        # sudo: sales staff may not read the bank's entries
        order = self.sudo()
        owed = order.invoice_ids.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and line.parent_state == "posted"
        )
        by_bank = order.bank_paid_amount or owed.matched_credit_ids.credit_move_id.statement_line_id
        is_open = any(not line.reconciled for line in owed) or order.bank_open_amount > 0
        return bool(by_bank) and not is_open

    def _is_confirmed_anyway(self):
        """Who has paid by transfer has ordered."""
        return super()._is_confirmed_anyway() or (
            self.bank_paid_amount > 0 and self.currency_id.is_zero(self.bank_open_amount)
        )

    def action_view_bank_payments(self):
        domain = [("prepayment_order_id", "in", self.ids)]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Payments by Bank"),
            "res_model": "account.move.line",
            "view_mode": "list,form",
            "domain": domain,
        }
