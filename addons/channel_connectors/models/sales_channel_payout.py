# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import logging
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from odoo.addons.queue_job.exception import RetryableJobError

from ..channels.base.errors import ChannelError
from ..channels.base.outgoing import check_payout
from ..importer.records import naive

_logger = logging.getLogger(__name__)

# A payout may show up, or change its state, days after it was issued.
OVERLAP = timedelta(days=14)


class SalesChannelPayout(models.Model):
    """Money a channel has transferred to the bank, with all that it consists of.

    The entry takes each movement off the clearing account of the channel, its fee into the
    expenses, and puts the rest where the bank statement will take it. What then is left on
    the clearing account for this payout has to be nothing.
    """

    _name = "sales.channel.payout"
    _description = "Payout of a Sales Channel"
    _order = "date desc, id desc"
    _check_company_auto = True

    channel_id = fields.Many2one(
        "sales.channel",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(
        related="channel_id.company_id", store=True, index=True, precompute=True
    )
    name = fields.Char("Payout", required=True, readonly=True)
    external_id = fields.Char("Channel ID", required=True, readonly=True)
    reference = fields.Char("Bank Reference", readonly=True)
    date = fields.Date(required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount_gross = fields.Monetary("Gross", readonly=True)
    amount_fee = fields.Monetary("Fees", readonly=True)
    amount_net = fields.Monetary("Paid Out", readonly=True)
    line_ids = fields.One2many("sales.channel.payout.line", "payout_id", "Movements")
    problem = fields.Text(readonly=True)
    move_id = fields.Many2one(
        "account.move",
        "Journal Entry",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
    )
    amount_open = fields.Monetary(
        "Open",
        compute="_compute_amount_open",
        store=True,
        help="What this payout leaves on the clearing account, movements without sign.",
    )
    state = fields.Selection(
        [("new", "To Book"), ("open", "Not Cleared"), ("cleared", "Cleared")],
        compute="_compute_amount_open",
        store=True,
        index=True,
    )

    _unique_payout = models.Constraint(
        "UNIQUE(channel_id, external_id)", "A payout of a channel can be recorded only once."
    )

    @api.depends("move_id", "move_id.state", "line_ids.amount_open")
    def _compute_amount_open(self):
        for payout in self:
            payout.amount_open = sum(abs(line.amount_open) for line in payout.line_ids)
            if payout.move_id.state != "posted":
                payout.state = "new"
            else:
                payout.state = (
                    "cleared" if payout.currency_id.is_zero(payout.amount_open) else "open"
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_booked(self):
        if self.move_id:
            raise UserError(self.env._("A payout that is booked cannot be deleted."))

    def action_view_move(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "views": [(False, "form")],
        }


class SalesChannelPayoutLine(models.Model):
    _name = "sales.channel.payout.line"
    _description = "Movement in a Payout of a Sales Channel"
    _order = "payout_id, date, id"
    _rec_name = "external_id"
    _check_company_auto = True

    payout_id = fields.Many2one(
        "sales.channel.payout", required=True, readonly=True, index=True, ondelete="cascade"
    )
    channel_id = fields.Many2one(
        related="payout_id.channel_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(related="payout_id.company_id", store=True, precompute=True)
    external_id = fields.Char("Channel ID", required=True, readonly=True)
    kind = fields.Char("Type in the Channel", readonly=True)
    kind_name = fields.Char("Type", compute="_compute_kind_name")
    date = fields.Datetime(readonly=True)
    currency_id = fields.Many2one(related="payout_id.currency_id")
    gross = fields.Monetary(readonly=True)
    fee = fields.Monetary(readonly=True)
    net = fields.Monetary(readonly=True)
    order_external_id = fields.Char("Order ID", readonly=True)
    order_name = fields.Char("Channel Order", readonly=True)
    transaction_id = fields.Char(readonly=True)
    note = fields.Char(readonly=True)
    order_id = fields.Many2one(
        "sale.order", readonly=True, index="btree_not_null", check_company=True
    )
    account_id = fields.Many2one(
        "account.account",
        check_company=True,
        help="Where a movement without an order belongs. Empty: on the clearing account.",
    )
    move_line_id = fields.Many2one(
        "account.move.line", readonly=True, index="btree_not_null", check_company=True
    )
    amount_open = fields.Monetary("Open", compute="_compute_amount_open", store=True)
    reason = fields.Char("Why Open", compute="_compute_reason")

    _unique_movement = models.Constraint(
        "UNIQUE(channel_id, external_id)", "A movement of a channel can be in one payout only."
    )

    @api.depends("kind")
    def _compute_kind_name(self):
        """The usual movements in our words, the others in the channel's."""
        names = {
            "charge": self.env._("Payment"),
            "refund": self.env._("Refund"),
            "adjustment": self.env._("Adjustment"),
            "chargeback_fee": self.env._("Chargeback Fee"),
            "dispute_withdrawal": self.env._("Chargeback"),
            "dispute_reversal": self.env._("Chargeback Won"),
            "reserved_funds": self.env._("Reserve"),
            "shipping_label": self.env._("Shipping Label"),
            "carried_over": self.env._("Balance Carried Over"),
            "fee_vat": self.env._("VAT on Fees"),
            "listing": self.env._("Listing Fee"),
            "transaction": self.env._("Transaction Fee"),
            "shipping_transaction": self.env._("Transaction Fee on Shipping"),
            "payment_processing_fee": self.env._("Payment Processing Fee"),
            "offsite_ads_fee": self.env._("Offsite Ads"),
            "prolist": self.env._("Advertising"),
        }
        for line in self:
            kind = line.kind or ""
            line.kind_name = names.get(kind, kind.replace("_", " ").capitalize())

    @api.depends(
        "gross", "account_id", "move_line_id.amount_residual_currency", "move_line_id.parent_state"
    )
    def _compute_amount_open(self):
        for line in self:
            if line.account_id and not line.order_external_id:
                line.amount_open = 0.0
            elif line.move_line_id.parent_state == "posted":
                line.amount_open = -line.move_line_id.amount_residual_currency
            else:
                line.amount_open = line.gross

    @api.depends("amount_open", "order_id", "transaction_id", "payout_id.state")
    def _compute_reason(self):
        payments = self._get_payments()
        for line in self:
            line.reason = False
            if line.payout_id.state != "new" and not line.currency_id.is_zero(line.amount_open):
                line.reason = line._get_reason(payments.get(line))

    def _get_reason(self, payment):
        """Why a movement is not cleared, for the person who has to clear it."""
        self.ensure_one()
        if not self.order_external_id:
            return self.env._("It belongs to no order: choose an account for it.")
        if not self.order_id:
            return self.env._("The order has not been imported.")
        if not payment:
            return self.env._("The order has no such payment.")
        if not payment.payment_id:
            return self.env._("The payment is not booked yet.")
        ours = payment._get_paid_out()
        if self.currency_id.compare_amounts(ours, self.gross):
            return self.env._(
                "The payment is about %(ours)s, the movement about %(theirs)s.",
                ours=ours,
                theirs=self.gross,
            )
        return self.env._("The payment was matched with something else.")

    def _get_payments(self):
        """The channel's payment of each movement, as far as it is known."""
        # sudo: bookkeepers who look at payouts need no rights on the channel's payments
        payments = (
            self.env["sales.channel.payment"]
            .sudo()
            .search(
                [
                    ("channel_id", "in", self.channel_id.ids),
                    ("external_id", "in", [key for key in self.mapped("transaction_id") if key]),
                ]
            )
        )
        known = {(row.channel_id.id, row.external_id): row for row in payments}
        return {
            line: known[line.channel_id.id, line.transaction_id]
            for line in self
            if (line.channel_id.id, line.transaction_id) in known
        }


class SalesChannel(models.Model):
    _inherit = "sales.channel"

    payout_ids = fields.One2many(
        "sales.channel.payout",
        "channel_id",
        "Payouts",
        groups="channel_connectors.group_channel_reader",
    )
    payouts_from = fields.Date(
        help="Payouts before this day were booked elsewhere and are not taken."
    )

    @api.model
    def _cron_import_payouts(self):
        for channel in self.search(
            [("payment_journal_id", "!=", False), ("is_shadow", "=", False)]
        ):
            if channel._adapter_class().capabilities.payouts:
                description = self.env._("Payouts of %s", channel.name)
                channel._in_background("payouts", description)._job_import_payouts()

    def _job_import_payouts(self):
        try:
            self._import_payouts(commit=True)
        except ChannelError as error:
            self._note_failure(self._explain(error))
            self._keep(True)
            if error.kind != "auth":
                raise RetryableJobError(str(error), seconds=300) from error
        self.payout_ids.filtered(lambda payout: payout.state == "open")._clear()

    def action_import_payouts(self):
        """Take over payouts now."""
        self.ensure_one()
        self._require_setup()
        try:
            payouts = self._import_payouts()
        except ChannelError as error:
            raise UserError(self._explain(error)) from error
        return self._notify(
            self.env._("Payouts"), self.env._("%s payouts are new.", len(payouts)), "success"
        )

    def _import_payouts(self, commit=False):
        """Payouts of the channel that are not known yet, each once."""
        self.ensure_one()
        channel = self.with_company(self.company_id)
        adapter = channel._adapter()
        known = set(channel.payout_ids.mapped("external_id"))
        created = channel.payout_ids.browse()
        for payout in reversed(list(adapter.payouts(channel._get_payouts_since()))):
            if payout.external_id in known:
                continue
            lines = adapter.payout_lines(payout)
            created |= channel._create_payout(payout, lines)
            channel._keep(commit)
        return created

    def _get_payouts_since(self):
        dates = [self.payouts_from] if self.payouts_from else []
        if latest := self.payout_ids[:1].date:
            dates.append(latest - OVERLAP)
        if not dates:
            return None
        return datetime.combine(max(dates), time.min, self._get_payout_zone())

    def _get_payout_zone(self):
        """Books are kept in days of the company: at New Year those of UTC are of another year."""
        return ZoneInfo(self.company_id.partner_id.tz or "UTC")

    def _create_payout(self, payout, lines):
        """The payout as the channel states it; what does not add up is kept, not booked."""
        orders = self.env["sales.channel.order"].search_fetch(
            [
                ("channel_id", "=", self.id),
                ("external_id", "in", [line.order_id for line in lines if line.order_id]),
            ],
            ["external_id", "sale_order_id"],
        )
        sale_orders = {row.external_id: row.sale_order_id.id for row in orders}
        currency = self.env["res.currency"].search([("name", "=", payout.currency)])
        complete = replace(payout, lines=lines)
        return self.env["sales.channel.payout"].create(
            {
                "channel_id": self.id,
                "external_id": payout.external_id,
                "name": f"{self.name} {payout.external_id.rsplit('/', 1)[-1]}",
                "reference": payout.reference,
                "date": payout.moment.astimezone(self._get_payout_zone()).date(),
                "currency_id": currency.id,
                "amount_gross": float(sum(line.gross for line in lines)),
                "amount_fee": float(sum(line.fee for line in lines)),
                "amount_net": float(payout.net),
                "problem": check_payout(complete) or False,
                "line_ids": [
                    Command.create(
                        {
                            "external_id": line.external_id,
                            "kind": line.kind,
                            "date": naive(line.moment),
                            "gross": float(line.gross),
                            "fee": float(line.fee),
                            "net": float(line.net),
                            "order_external_id": line.order_id or False,
                            "order_name": line.order_name or False,
                            "order_id": sale_orders.get(line.order_id),
                            "transaction_id": line.transaction_id or False,
                            "note": line.note or False,
                            "account_id": self._get_movement_account(line).id,
                        }
                    )
                    for line in lines
                ],
            }
        )

    def _get_movement_account(self, line):
        """Account of a movement without an order, where it is known beforehand."""
        if line.kind == "carried_over":
            # What one payout leaves is what the next one begins with.
            return self._get_clearing_account()
        if line.kind == "fee_vat":
            return self.fee_vat_account_id
        return self.env["account.account"]


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    # The way back, so that entries which belong to no payout, the most, are not looked up in all
    # payouts each time one of their lines changes.
    channel_payout_line_ids = fields.One2many(
        "sales.channel.payout.line",
        "move_line_id",
        "Movements in Payouts",
        groups="account.group_account_user,channel_connectors.group_channel_reader",
    )
