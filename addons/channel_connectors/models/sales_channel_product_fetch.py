# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.queue_job.exception import RetryableJobError

from ..channels.base.errors import ChannelError
from ..channels.base.products import match
from ..importer.products import find_candidates, find_learnt, learnt_product

LOCK_CLASS = 1_901_150  # keeps our locks apart from others' in the database


class SalesChannel(models.Model):
    _inherit = "sales.channel"

    def action_fetch_products(self):
        """All products of the channel, linked to ours by SKU or barcode."""
        self.ensure_one()
        self.check_access("write")
        self._require_setup()
        self._require_products()
        self._lock_products()
        try:
            count = self.with_company(self.company_id)._fetch_products()
        except ChannelError as error:
            raise UserError(self._explain(error)) from error
        waiting = self.env["sales.channel.listing"].search_count(
            [("channel_id", "=", self.id), ("is_mapped", "=", False), ("is_gone", "=", False)]
        )
        return self._notify(
            self.env._("Products fetched"),
            self.env._(
                "%(count)s products of the channel, %(waiting)s of them without one of ours.",
                count=count,
                waiting=waiting,
            ),
            "warning" if waiting else "success",
        )

    def _job_fetch_products(self):
        if not self._may_fetch_products():
            return
        try:
            self.with_company(self.company_id)._fetch_products()
        except ChannelError as error:
            raise RetryableJobError(str(error), seconds=600) from error

    def _require_products(self):
        for channel in self:
            if not channel.has_products:
                raise UserError(
                    self.env._("The products of %s cannot be read from here.", channel.name)
                )

    def _require_product_changes(self):
        for channel in self:
            if not channel.can_change_products:
                raise UserError(
                    self.env._(
                        "The products of %s can be made and changed only in the channel itself.",
                        channel.name,
                    )
                )

    def _lock_products(self):
        """One at a time; waiting for the other one would only do its work again."""
        self.ensure_one()
        if not self._may_fetch_products():
            raise UserError(
                self.env._("The products of %s are just being fetched by somebody else.", self.name)
            )

    def _may_fetch_products(self):
        """Whether nobody else is fetching them; then nobody else will until we are done."""
        self.env.cr.execute(SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", LOCK_CLASS, self.id))
        return self.env.cr.fetchone()[0]

    def _fetch_products(self):
        """Every page of the channel's variants. Returns how many there are."""
        adapter = self._adapter()
        moment = fields.Datetime.now()
        self.write(
            {
                "prices_include_tax": adapter.shop_info().taxes_included,
                "products_fetched_at": moment,
            }
        )
        count = 0
        for variants in adapter.variant_pages():
            self._store_variants(variants, moment)
            count += len(variants)
        self.env["sales.channel.listing"].search(
            [("channel_id", "=", self.id), ("fetched_at", "<", moment), ("is_gone", "=", False)]
        ).is_gone = True
        return count

    def _store_variants(self, variants, moment):
        """Listings of a page of variants: known ones updated, new ones made, all linked.

        A constant number of queries, however many there are.
        """
        model = self.env["sales.channel.listing"]
        keys = [variant.external_id for variant in variants]
        domain = [("channel_id", "=", self.id), ("external_key", "in", keys)]
        known = {listing.external_key: listing for listing in model.search(domain)}
        new_vals = []
        for variant in variants:
            vals = self._prepare_listing(variant, moment)
            if listing := known.get(variant.external_id):
                listing.write({k: v for k, v in vals.items() if (listing[k] or False) != v})
            elif not variant.is_ended:
                key = {"channel_id": self.id, "external_key": variant.external_id}
                new_vals.append({**key, **vals})
        listings = model.concat(*known.values(), *model.create(new_vals))
        listings._link_products()
        return listings

    def _prepare_listing(self, variant, moment):
        """What the channel says of a variant, as values of its listing."""
        return {
            "external_product_id": variant.product_id,
            "title": variant.title,
            "sku": variant.sku or False,
            "barcode": variant.barcode or False,
            "price": float(variant.price),
            "weight": float(round(variant.weight, 3)),
            "unit_price": variant.unit_price or False,
            "is_taxable": variant.taxable,
            "is_gift_card": variant.is_gift_card,
            "fetched_at": moment,
            "is_gone": False,
        }


class SalesChannelListing(models.Model):
    _inherit = "sales.channel.listing"

    def action_link(self):
        """Look again for the products of those that have none."""
        self.check_access("write")
        before = len(self.filtered("product_id"))
        self._link_products()
        return self.channel_id[:1]._notify(
            self.env._("Products linked"),
            self.env._(
                "%(linked)s of %(count)s were found by their SKU or barcode.",
                linked=len(self.filtered("product_id")) - before,
                count=len(self) - before,
            ),
            "success",
        )

    def _link_products(self):
        """Link by SKU, then by barcode, then as before under another number. Where both leave
        a doubt, a person has to choose.
        """
        for channel, listings in self.grouped("channel_id").items():
            waiting = listings.filtered(
                lambda listing: not listing.product_id and not listing.is_gift_card
            )
            if not waiting:
                continue
            by_sku, by_barcode = find_candidates(
                channel, waiting.mapped("sku"), waiting.mapped("barcode")
            )
            learnt = find_learnt(channel, waiting.mapped("sku"), waiting.mapped("title"))
            products = channel.env["product.product"]
            found = {}
            for listing in waiting:
                result = match(listing.sku or "", listing.barcode or "", by_sku, by_barcode)
                doubt = result.doubt.value if result.doubt else False
                if listing.doubt != doubt:
                    listing.doubt = doubt
                product = products.browse(result.product)
                if not product and not doubt:
                    product = learnt_product(
                        learnt, listing.sku, listing.external_product_id, listing.title
                    )
                if product:
                    found[listing] = product
            # The check of companies reads it of each product: here it is read of all at once.
            products.union(*found.values()).mapped("company_id")
            self._set_products(found)

    def _note_sent(self, changes):
        """Remember what the channel has been told."""
        self.ensure_one()
        vals = dict(changes)
        for name in {"price", "weight"} & vals.keys():
            vals[name] = float(vals[name])
        self.write(vals)
