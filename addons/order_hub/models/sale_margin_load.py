# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Reading what margins are computed from: a constant number of queries for any number of orders."""

from collections import defaultdict
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.batch_mrp_orders.costing.money import to_step
from odoo.addons.batch_mrp_orders.planning.quantity import exact

from ..earning.fees import Movement, fees_of_payout


class OrderLine(NamedTuple):
    """A row of ``_load_lines``."""

    id: int
    order: int
    product: int | None
    kind: str | None
    ordered: float
    delivered: float
    subtotal: float
    rate: float
    confirmed: bool
    is_delivery: bool
    has_moves: bool
    has_open_moves: bool


class SaleMargin(models.Model):
    _inherit = "sale.margin"

    @api.model
    def _load_lines(self, order_ids):
        """Lines that count: no sections, notes or down payments."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id, line.order_id, line.product_id, template.type,
                       line.product_uom_qty, COALESCE(line.qty_delivered, 0),
                       line.price_subtotal,
                       COALESCE(NULLIF(o.currency_rate, 0), 1), o.state = 'sale',
                       COALESCE(line.is_delivery, FALSE), COALESCE(moves.some, FALSE),
                       COALESCE(moves.open, FALSE)
                  FROM sale_order_line line
                  JOIN sale_order o ON o.id = line.order_id
                  LEFT JOIN product_product product ON product.id = line.product_id
                  LEFT JOIN product_template template ON template.id = product.product_tmpl_id
                  LEFT JOIN LATERAL (
                       SELECT TRUE AS some,
                              BOOL_OR(move.state NOT IN ('done', 'cancel')) AS open
                         FROM stock_move move WHERE move.sale_line_id = line.id
                       HAVING COUNT(*) > 0) moves ON TRUE
                 WHERE line.order_id = ANY(%s) AND line.display_type IS NULL
                   AND line.is_downpayment IS NOT TRUE
                 ORDER BY line.order_id, line.sequence, line.id
                """,
                list(order_ids),
            )
        )
        return [OrderLine(*row) for row in rows]

    @api.model
    def _load_invoiced(self, line_ids):
        """By line: net amount of posted invoices less credit notes, in company currency, and the
        quantity of the invoices alone: what was credited is not to be invoiced again."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id, -SUM(item.balance),
                       SUM(item.quantity * COALESCE(unit.factor / ordered.factor, 1))
                           FILTER (WHERE item.quantity > 0 AND invoice.move_type = 'out_invoice')
                  FROM sale_order_line line
                  JOIN sale_order_line_invoice_rel link ON link.order_line_id = line.id
                  JOIN account_move_line item ON item.id = link.invoice_line_id
                  JOIN account_move invoice ON invoice.id = item.move_id
                  LEFT JOIN uom_uom unit ON unit.id = item.product_uom_id
                  LEFT JOIN uom_uom ordered ON ordered.id = line.product_uom_id
                 WHERE line.id = ANY(%s) AND item.parent_state = 'posted'
                 GROUP BY line.id
                """,
                list(line_ids),
            )
        )
        return {line: (exact(amount), exact(quantity or 0)) for line, amount, quantity in rows}

    @api.model
    def _load_credits(self, order_ids):
        """Amounts of credit notes without order lines, of invoices that are about one order."""
        rows = self.env.execute_query(
            SQL(
                """
                WITH invoices AS (
                    SELECT item.move_id, MIN(line.order_id) AS order_id
                      FROM sale_order_line line
                      JOIN sale_order_line_invoice_rel link ON link.order_line_id = line.id
                      JOIN account_move_line item ON item.id = link.invoice_line_id
                     WHERE line.order_id = ANY(%s)
                     GROUP BY item.move_id)
                SELECT invoices.order_id, -SUM(item.balance)
                  FROM invoices
                  JOIN account_move credit ON credit.reversed_entry_id = invoices.move_id
                                          AND credit.state = 'posted'
                  JOIN account_move_line item ON item.move_id = credit.id
                                             AND item.display_type = 'product'
                 WHERE NOT EXISTS (SELECT FROM sale_order_line_invoice_rel link
                                    WHERE link.invoice_line_id = item.id)
                   AND (SELECT COUNT(DISTINCT line.order_id)
                          FROM account_move_line own
                          JOIN sale_order_line_invoice_rel link ON link.invoice_line_id = own.id
                          JOIN sale_order_line line ON line.id = link.order_line_id
                         WHERE own.move_id = invoices.move_id) = 1
                 GROUP BY invoices.order_id
                """,
                list(order_ids),
            )
        )
        return {order: exact(amount) for order, amount in rows}

    @api.model
    def _load_deliveries(self, line_ids):
        """What went to customers less what came back, by line, product and lot, with the value
        with which it was booked; and what is still to go."""
        return self.env.execute_query(
            SQL(
                """
                SELECT move.sale_line_id, part.product_id, part.lot_id, FALSE,
                       SUM(side.sign * part.quantity_product_uom),
                       SUM(side.sign * part.quantity_product_uom * COALESCE(price.amount, 0))
                  FROM stock_move move
                  JOIN stock_move_line part ON part.move_id = move.id
                  JOIN stock_location origin ON origin.id = part.location_id
                  JOIN stock_location target ON target.id = part.location_dest_id
                 CROSS JOIN LATERAL (
                       SELECT CASE WHEN origin.usage = 'customer' THEN -1 ELSE 1 END AS sign) side
                 CROSS JOIN LATERAL (
                       SELECT move.value / NULLIF(SUM(one.quantity_product_uom), 0) AS amount
                         FROM stock_move_line one WHERE one.move_id = move.id) price
                 WHERE move.sale_line_id = ANY(%(lines)s) AND move.state = 'done'
                   AND (origin.usage = 'customer') != (target.usage = 'customer')
                 GROUP BY move.sale_line_id, part.product_id, part.lot_id
                 UNION ALL
                SELECT move.sale_line_id, move.product_id, NULL, TRUE, SUM(move.product_qty), 0
                  FROM stock_move move
                  JOIN stock_location target ON target.id = move.location_dest_id
                 WHERE move.sale_line_id = ANY(%(lines)s)
                   AND move.state NOT IN ('done', 'cancel') AND target.usage = 'customer'
                 GROUP BY move.sale_line_id, move.product_id
                """,
                lines=list(line_ids),
            )
        )

    @api.model
    def _load_last_costs(self, product_ids, company_ids):
        """Cost of a unit in the last run of each product, by company and product."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (company_id, product_id) company_id, product_id, unit_cost
                  FROM mrp_production_cost
                 WHERE product_id = ANY(%s) AND company_id = ANY(%s) AND good_qty > 0
                 ORDER BY company_id, product_id, date DESC, id DESC
                """,
                list(product_ids),
                list(company_ids),
            )
        )
        return {(company, product): exact(cost) for company, product, cost in rows}

    @api.model
    def _load_fees(self, order_ids):
        """Fees from payouts, by order. Whole payouts are read: they share fees without an order."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT item.payout_id, item.kind, item.order_id, item.gross, item.fee,
                       payout.currency_id, payout.company_id, payout.date
                  FROM sales_channel_payout_line item
                  JOIN sales_channel_payout payout ON payout.id = item.payout_id
                 WHERE item.payout_id IN (SELECT payout_id FROM sales_channel_payout_line
                                           WHERE order_id = ANY(%s))
                 ORDER BY item.payout_id, item.id
                """,
                list(order_ids),
            )
        )
        movements, rates = defaultdict(list), {}
        for payout, kind, order, gross, fee, *terms in rows:
            terms = tuple(terms)
            if terms not in rates:
                rates[terms] = self._get_rate(*terms)
            amounts = (to_step(exact(amount or 0) * rates[terms]) for amount in (gross, fee))
            movements[payout].append(Movement(kind or "", order, *amounts))
        fees = defaultdict(list)
        for lines in movements.values():
            for order, found in fees_of_payout(lines).items():
                fees[order].append(found)
        return fees

    @api.model
    def _get_rate(self, currency_id, company_id, date):
        """From a currency to that of the company, on a day."""
        company = self.env["res.company"].browse(company_id)
        currency = self.env["res.currency"].browse(currency_id)
        return exact(
            self.env["res.currency"]._get_conversion_rate(
                currency, company.currency_id, company, date
            )
        )

    @api.model
    def _load_usual(self, channel_ids, company_ids):
        """What the last months tell about orders whose fees or shipping are not known yet.

        Rates of channel and payment fees to revenue, and shipping of an order, by company and
        channel; orders without a channel have None.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT company_id, channel_id,
                       SUM(channel_fees) FILTER (WHERE NOT fees_estimated)
                       / NULLIF(SUM(revenue) FILTER (WHERE NOT fees_estimated), 0),
                       SUM(payment_fees) FILTER (WHERE NOT fees_estimated)
                       / NULLIF(SUM(revenue) FILTER (WHERE NOT fees_estimated), 0),
                       SUM(shipping_cost) FILTER (WHERE NOT shipping_estimated)
                       / NULLIF(COUNT(DISTINCT order_id) FILTER (WHERE NOT shipping_estimated), 0)
                  FROM sale_margin
                 WHERE company_id = ANY(%s) AND date > %s::timestamp - INTERVAL '90 days'
                   AND (channel_id IS NULL OR channel_id = ANY(%s))
                 GROUP BY company_id, channel_id
                """,
                list(company_ids),
                self.env.cr.now(),
                list(channel_ids),
            )
        )
        return {
            (company, channel): tuple(exact(value or 0) for value in values)
            for company, channel, *values in rows
        }
