# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import split_every

from ..carriers.base.errors import CarrierError
from ..carriers.base.progress import ENDED, next_look, progress

# Deliveries a request: DHL takes twenty parcels.
SET = 20
# Deliveries a run of the job; the rest follows at once.
RUN = 500
# After a failure.
PAUSE = timedelta(hours=1)
OF_PARCEL = (
    "parcel_state",
    "parcel_since",
    "parcel_event",
    "parcel_reminded",
    "tracking_state",
    "tracking_state_history",
    "track_next",
    "track_error",
)


class DeliveryCarrier(models.Model):
    _inherit = "delivery.carrier"

    def send_shipping(self, pickings):
        """From now on the carrier is asked where the parcels are."""
        told = super().send_shipping(pickings)
        ours = pickings.filtered(lambda picking: picking.label_provider)
        ours.track_next = fields.Datetime.now() + PAUSE
        return told

    def cancel_shipment(self, pickings):
        """Nobody is asked about what was cancelled, and its parcel is not the next one's."""
        told = super().cancel_shipment(pickings)
        pickings.write(dict.fromkeys(OF_PARCEL, False))
        pickings._settle_activities()
        return told

    @api.model
    def _cron_track(self):
        """Ask the carriers for all deliveries whose turn it is, in sets, each committed."""
        pickings = self.env["stock.picking"]._claim_tracking(RUN)
        self.env["ir.cron"]._commit_progress(remaining=len(pickings))
        for company, ours in pickings.grouped("company_id").items():
            translated = ours.with_context(lang=company.partner_id.lang)
            for carrier, some in translated.grouped("carrier_id").items():
                carrier._track(some, after=self.env["ir.cron"]._commit_progress)
        if len(pickings) == RUN:
            self.env.ref("carrier_labels.ir_cron_track")._trigger()

    def _track(self, pickings, after=None):
        """Ask for deliveries in sets. A failure puts off its set and stops no other; without
        access there is no use in asking on.

        :param after: called with the number of deliveries after each set
        """
        client = self.label_account_id._client_or_why() if self.label_account_id else None
        error = client if isinstance(client, CarrierError) else None
        for ids in split_every(SET, pickings.ids):
            some = pickings.browse(ids)
            numbers = {picking: picking._parcel_numbers() for picking in some}
            if client and not (error and error.code == "access"):
                try:
                    known = client.track([one for each in numbers.values() for one in each])
                    error = None
                except CarrierError as failure:
                    error = failure
            if client is None or error:
                self._put_off(some, error)
            else:
                some._apply_progress({one: progress(numbers[one], known) for one in some})
                some._plan_looks()
            if after:
                after(len(some))

    def _put_off(self, pickings, error):
        """Ask later, as late as the carrier wants; without an account not at all."""
        pause = max(PAUSE, timedelta(seconds=getattr(error, "retry_after", 0)))
        pickings.write(
            {
                "track_error": self.label_account_id._sentence(error) if error else False,
                "track_next": fields.Datetime.now() + pause if error else False,
            }
        )


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _parcel_numbers(self):
        """The numbers of the parcels, as the labels were bought."""
        return [one for one in (self.carrier_tracking_ref or "").split(",") if one]

    def _plan_looks(self):
        """When to ask again, by state and age; those that had their time are given up."""
        now = fields.Datetime.now()
        looks = {}
        for picking in self:
            pause = next_look(picking.parcel_state or "", now - (picking.date_done or now))
            looks.setdefault(pause, []).append(picking.id)
        for pause, ids in looks.items():
            some = self.browse(ids)
            some.write({"track_next": now + pause if pause else False, "track_error": False})
            if not pause:
                open_ones = some.filtered(lambda one: one.parcel_state not in ENDED)
                open_ones.delivery_state = "no_update"
