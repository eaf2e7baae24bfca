# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..channels.base import linetax
from ..channels.base.money import ZERO

# What the channel has paid back and the books do not know yet.
UNBOOKED_REFUND = (
    Domain("state", "=", "done")
    & Domain("is_test", "=", False)
    & Domain("payment_id", "=", False)
    & Domain("amount", "<", 0)
)


class SalesChannel(models.Model):
    _inherit = "sales.channel"

    payout_journal_id = fields.Many2one(
        "account.journal",
        check_company=True,
        domain="[('type', '=', 'general')]",
        compute="_compute_payout_settings",
        store=True,
        readonly=False,
        help="Entries of payouts are made here.",
    )
    payout_account_id = fields.Many2one(
        "account.account",
        "Money in Transit",
        check_company=True,
        domain="[('reconcile', '=', True)]",
        compute="_compute_payout_settings",
        store=True,
        readonly=False,
        help="Payouts wait here for the bank statement. Choose it as counterpart there.",
    )
    fee_account_id = fields.Many2one(
        "account.account",
        check_company=True,
        domain="[('account_type', 'in', ('expense', 'expense_direct_cost'))]",
        help="Fees of the channel, for instance 4970 (SKR03) or 6855 (SKR04).",
    )
    fee_tax_id = fields.Many2one(
        "account.tax",
        check_company=True,
        domain="[('type_tax_use', '=', 'purchase')]",
        help="Fees that are billed from another member state, as Shopify and Etsy do from "
        "Ireland, are under reverse charge (§ 13b UStG): choose that tax. Financial services "
        "free of VAT take none.",
    )
    fee_vat_account_id = fields.Many2one(
        "account.account",
        "Account for VAT on Fees",
        check_company=True,
        help="VAT the channel itself charges on its fees, because it knows no VAT number of the "
        "company. It cannot be deducted as input tax: usually the account of the fees.",
    )
    fee_partner_id = fields.Many2one(
        "res.partner", "Biller of Fees", help="The company of the channel that bills its fees."
    )

    @api.depends("company_id")
    def _compute_payout_settings(self):
        for channel in self:
            company = channel.company_id
            if channel.payout_journal_id.company_id != company:
                channel.payout_journal_id = self.env["account.journal"].search(
                    [
                        *self.env["account.journal"]._check_company_domain(company),
                        ("type", "=", "general"),
                    ],
                    limit=1,
                )
            if company not in channel.payout_account_id.company_ids:
                # sudo: bookkeeping settings of the company are not for all managers of shops
                channel.payout_account_id = company.sudo().transfer_account_id

    def _get_clearing_account(self):
        """Account the channel's payments wait on until they are paid out."""
        self.ensure_one()
        method = self.payment_journal_id.inbound_payment_method_line_ids.filtered(
            "payment_account_id"
        )[:1]
        return method.payment_account_id

    def _check_payout_setup(self):
        """Say what is missing before a payout can be booked."""
        self.ensure_one()
        clearing = self._get_clearing_account()
        if not clearing:
            raise UserError(
                self.env._(
                    "Channel %s needs a payment journal whose inbound payment method has an "
                    "outstanding account: the clearing account of the channel.",
                    self.name,
                )
            )
        if not clearing.reconcile:
            raise UserError(
                self.env._("Allow reconciliation on %s: payouts clear it.", clearing.display_name)
            )
        for name in ("payout_journal_id", "payout_account_id", "fee_account_id"):
            if not self[name]:
                label = self._fields[name]._description_string(self.env)
                raise UserError(self.env._("The channel has no “%s”.", label))


class SalesChannelPayment(models.Model):
    _inherit = "sales.channel.payment"

    def _prepare_account_payment(self):
        """Money paid back leaves by the outbound method of the journal, off the same account."""
        if self.amount > 0:
            return super()._prepare_account_payment()
        journal = self._journal()
        inbound = journal.inbound_payment_method_line_ids.filtered("payment_account_id")[:1]
        method = journal.outbound_payment_method_line_ids.filtered(
            lambda line: line.payment_account_id == inbound.payment_account_id
        )[:1]
        if not inbound or not method:
            raise UserError(
                self.env._(
                    "Journal %s needs an outbound payment method with the same outstanding "
                    "account as its inbound one: the clearing account of the channel.",
                    journal.display_name,
                )
            )
        order = self.order_id
        timezone = order.company_id.partner_id.tz or "UTC"
        return {
            "payment_type": "outbound",
            "partner_type": "customer",
            "partner_id": order.partner_invoice_id.commercial_partner_id.id,
            "amount": -self.amount,
            "currency_id": self.currency_id.id,
            "date": fields.Date.context_today(self.with_context(tz=timezone), self.date),
            "journal_id": journal.id,
            "payment_method_line_id": method.id,
            "memo": f"{order.client_order_ref or order.name} {self.gateway or ''}".strip(),
        }

    def _get_paid_out(self):
        """The amount in the currency the channel pays out in."""
        self.ensure_one()
        same = self.currency_id == self.channel_id.currency_id
        return self.amount if same else self.settled_amount


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _register_channel_refunds(self):
        """Book what the channel paid back for these orders, each transaction once, and match
        it with their credit notes. Returns the new payments.
        """
        # sudo: see _register_channel_payments
        transactions = self.sudo().channel_payment_ids.filtered_domain(UNBOOKED_REFUND)
        payments = transactions._book()
        for order in self:
            order._match_channel_refunds()
        return payments

    def _match_channel_refunds(self):
        # sudo: see _register_channel_payments
        order = self.sudo()
        paid = order.channel_payment_ids.filtered(lambda row: row.amount < 0).payment_id
        credits = order.channel_refund_ids.move_id.filtered(lambda move: move.state == "posted")
        lines = (paid.move_id | credits).line_ids.filtered(
            lambda line: (
                line.account_type == "asset_receivable"
                and line.parent_state == "posted"
                and not line.reconciled
            )
        )
        plan = [
            group
            for group in lines.grouped("account_id").values()
            if group.move_id & paid.move_id and group.move_id & credits
        ]
        self.env["account.move.line"].sudo()._reconcile_plan(plan)


class SalesChannelPayout(models.Model):
    _inherit = "sales.channel.payout"

    def action_book(self):
        """Make and post the entry of each payout, and clear what it consists of."""
        for payout in self:
            if payout.problem:
                raise UserError(
                    self.env._(
                        "%(payout)s does not add up: %(problem)s",
                        payout=payout.name,
                        problem=payout.problem,
                    )
                )
            if not payout.move_id:
                payout._book()
        self._clear()

    def _book(self):
        self.ensure_one()
        self.lock_for_update()
        self.invalidate_recordset(["move_id"])
        if self.move_id:
            return
        self.channel_id._check_payout_setup()
        self._register_payments()
        lines = self.line_ids.filtered(lambda line: not self.currency_id.is_zero(line.gross))
        move = self.env["account.move"].create(self._prepare_move(lines))
        # The entry's first lines are those of the movements, in their order.
        for line, item in zip(lines, move.line_ids.sorted("id"), strict=False):
            line.move_line_id = item
        move.action_post()
        self.move_id = move

    def _register_payments(self):
        """What the movements are about is in the books before they are cleared."""
        # sudo: bookkeepers may book what the channel states, also for orders not theirs to see
        orders = self.sudo().line_ids.order_id
        orders._register_channel_payments()
        orders._register_channel_refunds()

    def _prepare_move(self, lines):
        self.ensure_one()
        channel = self.channel_id
        payments = lines._get_payments()
        items = [line._prepare_item(payments.get(line)) for line in lines]
        items += self._prepare_exchange(lines, items)
        fee = sum((linetax.exact(line.fee) for line in self.line_ids), ZERO)
        if fee:
            items.append(
                {
                    **self._prepare_amount(fee),
                    "name": self.env._("Fees of %s", self.name),
                    "account_id": channel.fee_account_id.id,
                    "partner_id": channel.fee_partner_id.id,
                    "tax_ids": [Command.set(channel.fee_tax_id.ids)],
                }
            )
        net = linetax.exact(self.amount_net)
        if net:
            items.append(
                {
                    **self._prepare_amount(net),
                    "name": " ".join(filter(None, [self.name, self.reference])),
                    "account_id": channel.payout_account_id.id,
                }
            )
        # Each item is converted on its own: what their cents leave is put on the last one.
        items[-1]["balance"] -= sum(item["balance"] for item in items)
        return {
            "move_type": "entry",
            "company_id": self.company_id.id,
            "journal_id": channel.payout_journal_id.id,
            "date": self.date,
            "ref": self.name,
            "currency_id": self.currency_id.id,
            "line_ids": [Command.create(item) for item in items],
        }

    def _prepare_exchange(self, lines, items):
        """What the channel's rate for other currencies differs from the rate of the books."""
        company = self.company_id
        difference = sum(
            self._prepare_amount(-linetax.exact(line.gross))["balance"] - item["balance"]
            for line, item in zip(lines, items, strict=True)
        )
        if company.currency_id.is_zero(difference):
            return []
        account = (
            company.expense_currency_exchange_account_id
            if difference > 0
            else company.income_currency_exchange_account_id
        )
        return [
            {
                "name": self.env._("Exchange difference of %s", self.name),
                "account_id": account.id,
                "currency_id": company.currency_id.id,
                "amount_currency": difference,
                "balance": difference,
            }
        ]

    def _prepare_amount(self, amount):
        """An amount of the payout's currency for an item; positive on the debit side."""
        company = self.company_id
        balance = self.currency_id._convert(float(amount), company.currency_id, company, self.date)
        return {
            "currency_id": self.currency_id.id,
            "amount_currency": float(amount),
            "balance": balance,
        }

    def _clear(self):
        """Match each movement with the payment it is about."""
        self = self.filtered(lambda payout: payout.move_id.state == "posted")
        lines = self.line_ids.filtered(lambda line: line.move_line_id and line.amount_open)
        lines._find_orders()
        self._register_payments()
        plan = []
        for line, payment in lines._get_payments().items():
            items = line.move_line_id | payment.payment_id.move_id.line_ids.filtered(
                lambda item, line=line: item.account_id == line.move_line_id.account_id
            )
            items = items.filtered(lambda item: not item.reconciled)
            if len(items) > 1:
                plan.append(items)
        # sudo: see _register_channel_payments
        self.env["account.move.line"].sudo()._reconcile_plan(plan)

    def action_clear(self):
        """Try again what was left open."""
        self._clear()


class SalesChannelPayoutLine(models.Model):
    _inherit = "sales.channel.payout.line"

    def _prepare_item(self, payment):
        """The movement taken off the clearing account, or off its own account.

        A payment in the customer's currency is taken off as it was booked.
        """
        self.ensure_one()
        payout = self.payout_id
        account = not self.order_external_id and self.account_id
        account = account or payout.channel_id._get_clearing_account()
        amounts = payout._prepare_amount(-linetax.exact(self.gross))
        booked = payment and payment.payment_id.move_id.line_ids.filtered(
            lambda item: item.account_id == account and not item.reconciled
        )
        if booked and booked.currency_id != payout.currency_id:
            amounts = {
                "currency_id": booked.currency_id.id,
                "amount_currency": -booked.amount_currency,
                "balance": -booked.balance,
            }
        return {
            **amounts,
            "name": " ".join(filter(None, [self.order_name, self.kind_name, self.note])),
            "account_id": account.id,
            "partner_id": self.order_id.partner_invoice_id.commercial_partner_id.id,
        }

    def _find_orders(self):
        """Orders that were imported after their payout."""
        missing = self.filtered(lambda line: line.order_external_id and not line.order_id)
        # sudo: the inbox is not for bookkeepers, which sales order it made is
        inbox = self.env["sales.channel.order"].sudo()
        rows = inbox.search_fetch(
            [
                ("channel_id", "in", missing.channel_id.ids),
                ("external_id", "in", missing.mapped("order_external_id")),
                ("sale_order_id", "!=", False),
            ],
            ["channel_id", "external_id", "sale_order_id"],
        )
        found = {(row.channel_id, row.external_id): row.sale_order_id for row in rows}
        for line in missing:
            line.order_id = found.get((line.channel_id, line.order_external_id))
