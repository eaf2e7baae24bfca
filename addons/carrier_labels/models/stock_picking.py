# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from ..carriers.registry import PROVIDERS
from .carrier_label_buying import Wanted

# Deliveries whose labels are bought under locks of their own.
BOUGHT_TOGETHER = 500


class StockPicking(models.Model):
    _inherit = "stock.picking"

    carrier_label_ids = fields.One2many("carrier.label", "res_id", "Shipping Labels", copy=False)
    label_state = fields.Selection(
        [
            ("none", "No Label"),
            ("asked", "Asked For"),
            ("bought", "Label Bought"),
            ("uncertain", "Uncertain"),
            ("refused", "Refused"),
            ("used", "Label Used"),
        ],
        "Label",
        compute="_compute_label_state",
        compute_sudo=True,  # for sales staff too, who see deliveries and no labels
        search="_search_label_state",
    )
    label_provider = fields.Boolean(
        "Labels Are Bought", compute="_compute_label_provider", search="_search_label_provider"
    )
    label_error = fields.Text(
        "Why There Is No Label",
        compute="_compute_label_state",
        compute_sudo=True,  # see above
    )

    @api.depends("carrier_label_ids.state", "carrier_tracking_ref")
    def _compute_label_state(self):
        latest = self.env["carrier.label"]._latest(self.ids)
        for picking in self:
            label = latest.get(picking.id)
            state = label._state_for(picking) if label else "none"
            picking.label_state = state
            shown = state in ("asked", "uncertain", "refused")
            picking.label_error = label.error if label and shown else False

    @api.depends("carrier_id.delivery_type")
    def _compute_label_provider(self):
        for picking in self:
            picking.label_provider = picking.delivery_type in PROVIDERS

    def _search_label_provider(self, operator, value):
        if operator != "in":
            return NotImplemented
        ours = Domain("carrier_id.delivery_type", "in", list(PROVIDERS))
        return ours if True in value else ~ours

    def _search_label_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        states = self.env["carrier.label"]._states_sql()

        def those(condition):
            return SQL("(SELECT picking_id FROM (%s) AS states WHERE %s)", states, condition)

        found = Domain("id", "in", those(SQL("state = ANY(%s)", list(value))))
        if "none" in value:
            found |= Domain("id", "not in", those(SQL("TRUE")))
        return found

    def _get_label_attachments(self):
        """Labels to print, by the prefix of core, the oldest first."""
        labels = self.filtered(lambda picking: picking.delivery_type in PROVIDERS)
        prefixes = {carrier._get_delivery_label_prefix() for carrier in labels.carrier_id}
        attachments = self.env["ir.attachment"].search(
            [("res_model", "=", "stock.picking"), ("res_id", "in", labels.ids)], order="id"
        )
        return attachments.filtered(lambda one: one.name.startswith(tuple(prefixes)))

    def _send_confirmation_email(self):
        """A label that was bought ahead sticks on the parcel: its number goes on the delivery also
        where core would not ask for one.
        """
        for picking in self:
            kind = picking.picking_type_id
            asked = picking.integration_level == "rate_and_ship" and kind.print_label
            if picking.label_state == "bought" and not (asked or picking.carrier_tracking_ref):
                # sudo: as core does, the price goes on the order
                picking.sudo().send_to_shipper()
        return super()._send_confirmation_email()

    def action_buy_labels(self):
        """Buy the labels of deliveries before they are validated; why there is none of each.

        What is bought is committed at once, whatever becomes of this transaction.
        """
        shipped = self.filtered(lambda picking: picking.state in ("done", "cancel"))
        shipped |= self.filtered("carrier_tracking_ref")
        told = {picking.id: picking._why_no_label_ahead() for picking in shipped}
        wanted = self - shipped
        for ids in split_every(BOUGHT_TOGETHER, wanted.ids):
            # Locked apart: a database has room for some thousand locks, and those of a set go with
            # it. What was bought is committed by then.
            with self.env["carrier.label"]._own() as labels:
                free = labels._lock(ids)
                bought = wanted.browse(ids)._obtain_locked(free, ahead=True)
            for picking_id, label in bought.items():
                told[picking_id] = False if isinstance(label, int) else label
        return told

    def _why_no_label_ahead(self):
        """Nothing is bought for what has gone: that would be another label for the same parcel."""
        if self.carrier_tracking_ref:
            return False
        return self.env._("%s is done or cancelled: no label is bought ahead of it.", self.name)

    def action_check_labels(self):
        """Let the carriers look at deliveries without buying; what is wrong with each."""
        told, by_account = dict.fromkeys(self.ids, False), {}
        for picking in self:
            try:
                wanted = picking._prepare_wanted(ahead=True)
            except UserError as error:
                told[picking.id] = str(error)
            else:
                account = picking.carrier_id.label_account_id
                by_account.setdefault(account, {})[f"CHECK-{picking.id:06d}"] = wanted
        for account, wanted in by_account.items():
            client = account._client()
            orders = [replace(one.order, reference=name) for name, one in wanted.items()]
            for batch in client.batches(orders):
                for order, error in zip(batch, client.dry_run(batch), strict=True):
                    picking_id = wanted[order.reference].picking_id
                    told[picking_id] = account._sentence(error) if error else False
        return told

    def _obtain_labels(self):
        """The label of each delivery: the id of its ``carrier.label``, or why there is none. Nobody
        else gets at them before this transaction has ended.
        """
        return self._obtain_locked(self.env["carrier.label"]._lock(self.ids), ahead=False)

    def _obtain_locked(self, free, *, ahead):
        """The same for deliveries of which those are locked by us."""
        told, by_account = {}, {}
        for picking in self:
            if picking.id not in free:
                told[picking.id] = self.env._("Somebody else is buying this label right now.")
                continue
            try:
                wanted = picking._prepare_wanted(ahead)
            except UserError as error:
                told[picking.id] = str(error)
            else:
                account = picking.carrier_id.label_account_id
                by_account.setdefault(account, []).append(wanted)
        for account, wanted in by_account.items():
            told |= self.env["carrier.label"]._obtain(account, wanted)
        return told

    def _prepare_wanted(self, ahead):
        """What to buy for a delivery; raises what is wrong with it."""
        self.ensure_one()
        carrier = self.carrier_id
        if carrier.delivery_type not in PROVIDERS:
            raise UserError(self.env._("%s has no labels to buy.", carrier.name or self.name))
        account = carrier._label_account()
        order = carrier._prepare_label_order(self)
        if problems := account._client().check(order):
            raise UserError("\n".join(map(account._sentence, problems)))
        values = {
            "carrier_id": carrier.id,
            "account_id": account.id,
            "company_id": self.company_id.id,
            "ahead": ahead,
        }
        return Wanted(self.id, self.name, order, values)
