# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import get_lang

from ..planning.quantity import exact
from ..recall.csv_table import number_text
from ..recall.recovery import Shipped, recovery_rate

BLOCK_STATES = [
    ("none", "Not Blocked"),
    ("recall", "Blocked by This Recall"),
    ("other", "Blocked for Another Reason"),
    ("cleared", "Cleared"),
]


def quantity_text(row, field):
    """A quantity as the reader's language writes it, with its unit."""
    number = number_text(exact(row[field]), get_lang(row.env).decimal_point)
    return f"{number} {row.uom_id.name}"


class StockRecallLot(models.Model):
    """A lot that a recall is about, with the reason why and where its goods have gone.

    The quantities are those of the last look; the recall's end fixes them.
    """

    _name = "stock.recall.lot"
    _description = "Lot in a Recall"
    _order = "recall_id desc, level, product_id, lot_id"
    _rec_name = "lot_id"
    _check_company_auto = True

    recall_id = fields.Many2one("stock.recall", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="recall_id.company_id", store=True)
    state = fields.Selection(related="recall_id.state", string="Recall State")
    rehearsal = fields.Boolean(related="recall_id.rehearsal")
    lot_id = fields.Many2one(
        "stock.lot", required=True, index=True, check_company=True, ondelete="restrict"
    )
    product_id = fields.Many2one(related="lot_id.product_id", store=True, index=True)
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    supplier_lot = fields.Char(related="lot_id.supplier_lot")
    expiration_date = fields.Datetime(related="lot_id.expiration_date")
    level = fields.Integer(aggregator=None, help="0: suspicious itself; 1: made from it; …")
    reason = fields.Text("Why", help="The lot it was made from, and in which run.")
    production_id = fields.Many2one("mrp.production", "Run", check_company=True)
    found_on = fields.Datetime(default=fields.Datetime.now, required=True)
    block_state = fields.Selection(
        BLOCK_STATES,
        "Block Status",
        required=True,
        default="none",
        help="Undoing the recall lifts only the blocks it has set itself.",
    )
    block_reason = fields.Char(related="lot_id.block_reason", string="Blocked Because")

    input_qty = fields.Float(
        "Received or Produced", digits="Product Unit", aggregator="sum", readonly=True
    )
    on_hand_qty = fields.Float("On Hand", digits="Product Unit", readonly=True)
    consumed_qty = fields.Float("Consumed", digits="Product Unit", readonly=True)
    shipped_qty = fields.Float("Shipped", digits="Product Unit", readonly=True)
    returned_qty = fields.Float("Came Back", digits="Product Unit", readonly=True)
    scrapped_qty = fields.Float("Destroyed", digits="Product Unit", readonly=True)
    vendor_returns_qty = fields.Float("Returned to Vendors", digits="Product Unit", readonly=True)
    adjusted_qty = fields.Float("Adjusted", digits="Product Unit", readonly=True)
    difference_qty = fields.Float(
        "Unexplained",
        digits="Product Unit",
        readonly=True,
        help="What the balance of the lot does not explain.",
    )
    recovery_rate = fields.Float(
        "Recovered", compute="_compute_recovery_rate", help="Share of the shipped goods."
    )

    _lot_uniq = models.Constraint("UNIQUE(recall_id, lot_id)", "A lot is in a recall only once.")

    @api.depends("shipped_qty", "returned_qty")
    def _compute_recovery_rate(self):
        for line in self:
            rate = recovery_rate(
                [Shipped(line.uom_id.id, exact(line.shipped_qty), exact(line.returned_qty))]
            )
            line.recovery_rate = float(rate or 0)

    def _get_number_text(self, field):
        return number_text(exact(self[field]), get_lang(self.env).decimal_point)

    def action_clear(self):
        """Found harmless: the lot leaves the recall, its block by this recall is lifted."""
        if any(line.state != "active" or line.rehearsal for line in self):
            raise UserError(self.env._("Only lots of an active recall can be cleared."))
        for recall, lines in self.grouped("recall_id").items():
            lines = lines.filtered(lambda line: line.block_state != "cleared")
            ours = lines.filtered(lambda line: line.block_state == "recall")
            lines.block_state = "cleared"
            recall._release_or_hand_over(ours.lot_id)
            names = ", ".join(lines.lot_id.mapped("name"))
            recall.message_post(body=self.env._("Cleared, no longer recalled: %s", names))
        return True


class StockRecallHolding(models.Model):
    """Where goods of an affected lot were when the recall found them.

    Reserved and picked goods are also part of what is on hand. Rows are never changed.
    """

    _name = "stock.recall.holding"
    _description = "Whereabouts in a Recall"
    _order = "recall_id desc, lot_id, kind, id"
    _rec_name = "lot_id"
    _check_company_auto = True

    recall_id = fields.Many2one("stock.recall", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="recall_id.company_id", store=True)
    lot_id = fields.Many2one("stock.lot", required=True, index=True, check_company=True)
    product_id = fields.Many2one(related="lot_id.product_id", store=True)
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    kind = fields.Selection(
        [
            ("stock", "On Hand"),
            ("transit", "In Transit"),
            ("reserved", "Reserved"),
            ("picked", "Picked"),
        ],
        "Where",
        required=True,
    )
    location_id = fields.Many2one("stock.location", check_company=True)
    picking_id = fields.Many2one("stock.picking", "Transfer", check_company=True)
    production_id = fields.Many2one("mrp.production", "Run", check_company=True)
    partner_id = fields.Many2one(related="picking_id.partner_id", string="For")
    quantity = fields.Float(digits="Product Unit")
    found_on = fields.Datetime(default=fields.Datetime.now, required=True)

    def _get_quantity_text(self):
        return quantity_text(self, "quantity")


class StockRecallShipment(models.Model):
    """Goods of an affected lot that went to a customer: one row a move line and lot."""

    _name = "stock.recall.shipment"
    _description = "Shipment in a Recall"
    _order = "recall_id desc, customer_id, date, id"
    _rec_name = "lot_id"
    _check_company_auto = True

    recall_id = fields.Many2one("stock.recall", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="recall_id.company_id", store=True)
    line_id = fields.Many2one(
        "stock.recall.lot", required=True, index=True, ondelete="cascade", check_company=True
    )
    customer_id = fields.Many2one(
        "stock.recall.customer", required=True, index=True, ondelete="cascade", check_company=True
    )
    lot_id = fields.Many2one(related="line_id.lot_id", store=True, index=True)
    product_id = fields.Many2one(related="lot_id.product_id", store=True)
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    move_line_id = fields.Many2one(
        "stock.move.line", required=True, index=True, check_company=True, ondelete="restrict"
    )
    picking_id = fields.Many2one("stock.picking", "Delivery", index=True, check_company=True)
    partner_id = fields.Many2one("res.partner", "Delivered To", check_company=True)
    sale_order_id = fields.Many2one("sale.order", "Order", index=True, check_company=True)
    sale_line_id = fields.Many2one("sale.order.line", "Order Line", check_company=True)
    date = fields.Datetime("Shipped On")
    quantity = fields.Float("Shipped", digits="Product Unit")
    returned_qty = fields.Float("Came Back", digits="Product Unit")
    open_qty = fields.Float(
        "Still There", digits="Product Unit", compute="_compute_open_qty", store=True
    )
    found_on = fields.Datetime(default=fields.Datetime.now, required=True)

    _move_line_uniq = models.Constraint(
        "UNIQUE(recall_id, move_line_id)", "A shipment is in a recall only once."
    )

    @api.depends("quantity", "returned_qty")
    def _compute_open_qty(self):
        for shipment in self:
            shipment.open_qty = float(exact(shipment.quantity) - exact(shipment.returned_qty))

    def _get_recovery_rate(self):
        """Share of these shipments that has come back, exact, or None."""
        return recovery_rate(
            Shipped(row.uom_id.id, exact(row.quantity), exact(row.returned_qty)) for row in self
        )

    def _get_order_text(self):
        """Our number of the order and the customer's own."""
        order = self.sale_order_id
        return " / ".join(filter(None, (order.name, order.client_order_ref)))

    def _get_quantity_text(self, field="quantity"):
        return quantity_text(self, field)
