# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..channels.base.errors import ChannelError
from ..channels.base.outgoing import Tracking
from ..channels.base.parcels import NotAllowedError, numbers_of, parcels_of, untold
from .sales_channel_outgoing import IntentHeld, IntentRefused

# So many parcels entered by hand are looked up in a channel in one night.
CHECKED_AT_ONCE = 200


class SalesChannelParcel(models.Model):
    """A parcel a person has to enter in the channel, which does not let us do it."""

    _name = "sales.channel.parcel"
    _description = "Parcel to Enter in a Sales Channel"
    _order = "entered_at desc, id"
    _rec_name = "name"
    _check_company_auto = True

    intent_id = fields.Many2one(
        "sales.channel.intent",
        "Message",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    channel_id = fields.Many2one(
        related="intent_id.channel_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(related="intent_id.company_id", store=True, precompute=True)
    order_id = fields.Many2one(related="intent_id.order_id", store=True, index="btree_not_null")
    picking_id = fields.Many2one(related="intent_id.picking_id", store=True)
    name = fields.Char("Order Number", required=True, readonly=True)
    buyer = fields.Char(related="order_id.partner_shipping_id.name", string="Buyer")
    shipped_at = fields.Datetime(related="picking_id.date_done", string="Shipped On")
    carrier = fields.Char(readonly=True)
    number = fields.Char(
        "Tracking Number", readonly=True, help="Empty: mark the order as shipped, no more."
    )
    url = fields.Char("Tracking Link", readonly=True)
    page = fields.Char("Order in the Channel", compute="_compute_page")
    is_entered = fields.Boolean("Entered", compute="_compute_is_entered", store=True, index=True)
    entered_at = fields.Datetime("Entered On", readonly=True, copy=False)
    entered_by = fields.Many2one("res.users", readonly=True, copy=False)

    @api.depends("entered_at")
    def _compute_is_entered(self):
        for parcel in self:
            parcel.is_entered = bool(parcel.entered_at)

    @api.depends("order_id", "channel_id")
    def _compute_page(self):
        for parcel in self:
            order_page = getattr(parcel.channel_id._adapter_class(), "order_page", None)
            external_id = parcel.intent_id._get_external_order()
            parcel.page = order_page(external_id) if order_page and external_id else False

    def action_open_page(self):
        """The order in the channel, where the parcel is entered."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.page, "target": "new"}

    def action_enter(self):
        """It stands in the channel now."""
        self._note_entered(self.env.user)

    def action_reopen(self):
        """It does not stand in the channel after all."""
        self.write({"entered_at": False, "entered_by": False})
        self.intent_id.filtered(lambda row: row.state == "done").write(
            {"state": "by_hand", "done_at": False}
        )

    def _note_entered(self, user):
        now = fields.Datetime.now()
        self.filtered(lambda parcel: not parcel.is_entered).write(
            {"entered_at": now, "entered_by": user.id}
        )
        for intent in self.intent_id.filtered(lambda row: row.state == "by_hand"):
            if all(parcel.is_entered for parcel in intent.parcel_ids):
                intent._finish({"external_id": numbers_of(intent.parcel_ids) or False})

    def action_check(self):
        """Tick off what the channel knows already."""
        try:
            entered = self._look_up()
        except ChannelError as error:
            raise UserError(self.channel_id[:1]._explain(error)) from error
        return self.channel_id[:1]._notify(
            self.env._("Parcels"),
            self.env._("%s parcels were found in the channel.", len(entered)),
            "success",
        )

    def _look_up(self):
        """Ask the channels for these parcels. Returns those that are known there."""
        found = self.browse()
        for channel, parcels in (
            self.filtered(lambda row: not row.is_entered).grouped("channel_id").items()
        ):
            adapter = channel._adapter()
            for intent, rows in parcels.grouped("intent_id").items():
                missing = untold(rows, adapter.parcel_state(intent._get_external_order()))
                found |= rows - self.browse([row.id for row in missing])
        found._note_entered(self.env["res.users"])
        return found


class SalesChannelIntent(models.Model):
    """Shipments of channels that know parcels of an order and not pieces of its lines."""

    _inherit = "sales.channel.intent"

    parcel_ids = fields.One2many("sales.channel.parcel", "intent_id", readonly=True)

    def _execute_fulfilment(self, adapter, commit):
        if adapter.capabilities.parcels:
            return self._tell_parcels(adapter, commit)
        return super()._execute_fulfilment(adapter, commit)

    def _replace_tracking(self, adapter, shipment, commit):
        if adapter.capabilities.parcels:
            return self._tell_parcels(adapter, commit)
        return super()._replace_tracking(adapter, shipment, commit)

    def _tell_parcels(self, adapter, commit):
        """Tell of the parcels the channel does not know. A number that stands there was told,
        by whomever: so nothing is told twice, however the last attempt has ended.
        """
        tracking = Tracking.from_json(self.payload.get("tracking"))
        parcels = parcels_of(tracking)
        self._check_all_left(parcels)
        order_id = self._get_external_order()
        state = adapter.parcel_state(order_id)
        left = untold(parcels, state)
        self._save_progress(asked=None)
        if left and state.cancelled:
            raise IntentRefused(
                self.env._("The order was cancelled in the channel, but goods have left.")
            )
        if left and not self._may_tell_parcels():
            return self._hand_over(left)
        company = adapter.tracking_company(tracking.company) if tracking.company else ""
        for index, parcel in enumerate(left):
            self._save_progress(asked={"number": parcel.number})
            self.channel_id._keep(commit)
            try:
                adapter.send_parcel(order_id, replace(parcel, company=company or parcel.company))
            except NotAllowedError:
                self._save_progress(asked=None)
                self.channel_id._note_ability("tracking", False, self.name)
                return self._hand_over(left[index:])
            self._save_progress(asked=None, forced=None)
            self.channel_id._note_ability("tracking", True, self.name)
            self.channel_id._keep(commit)
        return {"external_id": numbers_of(parcels) or False}

    def _check_all_left(self, parcels):
        """Without a number a channel can only be told that the order has left as a whole."""
        if any(parcel.number for parcel in parcels):
            return
        if self.order_id.picking_ids.filtered(lambda row: row.state not in ("done", "cancel")):
            raise IntentHeld(
                self.env._(
                    "A part of the order without a tracking number: the channel is told when "
                    "the rest has left too."
                )
            )

    def _may_tell_parcels(self):
        """False once the channel has refused; a person may have it asked again."""
        if (self.progress or {}).get("forced"):
            return True
        # sudo: see SalesChannel._note_ability
        abilities = self.channel_id.sudo().ability_ids
        return not abilities.filtered(lambda row: row.ability == "tracking" and row.state == "no")

    def _hand_over(self, parcels):
        """Have a person enter these parcels in the channel."""
        self._save_progress(forced=None)
        known = set(self.parcel_ids.mapped("number"))
        self.env["sales.channel.parcel"].create(
            [
                {
                    "intent_id": self.id,
                    "name": self.order_id.client_order_ref or self.order_id.name,
                    "carrier": parcel.company or False,
                    "number": parcel.number or False,
                    "url": parcel.url or False,
                }
                for parcel in parcels
                if (parcel.number or False) not in known
            ]
        )
        return {"state": "by_hand", "done_at": False}

    def _set_tracking(self, tracking):
        """Numbers that come while a person is to enter the shipment are on the list at once."""
        if self.state != "by_hand":
            return super()._set_tracking(tracking)
        self.payload = {**self.payload, "tracking": tracking.as_json()}
        self.parcel_ids.filtered(lambda parcel: not parcel.is_entered).unlink()
        self._hand_over(parcels_of(tracking))
        return None

    def action_retry(self):
        """A person may have the channel asked again for what it has refused before."""
        handed = self.filtered(lambda row: row.state == "by_hand")
        for intent in handed:
            intent.parcel_ids.filtered(lambda parcel: not parcel.is_entered).unlink()
            intent._save_progress(forced=True)
        handed.state = "waiting"
        return super().action_retry()

    def action_drop(self):
        self.parcel_ids.filtered(lambda parcel: not parcel.is_entered).unlink()
        return super().action_drop()


class SalesChannel(models.Model):
    _inherit = "sales.channel"

    parcel_count = fields.Integer(
        "Parcels to Enter",
        compute="_compute_parcel_count",
        groups="channel_connectors.group_channel_reader",
    )

    def _compute_parcel_count(self):
        counts = self._count("sales.channel.parcel", [("is_entered", "=", False)])
        for channel in self:
            channel.parcel_count = counts[channel]

    def action_view_parcels(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "channel_connectors.action_sales_channel_parcel"
        )
        action["domain"] = [("channel_id", "=", self.id)]
        return action

    def _prove(self):
        """What was entered by hand is ticked off before shipments are compared."""
        self.env["sales.channel.parcel"].search(
            [("channel_id", "=", self.id), ("is_entered", "=", False)], limit=CHECKED_AT_ONCE
        )._look_up()
        return super()._prove()
