# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models
from odoo.exceptions import UserError

from ..planning.campaign.place import NoTimeError, cleaning_of, free_time, lateness, plan, pushed
from .mrp_promise_capacity import to_datetime, to_minute


class MrpCampaign(models.Model):
    """Writes what the engine finds as rows of the preview."""

    _inherit = "mrp.campaign"

    def _propose(self):
        facts = self._load()
        if not facts.works:
            raise UserError(
                self.env._(
                    "No run is planned on %s in this time that has not begun.",
                    self.workcenter_id.name,
                )
            )
        digest = facts._get_digest()
        free = free_time(facts.capacity.centres[self.workcenter_id.id])
        campaign, moved = self._find_order(facts)
        rows = self._prepare_runs(facts, campaign, free)
        rows += [self._prepare_unordered(work, "step", slot) for work, slot in moved.items()]
        next_row, obstacle = self._prepare_next(facts, campaign.tasks[-1])
        rows += next_row
        self.env["mrp.campaign.line"].create(
            [{**row, "campaign_id": self.id, "sequence": at} for at, row in enumerate(rows, 1)]
        )
        late, cleaning = campaign.bound
        self.write(
            {
                "digest": digest,
                "obstacle": obstacle,
                # The search does not look at the cleaning before the run that stays.
                "is_best": campaign.proven and not any(row["new_cleaning"] for row in next_row),
                "bound_late": late / 60,
                "bound_cleaning": cleaning,
            }
        )

    def _find_order(self, facts):
        """The campaign of the engine, and the slots of later steps that have to move."""
        works = {work.id: work for work in facts.works.production_id.workorder_ids}
        centres = facts.capacity.centres
        places = {step[0]: centres[works[step[0]].workcenter_id.id] for step in facts.steps}
        centre = centres[self.workcenter_id.id]
        try:
            campaign = plan(facts.jobs, facts.table, facts.initial, centre, facts.ready)
            ends = {task.key: task.end for task in campaign.tasks}
            moved = pushed(facts.steps, places, ends)
        except NoTimeError as error:
            raise UserError(
                self.env._(
                    "There is no free time within a year for %s.", works[error.key].display_name
                )
            ) from error
        return campaign, {works[key]: slot for key, slot in moved.items()}

    def _prepare_runs(self, facts, campaign, free):
        works = {work.id: work for work in facts.works}
        jobs = {job.key: job for job in facts.jobs}
        kinds = [facts.kinds[work.product_id] for work in facts.works]
        before = cleaning_of(kinds, facts.table, facts.initial)
        old = {
            work: (number, minutes, last)
            for number, (work, minutes, last) in enumerate(
                zip(facts.works, before, [facts.last, *facts.works], strict=False), 1
            )
        }
        rows, last = [], facts.last
        for task in campaign.tasks:
            work, due = works[task.key], jobs[task.key].due
            number, minutes, old_last = old[work]
            late = lateness(free, due, self._get_slot(work)[1])
            rows.append(
                {
                    **self._prepare_old(work, number),
                    **self._prepare_reason("old", facts, old_last, work, minutes),
                    **self._prepare_reason("new", facts, last, work, task.cleaning_minutes),
                    "date_due": to_datetime(due) if due is not None else False,
                    "old_late": late / 60,
                    "new_late": task.late / 60,
                    "new_start": to_datetime(task.start),
                    "new_end": to_datetime(task.end),
                    "new_cleaning_from": task.cleaning and to_datetime(task.cleaning[0]),
                    "new_cleaning_to": task.cleaning and to_datetime(task.cleaning[1]),
                }
            )
            last = work
        return rows

    def _prepare_old(self, work, number=0, kind="run"):
        slot = work.cleaning_slot_ids[:1]
        return {
            "kind": kind,
            "workorder_id": work.id,
            "workcenter_id": work.workcenter_id.id,
            "old_sequence": number,
            "old_start": work.date_start,
            "old_end": work.date_finished,
            "old_cleaning_from": slot.date_from,
            "old_cleaning_to": slot.date_to,
        }

    def _prepare_reason(self, which, facts, last, work, minutes):
        values = {f"{which}_cleaning": minutes}
        if last and minutes:
            broken = facts.rules._get_broken(last.product_id, work.product_id)
            values[f"{which}_reason"] = broken._get_reasons(last.product_id, work.product_id)
            values[f"{which}_needs_release"] = any(broken.mapped("needs_release"))
        return values

    def _prepare_unordered(self, work, kind, slot=None):
        start, end = slot or self._get_slot(work)
        return {
            **self._prepare_old(work, kind=kind),
            "new_start": to_datetime(start) if slot else work.date_start,
            "new_end": to_datetime(end) if slot else work.date_finished,
        }

    def _prepare_next(self, facts, task):
        """The row of the run that stays after the ordered ones, and what stands in the way."""
        work = facts.following
        if not work:
            return [], False
        last = self.env["mrp.workorder"].browse(task.key)
        kind = facts.kinds[work.product_id]
        minutes = facts.table[facts.kinds[last.product_id]][kind]
        old_last = facts.works[-1]
        old_minutes = facts.table[facts.kinds[old_last.product_id]][kind]
        centre = facts.capacity.centres[self.workcenter_id.id]
        slot = centre.earliest(minutes, task.end)
        if slot is None or slot[1] > to_minute(work.date_start):
            return [], self.env._(
                "The runs and the cleaning do not fit before %s, which stays. Choose a later end "
                "so that it is ordered, too.",
                work.production_id.name,
            )
        row = {
            **self._prepare_unordered(work, "next"),
            **self._prepare_reason("old", facts, old_last, work, old_minutes),
            **self._prepare_reason("new", facts, last, work, minutes),
            "new_cleaning_from": minutes and to_datetime(slot[0]),
            "new_cleaning_to": minutes and to_datetime(slot[1]),
        }
        return ([row] if minutes or old_minutes else []), False
