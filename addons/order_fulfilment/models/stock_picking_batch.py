# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.fields import Domain


class StockPickingBatch(models.Model):
    """A walk through the warehouse for several deliveries, each with a box of its own."""

    _inherit = "stock.picking.batch"

    pick_line_ids = fields.One2many("stock.batch.pick.line", "batch_id", "Pick List")
    carrier_id = fields.Many2one("delivery.carrier", compute="_compute_picking_progress")
    box_count = fields.Integer("Boxes", compute="_compute_picking_progress")
    pick_progress = fields.Float("Picked", compute="_compute_picking_progress")

    @api.depends("picking_ids.move_line_ids.picked", "picking_ids.carrier_id")
    def _compute_picking_progress(self):
        for batch in self:
            carriers = batch.picking_ids.carrier_id
            batch.carrier_id = carriers if len(carriers) == 1 else False
            batch.box_count = len(batch.picking_ids)
            lines = batch.picking_ids.move_line_ids
            picked = sum(1 for line in lines if line.picked)
            batch.pick_progress = 100 * picked / len(lines) if lines else 0

    def _sanity_check(self):
        """A plan has taken its deliveries from those that are allowed.

        Core would list all open transfers of the company once more for each batch.
        """
        if self.env.context.get("batch_members_known"):
            return None
        return super()._sanity_check()

    def action_print_pick_list(self):
        """The pick lists, in the order of the list."""
        return self.env.ref("order_fulfilment.action_report_pick_list").report_action(self)

    def action_open_pick_list(self):
        """The pick list to tick off on a tablet."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "order_fulfilment.stock_batch_pick_line_action"
        )
        return action | {
            "display_name": self.env._("Pick List %s", self.name),
            "domain": [("batch_id", "=", self.id)],
        }

    def action_open_ship_desk(self):
        """The deliveries of these batches at the ship desk."""
        action = self.env["ir.actions.act_window"]._for_xml_id("order_fulfilment.ship_desk_action")
        ready = self.env["stock.picking"]._get_ready_domain()
        domain = list(ready & Domain("batch_id", "in", self.ids))
        return action | {"domain": domain, "context": {}}

    def _get_pick_rows(self):
        """Lines of the printed pick list, in the order of the walk."""
        self.ensure_one()
        return self.env["stock.batch.pick.line"].search([("batch_id", "=", self.id)])
