# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from ..channels.base import changes
from ..channels.base.errors import PayloadError
from .currencies import CurrencyMap
from .partners import NO_MAIL
from .problems import Problem
from .records import RecordKeeper, naive
from .updates import OrderUpdater
from .values import OrderValues


class OrderImporter:
    """Imports a chunk of inbox rows of one channel in a constant number of statements."""

    def __init__(self, channel, preview=False):
        self.channel = channel
        self.env = channel.env
        self.preview = preview

    def run(self, rows):
        """Bring every row to its state. Raises only if a record cannot be written."""
        orders = self._read(rows)
        values = OrderValues(self.channel, orders, self.currencies)
        prepared, complete = {}, {}
        for row, order in orders.items():
            try:
                complete[row] = values.taxed(order)
                prepared[row] = values.order_vals(row, complete[row])
            except Problem as problem:
                row._need_attention(problem.code, str(problem))
        new = [row for row in prepared if not row.sale_order_id]
        self._create(new, orders, complete, prepared)
        updater = OrderUpdater(values, self._prove)
        for row in prepared:
            if row not in new:
                updater.update(row, orders[row], complete[row], prepared[row])
        keeper = RecordKeeper(self.channel, self.currencies)
        keeper.record({row: complete[row] for row in prepared if row.sale_order_id})

    # Reading

    def _read(self, rows):
        """Orders of the rows that are worth importing, with the rows' figures filled."""
        parsed = {}
        parse = self.channel._adapter_class().parse_order
        for row in rows:
            try:
                parsed[row] = parse(row.payload).completed(row.completion or {})
            except PayloadError as error:
                row._need_attention(
                    "payload", self.env._("This order cannot be imported: %s.", error)
                )
        self.currencies = CurrencyMap(self.channel, parsed.values())
        orders = {}
        for row, order in parsed.items():
            row.write(self._row_vals(order))
            try:
                self._check(order)
                orders[row] = order
            except Problem as problem:
                row._need_attention(problem.code, str(problem))
                if problem.code == "test":
                    row.state = "ignored"
        return orders

    def _check(self, order):
        if order.test and not self.channel.import_test_orders:
            raise Problem("test", self.env._("Test orders are not imported."))
        self.currencies.check(order)

    def _row_vals(self, order):
        return {
            "customer_name": order.billing.company
            or order.customer.name
            or order.billing.name
            or order.customer.email,
            "ordered_at": naive(order.ordered_at),
            "currency_id": self.currencies.find(order).id,
            "amount_total": float(order.total),
            "amount_tax": float(order.tax_total),
            "amount_refunded": float(order.amount_refunded),
            "payment_state": order.payment_state.value,
            "is_test": order.test,
            "is_cancelled": bool(order.cancelled_at),
            "reason_code": False,
            "reason": False,
        }

    # Writing

    def _create(self, rows, orders, complete, prepared):
        vals_list = [prepared[row] for row in rows]
        if self.preview:
            # A name of their own keeps the numbers of real orders free of gaps.
            vals_list = [{**vals, "name": vals["client_order_ref"]} for vals in vals_list]
        sale_orders = (
            self.env["sale.order"]
            .with_context(**NO_MAIL, sale_no_log_for_new_lines=True)
            .create(vals_list)
        )
        cancelled = self.env["sale.order"]
        for row, sale_order in zip(rows, sale_orders, strict=True):
            order = orders[row]
            self._prove(sale_order, complete[row])
            row.write(
                {
                    "sale_order_id": sale_order.id,
                    "state": "imported",
                    "amount_tax": float(complete[row].tax_total),
                    "content": changes.summarize(order),
                }
            )
            if order.cancelled_at:
                cancelled |= sale_order
        if cancelled:
            cancelled._action_cancel()

    def _prove(self, sale_order, order):
        """Nothing is kept that does not equal the channel to the cent, line by line."""
        figures = [
            (self.env._("total"), sale_order.amount_total, order.total),
            (self.env._("taxes"), sale_order.amount_tax, order.tax_total),
        ]
        for ours, theirs in zip(sale_order.order_line, order.lines, strict=True):
            figures.append((theirs.title, ours.price_total, order.line_total(theirs)))
            figures.append((theirs.title, ours.price_tax, theirs.tax_total))
        for label, ours, theirs in figures:
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
