# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models

from .mrp_promise_capacity import to_datetime


class MrpCleaningSlot(models.Model):
    """Time to clean a work center before a run.

    As the slots of work orders are, it is a leave of the work center: core's planning, our own
    and the promised dates leave it alone.
    """

    _name = "mrp.cleaning.slot"
    _description = "Planned Cleaning"
    _order = "date_from, id"
    _check_company_auto = True

    company_id = fields.Many2one(related="workcenter_id.company_id", store=True, index=True)
    workcenter_id = fields.Many2one(
        "mrp.workcenter", "Work Center", required=True, check_company=True, index=True
    )
    workorder_id = fields.Many2one(
        "mrp.workorder", "Before Work Order", required=True, index=True, ondelete="cascade"
    )
    production_id = fields.Many2one(related="workorder_id.production_id", string="Before Run")
    product_id = fields.Many2one(related="workorder_id.product_id")
    leave_id = fields.Many2one(
        "resource.calendar.leaves", required=True, readonly=True, index=True, ondelete="cascade"
    )
    # Not related: both must reach the leave together, as those of a work order do.
    date_from = fields.Datetime(
        "From", compute="_compute_dates", inverse="_inverse_dates", store=True
    )
    date_to = fields.Datetime("To", compute="_compute_dates", inverse="_inverse_dates", store=True)
    minutes = fields.Integer("Cleaning (min)", required=True)
    reason = fields.Char(help="What makes the cleaning necessary.")
    needs_release = fields.Boolean("Release After Cleaning")
    cleaning_id = fields.Many2one("mrp.cleaning", "Signed Off", readonly=True, check_company=True)

    @api.depends("leave_id.date_from", "leave_id.date_to")
    def _compute_dates(self):
        for slot in self:
            slot.date_from, slot.date_to = slot.leave_id.date_from, slot.leave_id.date_to

    def _inverse_dates(self):
        for slot in self:
            slot.leave_id.write({"date_from": slot.date_from, "date_to": slot.date_to})

    @api.depends("workcenter_id.name", "production_id.name")
    def _compute_display_name(self):
        for slot in self:
            slot.display_name = self.env._(
                "Cleaning of %(place)s before %(run)s",
                place=slot.workcenter_id.name,
                run=slot.production_id.name,
            )

    @api.model
    def _plan(self, rows):
        """Keep time for cleanings: rows of (work order, interval in minutes, other values)."""
        leaves = self.env["resource.calendar.leaves"].create(
            [
                {
                    "name": self.env._("Cleaning before %s", work.production_id.name),
                    "calendar_id": work.workcenter_id.resource_calendar_id.id,
                    "date_from": to_datetime(interval[0]),
                    "date_to": to_datetime(interval[1]),
                    "resource_id": work.workcenter_id.resource_id.id,
                    "time_type": "other",
                }
                for work, interval, _values in rows
            ]
        )
        return self.create(
            [
                {
                    "workorder_id": work.id,
                    "workcenter_id": work.workcenter_id.id,
                    "leave_id": leave.id,
                    **values,
                }
                for (work, _interval, values), leave in zip(rows, leaves, strict=True)
            ]
        )

    def unlink(self):
        leaves = self.leave_id
        res = super().unlink()
        leaves.unlink()
        return res


class ResourceCalendarLeaves(models.Model):
    _inherit = "resource.calendar.leaves"

    def unlink(self):
        """A run without its time on the work center, cancelled or unplanned, needs no cleaning
        before it."""
        if self:
            # Whoever unplans a run may not know of cleanings.
            slots = self.env["mrp.cleaning.slot"].sudo()
            slots.search([("workorder_id.leave_id", "in", self.ids)]).unlink()
        return super().unlink()


class MrpWorkorder(models.Model):
    _inherit = "mrp.workorder"

    cleaning_slot_ids = fields.One2many("mrp.cleaning.slot", "workorder_id", "Planned Cleanings")

    def write(self, vals):
        res = super().write(vals)
        if "workcenter_id" in vals:
            self.cleaning_slot_ids.filtered(
                lambda slot: slot.workcenter_id != slot.workorder_id.workcenter_id
            ).unlink()
        return res

    def button_start(self, raise_on_invalid_state=False):
        """What is left of the time to clean is free once the run goes."""
        res = super().button_start(raise_on_invalid_state=raise_on_invalid_state)
        now = fields.Datetime.now()
        left = self.cleaning_slot_ids.filtered(lambda slot: slot.date_to > now)
        ahead = left.filtered(lambda slot: slot.date_from >= now)
        ahead.unlink()
        (left - ahead).date_to = now
        return res


class MrpCleaning(models.Model):
    _inherit = "mrp.cleaning"

    @api.model_create_multi
    def create(self, vals_list):
        entries = super().create(vals_list)
        passed = entries.filtered(lambda entry: entry.kind == "ok" and entry.production_id)
        for entry in passed:
            slots = entry.production_id.workorder_ids.cleaning_slot_ids
            slots.filtered(
                lambda slot, entry=entry: slot.workcenter_id == entry.workcenter_id
            ).cleaning_id = entry
        return entries
