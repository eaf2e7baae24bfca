# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.tools import SQL

from ..carriers.base import types

STATES = {
    types.ANNOUNCED: "shipping_recorded_in_carrier",
    types.IN_TRANSIT: "in_transit",
    types.OUT_FOR_DELIVERY: "in_transit",
    types.PICKUP_READY: "in_transit",
    types.EXCEPTION: "incident",
    types.RETURNING: "incident",
    types.RETURNED: "warehouse_delivered",
    types.DELIVERED: "customer_delivered",
}
NEEDS_PERSON = (types.EXCEPTION, types.RETURNING, types.RETURNED)
# A parcel waits seven days at a Packstation or branch.
REMIND = timedelta(days=5)
ACTIVITY = "carrier_labels.activity_type_parcel"


class StockPicking(models.Model):
    _inherit = "stock.picking"

    parcel_state = fields.Selection(
        [
            (types.ANNOUNCED, "Announced"),
            (types.IN_TRANSIT, "On Its Way"),
            (types.OUT_FOR_DELIVERY, "Out for Delivery"),
            (types.PICKUP_READY, "Waits to Be Picked Up"),
            (types.EXCEPTION, "Problem"),
            (types.RETURNING, "Comes Back"),
            (types.RETURNED, "Returned to Us"),
            (types.DELIVERED, "Delivered"),
        ],
        "Parcel",
        readonly=True,
        copy=False,
        help="What the carrier last said; of several parcels the one that needs attention or is "
        "furthest behind.",
    )
    parcel_since = fields.Datetime("Parcel State Since", readonly=True, copy=False)
    parcel_event = fields.Datetime("Last Event of the Parcel", readonly=True, copy=False)
    parcel_reminded = fields.Boolean(readonly=True, copy=False)
    track_next = fields.Datetime("Carrier Asked Again At", readonly=True, copy=False)
    track_error = fields.Char("Why the Parcel Is Not Tracked", readonly=True, copy=False)

    _track_next_index = models.Index("(track_next) WHERE track_next IS NOT NULL")

    def tracking_state_update(self):
        """Our carriers are asked for many deliveries at once, and by a job of their own."""
        ours = self.filtered(lambda picking: picking.label_provider)
        if not self.env.context.get("cron_id"):
            for carrier, pickings in ours.grouped("carrier_id").items():
                carrier._track(pickings)
        return super(StockPicking, self - ours).tracking_state_update()

    def _apply_progress(self, told):
        """Store where deliveries are, only what has changed; their activities and the hook.

        :param told: progress by delivery
        """
        changes = {}
        for picking, now in told.items():
            values = picking._prepare_progress(now)
            if "parcel_state" in values:
                changes[picking] = (picking.parcel_state, values["parcel_state"])
            if values:
                # What happened is in the history; a note for each change would hide the rest.
                picking.with_context(tracking_disable=True).write(values)
        if changes:
            self.browse([picking.id for picking in changes])._on_delivery_states(changes)
        self._remind_pickups(told)

    def _prepare_progress(self, now):
        """Values that differ from what is known; one the carrier knows nothing of stays."""
        self.ensure_one()
        if now.state not in STATES:
            return {}
        event = self._carrier_time(now.time)
        values = {
            "parcel_state": now.state,
            "delivery_state": STATES[now.state],
            "tracking_state": now.text or False,
            "tracking_state_history": now.history or False,
            "parcel_event": event or self.parcel_event,
        }
        if now.state == types.DELIVERED:
            values["date_delivered"] = self.date_delivered or event or fields.Datetime.now()
        values = {name: value for name, value in values.items() if self[name] != value}
        if "parcel_state" in values:
            values["parcel_since"] = event or fields.Datetime.now()
            values["parcel_reminded"] = False
        return values

    def _carrier_time(self, time):
        """The carrier's local time as UTC, never in the future."""
        if not time:
            return False
        zone = self.picking_type_id.warehouse_id.partner_id.tz or self.company_id.partner_id.tz
        utc = time.replace(tzinfo=ZoneInfo(zone or "Europe/Berlin")).astimezone(UTC)
        return min(utc.replace(tzinfo=None, microsecond=0), fields.Datetime.now())

    def _on_delivery_states(self, changes):
        """Hook, called once with all that has changed in a set.

        :param changes: state before and after, by delivery
        """
        self._settle_activities()
        troubled = self.browse(
            [picking.id for picking, (_old, new) in changes.items() if new in NEEDS_PERSON]
        )
        labels = dict(self._fields["parcel_state"]._description_selection(self.env))
        troubled._ask_person({picking: labels[changes[picking][1]] for picking in troubled})

    def _remind_pickups(self, told):
        """Parcels that will soon go back because nobody fetches them; each once."""
        limit = fields.Datetime.now() - REMIND
        waiting = self.browse(
            [
                picking.id
                for picking in told
                if picking.parcel_state == types.PICKUP_READY
                and not picking.parcel_reminded
                and picking.parcel_since < limit
            ]
        )
        text = self.env._("The parcel was not picked up yet and will soon go back")
        waiting._ask_person(dict.fromkeys(waiting, text))
        waiting.parcel_reminded = True

    def _ask_person(self, why):
        """An activity for who is responsible: of the order, else of the delivery, else whom the
        type of the activity names. Nobody gets a mail for each: there can be many on a bad day.
        """
        kind = self.env.ref(ACTIVITY)
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(
            [
                {
                    "res_model_id": self.env["ir.model"]._get_id("stock.picking"),
                    "res_id": picking.id,
                    "activity_type_id": kind.id,
                    "automated": True,
                    "user_id": picking._get_parcel_user(kind).id,
                    "summary": why[picking],
                    "note": picking.tracking_state,
                    "date_deadline": fields.Date.context_today(picking),
                }
                for picking in self
            ]
        )

    def _get_parcel_user(self, kind):
        """Who looks after a parcel that needs a person."""
        return self.sale_id.user_id or self.user_id or kind.default_user_id

    def _settle_activities(self):
        """The parcels have moved on: what a person was asked to do before is over."""
        activities = self.activity_search([ACTIVITY])
        activities.feedback = self.env._("The parcel has moved on.")
        activities.action_archive()

    @api.model
    def _claim_tracking(self, limit):
        """Deliveries to ask for now. They are put off before anybody is asked, and committed by
        the caller: a second worker takes others, and one that dies loses nothing.
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE stock_picking SET track_next = %(later)s
                 WHERE id IN (SELECT id FROM stock_picking WHERE track_next <= %(now)s
                               ORDER BY track_next LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
                RETURNING id
                """,
                now=fields.Datetime.now(),
                later=fields.Datetime.now() + timedelta(minutes=30),
                limit=limit,
            )
        )
        self.invalidate_model(["track_next"])
        return self.browse(sorted(row[0] for row in rows))
