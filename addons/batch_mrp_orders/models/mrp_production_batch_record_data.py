# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models
from odoo.tools import format_date, format_datetime, formatLang

from ..planning.quantity import exact
from ..planning.weighing import Target, worked_time


class MrpProduction(models.Model):
    """What the batch record says, as text in the language of the company."""

    _inherit = "mrp.production"

    def _get_batch_record(self):
        """The record: as it was decided on, or as it stands.

        :rtype: dict
        """
        self.ensure_one()
        # Who reads the run reads its record, with lots and people.
        run = self.sudo()
        record = run.batch_record or run._prepare_batch_record(run.batch_record_state)
        corrections = run.deviation_ids.filtered(lambda d: d.kind == "correction")
        return {**record, "corrections": [run._describe_deviation(d) for d in corrections[::-1]]}

    def _prepare_batch_record(self, state):
        self.ensure_one()
        # The record has everybody's entries, whoever prints it; texts are the company's.
        run = self.sudo().with_context(lang=self.company_id.partner_id.lang)
        events = run.event_ids.sorted("id")
        worked = worked_time([(e.kind, e.date) for e in events], fields.Datetime.now())
        return {
            "name": run.name,
            "product": run.product_id.display_name,
            "recipe": run.bom_id.display_name or "",
            "version": run.bom_id.version or 0,
            "origin": run.origin or "",
            "orders": ", ".join(run._get_all_sale_orders().mapped("name")),
            "workcenters": ", ".join(run.workorder_ids.workcenter_id.mapped("display_name")),
            "started": run._get_moment(events.filtered(lambda e: e.kind == "start")[:1].date),
            "finished": run._get_moment(run.state == "done" and run.date_finished),
            "worked": f"{int(worked.total_seconds()) // 3600}:"
            f"{int(worked.total_seconds()) // 60 % 60:02}",
            "people": ", ".join(run._get_people().mapped("name")),
            "yield": run._prepare_record_yield(),
            "ingredients": [run._describe_ingredient(move) for move in run.floor_move_ids],
            "checks": [run._describe_check(check) for check in run.check_ids],
            "deviations": [
                run._describe_deviation(d)
                for d in run.deviation_ids[::-1]
                if d.kind != "correction"
            ],
            "events": [run._describe_event(event) for event in events],
            "outputs": run._describe_outputs(),
            "decision": {
                "state": state or "",
                "label": dict(
                    run._fields["batch_record_state"]._description_selection(run.env)
                ).get(state, ""),
                "by": run.batch_record_user_id.name or "",
                "at": run._get_moment(run.batch_record_date),
                "remark": run.batch_record_remark or "",
            },
        }

    def _get_people(self):
        return (self.event_ids | self.env["mrp.production.event"]).user_id | (
            self.weighing_ids.user_id | self.check_ids.user_id
        )

    def _get_moment(self, moment):
        """Date and time as the company writes it, to the minute."""
        zone = self.env.user.tz or self.company_id.partner_id.tz or "Europe/Berlin"
        return format_datetime(self.env, moment, tz=zone, dt_format="short") if moment else ""

    def _get_percent(self, value, digits=2):
        return f"{formatLang(self.env, float(value), digits=digits)} %"

    def _prepare_record_yield(self):
        made = sum(
            exact(line.quantity_product_uom)
            for line in self.move_finished_ids.move_line_ids
            if line.product_id == self.product_id and line.state == "done"
        )
        unit = self.product_id.uom_id
        planned = exact(self.product_qty) * self.product_uom_id._get_exact_ratio(unit)
        return {
            "planned": unit._get_quantity_text(float(planned)),
            "made": unit._get_quantity_text(float(made)) if self.state == "done" else "",
            "percent": self._get_percent(made * 100 / planned, 1)
            if planned and self.state == "done"
            else "",
        }

    def _describe_ingredient(self, move):
        unit = move._get_scale_unit()
        last = move.weighing_ids.sorted("id")[-1:]
        target = move._get_target(unit)
        if last:
            # What was asked for when it was weighed, in the unit of that moment.
            unit = last.uom_id
            target = Target(exact(last.target_qty), exact(last.tolerance_percent))
        lines = self._describe_weighings(move) or self._describe_consumed(move)
        actual = sum(line.pop("exact") for line in lines) / exact(unit.factor)
        return {
            "product": move.product_id.display_name,
            "target": unit._get_quantity_text(float(target.quantity)),
            "tolerance": f"± {self._get_percent(target.tolerance)}",
            "actual": unit._get_quantity_text(float(actual)),
            "deviation": self._get_percent(target.deviation_percent(actual)) if lines else "",
            "within": target.low <= actual <= target.high,
            "by_recipe": bool(move.bom_line_id or not self.bom_id),
            "lots": lines,
        }

    def _describe_weighings(self, move):
        """Every weighing of the ingredient, also those taken back."""
        weighings = self.weighing_ids.filtered(lambda weighing: weighing.move_id == move)
        return [
            {
                **self._describe_lot(weighing.lot_id),
                "quantity": weighing.uom_id._get_quantity_text(weighing.quantity),
                "exact": exact(weighing.quantity) * exact(weighing.uom_id.factor)
                if weighing.state == "weighed"
                else 0,
                "by": weighing.user_id.name,
                "at": self._get_moment(weighing.date),
                "scanned": weighing.is_scanned,
                "void": weighing.void_reason or "",
            }
            for weighing in weighings.sorted("id")
        ]

    def _describe_consumed(self, move):
        """What was consumed without the operator's screen."""
        return [
            {
                **self._describe_lot(line.lot_id),
                "quantity": line.product_uom_id._get_quantity_text(line.quantity),
                "exact": exact(line.quantity) * exact(line.product_uom_id.factor),
                "by": line.write_uid.name,
                "at": self._get_moment(line.date),
                "scanned": False,
                "void": "",
            }
            for line in move.move_line_ids
            if line.quantity and (line.picked or line.state == "done")
        ]

    def _describe_lot(self, lot):
        expires = lot._get_best_before()
        return {
            "lot": lot.name or "",
            "supplier_lot": lot.supplier_lot or "",
            "expires": format_date(self.env, expires) if expires else "",
        }

    def _describe_check(self, check):
        results = dict(check._fields["result"]._description_selection(self.env))
        return {
            "name": check.name,
            "limits": check.limits or "",
            "answer": check.answer or "",
            "result": check.result,
            "label": results[check.result],
            "reason": check.reason or "",
            "by": check.user_id.name or "",
            "at": self._get_moment(check.date),
        }

    def _describe_deviation(self, deviation):
        kinds = dict(deviation._fields["kind"]._description_selection(self.env))
        return {
            "kind": kinds[deviation.kind],
            "subject": deviation.subject or "",
            "reason": deviation.reason,
            "by": deviation.user_id.name,
            "at": self._get_moment(deviation.date),
        }

    def _describe_event(self, event):
        kinds = dict(event._fields["kind"]._description_selection(self.env))
        return {
            "kind": kinds[event.kind],
            "by": event.user_id.name,
            "at": self._get_moment(event.date),
            "remark": event.remark or "",
        }

    def _describe_outputs(self):
        return [
            {
                **self._describe_lot(line.lot_id),
                "product": line.product_id.display_name,
                "quantity": line.product_uom_id._get_quantity_text(line.quantity),
            }
            for line in self.move_finished_ids.move_line_ids
            if line.state == "done" and line.quantity
        ]
