# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.batch_mrp_orders.planning.quantity import exact


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _get_label_costs(self):
        """What the carrier told; or, where it tells no prices, what the contract says."""
        # sudo: labels are the business of those who ship, their cost is asked for by margins
        self.env["carrier.label"].sudo().flush_model()
        self.env["delivery.carrier"].flush_model(["label_cost"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT label.res_id, label.currency_id, label.price,
                       COALESCE(carrier.label_cost, 0) * label.parcels
                  FROM carrier_label label
                  LEFT JOIN delivery_carrier carrier ON carrier.id = label.carrier_id
                 WHERE label.res_model = 'stock.picking' AND label.res_id = ANY(%s)
                   AND label.state IN ('bought', 'used')
                """,
                self.ids,
            )
        )
        by_id = {picking.id: picking for picking in self}
        costs, rates = super()._get_label_costs(), {}
        for picking_id, currency_id, price, contract in rows:
            if not price:
                amount = exact(contract)
            else:
                picking = by_id[picking_id]
                key = (currency_id, picking.company_id, fields.Date.to_date(picking.date_done))
                rates[key] = rates.get(key) or self._get_label_rate(*key)
                amount = exact(price) * rates[key]
            if amount:
                costs[picking_id] = amount
        return costs

    def _get_label_rate(self, currency_id, company, date):
        """From the currency of a label to that of the company; without one it is the same."""
        currency = self.env["res.currency"].browse(currency_id) or company.currency_id
        return exact(
            currency._get_conversion_rate(
                currency, company.currency_id, company, date or fields.Date.today()
            )
        )
