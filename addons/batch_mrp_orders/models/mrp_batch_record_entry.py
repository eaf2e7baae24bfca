# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import UserError


class MrpBatchRecordEntry(models.AbstractModel):
    """An entry of a batch record: who, when, on which run.

    Entries are made by what the operator does, never typed in by hand, and stay as they
    were made: whoever was wrong makes a new entry with a reason.
    """

    _name = "mrp.batch.record.entry"
    _description = "Entry of a Batch Record"
    _order = "date, id"
    _check_company_auto = True

    production_id = fields.Many2one(
        "mrp.production",
        "Production Run",
        required=True,
        index=True,
        ondelete="cascade",
        readonly=True,
        check_company=True,
    )
    company_id = fields.Many2one(related="production_id.company_id", store=True)
    user_id = fields.Many2one(
        "res.users", "By", required=True, readonly=True, default=lambda self: self.env.uid
    )
    date = fields.Datetime("At", required=True, readonly=True, default=fields.Datetime.now)

    @api.model
    def _entries_after_release(self):
        """Whether entries of this kind may follow once quality has decided."""
        return False

    @api.model_create_multi
    def create(self, vals_list):
        entries = super().create(vals_list)
        if not self._entries_after_release():
            entries.production_id._check_record_open()
        return entries

    def write(self, vals):
        self.production_id._check_record_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        self.production_id._check_record_open()


class MrpProductionEvent(models.Model):
    """Start, pause and finish of a run, and what quality has decided on its record."""

    _name = "mrp.production.event"
    _inherit = "mrp.batch.record.entry"
    _description = "Event of a Production Run"

    kind = fields.Selection(
        [
            ("start", "Started"),
            ("pause", "Paused"),
            ("resume", "Resumed"),
            ("finish", "Finished"),
            ("release", "Released"),
            ("reject", "Rejected"),
        ],
        required=True,
        readonly=True,
    )
    remark = fields.Char(readonly=True)


class MrpProductionDeviation(models.Model):
    """Something that was not as the recipe or the rules of the house say, and why."""

    _name = "mrp.production.deviation"
    _inherit = "mrp.batch.record.entry"
    _description = "Deviation of a Production Run"
    _order = "date desc, id desc"
    _rec_name = "reason"

    kind = fields.Selection(
        [
            ("quantity", "Quantity Weighed"),
            ("lot", "Older Lot Passed Over"),
            ("stock", "More Than in Stock"),
            ("check", "Check Not Passed"),
            ("void", "Entry Corrected"),
            ("yield", "Yield"),
            ("correction", "Correction After Release"),
        ],
        required=True,
        readonly=True,
        index=True,
    )
    product_id = fields.Many2one("product.product", readonly=True, index="btree_not_null")
    run_product_id = fields.Many2one(
        related="production_id.product_id", string="Made Product", store=True
    )
    lot_id = fields.Many2one("stock.lot", readonly=True)
    subject = fields.Char(readonly=True, help="What deviates, as a sentence.")
    target = fields.Float(digits="Product Unit", readonly=True)
    actual = fields.Float(digits="Product Unit", readonly=True)
    percent = fields.Float("Deviation (%)", digits=(16, 2), readonly=True, aggregator="avg")
    uom_id = fields.Many2one("uom.uom", "Unit", readonly=True)
    reason = fields.Char(required=True, readonly=True)

    @api.model
    def _entries_after_release(self):
        return True

    @api.model_create_multi
    def create(self, vals_list):
        entries = super().create(vals_list)
        entries.filtered(
            lambda entry: entry.kind != "correction"
        ).production_id._check_record_open()
        return entries


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    event_ids = fields.One2many("mrp.production.event", "production_id", "Events", copy=False)
    deviation_ids = fields.One2many(
        "mrp.production.deviation", "production_id", "Deviations", copy=False
    )
    deviation_count = fields.Integer("Number of Deviations", compute="_compute_deviation_count")

    @api.depends("deviation_ids")
    def _compute_deviation_count(self):
        for run in self:
            run.deviation_count = len(run.deviation_ids)

    def _check_record_open(self):
        """Refuse to change the batch record of a run that quality has decided on."""
        decided = self.filtered(lambda run: run.batch_record_state in ("released", "rejected"))
        if decided:
            raise UserError(
                self.env._(
                    "The batch record of %s is closed: quality has decided on it. Add a "
                    "correction with its reason instead.",
                    ", ".join(decided.mapped("name")),
                )
            )

    def _log_event(self, kind, remark=None):
        # The batch record is written by what people do, never by hand.
        self.env["mrp.production.event"].sudo().create(
            [{"production_id": run.id, "kind": kind, "remark": remark} for run in self]
        )

    def _log_deviation(self, kind, reason, subject, **values):
        """Enter a deviation; without a reason there is none.

        :param subject: what deviates, shown with the question when the reason is missing
        """
        self.ensure_one()
        if not (reason or "").strip():
            raise UserError(self.env._("%s\nEnter the reason.", subject))
        # The batch record is written by what people do, never by hand.
        self.env["mrp.production.deviation"].sudo().create(
            {
                "production_id": self.id,
                "kind": kind,
                "reason": reason.strip(),
                "subject": subject,
                **values,
            }
        )

    def action_view_deviations(self):
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "batch_mrp_orders.mrp_production_deviation_action"
        )
        return {**action, "domain": [("production_id", "=", self.id)], "context": {}}
