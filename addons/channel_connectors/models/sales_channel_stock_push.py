# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import uuid
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.queue_job.exception import RetryableJobError

from ..channels.base.errors import ChannelError
from ..channels.base.outgoing import ItemGoneError
from .sales_channel_intent import OPEN_STATES
from .sales_channel_offer import TOLD_OF_STOCK

# Changes that come together are sent together.
COLLECT = timedelta(seconds=5)
# A level that changes again and again between looking and telling is left to the next run.
MAX_ROUNDS = 3


class SalesChannel(models.Model):
    _inherit = "sales.channel"

    stock_ids = fields.One2many(
        "sales.channel.stock",
        "channel_id",
        groups="channel_connectors.group_channel_reader",
    )

    # ------------------------------------------------------------------- queue
    def _enqueue_stock(self):
        for channel in self:
            channel._enqueue_outgoing("stock", eta=fields.Datetime.now() + COLLECT)

    def _touch_stock(self, listings=None):
        """Compare all levels again, or those of some listings, with the next run."""
        channels = self.filtered(
            lambda channel: (
                channel.push_stock
                and not channel.is_shadow
                and channel._adapter_class().capabilities.stock
            )
        )
        domain = [("channel_id", "in", channels.ids)]
        if listings is not None:
            domain.append(("listing_id", "in", listings.ids))
        # sudo: whoever maps a product need not be allowed to write stock levels
        self.env["sales.channel.stock"].sudo().search(domain).is_dirty = True
        channels._enqueue_stock()

    def _job_send_stock(self):
        self._push_stock(commit=True)

    def action_push_stock(self):
        """Send now what differs."""
        self.ensure_one()
        self.check_access("write")
        self._require_setup()
        sent = self._push_stock()
        return self._notify(
            self.env._("Stock sent"), self.env._("%s levels were told.", sent), "success"
        )

    @api.model
    def _cron_reconcile_stock(self):
        """Every night all levels are compared with what the channels have."""
        for channel in self.search(TOLD_OF_STOCK):
            description = self.env._("Compare stock with %s", channel.name)
            channel._in_background("reconcile", description)._job_reconcile_stock()

    @api.model
    def _cron_send_outgoing(self):
        """Stock that waits without a job: the last one was just ending when it changed, or has
        given up on a channel that did not answer.
        """
        result = super()._cron_send_outgoing()
        told = [("channel_id", "in", self._get_pushing_ids())]
        for model, domain in (
            ("sales.channel.stock", [*told, ("is_dirty", "=", True), ("intent_id", "=", False)]),
            ("sales.channel.stock.change", told),
        ):
            for (channel,) in self.env[model]._read_group(domain, ["channel_id"]):
                channel._enqueue_outgoing("stock")
        return result

    def _job_reconcile_stock(self):
        self._push_stock(commit=True, everything=True)

    # -------------------------------------------------------------------- push
    def _push_stock(self, commit=False, everything=False):
        """Tell the channel what differs. Returns the number of levels told.

        ``everything`` first reads all levels of the channel, so that what was changed there
        is put right too.
        """
        self.ensure_one()
        channel = self.with_company(self.company_id)
        sent = 0
        if channel.is_shadow:
            return sent
        with channel._exclusively("stock", commit):
            channel._keep(commit)
            adapter = channel._adapter()
            try:
                channel._repeat_stock(adapter, commit)
                channel._prepare_levels(adapter, everything)
                channel._take_changes()
                channel._keep(commit)
                sent = channel._push_dirty(adapter, commit, seen=everything)
            except ChannelError as error:
                channel._note_failure(channel._explain(error))
                channel._keep(commit)
                if commit and error.kind != "auth":
                    # No failure of the job, however long it lasts: it stands with the channel.
                    raise RetryableJobError(str(error), seconds=60, ignore_retry=True) from error
        return sent

    def _repeat_stock(self, adapter, commit):
        """Messages whose outcome is unknown go again with the same key, before others."""
        open_intents = self.env["sales.channel.intent"].search(
            [
                ("channel_id", "=", self.id),
                ("kind", "=", "stock"),
                ("state", "in", OPEN_STATES),
            ],
            order="id",
        )
        for intent in open_intents:
            if intent._send(adapter, commit) == "stop":
                break

    def _prepare_levels(self, adapter, everything):
        """A row for each listing at each place; what the channel has, if asked for."""
        listings = self.env["sales.channel.listing"].search(
            [
                ("channel_id", "=", self.id),
                ("product_id", "!=", False),
                ("inventory_item_id", "=", False),
                ("external_key", "not like", "sku:%"),
                *([] if everything else [("is_item_checked", "=", False)]),
            ]
        )
        if listings:
            items = adapter.stock_items(
                {row.external_key: row.external_product_id or "" for row in listings}
            )
            for listing in listings:
                listing.inventory_item_id = items.get(listing.external_key)
            listings.is_item_checked = True
            listings.filtered("inventory_item_id").is_gone = False
        self._insert_levels()
        if everything:
            self._read_levels(adapter)

    def _insert_levels(self):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO sales_channel_stock (
                    channel_id, company_id, listing_id, location_id, is_dirty, is_known,
                    create_uid, create_date, write_uid, write_date)
                SELECT listing.channel_id, listing.company_id, listing.id, location.id, TRUE, FALSE,
                       %(user)s, now() AT TIME ZONE 'UTC', %(user)s, now() AT TIME ZONE 'UTC'
                  FROM sales_channel_listing listing
                  JOIN sales_channel_location location
                    ON location.channel_id = listing.channel_id AND location.active
                 WHERE listing.channel_id = %(channel)s
                   AND listing.product_id IS NOT NULL
                   AND listing.inventory_item_id IS NOT NULL
                   AND EXISTS (
                       SELECT FROM sales_channel_location_stock_warehouse_rel rel
                        WHERE rel.sales_channel_location_id = location.id)
                ON CONFLICT (listing_id, location_id) DO NOTHING
                """,
                channel=self.id,
                user=self.env.uid,
            )
        )
        self.env["sales.channel.stock"].invalidate_model()

    def _read_levels(self, adapter):
        """What the channel has at all its places, in pages."""
        for location in self.location_ids.filtered("warehouse_ids"):
            present = {}
            for page in adapter.levels_at(location.external_id, self.stock_ids._get_resting()):
                present |= page
            rows = self.env["sales.channel.stock"].search(
                [("location_id", "=", location.id), ("intent_id", "=", False)]
            )
            for row in rows:
                quantity = present.get(row.listing_id.inventory_item_id)
                if quantity is None:
                    row.write({"is_known": False, "is_dirty": True})
                elif quantity != row.present or not row.is_known:
                    row.write({"present": quantity, "is_known": True, "is_dirty": True})
            rows.is_dirty = True

    def _take_changes(self):
        """Products that have changed make the levels dirty that depend on them."""
        self.env.cr.execute(
            SQL(
                "DELETE FROM sales_channel_stock_change WHERE channel_id = %s RETURNING product_id",
                self.id,
            )
        )
        changed = {row[0] for row in self.env.cr.fetchall()}
        if not changed:
            return
        listed = self.env["sales.channel.listing"].search(
            [("channel_id", "=", self.id), ("product_id", "!=", False)]
        )
        touched = self._get_products_using(listed.product_id, changed)
        self.env["sales.channel.stock"].search(
            [("channel_id", "=", self.id), ("listing_id.product_id", "in", list(touched))]
        ).is_dirty = True

    def _get_products_using(self, products, changed):
        """Ids of ``products`` whose offer depends on products with the ids ``changed``."""
        touched = set(products.ids) & changed
        for kit, parts in self._get_kit_parts(products).items():
            if changed & parts.keys():
                touched.add(kit)
        return touched

    def _push_dirty(self, adapter, commit, seen):
        """Dirty levels in batches, each looked at in the channel before it is told.

        Also those of which we offer as much as we last told: the channel has taken off what it
        sold by itself. Only what was just read (``seen``) is not looked at where there is
        nothing to tell.
        """
        sent, rounds = 0, {}
        while True:
            levels = self.env["sales.channel.stock"].search(
                [
                    ("channel_id", "=", self.id),
                    ("is_dirty", "=", True),
                    ("intent_id", "=", False),
                    ("id", "not in", [key for key, tried in rounds.items() if tried > MAX_ROUNDS]),
                ],
                order="id",
                limit=adapter.levels_at_once,
            )
            if not levels:
                return sent
            for level in levels:
                rounds[level.id] = rounds.get(level.id, 0) + 1
            sent += self._push_batch(adapter, levels, commit, seen)

    def _push_batch(self, adapter, levels, commit, seen):
        self._compute_offers(levels)
        levels._settle_equal(seen)
        different = levels.filtered("is_dirty")
        if not different:
            self._keep(commit)
            return 0
        surprised = different._look(adapter)
        if surprised and self.auto_import:
            # Something was sold there that we may not know of: take the orders first, so
            # that what is sold twice nowhere is offered twice.
            self._import_before_push(commit)
            self._compute_offers(different)
        different._settle_equal()
        rest = different.filtered("is_dirty")._get_sendable(adapter)
        if not rest:
            self._keep(commit)
            return 0
        intent = rest._make_intent()
        self._keep(commit)
        intent._send(adapter, commit)
        return len(rest) if intent.state == "done" else 0

    def _compute_offers(self, levels):
        offered = self._get_offered(levels)
        for level in levels:
            if level.offered != offered[level.id]:
                level.offered = offered[level.id]

    def _import_before_push(self, commit):
        self._take_import(seconds=15)
        if failure := self._import_orders(commit=commit):
            raise RetryableJobError(failure, seconds=60, ignore_retry=True)


class SalesChannelStock(models.Model):
    _inherit = "sales.channel.stock"

    def _settle_equal(self, seen=True):
        """Nothing to tell where the channel has what we offer, or is not told by us. ``seen``:
        what it has was just looked at.
        """
        for level in self:
            silent = not level.listing_id.push_stock or not level.location_id.warehouse_ids
            equal = seen and level.is_known and level.present == level.offered
            if silent or equal:
                level.write({"is_dirty": False, "problem": False})

    def _look(self, adapter):
        """Read what the channel has. Returns the levels that changed there by themselves.

        An item the channel does not keep at a place is kept there from now on.
        """
        known = self.filtered("listing_id.inventory_item_id")
        (self - known)._note_gone()
        items = sorted(set(known.listing_id.mapped("inventory_item_id")))
        present = adapter.levels_of(items, self._get_resting())
        surprised = self.browse()
        for level in known:
            key = (level.listing_id.inventory_item_id, level.location_id.external_id)
            if key not in present:
                try:
                    adapter.keep_item(*key, str(uuid.uuid5(uuid.NAMESPACE_OID, f"{level.id}:keep")))
                except ItemGoneError:
                    level._note_gone()
                    continue
                present[key] = 0
            if not level.is_known or level.present != present[key]:
                surprised |= level
                level.write({"present": present[key], "is_known": True})
        return surprised

    def _get_sendable(self, adapter):
        """Levels that may be told; a place to keep others back."""
        return self

    def _note_gone(self):
        """The channel has nothing any more that this level could be of: the listing is looked
        up again every night, and somebody should look at it.
        """
        problem = self.env._("The channel has no such product any more, or its variations changed.")
        self.write({"problem": problem, "is_dirty": False, "is_known": False})
        self.listing_id.write(
            {"inventory_item_id": False, "is_item_checked": True, "is_gone": True}
        )
