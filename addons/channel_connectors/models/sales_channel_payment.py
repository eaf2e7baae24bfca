# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models
from odoo.exceptions import UserError


class SalesChannelPayment(models.Model):
    _name = "sales.channel.payment"
    _description = "Payment in a Sales Channel"
    _rec_name = "external_id"
    _order = "date desc, id desc"
    _check_company_auto = True

    channel_id = fields.Many2one(
        "sales.channel", required=True, ondelete="cascade", index=True, check_company=True
    )
    company_id = fields.Many2one(related="channel_id.company_id", store=True)
    order_id = fields.Many2one(
        "sale.order", required=True, ondelete="cascade", index=True, check_company=True
    )
    external_id = fields.Char("Transaction", required=True)
    gateway = fields.Char()
    date = fields.Datetime(required=True)
    amount = fields.Monetary(
        required=True, help="Positive when the customer paid, negative when paid back."
    )
    currency_id = fields.Many2one("res.currency", required=True)
    settled_amount = fields.Monetary(
        "In the Shop's Currency",
        currency_field="settled_currency_id",
        help="The same amount as the channel converted it for its own books.",
    )
    settled_currency_id = fields.Many2one(related="channel_id.currency_id", string="Shop Currency")
    state = fields.Selection(
        [("pending", "Pending"), ("done", "Done")], required=True, default="pending"
    )
    is_gift_card = fields.Boolean("Gift Card")
    is_test = fields.Boolean("Test")
    payment_id = fields.Many2one(
        "account.payment",
        copy=False,
        readonly=True,
        ondelete="restrict",
        check_company=True,
        index="btree_not_null",
    )

    _unique_transaction = models.Constraint(
        "UNIQUE(channel_id, external_id)", "A transaction of a channel can be recorded only once."
    )
    _unique_payment = models.UniqueIndex(
        "(payment_id) WHERE payment_id IS NOT NULL",
        "A payment stands for one transaction of the channel only.",
    )

    def _journal(self):
        """Journal this payment is booked in; a gift card or a gateway may have its own."""
        self.ensure_one()
        channel = self.channel_id
        # sudo: whoever triggers the booking need not see how the channel is set up
        own = channel.sudo().method_ids.filtered(lambda m: m.gateway == self.gateway).journal_id
        if own:
            return own
        if self.is_gift_card and channel.gift_card_journal_id:
            return channel.gift_card_journal_id
        return channel.payment_journal_id

    def _book(self):
        """Post a payment for each of these transactions that nobody has booked meanwhile.

        Returns the new payments.
        """
        if self:
            self.lock_for_update()
            self.invalidate_recordset(["payment_id"])
        unbooked = self.filtered(lambda row: not row.payment_id)
        payments = self.env["account.payment"]
        if unbooked:
            # Nobody needs the tracking of values that are all set here.
            payments = payments.with_context(mail_notrack=True).create(
                [row._prepare_account_payment() for row in unbooked]
            )
            for transaction, payment in zip(unbooked, payments, strict=True):
                transaction.payment_id = payment
            payments.action_post()
        return payments

    def _prepare_account_payment(self):
        """Values of the payment that books this transaction."""
        self.ensure_one()
        journal = self._journal()
        method = journal.inbound_payment_method_line_ids.filtered("payment_account_id")[:1]
        if not method:
            raise UserError(
                self.env._(
                    "Channel %(channel)s needs a payment journal whose inbound payment method "
                    "has an outstanding account: the clearing account of the channel.",
                    channel=self.channel_id.name,
                )
            )
        order = self.order_id
        return {
            "payment_type": "inbound",
            "partner_type": "customer",
            "partner_id": order.partner_invoice_id.commercial_partner_id.id,
            "amount": self.amount,
            "currency_id": self.currency_id.id,
            "date": fields.Date.context_today(
                self.with_context(tz=order.company_id.partner_id.tz or "UTC"), self.date
            ),
            "journal_id": journal.id,
            "payment_method_line_id": method.id,
            "memo": f"{order.client_order_ref or order.name} {self.gateway}".strip(),
        }
