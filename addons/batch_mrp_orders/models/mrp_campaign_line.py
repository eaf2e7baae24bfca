# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import api, fields, models

from .mrp_promise_capacity import to_minute, to_minute_up

BEGUN = ("progress", "done", "cancel")


class MrpCampaignLine(models.Model):
    """A work order of a campaign, as it was and as it shall be."""

    _name = "mrp.campaign.line"
    _description = "Campaign Row"
    _order = "campaign_id, sequence, id"

    campaign_id = fields.Many2one(
        "mrp.campaign", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="campaign_id.company_id", store=True, index=True)
    sequence = fields.Integer("New Place")
    old_sequence = fields.Integer("Old Place")
    kind = fields.Selection(
        [("run", "Ordered"), ("step", "Later Step"), ("next", "Next Run, stays")],
        required=True,
        default="run",
    )
    workorder_id = fields.Many2one(
        "mrp.workorder", "Work Order", required=True, index=True, ondelete="cascade"
    )
    production_id = fields.Many2one(related="workorder_id.production_id", string="Run")
    product_id = fields.Many2one(related="workorder_id.product_id")
    workcenter_id = fields.Many2one("mrp.workcenter", "Work Center", required=True)
    date_due = fields.Datetime("Due", help="When this work must be done for the goods to be there.")
    old_start = fields.Datetime("Start Before")
    old_end = fields.Datetime("End Before")
    old_late = fields.Float("Lateness Before", help="Hours of working time.")
    old_cleaning = fields.Integer("Cleaning Before (min)")
    old_reason = fields.Char("Reason Before")
    old_cleaning_from = fields.Datetime("Planned Cleaning Before, From")
    old_cleaning_to = fields.Datetime("Planned Cleaning Before, To")
    new_start = fields.Datetime("Start")
    new_end = fields.Datetime("End")
    new_late = fields.Float("Lateness", help="Hours of working time.")
    new_cleaning = fields.Integer("Cleaning (min)", help="Before this run.")
    new_reason = fields.Char("Reason")
    new_cleaning_from = fields.Datetime("Cleaning From")
    new_cleaning_to = fields.Datetime("Cleaning To")
    old_needs_release = fields.Boolean("Release Before")
    new_needs_release = fields.Boolean("Release After Cleaning")
    is_moved = fields.Boolean("Moved", compute="_compute_is_moved")

    @api.depends("old_start", "new_start")
    def _compute_is_moved(self):
        for line in self:
            line.is_moved = line.old_start != line.new_start

    # --------------------------------------------------------------------- apply
    def _move(self, which):
        """Give everything its ``new`` or ``old`` dates, and the cleanings of that order."""
        ordered = self.filtered(lambda line: line.kind != "step")
        ordered.workorder_id.cleaning_slot_ids.unlink()
        self._write_dates(which)
        ordered._plan_cleanings(which)

    def _write_dates(self, which):
        runs = self.production_id
        tails = {run: run._get_time_after_work() for run in runs}
        for line in self:
            work, start, end = line.workorder_id, line[f"{which}_start"], line[f"{which}_end"]
            if (work.date_start, work.date_finished) != (start, end):
                # The slot is known; core would ask the calendar for each.
                work.with_context(bypass_duration_calculation=True).write(
                    {"date_start": start, "date_finished": end}
                )
        for run in runs:
            works = run.workorder_ids.filtered("date_start")
            dates = {
                "date_start": min(works.mapped("date_start")),
                "date_finished": max(works.mapped("date_finished")) + tails[run],
            }
            if any(run[name] != value for name, value in dates.items()):
                # Without this core would take the slots away again.
                run.with_context(force_date=True).write(dates)

    def _plan_cleanings(self, which):
        rows = [
            (
                line.workorder_id,
                line._get_cleaning_interval(which),
                {
                    "minutes": line[f"{which}_cleaning"],
                    "reason": line[f"{which}_reason"],
                    "needs_release": line[f"{which}_needs_release"],
                },
            )
            for line in self
            if line[f"{which}_cleaning_from"]
        ]
        return self.env["mrp.cleaning.slot"]._plan(rows)

    def _get_cleaning_interval(self, which):
        begin, end = self[f"{which}_cleaning_from"], self[f"{which}_cleaning_to"]
        return (to_minute(begin), to_minute_up(end)) if begin else None

    # ---------------------------------------------------------------------- undo
    def _get_undoable(self):
        """The rows that can have their old dates back, and why the others cannot."""
        refused = {line: why for line in self if (why := line._get_change())}
        others = self._get_other_bookings()
        lines = self - self.browse([line.id for line in refused])
        while True:
            kept = [*others, *(booking for line in refused for booking in line._get_now())]
            hit = lines.filtered(lambda line, kept=kept: line._meets(kept))
            if not hit:
                return lines, refused
            taken = self.env._("its old time is taken by something else")
            refused |= dict.fromkeys(hit, taken)
            lines -= hit

    def _get_change(self):
        """What somebody has done to the run since the campaign was applied."""
        work = self.workorder_id
        if work.state in BEGUN:
            return self.env._("has begun or is closed")
        if work.workcenter_id != self.workcenter_id:
            return self.env._("is on another work center now")
        if (work.date_start, work.date_finished) != (self.new_start, self.new_end):
            return self.env._("somebody has moved it")
        return ""

    def _get_now(self):
        """The time that the run and the cleaning before it take now."""
        work = self.workorder_id
        return [
            (work.workcenter_id, work.date_start, work.date_finished),
            *(
                (slot.workcenter_id, slot.date_from, slot.date_to)
                for slot in work.cleaning_slot_ids
            ),
        ]

    def _get_other_bookings(self):
        """What else takes time on these work centers, as (work center, from, to)."""
        own = self.workorder_id.leave_id | self.workorder_id.cleaning_slot_ids.leave_id
        begins = [line.old_cleaning_from or line.old_start for line in self]
        begin = min(begins, default=fields.Datetime.now())
        centres = {centre.resource_id: centre for centre in self.workcenter_id}
        leaves = self.env["resource.calendar.leaves"].search_fetch(
            [
                ("resource_id", "in", self.workcenter_id.resource_id.ids),
                ("time_type", "=", "other"),
                ("date_to", ">", begin),
                ("id", "not in", own.ids),
            ],
            ["resource_id", "date_from", "date_to"],
        )
        # Planners see no quotations; only their time on the work centers counts.
        holds = self.env["mrp.capacity.hold"].sudo()
        held = holds.search(
            [
                ("workcenter_id", "in", self.workcenter_id.ids),
                ("expires_on", ">", fields.Datetime.now()),
                ("date_to", ">", begin),
            ]
        )
        return [
            *((centres[leave.resource_id], leave.date_from, leave.date_to) for leave in leaves),
            *((hold.workcenter_id, hold.date_from, hold.date_to) for hold in held),
        ]

    def _meets(self, bookings):
        """Whether the old time, cleaning included, is taken."""
        begin = self.old_cleaning_from or self.old_start
        return any(
            centre == self.workcenter_id and start < self.old_end and begin < end
            for centre, start, end in bookings
            if start
        )


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    def _get_time_after_work(self):
        """The time from the end of the last work order to that of the run."""
        ends = [end for end in self.workorder_ids.mapped("date_finished") if end]
        if not ends or not self.date_finished:
            return timedelta(0)
        return max(self.date_finished - max(ends), timedelta(0))
