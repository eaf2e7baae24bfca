# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timezone

from odoo import Command, fields

from ..channels.base import changes, linetax
from ..channels.base.errors import PayloadError
from ..channels.base.money import ZERO, discount_percent, round_money
from .partners import NO_MAIL, PartnerFinder
from .problems import Problem
from .products import ProductFinder
from .taxes import TaxMap


def naive(moment):
    """Moment as Odoo stores it."""
    return moment.astimezone(timezone.utc).replace(tzinfo=None) if moment else False


class OrderImporter:
    """Imports a chunk of inbox rows of one channel in a constant number of statements."""

    def __init__(self, channel):
        self.channel = channel
        self.env = channel.env

    def run(self, rows):
        """Bring every row to its state. Raises only if a record cannot be written."""
        orders = self._parse(rows)
        self.taxes = TaxMap(self.channel)
        self.products = ProductFinder(self.channel, orders.values())
        self.partners = PartnerFinder(self.channel, orders.values())
        # Odoo looks for an analytic distribution once per line; where there are no rules
        # to find, saying so saves more than half of all statements.
        # sudo: only whether there are rules
        rules = self.env["account.analytic.distribution.model"].sudo().search([], limit=1)
        self.no_analytics = {} if rules else {"analytic_distribution": False}
        prepared = {}
        for row, order in orders.items():
            try:
                prepared[row] = self._order_vals(row, order)
            except Problem as problem:
                row._need_attention(problem.code, str(problem))
        new = [row for row in prepared if not row.sale_order_id]
        self._create(new, orders, prepared)
        for row in prepared:
            if row not in new:
                self._update(row, orders[row], prepared[row])
        imported = {row: orders[row] for row in prepared if row.sale_order_id}
        self._record_payments(imported)
        self._record_refunds(imported)

    # Reading

    def _parse(self, rows):
        """Orders of the rows that are worth importing, with the row's figures filled."""
        parse = self.channel._adapter_class().parse_order
        orders = {}
        for row in rows:
            try:
                order = parse(row.payload)
                self._fill_row(row, order)
                if order.test and not self.channel.import_test_orders:
                    raise Problem("test", self.env._("Test orders are not imported."))
                if order.currency != self.channel.currency_id.name:
                    raise Problem(
                        "currency",
                        self.env._(
                            "The order is in %(order)s, the channel in %(channel)s.",
                            order=order.currency,
                            channel=self.channel.currency_id.name,
                        ),
                    )
                orders[row] = order
            except PayloadError as error:
                row._need_attention(
                    "payload", self.env._("This order cannot be imported: %s.", error)
                )
            except Problem as problem:
                row._need_attention(problem.code, str(problem))
                if problem.code == "test":
                    row.state = "ignored"
        return orders

    def _fill_row(self, row, order):
        row.write(
            {
                "customer_name": order.billing.company
                or order.customer.name
                or order.billing.name
                or order.customer.email,
                "ordered_at": naive(order.ordered_at),
                "currency_id": self.channel.currency_id.id,
                "amount_total": float(order.total),
                "amount_tax": float(order.tax_total),
                "amount_refunded": float(order.amount_refunded),
                "payment_state": order.payment_state.value,
                "is_test": order.test,
                "is_cancelled": bool(order.cancelled_at),
                "reason_code": False,
                "reason": False,
            }
        )

    # Values

    def _order_vals(self, row, order):
        self.partners.check(order)
        parties = self.partners.parties(order)
        lines, positions = [], self.env["account.fiscal.position"]
        for index, line in enumerate(order.lines):
            vals, line_positions = self._line_vals(order, line)
            lines.append({**vals, "sequence": 10 + index})
            positions |= line_positions
        vals = {
            "partner_id": parties.partner.id,
            "partner_invoice_id": parties.invoice.id,
            "partner_shipping_id": parties.delivery.id,
            "company_id": self.channel.company_id.id,
            "warehouse_id": self.channel.warehouse_id.id,
            "pricelist_id": self.channel.pricelist_id.id,
            "currency_id": self.channel.currency_id.id,
            "team_id": self.channel.team_id.id,
            "user_id": False,
            "date_order": naive(order.ordered_at),
            "client_order_ref": order.name,
            "origin": order.purchase_reference or order.name,
            "channel_id": self.channel.id,
            "channel_order_id": row.id,
            "channel_note": order.note,
            "require_signature": False,
            "require_payment": False,
            **self._status_vals(order),
            "order_line": [Command.create(vals) for vals in lines],
        }
        if len(positions) == 1:
            vals["fiscal_position_id"] = positions.id
        return vals

    @staticmethod
    def _status_vals(order):
        return {
            "channel_payment_state": order.payment_state.value,
            "channel_amount_total": float(order.total),
            "channel_amount_refunded": float(order.amount_refunded),
        }

    def _line_vals(self, order, line):
        """Values of a sales order line, and the fiscal positions its taxes ask for."""
        product = self.products.product_for(line)
        rows = self.taxes.rows_for(order, line)
        discount = discount_percent(round_money(line.unit_price * line.quantity), line.amount)
        amounts = [tax.amount for tax in line.taxes] or [ZERO] * len(rows)
        taxes = {}
        for row, amount in zip(rows, amounts, strict=True):
            taxes[row.tax_id.id] = taxes.get(row.tax_id.id, ZERO) + amount
        name = "\n".join(
            [
                f"{line.group}: {line.title}" if line.group else line.title,
                *(f"{key}: {value}" for key, value in line.attributes if not key.startswith("_")),
            ]
        )
        vals = {
            **self.no_analytics,
            "product_id": product.id,
            "name": name,
            "product_uom_qty": float(line.quantity),
            "price_unit": float(line.unit_price),
            "discount": float(discount),
            "tax_ids": [Command.set(list(taxes))],
            "channel_line_id": line.external_id,
            "channel_line_kind": line.kind.value,
            "extra_tax_data": linetax.build(
                currency_id=self.channel.currency_id.id,
                price_unit=line.unit_price,
                discount=discount,
                quantity=line.quantity,
                base=order.line_net(line),
                taxes=taxes,
            ),
        }
        positions = self.env["account.fiscal.position"].concat(
            *(row.fiscal_position_id for row in rows)
        )
        return vals, positions

    # Writing

    def _create(self, rows, orders, prepared):
        sale_orders = (
            self.env["sale.order"]
            .with_context(**NO_MAIL, sale_no_log_for_new_lines=True)
            .create([prepared[row] for row in rows])
        )
        for row, sale_order in zip(rows, sale_orders, strict=True):
            order = orders[row]
            self._prove(sale_order, order)
            row.write(
                {
                    "sale_order_id": sale_order.id,
                    "state": "imported",
                    "content": changes.summarize(order),
                }
            )
            if order.cancelled_at:
                sale_order._action_cancel()

    def _prove(self, sale_order, order):
        """Nothing is kept that does not equal the channel to the cent."""
        for label, ours, theirs in (
            (self.env._("total"), sale_order.amount_total, order.total),
            (self.env._("taxes"), sale_order.amount_tax, order.tax_total),
        ):
            if sale_order.currency_id.compare_amounts(ours, float(theirs)):
                raise ValueError(
                    self.env._(
                        "%(label)s of %(order)s: %(ours)s here, %(theirs)s in the channel.",
                        label=label,
                        order=order.name,
                        ours=ours,
                        theirs=theirs,
                    )
                )

    def _update(self, row, order, vals):
        """A known order came again: follow what is safe, ask about the rest."""
        sale_order = row.sale_order_id.with_context(**NO_MAIL)
        sale_order.write(self._status_vals(order))
        if order.cancelled_at and sale_order.state != "cancel":
            if sale_order._channel_is_committed():
                reason = self.env._("Cancelled in the channel, but already shipped or invoiced.")
                self._ask(row, "cancelled", reason)
                return
            sale_order._action_cancel()
        content = changes.summarize(order)
        found = changes.compare(row.content or content, content)
        if found and sale_order.state in ("draft", "sent"):
            lines = [Command.clear(), *vals.pop("order_line")]
            sale_order.write({**vals, "order_line": lines})
            self._prove(sale_order, order)
        elif found and sale_order.state != "cancel":
            self._ask(row, "changed", self._describe(found))
            return
        row.write({"state": "imported", "content": content})

    def _ask(self, row, code, reason):
        """Hand a decision to a person: in the inbox and on the order itself."""
        row._need_attention(code, reason)
        row.sale_order_id.activity_schedule(
            "mail.mail_activity_data_warning",
            date_deadline=fields.Date.context_today(row),
            summary=self.env._("%s changed in the channel", row.name),
            note=reason,
            user_id=row.sale_order_id.user_id.id or self.env.uid,
        )

    def _describe(self, found):
        subjects = {
            "line": "",
            "delivery": self.env._("Delivery address"),
            "invoice": self.env._("Invoice address"),
            "total": self.env._("Total"),
        }
        return "\n".join(
            f"{change.name or subjects[change.subject]}: {change.before} → {change.after}"
            for change in found
        )

    def _record_payments(self, orders):
        """Rows for the channel's payments; a pending one that succeeded is marked."""
        payments = {
            payment.external_id: (row, payment)
            for row, order in orders.items()
            for payment in order.payments
        }
        if not payments:
            return
        known = self.env["sales.channel.payment"].search(
            [("channel_id", "=", self.channel.id), ("external_id", "in", list(payments))]
        )
        for record in known:
            _row, payment = payments.pop(record.external_id)
            if payment.succeeded and record.state == "pending":
                record.state = "done"
        self.env["sales.channel.payment"].create(
            [self._payment_vals(row, payment) for row, payment in payments.values()]
        )

    def _payment_vals(self, row, payment):
        return {
            "channel_id": self.channel.id,
            "order_id": row.sale_order_id.id,
            "external_id": payment.external_id,
            "gateway": payment.gateway,
            "date": naive(payment.moment),
            "amount": float(payment.amount),
            "currency_id": self.channel.currency_id.id,
            "state": "done" if payment.succeeded else "pending",
            "is_gift_card": payment.gift_card,
            "is_test": payment.test,
        }

    def _record_refunds(self, orders):
        """Rows for the channel's refunds, with what each was for."""
        refunds = {
            refund.external_id: (row, refund)
            for row, order in orders.items()
            for refund in order.refunds
        }
        if not refunds:
            return
        known = self.env["sales.channel.refund"].search(
            [("channel_id", "=", self.channel.id), ("external_id", "in", list(refunds))]
        )
        for record in known:
            refunds.pop(record.external_id)
        self.env["sales.channel.refund"].create(
            [self._refund_vals(row, refund) for row, refund in refunds.values()]
        )

    def _refund_vals(self, row, refund):
        return {
            "channel_id": self.channel.id,
            "order_id": row.sale_order_id.id,
            "external_id": refund.external_id,
            "date": naive(refund.moment),
            "amount": float(refund.total),
            "currency_id": self.channel.currency_id.id,
            "note": refund.note,
            "lines": [
                [line.line_external_id, str(line.quantity), str(line.net), str(line.tax)]
                for line in refund.lines
            ],
        }
