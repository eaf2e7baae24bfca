# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil

from pytz import timezone, utc

from odoo import api, models
from odoo.tools import SQL

from ..planning.capacity import Capacity, WorkCentre
from ..planning.quantity import exact
from ..planning.routing import OpenRun, Routing, Station
from ..planning.shipping import ShippingCalendar
from .mrp_planning import OPEN_RUN_STATES

EPOCH = datetime(1970, 1, 1)
MINUTE = timedelta(minutes=1)
HORIZON = timedelta(days=366)
DAY = 24 * 60


def to_minute(moment):
    """The minute of a naive UTC datetime, rounded down."""
    return (moment - EPOCH) // MINUTE


def to_minute_up(moment):
    """The minute of a naive UTC datetime, rounded up."""
    return -((EPOCH - moment) // MINUTE)


def to_datetime(minute):
    return EPOCH + minute * MINUTE


class MrpPromise(models.AbstractModel):
    """Loads what the promise engine needs about work centres, in sets."""

    _name = "mrp.promise"
    _description = "Promise Dates"

    @api.model
    def _get_timezone(self, company):
        return timezone(company.resource_calendar_id.tz or company.partner_id.tz or "UTC")

    @api.model
    def _get_local_date(self, company):
        """A function from a minute to the company's calendar day."""
        zone = self._get_timezone(company)
        return lambda minute: utc.localize(to_datetime(minute)).astimezone(zone).date()

    @api.model
    def _get_noon(self, company, day):
        """The minute (UTC) of noon on ``day``; purchase orders expect goods at noon, too."""
        noon = self._get_timezone(company).localize(datetime(day.year, day.month, day.day, 12))
        return to_minute(noon.astimezone(utc).replace(tzinfo=None))

    # ---------------------------------------------------------------- calendars
    @api.model
    def _get_shipping_calendar(self, company, working):
        """Shipping days of ``company``, whose working time is ``working``."""
        return ShippingCalendar(
            working, self._get_local_date(company), company.promise_shipping_days
        )

    @api.model
    def _get_ship_by_days(self, company, days):
        """The day to hand goods over, by the day on which the customer shall have them."""
        calendar = self._get_shipping_calendar_around(company, days)
        return {day: calendar.ship_by(day) for day in days}

    @api.model
    def _get_shipping_calendar_around(self, company, days):
        """Shipping days of ``company`` from well before ``days`` until well after them."""
        margin = timedelta(days=28 + 2 * company.promise_shipping_days)
        start = self._get_noon(company, min(days) - margin)
        span = max(days) - min(days) + 2 * margin
        resources = {company.resource_calendar_id: self.env["resource.resource"]}
        working = self._get_working_times(resources, start, span)
        return self._get_shipping_calendar(company, working[company.resource_calendar_id][False])

    @api.model
    def _get_working_times(self, resources_by_calendar, start, span=HORIZON):
        """Working time for ``span`` from the minute ``start`` on, by calendar and resource id.

        Without a calendar there is always work.
        """
        always = [(start, start + span // MINUTE)]
        return {
            calendar: self._get_working(calendar, resources, start, span)
            if calendar
            else defaultdict(lambda: always)
            for calendar, resources in resources_by_calendar.items()
        }

    @api.model
    def _get_working(self, calendar, resources, start, span):
        """Working time of ``resources`` by id; that of the calendar itself by False."""
        begin = utc.localize(to_datetime(start))
        intervals = calendar._work_intervals_batch(begin, begin + span, resources=resources)
        return {
            resource_id: [
                (
                    to_minute_up(first.astimezone(utc).replace(tzinfo=None)),
                    to_minute(end.astimezone(utc).replace(tzinfo=None)),
                )
                for first, end, _attendance in spans
            ]
            for resource_id, spans in intervals.items()
        }

    @api.model
    def _get_capacity(self, workcenters, company, holds, now):
        """Work centres with their working time, planned work orders and ``holds``; and the
        days on which the company ships."""
        resources = {
            calendar: group.resource_id
            for calendar, group in workcenters.grouped("resource_calendar_id").items()
        }
        resources.setdefault(company.resource_calendar_id, self.env["resource.resource"])
        working = self._get_working_times(resources, now)
        booked = self._get_bookings(workcenters, holds, now)
        centres = {
            workcenter.id: WorkCentre(
                working[workcenter.resource_calendar_id][workcenter.resource_id.id],
                booked[workcenter.resource_id.id],
            )
            for workcenter in workcenters
        }
        shipping = working[company.resource_calendar_id][False]
        return Capacity(centres), self._get_shipping_calendar(company, shipping)

    @api.model
    def _get_bookings(self, workcenters, holds, now):
        """Intervals that planned work orders and ``holds`` take, by resource id."""
        booked = defaultdict(list)
        for leave in self.env["resource.calendar.leaves"].search_fetch(
            [
                ("resource_id", "in", workcenters.resource_id.ids),
                ("time_type", "=", "other"),
                ("date_to", ">", to_datetime(now)),
            ],
            ["resource_id", "date_from", "date_to"],
        ):
            booked[leave.resource_id.id].append(self._get_interval(leave))
        for hold in holds:
            if hold.workcenter_id:
                booked[hold.workcenter_id.resource_id.id].append(self._get_interval(hold))
        return booked

    @api.model
    def _get_interval(self, record):
        """Minutes that ``record`` takes from ``date_from`` to ``date_to``, begun ones too."""
        return to_minute(record.date_from), to_minute_up(record.date_to)

    # ----------------------------------------------------------------- routings
    @api.model
    def _get_routings(self, recipes):
        """Routings by product for the engine's ``recipes``, and their work centres."""
        boms = self.env["mrp.bom"].browse(sorted({recipe.id for recipe in recipes.values()}))
        bom_by_id = {bom.id: bom for bom in boms}
        products = self.env["product.product"].browse(recipes)
        operations = boms.operation_ids
        workcenters = operations.workcenter_id | (
            operations.workcenter_id.alternative_workcenter_ids
        )
        cycles = self._get_cycle_minutes(operations)
        routings = {}
        for product in products:
            bom = bom_by_id[recipes[product.id].id]
            routings[product.id] = Routing(
                operations=tuple(
                    self._get_stations(product, operation, cycles[operation])
                    for operation in bom.operation_ids
                    if not operation._skip_operation_line(product)
                ),
                lead=bom.produce_delay * DAY,
            )
        return routings, workcenters

    @api.model
    def _get_stations(self, product, operation, cycle):
        """The operation's work centre first, then the alternatives, as core plans them."""
        centre = operation.workcenter_id
        return tuple(
            self._get_station(product, operation, cycle, workcenter)
            for workcenter in (centre, *(centre.alternative_workcenter_ids - centre))
        )

    @api.model
    def _get_station(self, product, operation, cycle, workcenter):
        bom = operation.bom_id
        capacity, setup, cleanup = workcenter._get_capacity(
            product, bom.product_uom_id, bom.product_qty or 1
        )
        return Station(
            centre=workcenter.id,
            capacity=self.env["mrp.planning"]._to_product_unit(
                capacity, bom.product_uom_id, product
            ),
            cycle=cycle * 100 / exact(workcenter.time_efficiency or 100),
            fixed=exact(setup) + exact(cleanup),
        )

    @api.model
    def _get_cycle_minutes(self, operations):
        """Minutes of one cycle by operation: as set, or measured on the last work orders.

        Core measures each operation with a search of its own; this is the same rule
        (``mrp.routing.workcenter._compute_time_cycle``) for all of them at once.
        """
        minutes = {operation: exact(operation.time_cycle_manual) for operation in operations}
        measured = operations.filtered(lambda operation: operation.time_mode == "auto")
        if not measured:
            return minutes
        totals = defaultdict(lambda: [Fraction(0), 0])
        for order in self._get_last_work_orders(measured):
            capacity, _setup, _cleanup = order.workcenter_id._get_capacity(
                order.product_id, order.product_uom_id, order.operation_id.bom_id.product_qty or 1
            )
            total = totals[order.operation_id]
            total[0] += exact(order.duration)
            total[1] += ceil(exact(order.qty_produced) / exact(capacity))
        return minutes | {
            operation: duration / cycles for operation, (duration, cycles) in totals.items()
        }

    @api.model
    def _get_last_work_orders(self, operations):
        """The last done work orders of each operation, as many as it is set to look at."""
        self.env["mrp.workorder"].flush_model(
            ["operation_id", "state", "qty_produced", "date_finished"]
        )
        self.env.cr.execute(
            SQL(
                """
                SELECT latest.id
                  FROM (
                    SELECT work.id, operation.time_mode_batch AS wanted,
                           ROW_NUMBER() OVER (
                               PARTITION BY work.operation_id
                                   ORDER BY work.date_finished DESC NULLS FIRST, work.id DESC
                           ) AS position
                      FROM mrp_workorder work
                      JOIN mrp_routing_workcenter operation ON operation.id = work.operation_id
                     WHERE work.operation_id IN %s AND work.state = 'done'
                       AND work.qty_produced > 0
                  ) latest
                 WHERE latest.position <= latest.wanted
                """,
                tuple(operations.ids),
            )
        )
        return self.env["mrp.workorder"].browse(row[0] for row in self.env.cr.fetchall())

    # ---------------------------------------------------------------- open runs
    @api.model
    def _get_open_work_orders(self, company):
        """Work orders that still take time, in their order; of all warehouses, for these
        may share work centres."""
        return self.env["mrp.workorder"].search(
            [
                ("production_id.state", "in", OPEN_RUN_STATES),
                ("production_id.company_id", "=", company.id),
                ("state", "not in", ("done", "cancel")),
            ],
            order="sequence, id",
        )

    @api.model
    def _get_engine_runs(self, runs, work_orders, now):
        """Engine runs of the warehouse's open ``runs`` and of all ``work_orders``."""
        by_run = work_orders.grouped("production_id")
        return [
            self._get_engine_run(run, by_run.get(run, work_orders.browse()), now)
            for run in runs | work_orders.production_id
        ]

    @api.model
    def _get_engine_run(self, run, work_orders, now):
        slots = [self._get_interval(order.leave_id) for order in work_orders if order.leave_id]
        start = to_minute(run.date_start)
        finish = to_minute(run.date_finished) if run.date_finished else start
        begun = run.state != "confirmed"
        suppliers = run.supply_allocation_ids.production_id.filtered(
            lambda supplier: supplier.state in OPEN_RUN_STATES
        )
        return OpenRun(
            key=("run", run.id),
            release=now if begun else max(start, now),
            lead=max(finish - (now if begun else start), 0),
            steps=tuple(
                (order.workcenter_id.id, self._get_remaining_minutes(order))
                for order in work_orders
                if not order.leave_id
            ),
            planned=(min(slots)[0], max(end for _start, end in slots)) if slots else None,
            suppliers=tuple(("run", supplier.id) for supplier in suppliers),
        )

    @api.model
    def _get_remaining_minutes(self, work_order):
        return ceil(max(exact(work_order.duration_expected) - exact(work_order.duration), 0))
