# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..planning.expiry_risk import Order, Stock, expected_periods, left_over
from ..planning.quantity import exact
from .stock_lot_dates import USED_BY

# What expires later is not foreseen.
HORIZON_DAYS = 730


class StockExpiryRisk(models.Model):
    """Lots that will expire before they are likely to be sold or used, as of the last update."""

    _name = "stock.expiry.risk"
    _description = "Stock at Risk of Expiring"
    _order = "last_day, product_id, id"
    _rec_name = "lot_id"
    _check_company_auto = True

    lot_id = fields.Many2one(
        "stock.lot", required=True, readonly=True, ondelete="cascade", index=True
    )
    product_id = fields.Many2one("product.product", required=True, readonly=True)
    categ_id = fields.Many2one(related="product_id.categ_id", store=True)
    product_uom_id = fields.Many2one(related="product_id.uom_id")
    warehouse_id = fields.Many2one(
        "stock.warehouse", required=True, readonly=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    last_day = fields.Date(
        "Sell Before",
        required=True,
        readonly=True,
        help="First day on which the lot may no longer be used: its expiry or its removal date.",
    )
    quantity = fields.Float("On Hand", digits="Product Unit", readonly=True)
    risk_qty = fields.Float(
        "At Risk",
        digits="Product Unit",
        readonly=True,
        help="What will be left of the lot on that day, if the open orders are served and as "
        "much is sold and used as the past suggests, always what expires first.",
    )
    risk_value = fields.Monetary("Value at Risk", readonly=True, help="At the product's cost.")
    responsible_id = fields.Many2one("res.users", readonly=True)

    _lot_warehouse_unique = models.UniqueIndex(
        "(lot_id, warehouse_id)", "There is one line for each lot and warehouse."
    )

    # ------------------------------------------------------------------ refresh
    @api.model
    def action_refresh(self):
        """Work out the list anew for the companies at hand."""
        self.check_access("read")
        # Everybody who sees the list may ask for a fresh one; nobody writes it by hand.
        self.sudo()._refresh(self.env.companies)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    @api.model
    def _cron_refresh(self):
        self._refresh(self.env["stock.warehouse"].search([("active", "=", True)]).company_id)
        self._schedule_activities()

    @api.model
    def _refresh(self, companies):
        found = {}
        for company in companies:
            found |= self.with_company(company)._get_risks(company)
        known = {
            (risk.lot_id.id, risk.warehouse_id.id): risk
            for risk in self.search([("company_id", "in", companies.ids)])
        }
        self.browse(risk.id for key, risk in known.items() if key not in found).unlink()
        for key, values in found.items():
            if key in known:
                known[key].write(values)
        self.create([values for key, values in found.items() if key not in known])

    @api.model
    def _get_risks(self, company):
        """Values of the lines of ``company``, by (lot id, warehouse id)."""
        stock = self._get_stock(company)
        products = self.env["product.product"].union(*(product for product, _place in stock))
        orders = self._get_orders(products, company)
        outflow = products._get_monthly_outflow(USED_BY)
        today = fields.Date.today()
        risks = {}
        for (product, warehouse), lots in stock.items():
            key = (product, warehouse)
            until = max(lot.last_day for lot in lots)
            periods = expected_periods(outflow.get(key, {}), orders[key], today, until)
            left = left_over(today, lots, orders[key], periods, product.min_remaining_days)
            for lot in lots:
                if lot.lot in left:
                    risks[lot.lot, warehouse.id] = self._prepare_risk(
                        product, warehouse, lot, left[lot.lot]
                    )
        return {key: values for key, values in risks.items() if values["risk_qty"] > 0}

    @api.model
    def _prepare_risk(self, product, warehouse, lot, left):
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        cost = product.standard_price
        if product.lot_valuated:
            cost = self.env["stock.lot"].browse(lot.lot).standard_price or cost
        return {
            "lot_id": lot.lot,
            "product_id": product.id,
            "warehouse_id": warehouse.id,
            "company_id": warehouse.company_id.id,
            "last_day": lot.last_day,
            "quantity": float(lot.quantity),
            "risk_qty": round(float(left), digits),
            "risk_value": warehouse.company_id.currency_id.round(float(left * exact(cost))),
            "responsible_id": product.responsible_id.id,
        }

    @api.model
    def _get_stock(self, company):
        """Lots on hand that expire, by (product, warehouse). Blocked ones are quality's."""
        quants = self.env["stock.quant"]
        end = fields.Datetime.now() + timedelta(days=HORIZON_DAYS)
        domain = (
            Domain("company_id", "=", company.id)
            & Domain("location_id.usage", "=", "internal")
            & Domain("location_id.warehouse_id", "!=", False)
            & Domain("product_id.use_expiration_date", "=", True)
            & Domain("lot_id", "!=", False)
            & Domain("removal_date", "<", end)
            & quants._get_released_domain()
        )
        quantities = defaultdict(int)
        for product, lot, location, quantity in quants._read_group(
            domain, ["product_id", "lot_id", "location_id"], ["quantity:sum"]
        ):
            quantities[product, lot, location.warehouse_id] += exact(quantity)
        stock = defaultdict(list)
        for (product, lot, warehouse), quantity in quantities.items():
            if quantity > 0 and (last_day := quants._get_last_day(lot)):
                stock[product, warehouse].append(Stock(lot.id, last_day, quantity))
        return stock

    @api.model
    def _get_orders(self, products, company):
        """What open orders and runs still take, by (product, warehouse)."""
        moves = self.env["stock.move"].search(
            Domain("product_id", "in", products.ids)
            & Domain("company_id", "=", company.id)
            & Domain("state", "in", ("waiting", "confirmed", "partially_available", "assigned"))
            & Domain("location_dest_id.usage", "in", USED_BY)
        )
        orders = defaultdict(list)
        for move in moves:
            orders[move.product_id, move.location_id.warehouse_id].append(
                Order(move.date.date(), exact(move.product_qty), move._get_min_remaining_days())
            )
        return orders

    # --------------------------------------------------------------- activities
    @api.model
    def _schedule_activities(self):
        """Tell those responsible, once for each lot that will soon be too old."""
        today = fields.Date.today()
        due = self.search([("lot_id.risk_reported_on", "=", False)]).filtered(
            lambda risk: (
                risk.responsible_id.active
                and risk.last_day <= today + timedelta(days=risk.company_id.expiry_risk_days)
            )
        )
        kind = self.env.ref("batch_mrp_orders.mail_activity_type_expiry_risk")
        model = self.env["ir.model"]._get_id("stock.lot")
        self.env["mail.activity"].create(
            [
                {
                    "res_model_id": model,
                    "res_id": risk.lot_id.id,
                    "activity_type_id": kind.id,
                    "user_id": risk.responsible_id.id,
                    "date_deadline": today,
                    "summary": risk._get_activity_summary(),
                }
                for risk in {risk.lot_id: risk for risk in due}.values()
            ]
        )
        due.lot_id.risk_reported_on = today

    def _get_activity_summary(self):
        reader = self.with_context(lang=self.responsible_id.lang)
        quantity = reader.env["ir.qweb.field.float"].value_to_html(
            reader.risk_qty, {"decimal_precision": "Product Unit"}
        )
        return reader.env._(
            "%(quantity)s %(unit)s of %(product)s will be left on %(date)s",
            quantity=quantity,
            unit=reader.product_uom_id.name,
            product=reader.product_id.display_name,
            date=format_date(reader.env, reader.last_day),
        )

    def action_view_lot(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "stock.lot",
            "view_mode": "form",
            "res_id": self.lot_id.id,
        }


class StockLot(models.Model):
    _inherit = "stock.lot"

    risk_reported_on = fields.Date(
        readonly=True, copy=False, help="Day on which it was reported that the lot may expire."
    )


class ResCompany(models.Model):
    _inherit = "res.company"

    expiry_risk_days = fields.Integer(
        "Report Stock at Risk",
        default=90,
        help="Days before its end at which a lot that is not likely to be sold is reported to "
        "the person responsible for the product.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    expiry_risk_days = fields.Integer(related="company_id.expiry_risk_days", readonly=False)
