# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from math import ceil

from odoo import fields, models

from ..planning.campaign.place import Job
from ..planning.campaign.rules import cleaning_between
from ..planning.capacity import Capacity
from ..planning.quantity import exact
from .mrp_planning import OPEN_RUN_STATES
from .mrp_promise_capacity import to_minute, to_minute_up

LOOK_BACK = timedelta(days=60)


@dataclass
class Facts:
    """What a campaign is made of; ``kinds`` are the products by what they leave behind."""

    works: models.Model
    last: models.Model
    following: models.Model
    rules: models.Model
    jobs: list[Job]
    steps: list[tuple]
    capacity: Capacity
    ready: int
    is_clean: bool
    table: list[list[int]] = field(default_factory=list)
    initial: list[int] = field(default_factory=list)
    kinds: dict = field(default_factory=dict)

    def _get_digest(self):
        """Text that differs when anything that counts differs; it does not know the time."""
        begin = min((job.release for job in self.jobs), default=0)
        booked = [
            (key, [slot for slot in centre.booked if slot[1] > begin])
            for key, centre in sorted(self.capacity.centres.items())
        ]
        slots = [
            (work.id, work.workcenter_id.id, work.date_start, work.date_finished)
            for work in self.works | self.following
        ]
        facts = (slots, self.jobs, self.steps, self.table, self.initial, self.last.id, booked)
        return sha256(repr(facts).encode()).hexdigest()


class MrpCampaign(models.Model):
    """Loads in a constant number of queries what the engine needs."""

    _inherit = "mrp.campaign"

    def _load(self):
        """The facts of this moment; the slots of what is ordered are free in them."""
        now = fields.Datetime.now()
        works, last, following = self._get_places(now)
        runs = works.production_id
        groups = runs.workorder_ids.filtered(
            lambda work: work.state in ("blocked", "ready")
        ).grouped("production_id")
        after = {
            step.key: step.after
            for run, group in groups.items()
            for step in run._get_schedule_steps(group)
        }
        dues = self._get_dues(works)
        begin = to_minute(self.date_begin)
        jobs = self._get_jobs(works, after, dues, begin)
        start = max(min([to_minute(now), *dues.values()]), to_minute(now - LOOK_BACK))
        later = (runs.workorder_ids - works).filtered(
            lambda work: work.leave_id and work.state in ("blocked", "ready")
        )
        facts = Facts(
            works=works,
            last=last,
            following=following,
            rules=self._get_rules(),
            jobs=jobs,
            steps=[
                (work.id, ceil(exact(work.duration_expected)), self._get_slot(work), after[work.id])
                for work in later.sorted(lambda work: (work.date_start, work.id))
            ],
            capacity=self._get_capacity(works, later, following, start),
            ready=max(begin, to_minute_up(now), self._get_end_of(last)),
            is_clean=self._is_clean_after(last),
        )
        self._fill_table(facts)
        return facts

    def _get_places(self, now):
        """The work orders to order, the one before them and the one that stays after them."""
        work_orders = self.env["mrp.workorder"]
        domain = self._get_open_domain(self.workcenter_id)
        chosen = work_orders.search(
            [
                *domain,
                ("date_start", "<=", self.date_until),
                "|",
                ("date_start", ">=", self.date_begin),
                ("date_start", "<", now),
            ],
            order="date_start, id",
        )
        place = [("workcenter_id", "=", self.workcenter_id.id), ("id", "not in", chosen.ids)]
        last = work_orders.search(
            [
                *place,
                "|",
                "&",
                ("state", "in", ("progress", "done")),
                ("date_start", "!=", False),
                "&",
                ("state", "in", ("blocked", "ready")),
                ("date_start", "<", self.date_begin),
            ],
            order="date_start desc, id desc",
            limit=1,
        )
        following = work_orders.search(
            [*domain, ("date_start", ">", self.date_until)], order="date_start, id", limit=1
        )
        return chosen, last, following

    def _get_slot(self, work):
        return to_minute(work.date_start), to_minute_up(work.date_finished)

    def _get_end_of(self, last):
        if not last or last.state == "done" or not last.date_finished:
            return 0
        return to_minute_up(last.date_finished)

    def _is_clean_after(self, last):
        """Whether somebody has signed off a cleaning since the last run is done."""
        if last.state != "done":
            return False
        entry = self.env["mrp.cleaning"].search(
            [
                ("workcenter_id", "=", self.workcenter_id.id),
                ("date", ">=", last.date_finished),
                ("kind", "!=", "waived"),
            ],
            limit=1,
        )
        return entry.kind == "ok"

    def _get_capacity(self, works, later, following, start):
        """The work centers from the minute ``start`` on, free of what is to be ordered."""
        if not works:
            return Capacity({})
        capacity = works.production_id._get_free_capacity(works | later, start)
        centre = capacity.centres[self.workcenter_id.id]
        for work in works:
            centre.unbook(self._get_slot(work))
        for slot in (works | following).cleaning_slot_ids:
            if slot.workcenter_id == self.workcenter_id:
                centre.unbook((to_minute(slot.date_from), to_minute_up(slot.date_to)))
        return capacity

    def _get_rules(self):
        return self.env["mrp.cleaning.rule"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("workcenter_id", "in", (False, self.workcenter_id.id)),
            ]
        )

    # ---------------------------------------------------------------------- jobs
    def _get_jobs(self, works, after, dues, begin):
        releases = self._get_releases(works, after)
        suppliers = works.production_id.supply_allocation_ids.grouped("consumer_production_id")
        by_run = works.grouped("production_id")
        jobs = []
        for work in works:
            run = work.production_id
            supplied = suppliers.get(run, run.supply_allocation_ids.browse()).production_id
            waits = [other.id for supplier in supplied - run for other in by_run.get(supplier, ())]
            jobs.append(
                Job(
                    key=work.id,
                    minutes=ceil(exact(work.duration_expected)),
                    kind=0,
                    release=max([begin, *releases[work]]),
                    due=dues.get(work),
                    after=tuple(key for key in (*after[work.id], *waits) if key in works.ids),
                )
            )
        return jobs

    def _get_releases(self, works, after):
        """The minutes from which on what is made or bought elsewhere is there, by work order."""
        by_id = {work.id: work for work in works.production_id.workorder_ids}
        arrivals = self._get_arrivals(works.production_id)
        releases = {}
        for work in works:
            run = work.production_id
            suppliers = run.supply_allocation_ids.production_id.filtered(
                lambda supplier: supplier.state in OPEN_RUN_STATES
            )
            moments = [
                *(by_id[key].date_finished for key in after[work.id] if by_id[key] not in works),
                *(suppliers - works.production_id).mapped("date_finished"),
            ]
            releases[work] = [to_minute_up(moment) for moment in moments if moment]
            releases[work] += arrivals.get(run.id, [])
        return releases

    def _get_arrivals(self, runs):
        """The minutes in which what these runs still wait for arrives, by run id, as planning
        nets it."""
        today = fields.Date.context_today(self)
        promise, company = self.env["mrp.promise"].sudo(), self.company_id.sudo()
        ordered = {("run", run.id) for run in runs}
        arrivals = defaultdict(list)
        for warehouse in runs.warehouse_id:
            for peg in self.env["mrp.planning"]._net([], warehouse, pooled=True).pegs:
                kind, run_id = peg.need.root
                comes = peg.available and peg.available >= today
                if kind == "run" and comes and peg.source not in ordered:
                    arrivals[run_id].append(promise._get_noon(company, peg.available))
        return arrivals

    def _get_dues(self, works):
        """The minute in which each work order must be done, where somebody waits for it."""
        runs = works.production_id
        deadlines = {}
        # Planners see no orders; only the day on which their goods leave counts.
        for run in runs.sudo():
            served = run.allocation_ids
            days = served.sale_line_id.order_id.mapped("ship_by_date")
            users = served.consumer_production_id.filtered(
                lambda user: user.state in OPEN_RUN_STATES and user not in runs.sudo()
            )
            deadlines[run.sudo(False)] = {
                moment for moment in (*days, *users.mapped("date_start")) if moment
            }
        minutes = runs._get_deadline_minutes(deadlines)
        return {
            work: minutes[work.production_id] - self._get_minutes_after(work)
            for work in works
            if work.production_id in minutes
        }

    def _get_minutes_after(self, work):
        """What the run still takes once the work order is done."""
        end = work.production_id.date_finished or work.date_finished
        return max(to_minute(end) - to_minute(work.date_finished), 0)

    # --------------------------------------------------------------------- kinds
    def _fill_table(self, facts):
        """Kinds of products, and the cleaning from one to another."""
        products = facts.works.product_id | facts.last.product_id | facts.following.product_id
        contents = {product: product._get_kettle_content() for product in products}
        kinds = {content: number for number, content in enumerate(dict.fromkeys(contents.values()))}
        facts.kinds = {product: kinds[content] for product, content in contents.items()}
        rules = facts.rules._get_engine_rules()
        facts.table = [
            [cleaning_between(last, following, rules).minutes for following in kinds]
            for last in kinds
        ]
        if facts.last and not facts.is_clean:
            facts.initial = facts.table[facts.kinds[facts.last.product_id]]
        else:
            facts.initial = [0] * len(kinds)
        facts.jobs = [
            Job(job.key, job.minutes, facts.kinds[work.product_id], job.release, job.due, job.after)
            for job, work in zip(facts.jobs, facts.works, strict=True)
        ]
