# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from ..tracing.balance import Balance, Flow, Place, balance

PLACES = {
    "supplier": Place.VENDOR,
    "customer": Place.CUSTOMER,
    "production": Place.PRODUCTION,
    "inventory": Place.INVENTORY,
    "transit": Place.OTHER_COMPANY,
}
# A transit location of a company holds its own goods, one of nobody those on their way to or
# from another company. ``location`` is the alias of a location.
PLACE = """
    CASE WHEN %(location)s.usage = 'transit' AND %(location)s.company_id IS NOT NULL THEN 'internal'
         ELSE %(location)s.usage END
"""


class StockLot(models.Model):
    """Everything that came in of a lot is accounted for, to the smallest unit."""

    _inherit = "stock.lot"

    received_qty = fields.Float("Received", digits="Product Unit", compute="_compute_mass_balance")
    made_qty = fields.Float("Produced", digits="Product Unit", compute="_compute_mass_balance")
    given_back_qty = fields.Float(
        "Given Back by Production",
        digits="Product Unit",
        compute="_compute_mass_balance",
        help="Not used after all, or regained when goods were taken apart.",
    )
    customer_returns_qty = fields.Float(
        "Returned by Customers", digits="Product Unit", compute="_compute_mass_balance"
    )
    adjusted_qty = fields.Float(
        "Adjusted",
        digits="Product Unit",
        compute="_compute_mass_balance",
        help="What inventories found more, or less, than there should have been.",
    )
    total_in_qty = fields.Float("Total In", digits="Product Unit", compute="_compute_mass_balance")
    consumed_qty = fields.Float("Consumed", digits="Product Unit", compute="_compute_mass_balance")
    shipped_qty = fields.Float("Shipped", digits="Product Unit", compute="_compute_mass_balance")
    scrapped_qty = fields.Float("Scrapped", digits="Product Unit", compute="_compute_mass_balance")
    vendor_returns_qty = fields.Float(
        "Returned to Vendors", digits="Product Unit", compute="_compute_mass_balance"
    )
    on_hand_qty = fields.Float("On Hand", digits="Product Unit", compute="_compute_mass_balance")
    difference_qty = fields.Float(
        "Unaccounted For",
        digits="Product Unit",
        compute="_compute_mass_balance",
        help="What came in and is neither on hand nor has left by any movement.",
    )

    @api.depends_context("allowed_company_ids")
    def _compute_mass_balance(self):
        balances = self._get_mass_balances()
        for lot in self:
            amounts = balances.get(lot._origin.id, Balance())
            lot.received_qty = amounts.received
            lot.made_qty = amounts.made
            lot.given_back_qty = amounts.given_back
            lot.customer_returns_qty = amounts.customer_returns
            lot.adjusted_qty = amounts.adjusted
            lot.total_in_qty = amounts.total_in
            lot.consumed_qty = amounts.consumed
            lot.shipped_qty = amounts.shipped
            lot.scrapped_qty = amounts.scrapped
            lot.vendor_returns_qty = amounts.vendor_returns
            lot.on_hand_qty = amounts.on_hand
            lot.difference_qty = amounts.difference

    @api.model
    def _get_balance_fields(self):
        """The fields of the balance in the order in which they are added up."""
        return [
            "received_qty",
            "made_qty",
            "given_back_qty",
            "customer_returns_qty",
            "adjusted_qty",
            "total_in_qty",
            "on_hand_qty",
            "consumed_qty",
            "shipped_qty",
            "scrapped_qty",
            "vendor_returns_qty",
            "difference_qty",
        ]

    def _get_mass_balances(self):
        """What became of each lot in the selected companies, in the unit of its product.

        One query for all lots.

        :return: ``tracing.balance.Balance`` by lot id; a lot that was never moved has one of
            zeros
        """
        lots = self._origin.ids
        if not lots:
            return {}
        self._flush_goods()
        self.env["stock.quant"].flush_model()
        flows, on_hand = [], {}
        for lot, source, destination, is_made, is_scrap, quantity in self.env.execute_query(
            self._get_flow_query()
        ):
            if source is None:
                on_hand[lot] = Decimal(quantity)
            else:
                ends = (PLACES.get(place, Place.OURS) for place in (source, destination))
                flows.append(Flow(lot, *ends, Decimal(quantity), is_made, is_scrap))
        return dict.fromkeys(lots, Balance()) | balance(flows, on_hand)

    def _get_flow_query(self):
        """Rows (lot, from, to, made, scrap, quantity); those on hand have no places."""
        return SQL(
            """
            SELECT line.lot_id, %(source)s, %(destination)s, move.production_id IS NOT NULL,
                   move.scrap_id IS NOT NULL, SUM(line.quantity_product_uom)::text
              FROM stock_move_line line
              JOIN stock_move move ON move.id = line.move_id
              JOIN stock_location source ON source.id = line.location_id
              JOIN stock_location destination ON destination.id = line.location_dest_id
             WHERE line.lot_id = ANY(%(lots)s) AND %(counts)s
             GROUP BY 1, 2, 3, 4, 5
             UNION ALL
            SELECT quant.lot_id, NULL, NULL, FALSE, FALSE, SUM(quant.quantity)::text
              FROM stock_quant quant
              JOIN stock_location location ON location.id = quant.location_id
             WHERE quant.lot_id = ANY(%(lots)s)
               AND location.usage IN ('internal', 'transit')
               AND location.company_id = ANY(%(companies)s)
             GROUP BY 1
            """,
            source=SQL(PLACE, location=SQL("source")),
            destination=SQL(PLACE, location=SQL("destination")),
            lots=self._origin.ids,
            counts=self._get_done_condition("line"),
            companies=self.env.companies.ids,
        )
