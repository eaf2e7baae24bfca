# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
# Sentences are marked here and translated by who shows them: base/words.py.
# pylint: disable=prefer-env-translation
import logging
import secrets
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import psycopg2
import psycopg2.errors

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

from ..carriers.base.errors import CarrierBusy, CarrierError, CarrierRefused, CarrierUncertain
from ..carriers.base.types import BoughtLabel
from ..carriers.base.words import _
from ..carriers.registry import client_class
from .carrier_label import LIVING

_logger = logging.getLogger(__name__)

# The first part of the advisory locks, the second is the delivery.
LOCK = 0x1ABE1
# Seconds somebody else may keep a row of ours; nobody does for longer than a write takes.
PATIENCE = "5s"
# Seconds what was bought is held on to when the database fails before it is stored.
RESCUE = 30
# A carrier that lost an answer may still be at it for so long.
SETTLING = timedelta(minutes=2)
UNHEARD = _("The worker that asked for it ended before the answer came.")
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


@dataclass(frozen=True)
class Wanted:
    """A label to buy, in plain values: nothing here depends on a transaction."""

    picking_id: int
    name: str
    order: object
    values: dict


class CarrierLabel(models.Model):
    _inherit = "carrier.label"

    # Transactions of its own

    @api.model
    @contextmanager
    def _own(self):
        """This model in a transaction of its own, committed at the end.

        sudo: attempts are written by the machinery only, no role may.
        """
        with self.env.registry.cursor() as cr:
            cr.execute(SQL("SELECT set_config('lock_timeout', %s, true)", PATIENCE))
            yield api.Environment(cr, SUPERUSER_ID, {"lang": self.env.lang})[self._name]

    @api.model
    def _lock(self, picking_ids):
        """Lock deliveries until the transaction ends, without waiting; those we have.

        Who has the lock is asking the carrier, or holds a label nobody else sees yet. A worker
        that dies loses it.
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM unnest(%s::int[]) AS id WHERE pg_try_advisory_xact_lock(%s, id)
                """,
                sorted(picking_ids),
                LOCK,
            )
        )
        return {picking_id for (picking_id,) in rows}

    # Buying

    @api.model
    def _obtain(self, account, wanted):
        """A label for each delivery: the one it has, or a new one.

        :param wanted: list of ``Wanted``, for deliveries this transaction has locked
        :returns: by delivery, the id of its label or why there is none
        """
        client = account._client()
        known, missing = self._reuse(wanted)
        by_reference = {}
        for one in missing:
            by_reference[self._new_reference(one.name)] = one
        orders = [replace(one.order, reference=name) for name, one in by_reference.items()]
        for batch in client.batches(orders):
            asked = [(by_reference[order.reference], order) for order in batch]
            ids = self._write_down(asked)
            known |= self._store_safely(ids, client.buy(batch), client.can_find)
        return known

    @api.model
    def _new_reference(self, name):
        """Something a person recognises, with something nobody else has: 8 to 35 characters."""
        return f"{name[-20:]}-{''.join(secrets.choice(ALPHABET) for _position in range(8))}"

    @api.model
    def _write_down(self, asked):
        """Commit that these are asked for; the rows' ids by delivery."""
        with self._own() as labels:
            rows = labels.create(
                [
                    {
                        **one.values,
                        "res_id": one.picking_id,
                        "reference": order.reference,
                        "digest": order.digest(),
                        "product": order.product,
                        "recipient": f"{order.recipient.name}, {order.recipient.city}",
                        "label_format": order.label_format,
                        "ship_date": order.ship_date,
                        "parcels": len(order.parcels),
                    }
                    for one, order in asked
                ]
            )
            return [(row.res_id, row.id) for row in rows]

    # What there is already

    @api.model
    def _reuse(self, wanted):
        """Labels there are, or why none is to be bought; and what has to be bought."""
        by_picking = {one.picking_id: one for one in wanted}
        found = {}
        self._settle_dead(list(by_picking))
        with self._own() as labels:
            try:
                living = labels._living(by_picking)
            except psycopg2.errors.LockNotAvailable:
                text = labels.env._("The label is being changed by somebody else: try again.")
                return dict.fromkeys(by_picking, text), []
            for label in living:
                one = by_picking[label.res_id]
                if problem := label._why_not():
                    found[label.res_id] = problem
                elif label.digest == one.order.digest():
                    found[label.res_id] = label.id
                elif label.state == "used":
                    text = labels.env._(
                        "It went with %s: cancel that shipment first.", label.numbers
                    )
                    found[label.res_id] = text
                else:
                    label._disown(labels.env._("What was ordered has changed since."))
        return found, [one for one in wanted if one.picking_id not in found]

    @api.model
    def _living(self, picking_ids):
        """Attempts of these deliveries that may be a label, locked."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM carrier_label
                 WHERE res_model = 'stock.picking' AND res_id = ANY(%s) AND state = ANY(%s)
                   FOR NO KEY UPDATE NOWAIT
                """,
                list(picking_ids),
                list(LIVING),
            )
        )
        return self.browse([label_id for (label_id,) in rows])

    def _why_not(self):
        """Why no label can be bought as long as this attempt lives; empty if it is a label."""
        self.ensure_one()
        if self.state == "uncertain":
            return self.env._(
                "Nobody knows whether a label was bought as %s: look for it in the carrier's "
                "portal, then decide at the delivery.",
                self.reference,
            )
        if self.state == "asked":
            return self.env._(
                "The carrier has not answered the request %s: it is looked for.", self.reference
            )
        return ""

    def _disown(self, reason):
        """Nobody wants these labels: the job gives them back."""
        self.write({"state": "unwanted", "error": reason})
        self._void_soon()

    def _void_soon(self):
        """Let the job give back what nobody wants, once this is committed."""
        self.env.ref("carrier_labels.ir_cron_reconcile")._trigger()

    @api.model
    def _settle_dead(self, picking_ids):
        """Attempts of these deliveries, locked by us, whose worker died or lost the answer."""
        with self._own() as labels:
            dead = [
                (
                    label.id,
                    label.account_id.id,
                    label._is_young(),
                    label.reference,
                    label.label_format,
                )
                for label in labels.search([("res_id", "in", picking_ids), ("state", "=", "asked")])
            ]
        for label_id, account_id, young, *known in dead:
            account = self.env["carrier.label.account"].browse(account_id)
            if not client_class(account.provider).can_find:
                outcome = CarrierUncertain(UNHEARD)
            elif young:
                continue
            else:
                outcome = _look_up(account._client_or_why(), *known)
            if not isinstance(outcome, CarrierBusy):
                self._store_safely([(0, label_id)], [outcome], False)

    def _is_young(self):
        return self.moment > fields.Datetime.now() - SETTLING

    # What the carrier said

    @api.model
    def _store_safely(self, ids, outcomes, can_find):
        """Store what the carrier said, and try for a while if the database is away.

        :param ids: list of delivery and attempt
        :returns: by delivery, the id of its label or why there is none
        """
        for _second in range(RESCUE):
            try:
                return self._store(ids, outcomes, can_find)
            except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
                _logger.info("what a carrier has sold is not stored yet: %s", error)
                time.sleep(1)
        return self._store(ids, outcomes, can_find)

    @api.model
    def _store(self, ids, outcomes, can_find):
        told, papers = {}, []
        with self._own() as labels:
            rows = labels.browse([label_id for _picking_id, label_id in ids])
            for (picking_id, label_id), label, outcome in zip(ids, rows, outcomes, strict=True):
                if isinstance(outcome, BoughtLabel):
                    label.write(label._prepare_bought(outcome))
                    papers += [label._prepare_document(one) for one in outcome.documents]
                    told[picking_id] = label_id
                else:
                    label.write(label._prepare_failed(outcome, can_find))
                    told[picking_id] = label._why_not() or label.error
            labels.env["ir.attachment"].create(papers)
        return told

    def _prepare_bought(self, bought):
        """What is kept of a label; the currency of a carrier that tells prices."""
        currency = self.env["res.currency"]
        if bought.currency:
            currency = currency.search([("name", "=", bought.currency)], limit=1)
        return {
            "state": "bought",
            "numbers": ",".join(bought.numbers),
            "return_numbers": ",".join(bought.return_numbers),
            "shipment": bought.shipment,
            "price": float(bought.price or 0),
            "currency_id": currency.id,
            "warnings": "\n".join(bought.warnings),
            "error": False,
        }

    def _prepare_failed(self, error, can_find):
        values = {"error": self.account_id._sentence(error)}
        if not isinstance(error, CarrierRefused | CarrierBusy):
            # Whatever does not say that nothing was bought leaves it open.
            return values | {"state": "asked" if can_find else "uncertain"}
        if isinstance(error, CarrierRefused) and error.numbers:
            # Some parcels of several: they are of no use without the others.
            self._void_soon()
            numbers = ",".join(error.numbers)
            return values | {"state": "unwanted", "numbers": numbers, "incomplete": True}
        return values | {"state": "refused"}

    def _prepare_document(self, document):
        """What is to be printed is kept as long as the attempt."""
        prefix = {"label": "LabelShipping", "return": "LabelReturn", "customs": "ShippingDoc"}
        name = f"{prefix[document.kind]}-{self.provider}-{document.number}.{document.format}"
        return {
            "name": name,
            "res_model": self._name,
            "res_id": self.id,
            "raw": document.content,
            "mimetype": "application/pdf" if document.format == "pdf" else "text/plain",
        }


def _look_up(client, reference, label_format):
    """What was bought under a reference, or why that is not known."""
    if isinstance(client, CarrierError):
        return CarrierBusy(client.template, **client.values)
    try:
        return client.find(reference, label_format) or CarrierRefused(
            _("The carrier has not sold anything under this reference.")
        )
    except CarrierError as error:
        if error.code == "several":
            # More than one: only a person can tell.
            return error
        return CarrierBusy(error.template, **error.values)
