# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict

from ..channels.base.order import LineKind
from ..channels.base.products import match
from .problems import Problem

# Kinds of lines that are booked on a product of the channel.
CHANNEL_PRODUCTS = {
    LineKind.SHIPPING: "shipping_product_id",
    LineKind.CUSTOM: "custom_product_id",
    LineKind.TIP: "tip_product_id",
    LineKind.GIFT_CARD: "gift_card_product_id",
    LineKind.FEE: "fee_product_id",
    LineKind.ROUNDING: "fee_product_id",
}


def listing_key(line):
    """What a channel product is remembered by. Fees have a name only, such as "Deposit"."""
    if line.kind == LineKind.FEE:
        return f"fee:{line.title.casefold()}"
    return line.variant_id or (f"sku:{line.sku}" if line.sku else "")


def find_candidates(channel, skus, barcodes):
    """Ids of products by SKU and by barcode, those of other companies left out."""
    products = channel.env["product.product"].search_fetch(
        [
            *channel.env["product.product"]._check_company_domain(channel.company_id),
            "|",
            ("default_code", "in", [sku for sku in skus if sku]),
            ("barcode", "in", [barcode for barcode in barcodes if barcode]),
        ],
        ["default_code", "barcode"],
    )
    by_sku, by_barcode = defaultdict(list), defaultdict(list)
    for product in products:
        by_sku[product.default_code].append(product.id)
        by_barcode[product.barcode].append(product.id)
    return by_sku, by_barcode


def find_learnt(channel, skus, titles):
    """Products known from other listings: by SKU, and by listing and title, or by title
    alone for what was deleted. A channel may give a product another number whenever it is
    edited, and forgets all numbers of what is gone.
    """
    known = channel.env["sales.channel.listing"].search(
        [
            ("channel_id", "=", channel.id),
            ("product_id", "!=", False),
            "|",
            ("sku", "in", [sku for sku in skus if sku]),
            ("title", "in", [title for title in titles if title]),
        ]
    )
    found = defaultdict(set)
    for listing in known:
        if listing.sku:
            found["sku", listing.sku].add(listing.product_id)
        for product in (listing.external_product_id, ""):
            found[product, listing.title].add(listing.product_id)
    return found


def learnt_product(learnt, sku, external_product, title):
    """The only product that ``find_learnt`` knows for these; nothing if there are several."""
    by_title = () if sku else learnt.get((external_product, title), ())
    found = learnt.get(("sku", sku), by_title)
    return next(iter(found)) if len(found) == 1 else None


class ProductFinder:
    """Products for the lines of a chunk: listings first, then SKU, then barcode.

    A product found by its SKU is remembered as a listing, and so is one nobody knows:
    that listing waits for a product.
    """

    def __init__(self, channel, orders, known=None):
        """``known`` are sales orders that come again: what was sold there stays sold."""
        self.channel = channel
        self.env = channel.env
        self.lines = {
            listing_key(line): line
            for order in orders
            for line in order.lines
            if line.kind in (LineKind.GOODS, LineKind.FEE) and listing_key(line)
        }
        self.listings = self._known_listings()
        self._learn()
        self.kept = self._kept(known) if known else {}

    def _kept(self, sale_orders):
        """Products of known order lines, if a listing is gone that led to one."""
        if all(self.listings[key].product_id for key in self.lines):
            return {}
        return {line.channel_line_id: line.product_id for line in sale_orders.order_line}

    def _known_listings(self):
        listings = self.env["sales.channel.listing"].search(
            [("channel_id", "=", self.channel.id), ("external_key", "in", list(self.lines))]
        )
        return {listing.external_key: listing for listing in listings}

    def _learn(self):
        """Remember each line that leads to no product yet, with its product if one is found."""
        lines = {
            key: line
            for key, line in self.lines.items()
            if key not in self.listings or not self.listings[key].product_id
        }
        if not lines:
            return
        by_sku, by_barcode = find_candidates(
            self.channel,
            [line.sku for line in lines.values()],
            [line.barcode for line in lines.values()],
        )
        matches = {
            key: match(line.sku, line.barcode, by_sku, by_barcode) for key, line in lines.items()
        }
        products = self._products_of(lines, matches)
        new_vals = []
        for key, line in lines.items():
            if key not in self.listings:
                new_vals.append(self._prepare_listing(key, line, products[key], matches[key].doubt))
            elif products[key]:
                self.listings[key].product_id = products[key]
        for listing in self.env["sales.channel.listing"].create(new_vals):
            self.listings[listing.external_key] = listing

    def _prepare_listing(self, key, line, product, doubt):
        return {
            "channel_id": self.channel.id,
            "external_key": key,
            "external_product_id": line.product_id,
            "sku": line.sku,
            "barcode": line.barcode,
            "title": line.title,
            "product_id": product.id,
            "doubt": doubt and doubt.value,
        }

    def _products_of(self, lines, matches):
        """Products by key of the lines: as matched, else as other listings tell."""
        found = {
            key: self.channel.fee_product_id
            if line.kind == LineKind.FEE
            else self.env["product.product"].browse(matches[key].product)
            for key, line in lines.items()
        }
        unknown = {
            key: line
            for key, line in lines.items()
            if line.kind == LineKind.GOODS and not found[key] and not matches[key].doubt
        }
        if unknown:
            skus = [line.sku for line in unknown.values()]
            learnt = find_learnt(self.channel, skus, [line.title for line in unknown.values()])
            for key, line in unknown.items():
                product = learnt_product(learnt, line.sku, line.product_id, line.title)
                found[key] = product or found[key]
        return found

    def product_for(self, line):
        """Product of a line; ``Problem`` if there is none."""
        product = self.known_product(line)
        if product and line.is_digital and product.type != "service":
            text = self.env._(
                "“%(title)s” is a download, but “%(product)s” is goods that would be sent. Map it "
                "to a service.",
                title=line.title,
                product=product.display_name,
            )
            raise Problem("product", text)
        if product:
            return product
        if line.kind != LineKind.GOODS:
            return self._channel_product(line)
        raise Problem(
            "product",
            self.env._(
                "No product is known for “%(title)s” (SKU %(sku)s). Choose one under "
                "“Map Products”, or give a product this internal reference.",
                title=line.title,
                sku=line.sku or "–",
            ),
        )

    def known_product(self, line):
        """Product a line is mapped to, or was when it was first imported; empty if none."""
        listing = self.listings.get(listing_key(line))
        if listing and listing.product_id:
            return listing.product_id
        return self.kept.get(line.external_id, self.env["product.product"])

    def _channel_product(self, line):
        """Product of the channel for a kind of line."""
        field = self.channel._fields[CHANNEL_PRODUCTS[line.kind]]
        product = self.channel[field.name]
        label = field._description_string(self.env)
        if not product:
            raise Problem("setup", self.env._("The channel has no “%s”.", label))
        if line.kind == LineKind.GIFT_CARD and not self._is_liability(product):
            text = self.env._(
                "Gift cards sold are owed to their owners, not earned: give “%s” an income "
                "account that is a liability.",
                product.display_name,
            )
            raise Problem("setup", text)
        return product

    def _is_liability(self, product):
        # sudo: whoever imports need not see the accounts
        accounts = product.sudo().product_tmpl_id.get_product_accounts()
        return accounts["income"].internal_group == "liability"
