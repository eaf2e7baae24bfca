# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models

from .mrp_promise_capacity import to_datetime

CLOSED_STATUSES = ("shipped", "delivered", "done", "cancelled")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    promise_date = fields.Date(
        compute="_compute_promise_date",
        store=True,
        index=True,  # without a date as well: people sort by it
        help="Day on which the customer can have all goods of the order.",
    )
    promise_state = fields.Selection(
        [("promised", "Promised"), ("impossible", "No Date Possible")],
        compute="_compute_promise_date",
        store=True,
        help="Empty as long as the order, as it is now, was not looked at.",
    )
    promise_explanation = fields.Text(
        compute="_compute_promise_explanation",
        groups="base.group_user",
        help="What the promised date comes from, line by line.",
    )
    promise_computed_on = fields.Datetime("Promise Computed", copy=False, readonly=True)
    promise_hold_until = fields.Datetime(
        "Held Until",
        copy=False,
        readonly=True,
        help="Until then material and working time are kept for this quotation.",
    )
    ship_by_date = fields.Date(
        "Ship By",
        compute="_compute_ship_by_date",
        store=True,
        help="Last day to hand the goods over so that they arrive on the delivery date.",
    )
    promise_delay_days = fields.Integer(
        "Days Late",
        compute="_compute_is_late",
        store=True,
        index=True,
        help="Days between the delivery date of the order and the day that is possible.",
    )
    is_late = fields.Boolean(
        "Late",
        compute="_compute_is_late",
        store=True,
        index=True,
        help="The goods cannot be with the customer on the delivery date of the order.",
    )

    _impossible_promise_index = models.Index("(date_order DESC) WHERE promise_state = 'impossible'")

    @api.depends("order_line.promise_date", "order_line.promise_facts")
    def _compute_promise_date(self):
        for order in self:
            # Facts are for the office only, the date that follows from them is not.
            lines = order.sudo().order_line._get_promised_lines()
            dates = lines.mapped("promise_date")
            order.promise_date = max(dates) if lines and all(dates) else False
            if not lines or not all(lines.mapped("promise_facts")):
                order.promise_state = False
            else:
                order.promise_state = "promised" if order.promise_date else "impossible"

    @api.depends("promise_date", "promise_state", "commitment_date", "production_status")
    def _compute_is_late(self):
        for order in self:
            wanted = order._get_commitment_day()
            open_order = order.production_status not in CLOSED_STATUSES
            days = 0
            if open_order and wanted and order.promise_date:
                days = max((order.promise_date - wanted).days, 0)
            order.promise_delay_days = days
            order.is_late = bool(
                days or (open_order and wanted and order.promise_state == "impossible")
            )

    @api.depends("commitment_date", "company_id")
    def _compute_ship_by_date(self):
        for company, orders in self.grouped("company_id").items():
            days = {order: order._get_commitment_day() for order in orders}
            wanted = {day for day in days.values() if day}
            # The working hours of the company are not for portal users to read.
            promise = self.env["mrp.promise"].sudo()
            ship_by = promise._get_ship_by_days(company.sudo(), wanted) if wanted else {}
            for order, day in days.items():
                order.ship_by_date = ship_by.get(day, False)

    def _get_commitment_day(self):
        """The delivery date as a day of the company's calendar, or None."""
        self.ensure_one()
        if not self.commitment_date:
            return None
        zone = self.env["mrp.promise"]._get_timezone(self.company_id.sudo())
        return fields.Datetime.context_timestamp(
            self.with_context(tz=zone.zone), self.commitment_date
        ).date()

    @api.depends("order_line.promise_facts")
    @api.depends_context("lang")
    def _compute_promise_explanation(self):
        for order in self:
            lines = order.order_line.filtered("promise_facts")
            order.promise_explanation = "\n".join(
                f"{line.product_id.with_context(display_default_code=False).display_name}: "
                f"{line.promise_explanation}"
                if len(lines) > 1
                else line.promise_explanation
                for line in lines
            )

    # ----------------------------------------------------------------- promising
    def action_promise(self):
        """Promise the earliest dates, and hold what quotations need for them."""
        self.check_access("write")
        orders = self.filtered(lambda order: order.state != "cancel")
        # Promises are written by the system only; who may edit the order may ask for one.
        quotations = orders.sudo().filtered(lambda order: order.state != "sale")
        quotations.warehouse_id._lock_promises()
        orders.sudo()._refresh_promises()
        return True

    def _refresh_promises(self):
        """Compute the promises of the orders anew, and what quotations hold."""
        for warehouse, orders in self.grouped("warehouse_id").items():
            if warehouse:
                promises = self.env["mrp.promise"]._promise(orders, warehouse)
                orders._write_promises(promises, warehouse)

    def _write_promises(self, promises, warehouse):
        self.order_line._store_promises(promises, warehouse.company_id)
        self.promise_computed_on = fields.Datetime.now()
        self.filtered(lambda order: order.state != "sale")._hold_promises(promises, warehouse)

    def _hold_promises(self, promises, warehouse):
        """Keep what the promises of these quotations take, instead of what they held."""
        hours = warehouse.company_id.promise_hold_hours
        until = fields.Datetime.now() + timedelta(hours=hours)
        self.promise_hold_until = until if hours else False
        shared = {
            "warehouse_id": warehouse.id,
            "company_id": warehouse.company_id.id,
            "expires_on": until,
        }
        self.env["mrp.capacity.hold"]._replace(
            self.order_line,
            [
                {**shared, **values, "sale_line_id": line.id, "order_id": line.order_id.id}
                for line in self.order_line
                if hours and line.id in promises and promises[line.id].day
                for values in self._prepare_holds(promises[line.id].outcome)
            ],
        )

    @api.model
    def _prepare_holds(self, outcome):
        """Values of the holds for what an engine outcome takes."""
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        values_list = []
        for taken in outcome.taken:
            quantity = float(round(taken.quantity, digits))
            if not quantity:
                continue
            values = {"product_id": taken.product, "quantity": quantity}
            kind = taken.source[0]
            if kind == "run":
                values["production_id"] = taken.source[1]
            elif kind == "move":
                values["move_id"] = taken.source[1]
            else:
                values["good_until"] = taken.source[2]
            values_list.append(values)
        values_list += [
            {
                "workcenter_id": task.centre,
                "date_from": to_datetime(task.start),
                "date_to": to_datetime(task.end),
            }
            for task in outcome.booked
            if task.start < task.end
        ]
        return values_list

    # -------------------------------------------------------------- confirmation
    def action_confirm(self):
        """The promise becomes the delivery date where nobody set one."""
        self._commit_promises()
        return super().action_confirm()

    def _commit_promises(self):
        """Write ``commitment_date`` from the promises of quotations without one.

        A promise that nothing is held for any more is looked at again first.
        """
        orders = self.filtered(
            lambda order: (
                order.state in ("draft", "sent")
                and not order.commitment_date
                and order.promise_state
            )
        )
        now = fields.Datetime.now()
        expired = orders.filtered(
            lambda order: not order.promise_hold_until or order.promise_hold_until <= now
        )
        if expired:
            expired.action_promise()
        for day, group in orders.grouped("promise_date").items():
            if day:
                noon = self.env["mrp.promise"]._get_noon(group.company_id[:1].sudo(), day)
                group.commitment_date = to_datetime(noon)

    def _action_confirm(self):
        """A confirmed order counts by itself; it needs no hold."""
        res = super()._action_confirm()
        self._release_promises()
        return res

    def _action_cancel(self):
        res = super()._action_cancel()
        self._release_promises()
        return res

    def _release_promises(self):
        # Sales staff cannot write holds; giving back one's own is part of the action.
        holds = self.sudo().order_line.capacity_hold_ids
        if holds:
            holds.unlink()
            self.sudo().promise_hold_until = False

    def action_view_capacity_holds(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "batch_mrp_orders.mrp_capacity_hold_action"
        )
        return {**action, "domain": [("order_id", "=", self.id)], "context": {}}

    # ------------------------------------------------------------------- the job
    @api.model
    def _trigger_promise_refresh(self):
        """Have the job run soon; once for all that happens in one transaction."""
        pending = self.env.cr.precommit.data
        if not pending.get("batch_mrp_orders.promise_refresh"):
            pending["batch_mrp_orders.promise_refresh"] = True
            # Whoever receives goods or moves a run need not have rights on jobs.
            self.env.ref("batch_mrp_orders.cron_refresh_promises").sudo()._trigger()

    @api.model
    def _cron_refresh_promises(self):
        """Refresh shortage and lateness of all open orders and tell of plans that slipped."""
        orders = self.search(
            [("state", "=", "sale"), ("production_status", "not in", CLOSED_STATUSES)]
        )
        before = {order: (order.is_late, order.promise_delay_days) for order in orders}
        for company, group in orders.grouped("company_id").items():
            group = group.with_company(company)
            group._refresh_promises()
            group.filtered("material_checked_on").action_check_materials()
        slipped = orders.filtered(
            lambda order: (
                order.is_late and (order.is_late, order.promise_delay_days) > before[order]
            )
        )
        orders._tell_salespersons(slipped)

    def _tell_salespersons(self, slipped):
        """One open activity per salesperson lists their late orders of all these.

        It is written anew when an order slips, and goes when none is late any more.
        """
        kind = self.env.ref("batch_mrp_orders.mail_activity_type_late_orders")
        late = defaultdict(self.browse)
        for order in self.filtered("is_late"):
            late[order._get_promise_owner()] |= order
        open_activities = (
            self.env["mail.activity"]
            .search([("activity_type_id", "=", kind.id), ("res_model", "=", False)])
            .grouped("user_id")
        )
        for user, activity in open_activities.items():
            if user not in late:
                activity.unlink()
        for user in {order._get_promise_owner() for order in slipped}:
            if not user:
                continue
            orders = late[user].with_context(lang=user.lang)
            values = orders._prepare_late_activity(user, kind)
            if activity := open_activities.get(user):
                activity.write(values)
            else:
                self.env["mail.activity"].create(values)

    def _get_promise_owner(self):
        """Who is told about the order: its salesperson, else the leader of the sales team."""
        self.ensure_one()
        return self.user_id or self.team_id.user_id

    def _prepare_late_activity(self, user, kind):
        orders = self.sorted(lambda order: (order.commitment_date, order.id))
        return {
            "user_id": user.id,
            "activity_type_id": kind.id,
            "date_deadline": fields.Date.context_today(self),
            "summary": (
                self.env._("1 order will be late")
                if len(orders) == 1
                else self.env._("%s orders will be late", len(orders))
            ),
            "note": self.env["ir.qweb"]._render(
                "batch_mrp_orders.late_orders_note", {"orders": orders}
            ),
        }
