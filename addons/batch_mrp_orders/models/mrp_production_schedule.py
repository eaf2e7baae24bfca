# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import datetime
from math import ceil

from odoo import fields, models

from ..planning.quantity import exact
from ..planning.schedule import Order, Step, schedule
from .mrp_promise_capacity import DAY, to_datetime, to_minute, to_minute_up

HOUR = 60


class MrpProduction(models.Model):
    """Places runs on work centres, many at once.

    What core's ``button_plan`` leaves behind is left behind here, too: each work order has
    its slot as a leave of the work centre (``resource.calendar.leaves``), its dates follow
    from it, and the run's dates hold those of its work orders. Core asks the calendar for
    every work order, again for each of its alternatives, and knows no due date.
    """

    _inherit = "mrp.production"

    def _schedule(self, deadlines, releases, suppliers):
        """Give these runs and their work orders their slots, see :mod:`..planning.schedule`.

        :param deadlines: when the goods must be there, by run: moments, and days on which
            they shall leave
        :param releases: moment from which on a run may begin, by run
        :param suppliers: the runs whose goods a run waits for, by run
        :return: the runs for which there is no free slot
        """
        if not self:
            return self
        now = to_minute_up(fields.Datetime.now())
        work_orders = self.workorder_ids.filtered(lambda w: w.state in ("blocked", "ready"))
        by_run = work_orders.grouped("production_id")
        steps = {run: run._get_schedule_steps(group) for run, group in by_run.items()}
        capacity = self._get_free_capacity(work_orders, now)
        moments = self._get_deadline_minutes(deadlines)
        orders = [
            Order(
                key=run.id,
                release=max(now, to_minute_up(releases[run])) if run in releases else now,
                deadline=moments.get(run),
                # Core gives an hour to what takes no time.
                lead=run.bom_id.produce_delay * DAY or (0 if run in steps else HOUR),
                steps=steps.get(run, ()),
                suppliers=tuple(suppliers[run].ids) if run in suppliers else (),
            )
            for run in self
        ]
        placed = schedule(orders, capacity)
        self._write_schedule(placed, by_run)
        return self.filtered(lambda run: run.id not in placed)

    def _get_free_capacity(self, work_orders, now):
        """The work centres with what is planned on them, and kept for quotations."""
        centres = work_orders.workcenter_id
        centres |= centres.alternative_workcenter_ids
        # Planners see neither quotations nor the calendars of everybody; only their free
        # time counts.
        holds = self.env["mrp.capacity.hold"].sudo()._get_valid(self.warehouse_id[:1])
        holds = holds.filtered(lambda hold: hold.workcenter_id in centres)
        company = self.company_id[:1].sudo()
        capacity, _shipping = (
            self.env["mrp.promise"].sudo()._get_capacity(centres.sudo(), company, holds, now)
        )
        return capacity

    def _get_deadline_minutes(self, deadlines):
        """The minute in which the goods of each run must be there; of a day the last one in
        which goods still leave."""
        wanted = set().union(*deadlines.values())
        moments = {moment for moment in wanted if isinstance(moment, datetime)}
        minutes = {moment: to_minute(moment) for moment in moments}
        if days := wanted - moments:
            company = self.company_id[:1].sudo()
            promise = self.env["mrp.promise"].sudo()
            calendar = promise._get_shipping_calendar_around(company, days)
            minutes.update((day, calendar.deadline(day)) for day in days)
        found = {
            run: [minutes[item] for item in items if minutes[item] is not None]
            for run, items in deadlines.items()
        }
        return {run: min(items) for run, items in found.items() if items}

    def _get_schedule_steps(self, work_orders):
        """The work orders as steps that follow each other as core links them."""
        if not self.bom_id.allow_operation_dependencies:
            rows = work_orders.sorted(lambda work: (work.sequence, work.id))
            before = dict(zip(rows.ids[1:], rows.ids, strict=False))
            after = {work.id: (before[work.id],) for work in rows if work.id in before}
        else:
            by_operation = {work.operation_id: work.id for work in work_orders}
            after = {
                work.id: tuple(
                    by_operation[operation]
                    for operation in work.operation_id.blocked_by_operation_ids
                    if operation in by_operation
                )
                for work in work_orders
            }
        return tuple(
            Step(work.id, work._get_schedule_options(), after.get(work.id, ()))
            for work in work_orders
        )

    def _write_schedule(self, placed, by_run):
        """Write the slots ``placed`` (placements by run id) to work orders and runs."""
        slots = {
            work: placed[run.id].tasks[work.id]
            for run, work_orders in by_run.items()
            if run.id in placed
            for work in work_orders
        }
        for work, task in slots.items():
            # Before it has dates: else core computes them anew from the calendar.
            if task.centre != work.workcenter_id.id:
                work.workcenter_id = task.centre
        leaves = self.env["resource.calendar.leaves"].create(
            [work._prepare_slot(task) for work, task in slots.items()]
        )
        for work, leave in zip(slots, leaves, strict=True):
            work.leave_id = leave
        for run in self:
            if placement := placed.get(run.id):
                dates = {
                    "date_start": to_datetime(placement.start),
                    "date_finished": to_datetime(placement.end),
                }
                if any(run[name] != value for name, value in dates.items()):
                    # Without this core would take the slots away again.
                    run.with_context(force_date=True).write(dates)


class MrpWorkorder(models.Model):
    _inherit = "mrp.workorder"

    def _get_schedule_options(self):
        """The work centres that can do this, with the minutes they need."""
        self.ensure_one()
        options = [(self.workcenter_id.id, ceil(exact(self.duration_expected)))]
        for workcenter in self.workcenter_id.alternative_workcenter_ids - self.workcenter_id:
            minutes = self._get_duration_expected(alternative_workcenter=workcenter)
            options.append((workcenter.id, ceil(exact(minutes))))
        return tuple(options)

    def _prepare_slot(self, task):
        return {
            "name": self.display_name,
            "calendar_id": self.workcenter_id.resource_calendar_id.id,
            "date_from": to_datetime(task.start),
            "date_to": to_datetime(task.end),
            "resource_id": self.workcenter_id.resource_id.id,
            "time_type": "other",
        }
