# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models

from ..planning.quantity import exact


class MrpFloorAnswer(models.TransientModel):
    _name = "mrp.floor.answer"
    _inherit = "mrp.floor.dialog"
    _description = "Answer a Check"

    check_id = fields.Many2one("mrp.production.check", required=True, ondelete="cascade")
    name = fields.Char("What to Check", related="check_id.name")
    kind = fields.Selection(related="check_id.kind")
    instruction = fields.Text(related="check_id.instruction")
    limits = fields.Char(related="check_id.limits")
    unit = fields.Char(related="check_id.unit")
    value = fields.Float("Measured", digits=(16, 3))
    is_answered = fields.Boolean(compute="_compute_needs_reason")
    needs_reason = fields.Boolean(compute="_compute_needs_reason")
    reason = fields.Char()

    @api.depends("value", "check_id")
    def _compute_needs_reason(self):
        for wizard in self:
            wizard.is_answered = wizard.check_id.result != "open"
            wizard.needs_reason = wizard.is_answered or not wizard.check_id._is_within(wizard.value)

    def action_enter(self):
        self.check_id._answer(self.value, self.reason)
        return {"type": "ir.actions.act_window_close"}

    def action_yes(self):
        self.check_id._answer(1, self.reason)
        return {"type": "ir.actions.act_window_close"}

    def action_no(self):
        self.check_id._answer(0, self.reason)
        return {"type": "ir.actions.act_window_close"}


class MrpFloorReason(models.TransientModel):
    """Asks why: for taking back a weighing, and for the decisions of quality."""

    _name = "mrp.floor.reason"
    _description = "Reason"

    production_id = fields.Many2one("mrp.production", required=True, ondelete="cascade")
    weighing_id = fields.Many2one("mrp.production.weighing", ondelete="cascade")
    purpose = fields.Selection(
        [
            ("void_weighing", "Take Back a Weighing"),
            ("release", "Release"),
            ("reject", "Reject"),
            ("correct", "Correct"),
        ],
        required=True,
    )
    reason = fields.Char()

    def action_apply(self):
        self.ensure_one()
        run = self.production_id
        if self.purpose == "void_weighing":
            run.check_access("write")
            self.weighing_id._void(self.reason)
        elif self.purpose == "correct":
            run._add_correction(self.reason)
        else:
            run._decide_record(self.purpose, self.reason)
        return {"type": "ir.actions.act_window_close"}


class MrpFloorFinish(models.TransientModel):
    _name = "mrp.floor.finish"
    _inherit = "mrp.floor.dialog"
    _description = "Finish the Run"

    production_id = fields.Many2one("mrp.production", required=True, ondelete="cascade")
    product_id = fields.Many2one(related="production_id.product_id")
    tracking = fields.Selection(related="product_id.tracking")
    planned = fields.Float(related="production_id.product_qty", string="Planned")
    uom_id = fields.Many2one(related="production_id.product_uom_id", string="Unit")
    quantity = fields.Float("Produced", digits="Product Unit", required=True)
    yield_percent = fields.Float("Yield (%)", digits=(16, 1), compute="_compute_yield_percent")
    is_less = fields.Boolean(compute="_compute_yield_percent")
    backorder = fields.Boolean("Produce the rest in another run")
    reason = fields.Char("Reason for the Deviation")
    lot_producing_ids = fields.Many2many(
        related="production_id.lot_producing_ids", string="Lot", readonly=True
    )
    expires = fields.Datetime("Best Before", compute="_compute_expires")
    deviation_count = fields.Integer(related="production_id.deviation_count")

    @api.depends("lot_producing_ids")
    def _compute_expires(self):
        for wizard in self:
            wizard.expires = wizard.lot_producing_ids[:1]._get_best_before()

    @api.depends("quantity", "production_id")
    def _compute_yield_percent(self):
        for wizard in self:
            planned = exact(wizard.planned)
            made = exact(wizard.quantity)
            wizard.yield_percent = float(made * 100 / planned) if planned else 0
            wizard.is_less = made < planned

    def action_generate_lot(self):
        """Give the output its lot now, so that it can be written on the kettle."""
        self.production_id.action_generate_serial()
        return self._get_action()

    def action_finish(self):
        self.ensure_one()
        run = self.production_id
        if run.state == "done":
            return run.action_open_floor()
        action = run._floor_finish(
            self.quantity, backorder=self.backorder and self.is_less, reason=self.reason
        )
        # Core asks back where it must, for instance for serial numbers.
        return run.action_open_floor() if run.state == "done" else action

    def action_finish_and_print(self):
        action = self.action_finish()
        return (
            self.production_id.action_print_output_labels()
            if self.production_id.state == "done"
            else action
        )
