# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models

from ..planning.status import production_status

PRODUCTION_STATUS = [
    ("quotation", "Quotation"),
    ("blocked", "Blocked"),
    ("to_plan", "To Plan"),
    ("planned", "Planned"),
    ("materials_reserved", "Materials Reserved"),
    ("in_production", "In Production"),
    ("ready", "Ready to Ship"),
    ("partially_shipped", "Partially Shipped"),
    ("shipped", "Shipped"),
    ("delivered", "Delivered"),
    ("done", "Done"),
    ("cancelled", "Cancelled"),
]


class SaleOrder(models.Model):
    _inherit = "sale.order"

    production_status = fields.Selection(
        PRODUCTION_STATUS,
        compute="_compute_production_status",
        store=True,
        index=True,
        tracking=True,
        help="Where the order stands. The least advanced open line decides.",
    )
    planning_block_reason = fields.Char(
        "Blocked Because",
        copy=False,
        tracking=True,
        help="An order with a reason here is confirmed but not planned until it is released.",
    )
    allocation_ids = fields.One2many("mrp.production.allocation", "order_id", copy=False)
    # Sales staff see what is being made for the order without manufacturing rights,
    # therefore these are computed as superuser.
    production_run_ids = fields.Many2many(
        "mrp.production",
        compute="_compute_production_run_ids",
        compute_sudo=True,
        string="Production Runs",
        help="Runs that make goods for this order, on all recipe levels.",
    )
    production_run_count = fields.Integer(compute="_compute_production_run_ids", compute_sudo=True)
    delivered_lot_ids = fields.Many2many(
        "stock.lot",
        compute="_compute_delivered_lot_ids",
        compute_sudo=True,
        string="Lots",
        help="Lots shipped to the customer or set aside for this order.",
    )
    delivered_lot_count = fields.Integer(compute="_compute_delivered_lot_ids", compute_sudo=True)

    @api.depends(
        "state",
        "planning_block_reason",
        "invoice_status",
        "order_line.product_id",
        "order_line.product_uom_id",
        "order_line.product_uom_qty",
        "order_line.qty_delivered",
        "order_line.move_ids.state",
        "order_line.move_ids.quantity",
        "order_line.allocation_ids.quantity",
        "order_line.allocation_ids.production_id.state",
        "order_line.allocation_ids.production_id.reservation_state",
        "order_line.invoice_lines.move_id.payment_state",
        "picking_ids.delivered_on",
    )
    def _compute_production_status(self):
        for order in self:
            # Iterated, not filtered: a filtered recordset would be read order by order.
            order.production_status = production_status(
                [
                    progress
                    for line in order.order_line
                    if not line.display_type and line.product_id.type == "consu"
                    for progress in line._get_progress()
                ],
                confirmed=order.state == "sale",
                cancelled=order.state == "cancel",
                blocked=bool(order.planning_block_reason),
                delivered=order._is_delivered(),
                settled=order._is_settled(),
                held=bool(order._get_shipping_hold_reason()),
            )

    def _get_shipping_hold_reason(self):
        """Hook: why the goods of this order are made, but must not leave; empty if they may."""
        self.ensure_one()
        return ""

    def _is_delivered(self):
        """Whether the customer has received every shipment."""
        self.ensure_one()
        shipments = self.picking_ids.filtered(
            lambda picking: picking.picking_type_code == "outgoing" and picking.state == "done"
        )
        return bool(shipments) and all(shipments.mapped("delivered_on"))

    def _is_settled(self):
        """Whether everything is invoiced and every invoice paid."""
        self.ensure_one()
        invoices = self.order_line.invoice_lines.move_id.filtered(
            lambda move: move.state == "posted"
        )
        return (
            self.invoice_status == "invoiced"
            and bool(invoices)
            and all(move.payment_state in ("paid", "in_payment", "reversed") for move in invoices)
        )

    @api.depends("allocation_ids.production_id", "stock_reference_ids.production_ids.state")
    def _compute_production_run_ids(self):
        Allocation = self.env["mrp.production.allocation"]
        for order in self:
            runs = level = order.allocation_ids.production_id
            while level:
                level = (
                    Allocation.search([("consumer_production_id", "in", level.ids)]).production_id
                    - runs
                )
                runs |= level
            runs |= order.stock_reference_ids.production_ids
            order.production_run_ids = runs.filtered(lambda run: run.state != "cancel")
            order.production_run_count = len(order.production_run_ids)

    @api.depends("order_line.move_ids.move_line_ids.lot_id")
    def _compute_delivered_lot_ids(self):
        for order in self:
            moves = order.order_line.move_ids.filtered(
                lambda move: move.state != "cancel" and move.picking_code == "outgoing"
            )
            order.delivered_lot_ids = moves.move_line_ids.lot_id
            order.delivered_lot_count = len(order.delivered_lot_ids)

    def action_release_planning(self):
        """Let blocked orders be planned."""
        self.planning_block_reason = False
        return True

    def _action_cancel(self):
        """Goods made for a cancelled order go back to the pool."""
        # Sales staff may cancel an order but not edit production; the release of its
        # own claims is a consequence of the cancellation.
        self.sudo().allocation_ids._release(self.env._("The order was cancelled:"))
        return super()._action_cancel()

    def action_view_production_runs(self):
        self.ensure_one()
        return self._get_related_action(
            self.production_run_ids,
            self.env._("Production Runs"),
            "mrp.group_mrp_user",
            "batch_mrp_orders.mrp_production_view_%s_sales",
        )

    def action_view_delivered_lots(self):
        self.ensure_one()
        return self._get_related_action(
            self.delivered_lot_ids,
            self.env._("Lots"),
            "stock.group_stock_user",
            "batch_mrp_orders.stock_lot_view_%s_sales",
        )

    @api.model
    def _get_related_action(self, records, name, group, sales_view):
        """Open ``records``: whoever is not of ``group`` sees them in the views for sales."""
        kinds = ["form"] if len(records) == 1 else ["list", "form"]
        views = [(False, kind) for kind in kinds]
        if not self.env.user.has_group(group):
            views = [(self.env.ref(sales_view % kind).id, kind) for kind in kinds]
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": records._name,
            "view_mode": ",".join(kinds),
            "views": views,
            "domain": [("id", "in", records.ids)],
            "res_id": records.id if len(records) == 1 else False,
            "context": {"create": False},
        }
