# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timezone


def naive(moment):
    """Moment as Odoo stores it."""
    return moment.astimezone(timezone.utc).replace(tzinfo=None) if moment else False


class RecordKeeper:
    """Payments and refunds of the channel beside their orders, each once."""

    def __init__(self, channel, currencies):
        self.channel = channel
        self.env = channel.env
        self.currencies = currencies

    def record(self, orders):
        """Rows for what is new; what is known follows."""
        self._record_payments(orders)
        self._record_refunds(orders)

    def _record_payments(self, orders):
        """Rows for the channel's payments; one that was pending is as the channel says now."""
        payments = {
            payment.external_id: (row, order, payment)
            for row, order in orders.items()
            for payment in order.payments
        }
        if not payments:
            return
        known = self.env["sales.channel.payment"].search(
            [("channel_id", "=", self.channel.id), ("external_id", "in", list(payments))]
        )
        for record in known:
            payment = payments.pop(record.external_id)[-1]
            if record.state == "pending":
                record.write(self._progress_vals(payment))
        self.env["sales.channel.payment"].create(
            [self._payment_vals(*payment) for payment in payments.values()]
        )

    def _payment_vals(self, row, order, payment):
        return {
            "channel_id": self.channel.id,
            "order_id": row.sale_order_id.id,
            "external_id": payment.external_id,
            "gateway": payment.gateway,
            "date": naive(payment.moment),
            "currency_id": self.currencies.find(order).id,
            **self._progress_vals(payment),
            "is_gift_card": payment.gift_card,
            "is_test": payment.test,
        }

    @staticmethod
    def _progress_vals(payment):
        """What changes until the money is there; an edited order asks for another amount."""
        return {
            "amount": float(payment.amount),
            "settled_amount": float(payment.settled),
            "state": "done" if payment.succeeded else "pending",
        }

    def _record_refunds(self, orders):
        """Rows for the channel's refunds, with what each was for."""
        refunds = {
            refund.external_id: (row, order, refund)
            for row, order in orders.items()
            for refund in order.refunds
        }
        if not refunds:
            return
        known = self.env["sales.channel.refund"].search(
            [("channel_id", "=", self.channel.id), ("external_id", "in", list(refunds))]
        )
        for record in known:
            row, order, refund = refunds.pop(record.external_id)
            lines = self._refund_vals(row, order, refund)["lines"]
            # What a refund was for is only told again where its taxes were found here.
            if not (order.taxes_told or record.move_id or record.lines == lines):
                record.lines = lines
        created = self.env["sales.channel.refund"].create(
            [self._refund_vals(*refund) for refund in refunds.values()]
        )
        created._ask_about_goods()

    def _refund_vals(self, row, order, refund):
        return {
            "channel_id": self.channel.id,
            "order_id": row.sale_order_id.id,
            "external_id": refund.external_id,
            "date": naive(refund.moment),
            "amount": float(refund.total),
            "currency_id": self.currencies.find(order).id,
            "note": refund.note,
            "lines": [
                {
                    "line": line.line_external_id,
                    "quantity": str(line.quantity),
                    "net": str(line.net),
                    "tax": str(line.tax),
                    "restock": line.restock.value,
                    "kept": str(line.kept),
                }
                for line in refund.lines
            ],
        }
