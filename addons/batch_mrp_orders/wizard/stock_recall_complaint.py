# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class StockRecallComplaint(models.TransientModel):
    """What a customer complains about, on its way from the seller to the quality manager."""

    _name = "stock.recall.complaint"
    _description = "Complaint About Lots"

    order_id = fields.Many2one("sale.order")
    picking_id = fields.Many2one("stock.picking", "Delivery")
    partner_id = fields.Many2one("res.partner", "Customer", compute="_compute_shipped")
    shipped_lot_ids = fields.Many2many(
        "stock.lot", "stock_recall_complaint_shipped_rel", compute="_compute_shipped"
    )
    lot_ids = fields.Many2many(
        "stock.lot",
        string="Lots Complained About",
        compute="_compute_lot_ids",
        store=True,
        readonly=False,
        domain="[('id', 'in', shipped_lot_ids)]",
    )
    description = fields.Text("Complaint", required=True)

    @api.depends("order_id", "picking_id")
    def _compute_shipped(self):
        for wizard in self:
            pickings = wizard.picking_id or wizard.order_id.picking_ids
            lines = pickings.move_line_ids.filtered(
                lambda line: line.state == "done" and line.location_dest_id.usage == "customer"
            )
            wizard.shipped_lot_ids = lines.lot_id
            wizard.partner_id = wizard.order_id.partner_id or wizard.picking_id.partner_id

    @api.depends("shipped_lot_ids")
    def _compute_lot_ids(self):
        for wizard in self:
            lots = wizard.shipped_lot_ids
            wizard.lot_ids = lots if len(lots) == 1 else False

    def action_report(self):
        """A draft that quality looks at; whoever took the complaint may read it."""
        self.ensure_one()
        if not self.lot_ids:
            raise UserError(self.env._("Choose the lots the customer complains about."))
        if self.lot_ids - self.shipped_lot_ids:
            raise UserError(self.env._("The customer has not got all of these lots."))
        order = self.order_id or self.picking_id.sale_id
        company = (self.order_id or self.picking_id).company_id
        # sudo: sellers report, quality decides; a draft changes nothing
        recall = (
            self.env["stock.recall"]
            .sudo()
            .with_company(company)
            .create(
                {
                    "company_id": company.id,
                    "origin": "complaint",
                    "lot_ids": [Command.set(self.lot_ids.ids)],
                    "complaint_partner_id": self.partner_id.id,
                    "complaint_order_id": order.id,
                    "description": self.description,
                    "user_id": False,
                }
            )
        )
        recall._ask_quality()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%s was handed to quality.", recall.name),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }


class StockRecall(models.Model):
    _inherit = "stock.recall"

    def _ask_quality(self):
        """An activity for each member of quality of the company."""
        group = self.env.ref("batch_mrp_orders.group_quality")
        people = group.all_user_ids.filtered(
            lambda user: self.company_id in user.company_ids and not user._is_superuser()
        )
        for person in people:
            self.activity_schedule(
                "batch_mrp_orders.mail_activity_type_complaint",
                user_id=person.id,
                note=self.description,
            )


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def action_complaint(self):
        self.ensure_one()
        return self.env["stock.recall"]._get_complaint_action({"default_order_id": self.id})


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def action_complaint(self):
        self.ensure_one()
        return self.env["stock.recall"]._get_complaint_action({"default_picking_id": self.id})
