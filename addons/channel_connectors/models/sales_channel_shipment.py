# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import hashlib
import json
from math import floor

from odoo import fields, models

from ..channels.base.outgoing import StepKind, Tracking, find_shipment, plan_shipment
from .sales_channel_intent import OPEN_STATES
from .sales_channel_outgoing import IntentHeld, IntentRefused

# Holds, moves and several places make a shipment take a few rounds; more is a fault.
MAX_ROUNDS = 20


class SalesChannel(models.Model):
    _inherit = "sales.channel"

    report_shipments = fields.Boolean(
        default=True, help="Tell the channel what has been shipped, with its tracking."
    )
    notify_shipments = fields.Boolean(
        "Channel Notifies the Customer",
        default=True,
        help="The channel writes to the customer when it is told of a shipment.",
    )


class SaleOrder(models.Model):
    _inherit = "sale.order"

    channel_intent_ids = fields.One2many(
        "sales.channel.intent",
        "order_id",
        "Messages to the Channel",
        readonly=True,
        groups="channel_connectors.group_channel_reader",
    )

    def _reports_shipments(self):
        """True if the channel of this order is to be told what was shipped."""
        self.ensure_one()
        channel = self.channel_id
        return bool(
            channel.report_shipments
            and not channel.is_shadow
            and self.channel_order_id
            and channel._adapter_class().capabilities.fulfilment
        )

    def _prepare_intent(self, kind):
        """Values of an intent about this order."""
        self.ensure_one()
        return {
            "channel_id": self.channel_id.id,
            "kind": kind,
            "name": self.client_order_ref or self.name,
            "order_id": self.id,
        }

    def _get_unreported_pieces(self):
        """Whole pieces delivered of each line of the channel that it was not told of yet."""
        self.ensure_one()
        reported = self._get_reported_pieces()
        pieces = {}
        for line in self.order_line:
            if line.channel_line_id:
                delivered = floor(self._get_delivered(line) + 1e-6)
                pieces[line] = max(0, delivered - reported.get(line.channel_line_id, 0))
        return pieces

    def _get_reported_pieces(self):
        """Pieces the channel was told of, or will be, by its own line."""
        reported = {}
        for intent in self.channel_intent_ids:
            if intent.kind != "fulfilment" or intent.state == "obsolete":
                continue
            for line_id, quantity in (intent.payload or {}).get("lines", {}).items():
                reported[line_id] = reported.get(line_id, 0) + quantity
        return reported

    def _get_delivered(self, line):
        """Delivered quantity of a line. What is not stocked (a custom item of the shop)
        leaves with the last of the goods.
        """
        if line.qty_delivered_method == "stock_move":
            return line.qty_delivered
        if line.channel_line_kind != "custom":
            return 0.0
        open_transfers = self.picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )
        return 0.0 if open_transfers else line.product_uom_qty

    def _get_shipped_quantities(self, picking):
        """What a transfer has shipped of each line; of a kit, all that is complete now."""
        self.ensure_one()
        done = picking.move_ids.filtered(lambda move: move.state == "done")
        shipped = {}
        for line in self.order_line.filtered("channel_line_id"):
            moves = done.filtered(lambda move, line=line: move.sale_line_id == line)
            if moves and moves.product_id == line.product_id:
                shipped[line] = sum(
                    move.product_uom._compute_quantity(
                        move.quantity, line.product_uom_id, round=False
                    )
                    for move in moves
                )
            elif moves or line.channel_line_kind == "custom":
                shipped[line] = self._get_delivered(line)
        return shipped


class SalesChannelIntent(models.Model):
    _inherit = "sales.channel.intent"

    # ------------------------------------------------------------------ shipment
    def _execute_fulfilment(self, adapter, commit):
        """Tell of a shipment: look, release and move what may be, send, look again."""
        for _round in range(MAX_ROUNDS):
            state = adapter.shipping_state(self._get_external_order())
            self._settle_shipment(state)
            wanted = self._get_unsent_pieces()
            if not wanted:
                return {"external_id": self._get_shipment_ids()}
            if state.cancelled:
                raise IntentRefused(
                    self.env._("The order was cancelled in the channel, but goods have left.")
                )
            plan = plan_shipment(wanted, state.deliveries, self.payload.get("places") or ())
            if not plan.steps:
                return self._conclude_shipment(plan)
            self._take_step(adapter, plan.steps[0], state, commit)
        raise IntentRefused(self.env._("The channel does not keep what it is told."))

    def _take_step(self, adapter, step, state, commit):
        if step.kind == StepKind.RELEASE:
            adapter.release(step)
        elif step.kind == StepKind.MOVE:
            adapter.move(step)
        else:
            known = [shipment.external_id for shipment in state.shipments]
            self._save_progress(asked={"known": known, "lines": dict(step.quantities)})
            self.channel_id._keep(commit)
            tracking = self._get_tracking_for(adapter)
            shipment_id = adapter.send(step, tracking, bool(self.payload.get("notify")))
            self._note_shipment(shipment_id, dict(step.quantities))
            self.channel_id._keep(commit)

    def _settle_shipment(self, state):
        """Find out what became of a request whose answer was lost."""
        asked = (self.progress or {}).get("asked")
        if not asked:
            return
        found = find_shipment(state, asked["known"], asked["lines"])
        if found:
            self._note_shipment(found.external_id, asked["lines"])
        else:
            self._save_progress(asked=None)

    def _note_shipment(self, shipment_id, lines):
        sent = [*(self.progress or {}).get("sent", []), {"id": shipment_id, "lines": lines}]
        self._save_progress(asked=None, sent=sent)

    def _get_unsent_pieces(self):
        wanted = dict(self.payload["lines"])
        for sent in (self.progress or {}).get("sent", []):
            for line_id, quantity in sent["lines"].items():
                wanted[line_id] = wanted.get(line_id, 0) - quantity
        return {line_id: quantity for line_id, quantity in wanted.items() if quantity > 0}

    def _conclude_shipment(self, plan):
        """Nothing more can be told: somebody holds the goods back, or knows already."""
        if plan.held:
            raise IntentHeld(
                self.env._(
                    "Held back in the channel: %s", ", ".join(sorted(set(plan.held.values())))
                )
            )
        pieces = sum(plan.unexpected.values())
        return {
            "external_id": self._get_shipment_ids(),
            "error": self.env._("%s pieces were already shipped in the channel.", pieces),
        }

    def _get_shipment_ids(self):
        sent = (self.progress or {}).get("sent", [])
        return ",".join(shipment["id"] for shipment in sent) or False

    def _get_external_order(self):
        # sudo: the inbox is not for everybody who may ship
        return self.order_id.sudo().channel_order_id.external_id

    def _get_tracking_for(self, adapter):
        tracking = Tracking.from_json(self.payload.get("tracking"))
        company = adapter.tracking_company(tracking.company) if tracking.company else ""
        return Tracking(company, tracking.numbers, tracking.urls)

    # ------------------------------------------------------------------ tracking
    def _set_tracking(self, tracking):
        """Replace the tracking of a shipment: in the row as long as nothing was sent."""
        self.ensure_one()
        wanted = tracking.as_json()
        if self.state in ("obsolete", "failed"):
            return
        if self.state == "waiting" and not self.progress:
            self.payload = {**self.payload, "tracking": wanted}
            return
        text = json.dumps(wanted, sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        earlier = self.search(
            [
                ("channel_id", "=", self.channel_id.id),
                ("kind", "=", "tracking"),
                ("subject", "=like", f"shipment:{self.id}:%"),
            ]
        )
        latest = earlier[:1].payload or self.payload
        if latest.get("tracking") == wanted:
            return
        earlier.filtered(lambda row: row.state in OPEN_STATES).state = "obsolete"
        self._intend(
            [
                {
                    **self.order_id._prepare_intent("tracking"),
                    "name": self.name,
                    "subject": f"shipment:{self.id}:{len(earlier)}:{digest}",
                    "picking_id": self.picking_id.id,
                    "payload": {
                        "shipment": self.id,
                        "tracking": wanted,
                        "notify": bool(self.payload.get("notify")),
                    },
                }
            ]
        )

    def _execute_tracking(self, adapter, commit):
        """Replace the tracking of what was sent; asking twice changes nothing more."""
        shipment = self.browse(self.payload["shipment"])
        if shipment.state in OPEN_STATES:
            raise IntentHeld(self.env._("The shipment itself is not known to the channel yet."))
        return self._replace_tracking(adapter, shipment, commit)

    def _replace_tracking(self, adapter, shipment, commit):
        """Give a shipment the tracking wanted now."""
        tracking = self._get_tracking_for(adapter)
        ids = [sent["id"] for sent in (shipment.progress or {}).get("sent", [])]
        if not ids:
            raise IntentRefused(self.env._("The shipment was not made by us."))
        present = {
            row.external_id: row.tracking.numbers
            for row in adapter.shipping_state(self._get_external_order()).shipments
        }
        for shipment_id in ids:
            # The customer gets no second message for what is already there.
            if present.get(shipment_id) != tracking.numbers:
                adapter.track(shipment_id, tracking, bool(self.payload.get("notify")))
        return {"external_id": ",".join(ids)}
