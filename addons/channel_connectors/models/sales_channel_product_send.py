# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
import hashlib
import json
from collections import Counter
from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import float_repr

from ..channels.base.products import ProductWish, VariantWish, handle, plain
from .sales_channel_intent import OPEN_STATES
from .sales_channel_outgoing import IntentRefused

MOST_VARIANTS = 100


class SalesChannel(models.Model):
    _inherit = "sales.channel"

    def _job_send_product(self):
        self._send_intents("product", commit=True)

    def _job_send_change(self):
        self._send_intents("change", commit=True)

    def _make_in_channel(self, templates):
        """Have products made in the channel, once each. Returns the intents, new or not yet
        done, and raises where something is missing.
        """
        self.ensure_one()
        self._require_product_changes()
        if self.is_shadow:
            raise UserError(self.env._("Beside another system nothing is sent."))
        templates = templates - self._get_listed(templates)
        self._check_skus(templates.product_variant_ids)
        intents = self.env["sales.channel.intent"]
        earlier = intents.search(
            [
                ("channel_id", "=", self.id),
                ("kind", "=", "product"),
                ("product_tmpl_id", "in", templates.ids),
            ]
        ).grouped("product_tmpl_id")
        wishes = self._prepare_product_wishes(templates)
        vals_list, again = [], intents
        for template, wish in wishes.items():
            tried = earlier.get(template, intents)
            # What is no longer in the channel, though it was made, is made anew.
            unfinished = tried.filtered(lambda row: row.state not in ("done", "obsolete"))
            again |= unfinished
            if not unfinished:
                vals_list.append(
                    {
                        "channel_id": self.id,
                        "kind": "product",
                        "name": template.display_name,
                        "subject": f"template:{template.id}:{len(tried)}",
                        "product_tmpl_id": template.id,
                        "payload": wish.as_json(),
                    }
                )
        for intent in again.filtered(lambda row: not row._is_uncertain()):
            intent.payload = wishes[intent.product_tmpl_id].as_json()
        again.action_retry()
        return again | intents._intend(vals_list)

    def _get_listed(self, templates):
        """Those that are in the channel already."""
        listings = self.env["sales.channel.listing"].search(
            [
                ("channel_id", "=", self.id),
                ("product_id", "in", templates.product_variant_ids.ids),
                ("is_gone", "=", False),
            ]
        )
        return listings.product_id.product_tmpl_id

    def _check_skus(self, products):
        """A product is recognised by its internal reference, so it needs one of its own."""
        without = products.filtered(lambda product: not product.default_code)
        if without:
            raise UserError(
                self.env._(
                    "Give an internal reference to: %s",
                    ", ".join(without.mapped("display_name")),
                )
            )
        domain = products._check_company_domain(self.company_id)
        skus = products.mapped("default_code")
        same = self.env["product.product"].search([*domain, ("default_code", "in", skus)])
        twice = sorted(
            sku for sku, count in Counter(same.mapped("default_code")).items() if count > 1
        )
        if twice:
            raise UserError(
                self.env._("Several products have the internal reference: %s", ", ".join(twice))
            )

    def _prepare_product_wishes(self, templates):
        """What is to be made of each template: a product with a variant for each of its own."""
        products = templates.product_variant_ids
        prices = self._get_shop_prices(products)
        lang = self.company_id.partner_id.lang
        wishes = {}
        for template in templates.with_context(lang=lang):
            if len(template.product_variant_ids) > MOST_VARIANTS:
                raise UserError(
                    self.env._("%s has more variants than can be made.", template.display_name)
                )
            first = template.product_variant_ids[:1]
            wishes[template] = ProductWish(
                title=template.name,
                handle=handle(template.name, first.default_code),
                variants=tuple(
                    self._prepare_variant_wish(product, prices[product.id][1])
                    for product in template.product_variant_ids
                ),
            )
        return wishes

    def _prepare_variant_wish(self, product, price):
        values = product.product_template_variant_value_ids
        return VariantWish(
            sku=product.default_code,
            price=float_repr(price, self.currency_id.decimal_places),
            barcode=product.barcode or "",
            weight=plain(product._get_weight_in_grams()),
            unit_price=product._get_channel_unit_price() if self.send_unit_price else None,
            taxable=bool(product.taxes_id._filter_taxes_by_company(self.company_id)),
            tracked=product.is_storable,
            options=tuple((value.attribute_id.name, value.name) for value in values),
        )


class SalesChannelListing(models.Model):
    _inherit = "sales.channel.listing"

    def action_send(self):
        """Tell the channel what differs and is for Odoo to say."""
        channels = self.channel_id
        channels.check_access("write")
        channels._require_product_changes()
        if any(channel.is_shadow for channel in channels):
            raise UserError(self.env._("Beside another system nothing is sent."))
        changes = {
            listing: sent
            for listing, wish in self._get_wishes().items()
            if (sent := listing._get_changes(wish)[0])
        }
        self.concat(*changes)._intend_changes(changes)
        return channels[:1]._notify(
            self.env._("On its way"),
            self.env._("%s products are changed in the channel.", len(changes)),
            "success",
        )

    def _intend_changes(self, changes):
        """One message a listing; one that was not sent yet gives way to the newer one."""
        model = self.env["sales.channel.intent"]
        earlier = model.search([("kind", "=", "change"), ("listing_id", "in", self.ids)])
        told = earlier.grouped("listing_id")
        vals_list, kept = [], model
        for listing, values in changes.items():
            same = told.get(listing, model).filtered(
                lambda row, values=values: row.state in OPEN_STATES and row.payload == values
            )
            kept |= same
            if not same:
                count = len(told.get(listing, ()))
                digest = hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
                vals_list.append(
                    {
                        "channel_id": listing.channel_id.id,
                        "kind": "change",
                        "name": listing.title or listing.sku or listing.external_key,
                        "subject": f"listing:{listing.id}:{count}:{digest[:16]}",
                        "listing_id": listing.id,
                        "payload": values,
                    }
                )
        (earlier - kept).filtered(lambda row: row.state in OPEN_STATES).state = "obsolete"
        return model._intend(vals_list)

    def action_take_over(self):
        """Write to the products what differs and is for the channel to say."""
        changes = {
            listing: taken
            for listing, wish in self._get_wishes().items()
            if (taken := listing._get_changes(wish)[1])
        }
        barcodes = [taken["barcode"] for taken in changes.values() if "barcode" in taken]
        known = self.env["product.product"].search([("barcode", "in", barcodes)])
        used, written, left = set(known.mapped("barcode")), 0, []
        for listing, taken in changes.items():
            vals = listing._prepare_taken(taken, used)
            if vals:
                listing.product_id.write(vals)
                written += 1
            if len(vals) < len(taken):
                left.append(listing.product_id.display_name)
        text = self.env._("%s products were changed.", written)
        if left:
            text += "\n" + self.env._(
                "A price that other variants share, or a barcode that another product has, is "
                "for you to change: %s",
                ", ".join(left),
            )
        kind = "warning" if left else "success"
        return self.channel_id[:1]._notify(self.env._("Taken over"), text, kind)

    def _prepare_taken(self, taken, used_barcodes):
        """Values of the product for what the channel says."""
        self.ensure_one()
        product, channel, vals = self.product_id, self.channel_id, {}
        # The price is one for all variants of a product.
        if "price" in taken and len(product.product_tmpl_id.product_variant_ids) == 1:
            own = channel._get_own_price(float(taken["price"]), product.taxes_id)
            today = fields.Date.context_today(self)
            company = channel.company_id
            price = channel.currency_id._convert(own, product.currency_id, company, today)
            vals["list_price"] = price
        if "barcode" in taken and taken["barcode"] not in used_barcodes:
            used_barcodes.add(taken["barcode"])
            vals["barcode"] = taken["barcode"]
        if "weight" in taken:
            vals["weight"] = float(Decimal(taken["weight"]) / product._get_weight_unit())
        return vals


class SalesChannelIntent(models.Model):
    _inherit = "sales.channel.intent"

    product_tmpl_id = fields.Many2one(
        "product.template", "Product", readonly=True, index="btree_not_null", ondelete="set null"
    )
    listing_id = fields.Many2one(
        "sales.channel.listing", readonly=True, index="btree_not_null", ondelete="set null"
    )

    def action_view_source(self):
        self.ensure_one()
        record = self.listing_id or self.product_tmpl_id
        if self.kind not in ("product", "change") or not record:
            return super().action_view_source()
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }

    def _execute_product(self, adapter, commit):
        """Make a product in the channel: look for it first, so that it is never made twice.

        The search of a channel may be behind what it made a moment ago; its address never is.
        """
        wish = ProductWish.from_json(self.payload)
        skus = {variant.sku for variant in wish.variants}
        found = adapter.variants_with(skus)
        if not found:
            found = adapter.variants_at(wish.handle)
            if found and not skus & {variant.sku for variant in found}:
                raise IntentRefused(
                    self.env._("Another product has the address “%s” in the channel.", wish.handle)
                )
        if not found:
            self._save_progress(asked=True)
            self.channel_id._keep(commit)
            found = adapter.make_product(wish)
            self._save_progress(asked=None)
        self._check_found(found, skus)
        listings = self.channel_id._store_variants(found, fields.Datetime.now())
        self._link_made(listings)
        return {"external_id": found[0].product_id}

    def _check_found(self, found, skus):
        """Each SKU has to be there once, whoever made it."""
        there = Counter(variant.sku for variant in found if variant.sku in skus)
        if missing := sorted(skus - there.keys()):
            raise IntentRefused(
                self.env._(
                    "Some variants are in the channel already. Add there what is missing, then "
                    "fetch the products: %s",
                    ", ".join(missing),
                )
            )
        if twice := sorted(sku for sku, count in there.items() if count > 1):
            raise IntentRefused(
                self.env._("The channel has several products with the SKU: %s", ", ".join(twice))
            )

    def _link_made(self, listings):
        products = {
            product.default_code: product for product in self.product_tmpl_id.product_variant_ids
        }
        self.env["sales.channel.listing"]._set_products(
            {
                listing: products[listing.sku]
                for listing in listings
                if not listing.product_id and listing.sku in products
            }
        )

    def _execute_change(self, adapter, _commit):
        """Change a variant; what is asked for twice is the same."""
        listing = self.listing_id
        if not listing:
            raise IntentRefused(self.env._("The product is no longer known."))
        adapter.change_variant(listing.external_product_id, listing.external_key, self.payload)
        listing._note_sent(self.payload)
        return {"external_id": listing.external_key}
