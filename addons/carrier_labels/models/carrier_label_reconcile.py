# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict
from contextlib import contextmanager
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..carriers.base.errors import CarrierError, CarrierUncertain
from .carrier_label_buying import LOCK

# A label bought while validating is taken by the next try, or by nobody.
GRACE = timedelta(minutes=30)
# After so many failures a person looks at it; it is still tried once a day.
TRIES = 5


class CarrierLabel(models.Model):
    _inherit = "carrier.label"

    @api.model
    def _cron_reconcile(self):
        """Settle what died, see what is used, and give back what is not.

        Every label is settled in transactions of its own: one failure stops no other.
        """
        labels = self.with_context(lang=self.env.company.partner_id.lang)
        labels._settle_all()
        labels._see_used()
        labels._find_unwanted()
        labels._void_all()

    @api.model
    @contextmanager
    def _held(self, picking_id):
        """Whether the delivery is ours: nobody buys for it or holds its label uncommitted.

        The lock is taken before the transaction that looks begins, so that it sees all that was
        committed until then.
        """
        with self.env.registry.cursor() as cr:
            cr.execute(SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", LOCK, picking_id))
            yield cr.fetchone()[0]

    @api.model
    def _settle_all(self):
        """Attempts whose worker died in the call."""
        for label in self.search([("state", "=", "asked")]):
            with self._held(label.res_id) as free:
                if free:
                    self._settle_dead([label.res_id])

    @api.model
    def _see_used(self):
        """Labels whose number a delivery carries: that was committed, so they are used."""
        with self._own() as labels:
            labels.env.cr.execute(
                SQL(
                    """
                    UPDATE carrier_label SET state = 'used', error = NULL
                      FROM stock_picking
                     WHERE carrier_label.state = 'bought'
                       AND res_model = 'stock.picking' AND res_id = stock_picking.id
                       AND string_to_array(carrier_label.numbers, ',')
                           <@ string_to_array(carrier_tracking_ref, ',')
                    """
                )
            )

    @api.model
    def _find_unwanted(self):
        """Bought labels whose delivery is gone, went without them, or does not come for them."""
        now = fields.Datetime.now()
        with self._own() as labels:
            bought = labels.search(
                [("state", "=", "bought"), ("moment", "<", now - timedelta(minutes=1))]
            )
            candidates = [(row.id, row.res_id) for row in bought if row._why_unwanted(now)]
        for label_id, picking_id in candidates:
            with self._held(picking_id) as free:
                if free:
                    self._disown_if_unwanted(label_id, now)

    @api.model
    def _disown_if_unwanted(self, label_id, now):
        """Now that nobody else is at the delivery, is the label still wanted by nobody?"""
        with self._own() as labels:
            label = labels.browse(label_id)
            if label.state == "bought" and (reason := label._why_unwanted(now)):
                label._disown(reason)

    def _why_unwanted(self, now):
        """Why nobody will use a bought label; empty as long as somebody may."""
        picking = self.picking_id
        if self._carried_by(picking):
            return ""
        if not picking:
            return self.env._("There is no such delivery.")
        if picking.state == "cancel":
            return self.env._("The delivery was cancelled.")
        if picking.state == "done" and picking.carrier_tracking_ref:
            return self.env._("The delivery went with another number.")
        hours = self.carrier_id.label_keep_hours if self.ahead else 0
        if self.moment < now - max(timedelta(hours=hours), GRACE):
            return self.env._("The delivery did not take it in time.")
        return ""

    def _carried_by(self, picking):
        """Whether the delivery carries all numbers of this label."""
        carried = (picking.carrier_tracking_ref or "").split(",")
        return bool(self.numbers) and set(self.numbers.split(",")) <= set(carried)

    # Giving back

    @api.model
    def _void_all(self):
        """Give back what nobody wants, in one request for each account."""
        yesterday = fields.Datetime.now() - timedelta(days=1)
        with self._own() as labels:
            unwanted = labels.search(
                [
                    ("state", "=", "unwanted"),
                    "|",
                    ("void_tries", "<", TRIES),
                    ("void_asked", "<", yesterday),
                ]
            )
            by_account = defaultdict(list)
            for label in unwanted:
                by_account[label.account_id.id].append(label.id)
        for account_id, ids in by_account.items():
            account = self.env["carrier.label.account"].browse(account_id)
            for start in range(0, len(ids), 30):
                self._void(account, ids[start : start + 30])

    @api.model
    def _void(self, account, ids):
        """Ask the carrier to take labels back; what it says is committed."""
        client = account._client_or_why()
        asked = not isinstance(client, CarrierError)
        with self._own() as labels:
            rows = labels.browse(ids)
            # An earlier request whose answer nobody has heard may have been carried out.
            unheard = {row.id: row.void_unheard for row in rows}
            parts = {row.id: row._void_keys() for row in rows}
            rows.write(
                {"void_asked": fields.Datetime.now()} | ({"void_unheard": True} if asked else {})
            )
        keys = [key for keys in parts.values() for key in keys]
        outcome = client.void(keys) if asked else dict.fromkeys(keys, client)
        with self._own() as labels:
            for label in labels.browse(ids):
                errors = [outcome[key] for key in parts[label.id] if outcome[key]]
                label._note_void(errors, unheard[label.id])

    def _void_keys(self):
        """What the carrier wants to hear: its shipment, or the numbers of the parcels."""
        return [self.shipment] if self.shipment else self.numbers.split(",")

    def _note_void(self, errors, unheard):
        """What the carrier said. That it does not know a label (any more) means that it took it
        back if it may have done so before.
        """
        gone = all(error.code == "not_found" for error in errors)
        if not errors or (unheard and gone and not self.manifest_id):
            self.write({"state": "voided", "void_error": False, "void_unheard": False})
            return
        lost = any(isinstance(error, CarrierUncertain) for error in errors)
        self.write(
            {
                "void_tries": self.void_tries + 1,
                "void_error": "\n".join(map(self.account_id._sentence, errors)),
                "void_unheard": lost or (unheard and not gone),
            }
        )

    def action_void(self):
        """Give labels back now: somebody says so."""
        # Nobody may write attempts; who may change the account may give its labels back.
        self.account_id.check_access("write")
        for label in self:
            if label.state in ("bought", "unwanted"):
                with self._held(label.res_id) as free:
                    if free:
                        self._void(label.account_id, label.ids)
