# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

DECISIONS = {"release": "released", "reject": "rejected"}
# What a released run says stays; everything else about it, such as notes, may change.
RECORD_FIELDS = {
    "name",
    "product_id",
    "product_qty",
    "product_uom_id",
    "bom_id",
    "qty_producing",
    "lot_producing_ids",
    "date_start",
    "date_finished",
    "state",
    "floor_state",
    "batch_record_state",
    "batch_record",
    "move_raw_ids",
    "move_finished_ids",
}


class MrpProduction(models.Model):
    """The batch record of a run: what quality decides on, and what then never changes."""

    _inherit = "mrp.production"

    batch_record_state = fields.Selection(
        [("to_release", "To Release"), ("released", "Released"), ("rejected", "Rejected")],
        "Batch Record",
        readonly=True,
        copy=False,
        tracking=True,
        help="Quality releases or rejects the batch record of a finished run.",
    )
    batch_record_user_id = fields.Many2one(
        "res.users", "Batch Record Decided By", readonly=True, copy=False
    )
    batch_record_date = fields.Datetime("Batch Record Decided On", readonly=True, copy=False)
    batch_record_remark = fields.Char("Remark of Quality", readonly=True, copy=False)
    batch_record = fields.Json(
        "Batch Record as Decided",
        readonly=True,
        copy=False,
        help="The record as it was when quality decided on it.",
    )

    _record_to_release = models.Index("(id) WHERE batch_record_state = 'to_release'")

    def write(self, vals):
        if not RECORD_FIELDS.isdisjoint(vals):
            self._check_record_open()
        return super().write(vals)

    def _post_inventory(self, cancel_backorder=False):
        res = super()._post_inventory(cancel_backorder=cancel_backorder)
        for run in self.filtered("company_id.block_until_release"):
            moved = run.move_finished_ids.filtered(lambda move: move.state == "done")
            moved.move_line_ids.lot_id._block_until_release(run)
        return res

    # --------------------------------------------------------------------- decision
    def action_open_release(self):
        self.ensure_one()
        return self._get_reason_action(self.env._("Release the Batch Record"), "release")

    def action_open_reject(self):
        self.ensure_one()
        return self._get_reason_action(self.env._("Reject the Batch Record"), "reject")

    def action_open_correction(self):
        self.ensure_one()
        return self._get_reason_action(self.env._("Correction of the Batch Record"), "correct")

    @api.model
    def _check_batch_quality(self):
        if not self.env.user.has_group("batch_mrp_orders.group_quality"):
            raise AccessError(
                self.env._("Only members of the group “Quality” release batch records.")
            )

    def _decide_record(self, decision, remark):
        """Release or reject the batch records: they are kept as they are now.

        :param decision: ``release`` or ``reject``
        """
        self._check_batch_quality()
        self.check_access("read")
        if decision == "reject" and not (remark or "").strip():
            raise UserError(self.env._("Say why the batch record is rejected."))
        for run in self:
            run._lock_for_entry()
            if run.batch_record_state != "to_release":
                raise UserError(
                    self.env._("The batch record of %s does not wait for a release.", run.name)
                )
            run._log_event(decision, remark)
            # Quality need not have any right on production.
            record = run.sudo()
            record.write(
                {
                    "batch_record_user_id": self.env.uid,
                    "batch_record_date": fields.Datetime.now(),
                    "batch_record_remark": remark,
                }
            )
            record.write(
                {
                    "batch_record_state": DECISIONS[decision],
                    "batch_record": run._prepare_batch_record(DECISIONS[decision]),
                }
            )
            record._free_output(decision, remark)
        return True

    def _free_output(self, decision, remark):
        """Released output can be shipped; rejected output stays blocked for the reason given."""
        self.ensure_one()
        waiting = self.env["stock.lot"].search([("release_production_id", "=", self.id)])
        if decision == "reject":
            moved = self.move_finished_ids.filtered(lambda move: move.state == "done")
            moved.move_line_ids.lot_id.action_block(
                self.env._("Batch record of %(run)s rejected: %(why)s", run=self.name, why=remark)
            )
        elif waiting:
            waiting.action_release(self.env._("Batch record of %s released", self.name))
            allocations = self.env["mrp.production.allocation"]
            allocations.search([("production_id", "=", self.id)])._serve()
            self.move_finished_ids.filtered(lambda move: move.state == "done")._trigger_assign()

    def _add_correction(self, reason):
        """Add to the record what has come out later; what it says stays as it is."""
        self.ensure_one()
        self._check_batch_quality()
        self._log_deviation("correction", reason, self.env._("Correction by quality"))

    def action_print_batch_record(self):
        return self.env.ref("batch_mrp_orders.action_report_batch_record").report_action(self)
