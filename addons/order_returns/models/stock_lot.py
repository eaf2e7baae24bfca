# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models


class StockLot(models.Model):
    _inherit = "stock.lot"

    complaint_count = fields.Integer(compute="_compute_complaint_count")

    def _compute_complaint_count(self):
        counts = dict(
            self.env["rma"]._read_group(
                [("lot_id", "in", self.ids), ("state", "!=", "cancelled")], ["lot_id"], ["__count"]
            )
        )
        for lot in self:
            lot.complaint_count = counts.get(lot._origin, 0)

    def action_view_complaints(self):
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("order_returns.rma_action"),
            "domain": [("lot_id", "in", self.ids)],
            "context": {},
        }

    def action_open_complaint(self):
        self.ensure_one()
        return self.env["order.complaint"]._get_action({"default_lot_id": self.id})


class ProductTemplate(models.Model):
    _inherit = "product.template"

    complaint_count = fields.Integer(compute="_compute_complaint_count")

    def _compute_complaint_count(self):
        counts = {}
        for product, count in self.env["rma"]._read_group(
            [("product_id.product_tmpl_id", "in", self.ids), ("state", "!=", "cancelled")],
            ["product_id"],
            ["__count"],
        ):
            template = product.product_tmpl_id
            counts[template] = counts.get(template, 0) + count
        for template in self:
            template.complaint_count = counts.get(template._origin, 0)

    def action_view_complaints(self):
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("order_returns.rma_action"),
            "domain": [("product_id.product_tmpl_id", "in", self.ids)],
            "context": {},
        }
