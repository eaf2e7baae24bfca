# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..planning.campaign.rules import cleaning_between
from .mrp_promise_capacity import to_minute, to_minute_up

MISSING_DEPENDS = (
    "state",
    "date_start",
    "date_finished",
    "workcenter_id",
    "cleaning_slot_ids.date_from",
    "cleaning_slot_ids.date_to",
)


@dataclass
class Missing:
    """The run before, what asks for a cleaning after it, and its minutes."""

    last: models.Model
    rules: models.Model
    minutes: int


class MrpWorkorder(models.Model):
    """Whether dates changed by hand have left a run without the cleaning before it."""

    _inherit = "mrp.workorder"

    is_cleaning_missing = fields.Boolean(
        "Cleaning Missing Before Run",
        compute="_compute_cleaning_warning",
        search="_search_is_cleaning_missing",
    )
    cleaning_warning = fields.Char(compute="_compute_cleaning_warning")

    @api.depends(*MISSING_DEPENDS)
    def _compute_cleaning_warning(self):
        missing = self._origin._get_missing_cleanings()
        for work in self:
            found = missing.get(work._origin)
            work.is_cleaning_missing = bool(found)
            work.cleaning_warning = work._origin._get_cleaning_text(found) if found else False

    @api.model
    def _search_is_cleaning_missing(self, operator, value):
        if operator != "in":
            return NotImplemented
        places = self.env["mrp.workcenter"].search([("company_id", "in", self.env.companies.ids)])
        missing = self._get_missing_at(places)
        return [("id", "in" if True in value else "not in", [work.id for work in missing])]

    def _get_cleaning_text(self, missing):
        last, minutes = missing.last, missing.minutes
        values = {
            "place": self.workcenter_id.name,
            "last": last.production_id.name,
            "reasons": missing.rules._get_reasons(last.product_id, self.product_id),
            "minutes": minutes,
        }
        free = self.date_start - (last.date_finished or last.date_start)
        if free < timedelta(minutes=minutes):
            return self.env._(
                "%(place)s must be cleaned after %(last)s (%(reasons)s, %(minutes)s min), and "
                "there is no time for it.",
                **values,
            )
        return self.env._(
            "%(place)s must be cleaned after %(last)s (%(reasons)s, %(minutes)s min), and no "
            "cleaning is planned.",
            **values,
        )

    # ----------------------------------------------------------------- computing
    def _get_missing_cleanings(self):
        """What is missing before those of these work orders that are planned."""
        waiting = self.filtered(lambda work: work.state in ("blocked", "ready") and work.leave_id)
        return self._get_missing_at(waiting.workcenter_id)

    @api.model
    def _get_missing_at(self, places):
        """Planned work orders on ``places`` without the cleaning that a rule with a release
        asks for before them."""
        rules_by_place = self._get_rules_by_place(places)
        if not rules_by_place:
            return {}
        places = places.browse([place.id for place in rules_by_place])
        lasts = self._get_last_done(places)
        works = self.search(
            [
                ("workcenter_id", "in", places.ids),
                ("state", "in", ("blocked", "ready", "progress")),
                ("leave_id", "!=", False),
            ],
            order="date_start, id",
        )
        slots, entries = self._get_cleanings_at(places, works, lasts)
        missing = {}
        for place, group in works.grouped("workcenter_id").items():
            last = lasts.get(place.id, self.browse())
            for work in group:
                found = work._get_needed_after(last, rules_by_place[place])
                if found and not (
                    work._has_slot_after(last, found.minutes, slots[place])
                    or work._is_signed_after(last, entries[place])
                ):
                    missing[work] = found
                last = work
        return missing

    @api.model
    def _get_rules_by_place(self, places):
        """The rules of those of ``places`` where one asks for a release."""
        rules = self.env["mrp.cleaning.rule"].search([("company_id", "in", places.company_id.ids)])
        asked = {
            place: rules.filtered(
                lambda rule, place=place: (
                    rule.company_id == place.company_id
                    and rule.workcenter_id in (place, place.browse())
                )
            )
            for place in places
        }
        return {
            place: found for place, found in asked.items() if any(found.mapped("needs_release"))
        }

    def _get_needed_after(self, last, rules):
        """The cleaning that ``rules`` ask for between the run ``last`` and this one, if it
        needs a release."""
        if not last or self.state == "progress":
            return None
        cleaning = cleaning_between(
            last.product_id._get_kettle_content(),
            self.product_id._get_kettle_content(),
            rules._get_engine_rules(),
        )
        if not cleaning.release:
            return None
        return Missing(last, rules.browse(cleaning.reasons), cleaning.minutes)

    @api.model
    def _get_last_done(self, places):
        """The work order done last on each of ``places``, by its id."""
        self.flush_model(["workcenter_id", "state", "date_start"])
        self.env.cr.execute(
            SQL(
                """
                SELECT place.id, last.id
                  FROM UNNEST(%s) place (id),
               LATERAL (
                    SELECT work.id FROM mrp_workorder work
                     WHERE work.workcenter_id = place.id AND work.state = 'done'
                       AND work.date_start IS NOT NULL
                  ORDER BY work.date_start DESC, work.id DESC LIMIT 1
                       ) last
                """,
                places.ids,
            )
        )
        found = dict(self.env.cr.fetchall())
        works = self.browse(found.values())
        return dict(zip(found, works, strict=True))

    @api.model
    def _get_cleanings_at(self, places, works, lasts):
        """Planned cleanings, and those signed off since the last run, by work center."""
        ends = [
            moment
            for work in (*works[:1], *lasts.values())
            if (moment := work.date_finished or work.date_start)
        ]
        begin = min(ends, default=fields.Datetime.now())
        slots, entries = defaultdict(list), defaultdict(list)
        for slot in self.env["mrp.cleaning.slot"].search(
            [("workcenter_id", "in", places.ids), ("date_to", ">", begin)]
        ):
            slots[slot.workcenter_id].append(slot)
        for entry in self.env["mrp.cleaning"].search(
            [("workcenter_id", "in", places.ids), ("date", ">=", begin)]
        ):
            entries[entry.workcenter_id].append(entry)
        return slots, entries

    def _has_slot_after(self, last, minutes, slots):
        begin = last.date_finished or last.date_start
        return any(
            begin <= slot.date_from
            and slot.date_to <= self.date_start
            and slot.date_to - slot.date_from >= timedelta(minutes=minutes)
            for slot in slots
        )

    def _is_signed_after(self, last, entries):
        """As when the run is started: what was entered last since ``last`` counts."""
        if last.state != "done":
            return False
        for entry in entries:
            if entry.date >= last.date_finished and (
                entry.kind != "waived" or entry.production_id == self.production_id
            ):
                return entry.kind in ("ok", "waived")
        return False

    # ------------------------------------------------------------------- planning
    def action_plan_cleaning(self):
        """Keep time for the missing cleanings, where there is any before the run."""
        rows, crowded = [], self.browse()
        missing = self._get_missing_cleanings()
        for work in self.filtered(lambda work: work in missing):
            found = missing[work]
            slot = work._find_cleaning_time(found)
            if slot is None:
                crowded |= work
                continue
            values = {
                "minutes": found.minutes,
                "reason": found.rules._get_reasons(found.last.product_id, work.product_id),
                "needs_release": True,
            }
            rows.append((work, slot, values))
        self.browse([work.id for work, _slot, _values in rows]).cleaning_slot_ids.unlink()
        self.env["mrp.cleaning.slot"]._plan(rows)
        return crowded._tell_no_time() if crowded else True

    def _find_cleaning_time(self, missing):
        """The last free time for it before this run and after the one before."""
        now = to_minute_up(fields.Datetime.now())
        capacity = self.production_id._get_free_capacity(self, now)
        centre = capacity.centres[self.workcenter_id.id]
        for slot in self.cleaning_slot_ids:
            centre.unbook((to_minute(slot.date_from), to_minute_up(slot.date_to)))
        begin = missing.last.date_finished or missing.last.date_start
        return centre.latest(
            missing.minutes, max(now, to_minute_up(begin)), to_minute(self.date_start)
        )

    def _tell_no_time(self):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "message": self.env._(
                    "There is no time for a cleaning before %s. Move the run, or order the "
                    "campaign.",
                    ", ".join(self.production_id.mapped("name")),
                ),
            },
        }


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    is_cleaning_missing = fields.Boolean(
        "Cleaning Missing Before Run",
        compute="_compute_cleaning_warning",
        search="_search_is_cleaning_missing",
    )
    cleaning_warning = fields.Text(compute="_compute_cleaning_warning")

    @api.depends("workorder_ids.cleaning_warning")
    def _compute_cleaning_warning(self):
        for run in self:
            warnings = [text for text in run.workorder_ids.mapped("cleaning_warning") if text]
            run.cleaning_warning = "\n".join(warnings)
            run.is_cleaning_missing = bool(warnings)

    @api.model
    def _search_is_cleaning_missing(self, operator, value):
        if operator != "in":
            return NotImplemented
        works = self.env["mrp.workorder"].search([("is_cleaning_missing", "=", True)])
        return [("id", "in" if True in value else "not in", works.production_id.ids)]

    def action_plan_cleaning(self):
        return self.workorder_ids.action_plan_cleaning()
