# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain


class StockLot(models.Model):
    """Who holds goods of a lot: open transfers and runs, reserved or picked already."""

    _inherit = "stock.lot"

    open_line_count = fields.Integer(compute="_compute_open_line_count")

    def _compute_open_line_count(self):
        counts = dict(
            self.env["stock.move.line"]._read_group(
                self._get_open_lines_domain(), ["lot_id"], ["__count"]
            )
        )
        for lot in self:
            lot.open_line_count = counts.get(lot._origin, 0)

    def _get_open_lines_domain(self):
        return (
            Domain("lot_id", "in", self.ids)
            & Domain("state", "not in", ("done", "cancel"))
            & Domain("quantity", ">", 0)
            & Domain("company_id", "in", self.env.companies.ids)
            & Domain("location_id.usage", "in", ("internal", "transit"))
        )

    def _get_open_lines(self):
        """Open move lines that take goods of these lots from stock."""
        return self.env["stock.move.line"].search(self._get_open_lines_domain())

    def _tell_holders(self):
        """A note on the open transfers and runs: whoever works on them puts the goods aside."""
        # sudo: they may be those of transfers and runs the user does not work on
        lines = self.sudo()._get_open_lines()
        for model, name in (
            ("stock.picking", "picking_id"),
            ("mrp.production", "production_run_id"),
        ):
            notes = defaultdict(list)
            for line in lines:
                notes[line[name].id].append(
                    self.env._(
                        "Lot %(lot)s of %(product)s is blocked: %(reason)s",
                        lot=line.lot_id.name,
                        product=line.product_id.display_name,
                        reason=line.lot_block_reason,
                    )
                )
            notes.pop(False, None)
            self.env[model].sudo().browse(notes)._message_log_batch(
                bodies={
                    holder: Markup("<br/>").join(dict.fromkeys(texts))
                    for holder, texts in notes.items()
                }
            )

    def action_view_open_lines(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Open Transfers and Runs"),
            "res_model": "stock.move.line",
            "views": [(self.env.ref("batch_mrp_orders.stock_move_line_view_list_open").id, "list")],
            "domain": list(self._get_open_lines_domain()),
        }


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    production_run_id = fields.Many2one(
        related="move_id.raw_material_production_id", string="Consuming Run"
    )
    lot_block_reason = fields.Char(related="lot_id.block_reason", string="Blocked Because")

    def action_open_holder(self):
        """The transfer or run that holds the goods."""
        self.ensure_one()
        holder = self.production_run_id or self.picking_id
        return {
            "type": "ir.actions.act_window",
            "res_model": holder._name,
            "res_id": holder.id,
            "views": [(False, "form")],
        }


class StockMove(models.Model):
    _inherit = "stock.move"

    def _get_block_notes(self):
        """Why the lots that these open moves hold are blocked, one line a lot."""
        # sudo: whoever works on the document must learn why it stops
        lines = self.sudo().move_line_ids.filtered(
            lambda line: line.state not in ("done", "cancel") and line.lot_id.is_blocked
        )
        return "\n".join(
            self.env._(
                "Lot %(lot)s of %(product)s is blocked: %(reason)s",
                lot=lot.name,
                product=lot.product_id.display_name,
                reason=lot.block_reason,
            )
            for lot in lines.lot_id
        )


class StockPicking(models.Model):
    _inherit = "stock.picking"

    block_note = fields.Text("Blocked Lots", compute="_compute_block_note")

    @api.depends("move_ids.move_line_ids.lot_id.is_blocked", "move_ids.move_line_ids.state")
    def _compute_block_note(self):
        for picking in self:
            picking.block_note = picking.move_ids._get_block_notes()


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    block_note = fields.Text("Blocked Lots", compute="_compute_block_note")

    @api.depends("move_raw_ids.move_line_ids.lot_id.is_blocked", "move_raw_ids.move_line_ids.state")
    def _compute_block_note(self):
        for run in self:
            run.block_note = run.move_raw_ids._get_block_notes()


class SaleOrder(models.Model):
    _inherit = "sale.order"

    block_note = fields.Text(
        "Blocked Lots", compute="_compute_block_note", help="Why goods of this order are held."
    )
    recall_shipment_ids = fields.One2many("stock.recall.shipment", "sale_order_id", "Recalled")

    @api.depends(
        "order_line.move_ids.move_line_ids.lot_id.is_blocked",
        "order_line.move_ids.move_line_ids.state",
        "recall_shipment_ids.recall_id.state",
    )
    def _compute_block_note(self):
        for order in self:
            notes = [order.order_line.move_ids._get_block_notes()]
            # sudo: salespeople of another company's orders do not come here
            recalls = order.sudo().recall_shipment_ids.recall_id.filtered(
                lambda recall: recall.state == "active" and not recall.rehearsal
            )
            for recall in recalls:
                notes.append(
                    self.env._(
                        "Goods of this order are recalled. %(number)s: %(reason)s",
                        number=recall.name,
                        reason=recall.reason,
                    )
                )
            order.block_note = "\n".join(note for note in notes if note)
