# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Computing the margins of many orders at once, and writing them in one statement."""

import json
from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.batch_mrp_orders.costing.money import to_step
from odoo.addons.batch_mrp_orders.planning.quantity import exact

from ..earning.margin import Line, Shared, margins

PERCENT = 100
ZERO = exact(0)
COLUMNS = {
    "order_line_id": "integer",
    "order_id": "integer",
    "company_id": "integer",
    "currency_id": "integer",
    "channel_id": "integer",
    "partner_id": "integer",
    "user_id": "integer",
    "product_id": "integer",
    "categ_id": "integer",
    "date": "timestamp",
    "quantity": "numeric",
    "revenue": "numeric",
    "goods_cost": "numeric",
    "channel_fees": "numeric",
    "payment_fees": "numeric",
    "shipping_cost": "numeric",
    "margin": "numeric",
    "margin_rate": "float8",
    "target_rate": "float8",
    "below_target": "boolean",
    "revenue_estimated": "boolean",
    "goods_estimated": "boolean",
    "fees_estimated": "boolean",
    "shipping_estimated": "boolean",
    "is_estimate": "boolean",
    "computed_on": "timestamp",
}


class SaleMargin(models.Model):
    _inherit = "sale.margin"

    @api.model
    def _compute_orders(self, orders):
        """Compute the margins of all lines of these orders and keep them."""
        self.env.flush_all()
        lines = defaultdict(list)
        for line in self._load_lines(orders.ids):
            lines[line.order].append(line)
        line_ids = [line.id for some in lines.values() for line in some]
        invoiced = self._load_invoiced(line_ids)
        goods = self._get_goods_costs(orders, line_ids)
        shared = self._get_shared(orders)
        targets = self._get_targets(lines)
        rows = []
        for order in orders:
            rows += self._prepare_order(order, lines[order.id], invoiced, goods, shared, targets)
        self._store(orders, rows)

    # -------------------------------------------------------------------- goods
    @api.model
    def _get_goods_costs(self, orders, line_ids):
        """Cost of the goods of each line, and whether all of it is known."""
        rows = self._load_deliveries(line_ids)
        lots = self.env["stock.lot"].browse({row[2] for row in rows if row[2]})
        prices = self.env["mrp.production.cost"]._get_lot_prices(lots)
        company_of = dict(
            self.env.execute_query(
                SQL("SELECT id, company_id FROM sale_order_line WHERE id = ANY(%s)", line_ids)
            )
        )
        usual = self._get_usual_costs(
            {
                (company_of[line], product)
                for line, product, _lot, is_open, *_rest in rows
                if is_open
            }
        )
        costs = defaultdict(lambda: (ZERO, True))
        for line, product, lot, is_open, quantity, booked in rows:
            cost, known = costs[line]
            if is_open:
                cost += exact(quantity) * usual[company_of[line], product]
                known = False
            elif lot in prices:
                cost += exact(quantity) * prices[lot].amount
                known = known and prices[lot].known
            else:
                cost += exact(booked)
                known = known and lot is None
            costs[line] = (cost, known)
        return costs

    @api.model
    def _get_usual_costs(self, wanted):
        """What goods that are not delivered yet will cost: as the last run, or as the product."""
        products = {product for _company, product in wanted}
        companies = {company for company, _product in wanted}
        costs = self._load_last_costs(products, companies)
        for company in self.env["res.company"].browse(companies):
            missing = {key[1] for key in wanted if key[0] == company.id and key not in costs}
            for product in self.env["product.product"].with_company(company).browse(missing):
                costs[company.id, product.id] = exact(product.standard_price)
        return costs

    # ------------------------------------------------------- what orders pay as a whole
    @api.model
    def _get_shared(self, orders):
        """Fees, shipping and credits by order; what is not known is left out."""
        fees = self._load_fees(orders.ids)
        credited = self._load_credits(orders.ids)
        shipping = self._get_shipping(orders)
        usual = self._load_usual(orders.channel_id.ids, orders.company_id.ids)
        return fees, credited, shipping, usual

    @api.model
    def _get_shipping(self, orders):
        """Cost of the shipments of each order that has any, and whether it is known."""
        pickings = self.env["stock.picking"].search(
            [
                ("sale_id", "in", orders.ids),
                ("picking_type_code", "=", "outgoing"),
                ("state", "=", "done"),
            ]
        )
        costs = pickings._get_shipping_costs()
        found = {}
        for picking in pickings:
            amount, known = costs[picking.id]
            before, all_known = found.get(picking.sale_id.id, (ZERO, True))
            found[picking.sale_id.id] = (before + amount, all_known and known)
        return found

    @api.model
    def _get_targets(self, lines):
        """Target margin and category by product: that of the nearest category that has one."""
        products = self.env["product.product"].browse(
            {line.product for some in lines.values() for line in some if line.product}
        )
        categories = products.categ_id
        paths = {
            category.id: [int(part) for part in (category.parent_path or "").split("/") if part]
            for category in categories
        }
        above = self.env["product.category"].browse(
            {one for path in paths.values() for one in path}
        )
        rates = {category.id: category.margin_target for category in above}
        targets = {
            category: next((rates[one] for one in reversed(path) if rates[one]), 0.0)
            for category, path in paths.items()
        }
        return {
            product.id: (product.categ_id.id, targets.get(product.categ_id.id, 0.0))
            for product in products
        }

    # --------------------------------------------------------------------- rows
    @api.model
    def _prepare_order(self, order, lines, invoiced, goods, shared, targets):
        """Rows of the lines of an order."""
        step = exact(order.company_id.currency_id.rounding)
        figures = [
            _figure(line, *invoiced.get(line.id, (ZERO, ZERO)), goods[line.id], step)
            for line in lines
        ]
        revenue = sum((line.revenue for line, *_rest in figures), ZERO)
        whole, fees_known, shipping_known = self._prepare_shared(order, lines, revenue, shared)
        found = margins([figure[0] for figure in figures], whole, step)
        common = {
            "order_id": order.id,
            "company_id": order.company_id.id,
            "currency_id": order.company_id.currency_id.id,
            "channel_id": order.channel_id.id or None,
            "partner_id": order.partner_id.id,
            "user_id": order.user_id.id or None,
            "date": fields.Datetime.to_string(order.date_order),
            "fees_estimated": not fees_known,
            "shipping_estimated": not shipping_known,
            "computed_on": fields.Datetime.to_string(fields.Datetime.now()),
        }
        return [
            {**common, **_prepare_row(line, figure, margin, targets, fees_known and shipping_known)}
            for line, figure, margin in zip(lines, figures, found, strict=True)
        ]

    @api.model
    def _prepare_shared(self, order, lines, revenue, shared):
        """What an order pays as a whole, or will pay as far as the last months tell."""
        fees, credited, shipping, usual = shared
        rates = usual.get((order.company_id.id, order.channel_id.id or None), (ZERO, ZERO, ZERO))
        fees_known = not order.channel_id or order.id in fees
        if order.id in fees:
            channel = sum((one.channel for one in fees[order.id]), ZERO)
            payment = sum((one.payment for one in fees[order.id]), ZERO)
        else:
            channel, payment = (
                revenue * rate * bool(order.channel_id and order.state == "sale")
                for rate in rates[:2]
            )
        waits = any(line.has_open_moves for line in lines)
        ship, shipping_known = shipping.get(order.id, (rates[2] if waits else ZERO, not waits))
        step = exact(order.company_id.currency_id.rounding)
        amounts = (channel, payment, ship, credited.get(order.id, ZERO))
        whole = Shared(*(to_step(amount, step) for amount in amounts))
        return whole, fees_known, shipping_known and not waits

    @api.model
    def _store(self, orders, rows):
        """Write all rows in one statement; those that have lost their line's claim go."""
        names = [SQL.identifier(name) for name in COLUMNS]
        self.env.cr.execute(
            SQL(
                "DELETE FROM sale_margin WHERE order_id = ANY(%s) AND NOT order_line_id = ANY(%s)",
                orders.ids,
                [row["order_line_id"] for row in rows],
            )
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO sale_margin (%(names)s)
                SELECT %(names)s FROM jsonb_to_recordset(%(rows)s::jsonb) AS row(%(types)s)
                 ORDER BY order_line_id
                    ON CONFLICT (order_line_id) DO UPDATE SET %(sets)s
                """,
                names=SQL(", ").join(names),
                rows=json.dumps(rows),
                types=SQL(", ").join(
                    SQL("%s %s", SQL.identifier(name), SQL(kind)) for name, kind in COLUMNS.items()
                ),
                sets=SQL(", ").join(SQL("%s = EXCLUDED.%s", name, name) for name in names),
            )
        )
        self.invalidate_model(flush=False)


def _figure(line, revenue, invoiced, goods, step):
    """A line for the algorithm, its quantity, and whether revenue and goods are known."""
    goods_cost, goods_known = goods
    ordered = exact(line.ordered)
    expected = ordered if line.confirmed else invoiced
    if line.has_moves and not line.has_open_moves:
        expected = exact(line.delivered)
    open_quantity = max(expected - invoiced, ZERO) if line.confirmed else ZERO
    if ordered and open_quantity:
        revenue += exact(line.subtotal) / ordered * open_quantity / exact(line.rate)
    bears = line.kind == "consu" and not line.is_delivery
    figure = Line(to_step(revenue, step), to_step(goods_cost, step), bears)
    return figure, expected, not open_quantity, goods_known


def _prepare_row(line, figure, margin, targets, shared_known):
    _line, quantity, revenue_known, goods_known = figure
    category, target = targets.get(line.product, (None, 0.0))
    bears = _line.bears
    return {
        "order_line_id": line.id,
        "product_id": line.product,
        "categ_id": category or None,
        "quantity": float(quantity),
        "revenue": float(margin.revenue),
        "goods_cost": float(margin.cost),
        "channel_fees": float(margin.channel_fees),
        "payment_fees": float(margin.payment_fees),
        "shipping_cost": float(margin.shipping),
        "margin": float(margin.amount),
        "margin_rate": float(margin.amount / margin.revenue) if margin.revenue else 0.0,
        "target_rate": (target / PERCENT) if bears else 0.0,
        "below_target": bool(
            bears and target and margin.amount < margin.revenue * exact(target) / PERCENT
        ),
        "revenue_estimated": not revenue_known,
        "goods_estimated": not goods_known,
        "is_estimate": not (revenue_known and goods_known and shared_known),
    }
