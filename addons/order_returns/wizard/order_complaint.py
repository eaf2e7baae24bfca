# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

MOST_LINES = 200


class OrderComplaint(models.TransientModel):
    """Take a complaint: what was shipped stands there by lot, quantities are entered."""

    _name = "order.complaint"
    _description = "New Complaint"

    order_id = fields.Many2one("sale.order", readonly=True)
    picking_id = fields.Many2one("stock.picking", "Delivery", readonly=True)
    lot_id = fields.Many2one("stock.lot", readonly=True)
    reason_id = fields.Many2one("order.complaint.reason", required=True)
    is_health_relevant = fields.Boolean(related="reason_id.is_health_relevant")
    operation_id = fields.Many2one("rma.operation", "Solution", required=True)
    description = fields.Text("What the Customer Says")
    photo_ids = fields.Many2many("ir.attachment", string="Photos")
    line_ids = fields.One2many(
        "order.complaint.line",
        "complaint_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )

    @api.model
    def _get_action(self, context):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Complaint"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": context,
        }

    @api.depends("order_id", "picking_id", "lot_id")
    def _compute_line_ids(self):
        for wizard in self:
            shipped = wizard._get_shipped()
            wizard.line_ids = [
                Command.clear(),
                *(Command.create({"move_id": move.id, "lot_id": lot.id}) for move, lot in shipped),
            ]

    def _get_shipped(self):
        """Moves to the customer with their lots, the latest shipment first."""
        domain = Domain("state", "=", "done") & Domain("location_dest_id.usage", "=", "customer")
        if self.order_id:
            domain &= Domain("move_id.sale_line_id.order_id", "=", self.order_id.id)
        elif self.picking_id:
            domain &= Domain("picking_id", "=", self.picking_id.id)
        elif self.lot_id:
            domain &= Domain("lot_id", "=", self.lot_id.id)
        else:
            return []
        # sudo: sellers who may take complaints need not read stock
        lines = (
            self.env["stock.move.line"]
            .sudo()
            .search(
                domain & Domain("company_id", "in", self.env.companies.ids),
                order="date desc, id",
                limit=MOST_LINES,
            )
        )
        return list(dict.fromkeys((line.move_id, line.lot_id) for line in lines))

    def action_create(self):
        self.ensure_one()
        lines = self.line_ids.filtered("quantity")
        if not lines:
            raise UserError(self.env._("Enter how many pieces the customer complains about."))
        if len(lines.move_id.company_id) > 1:
            raise UserError(self.env._("Take the complaints of one company at a time."))
        rmas = self.env["rma"].create([line._prepare_rma() for line in lines])
        for rma in rmas:
            photos = self.photo_ids if rma == rmas[0] else self.photo_ids.copy()
            photos.write({"res_model": "rma", "res_id": rma.id})
        rmas.action_confirm()
        return rmas._get_records_action(name=self.env._("Complaints"))


class OrderComplaintLine(models.TransientModel):
    _name = "order.complaint.line"
    _description = "Goods in a New Complaint"

    complaint_id = fields.Many2one("order.complaint", required=True, ondelete="cascade")
    move_id = fields.Many2one("stock.move", required=True, ondelete="cascade")
    lot_id = fields.Many2one("stock.lot", ondelete="cascade")
    product_id = fields.Many2one(related="move_id.product_id", related_sudo=True)
    picking_id = fields.Many2one(related="move_id.picking_id", related_sudo=True)
    partner_id = fields.Many2one(related="picking_id.partner_id", related_sudo=True)
    date = fields.Datetime(related="move_id.date", string="Shipped On")
    uom_id = fields.Many2one(related="move_id.product_uom", string="Unit")
    expiration_date = fields.Datetime(related="lot_id.expiration_date", related_sudo=True)
    open_qty = fields.Float(
        "Shipped", digits="Product Unit", compute="_compute_open_qty", compute_sudo=True
    )
    quantity = fields.Float("Complained About", digits="Product Unit")

    @api.depends("move_id", "lot_id")
    def _compute_open_qty(self):
        shipped = self.move_id._get_shipped_by_lot()
        claimed = self.move_id._get_claimed_by_lot()
        for line in self:
            key = (line.move_id, line.lot_id)
            quantity = max(shipped[key] - claimed[key], 0.0)
            line.open_qty = line.product_id.uom_id._compute_quantity(quantity, line.uom_id)

    def _prepare_rma(self):
        wizard, move = self.complaint_id, self.move_id.sudo()  # sudo: see _get_shipped
        order = move.sale_line_id.order_id
        partner = order.partner_id or move.picking_id.partner_id
        vals = {
            "partner_id": partner.id,
            "partner_shipping_id": (move.picking_id.partner_id or partner).id,
            "origin": order.name or move.picking_id.name,
            "company_id": move.company_id.id,
            "order_id": order.id,
            "picking_id": move.picking_id.id,
            "location_id": move.warehouse_id.rma_loc_id.id
            or move.picking_id.picking_type_id.warehouse_id.rma_loc_id.id,
            "move_id": move.id,
            "product_id": move.product_id.id,
            "lot_id": self.lot_id.id,
            "product_uom_qty": self.quantity,
            "product_uom": move.product_uom.id,
            "operation_id": wizard.operation_id.id,
            "reason_id": wizard.reason_id.id,
            "description": wizard.description,
            "user_id": self.env.uid,
        }
        if order:
            vals["partner_invoice_id"] = order.partner_invoice_id.id
        return vals
