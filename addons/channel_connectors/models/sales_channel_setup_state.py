# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from markupsafe import Markup

from odoo import api, fields, models

from .sales_channel import CHANNEL_GROUP


class SalesChannel(models.Model):
    """What the assistant shows: what the shop said, what is missing, how the trial went."""

    _inherit = "sales.channel"

    shop_facts = fields.Json(
        readonly=True, copy=False, groups=CHANNEL_GROUP, help="What the shop said of itself."
    )
    shop_country_id = fields.Many2one(
        "res.country", "Country of the Shop", compute="_compute_shop_facts", groups=CHANNEL_GROUP
    )
    shop_currency = fields.Char(
        "Currency of the Shop", compute="_compute_shop_facts", groups=CHANNEL_GROUP
    )
    shop_prices = fields.Selection(
        [("included", "With Tax"), ("excluded", "Without Tax")],
        "Prices of the Shop",
        compute="_compute_shop_facts",
        groups=CHANNEL_GROUP,
    )
    needed_rights = fields.Char(
        "Rights to Grant", compute="_compute_needed_rights", groups=CHANNEL_GROUP
    )
    missing_rights = fields.Html(compute="_compute_missing_rights", groups=CHANNEL_GROUP)
    setup_gap_text = fields.Char(compute="_compute_setup_gap_text", groups=CHANNEL_GROUP)
    trial_id = fields.Many2one(
        "sales.channel.preview", compute="_compute_trial", groups=CHANNEL_GROUP
    )
    trial_line_ids = fields.One2many(
        "sales.channel.preview.line", compute="_compute_trial", groups=CHANNEL_GROUP
    )
    trial_create_count = fields.Integer(
        "Would Be Imported", compute="_compute_trial", groups=CHANNEL_GROUP
    )
    trial_attention_count = fields.Integer(
        "Would Need Attention", compute="_compute_trial", groups=CHANNEL_GROUP
    )
    imported_count = fields.Integer(
        "Imported Orders", compute="_compute_imported_count", groups=CHANNEL_GROUP
    )
    setup_listing_ids = fields.One2many(
        "sales.channel.listing",
        "channel_id",
        "Products of the Shop",
        domain=[("external_key", "not like", "fee:%")],
        groups=CHANNEL_GROUP,
    )
    mapped_listing_count = fields.Integer(
        "Recognised Products", compute="_compute_mapped_listing_count", groups=CHANNEL_GROUP
    )

    # ------------------------------------------------------------- the shop
    def _prepare_shop_values(self, info):
        """A new channel takes its name and its currency from the shop."""
        vals = {
            **super()._prepare_shop_values(info),
            "shop_facts": {
                "country": info.country_code,
                "currency": info.currency,
                "taxes_included": info.taxes_included,
                "missing_rights": [
                    [right.name, list(right.features), right.required]
                    for right in info.missing_rights
                ],
            },
        }
        if self.setup_step == "connection" and not self.shop_name:
            vals["name"] = info.name
            currency = self.env["res.currency"].search([("name", "=", info.currency)])
            if currency:
                vals["currency_id"] = currency.id
        return vals

    @api.depends("shop_facts")
    def _compute_shop_facts(self):
        countries = self.env["res.country"]
        for channel in self:
            facts = channel.shop_facts or {}
            code = facts.get("country")
            channel.shop_country_id = code and countries.search([("code", "=", code)])
            channel.shop_currency = facts.get("currency")
            included = facts.get("taxes_included")
            channel.shop_prices = bool(facts) and ("included" if included else "excluded")

    @api.depends("channel_type")
    def _compute_needed_rights(self):
        for channel in self:
            channel.needed_rights = ",".join(channel._adapter_class().capabilities.rights)

    @api.depends("shop_facts")
    def _compute_missing_rights(self):
        purposes = self._get_right_purposes()
        for channel in self:
            rows = [
                Markup("<li%s><code>%s</code>: %s</li>")
                % (
                    Markup(' class="text-danger"') if required else "",
                    name,
                    ", ".join(purposes.get(feature, feature) for feature in features),
                )
                for name, features, required in (channel.shop_facts or {}).get("missing_rights", ())
            ]
            channel.missing_rights = rows and Markup("<ul>%s</ul><p>%s</p>") % (
                Markup().join(rows),
                channel._get_right_advice(),
            )

    @api.model
    def _get_right_purposes(self):
        """What a right is needed for, by the feature of the adapter."""
        return {
            "orders": self.env._("import orders with their customers and products"),
            "locations": self.env._("know the locations that hold stock"),
            "changes": self.env._("cancel, refund and mark orders as paid from here"),
            "fulfilment": self.env._("report shipments with their tracking numbers"),
            "tracking": self.env._("report where parcels are"),
            "returns": self.env._("take part in returns"),
            "stock": self.env._("offer stock"),
            "products": self.env._("create products, and write lots and best-before dates back"),
            "payouts": self.env._("take over payouts and fees"),
            "proof": self.env._("compare the books every night"),
            "gift_cards": self.env._("see gift cards"),
        }

    def _get_right_advice(self):
        """How a right is granted in this type of channel."""
        return self.env._(
            "Open the app in the developer dashboard of the shop, add the rights to its access "
            "scopes, release that version and approve it in the shop. Then test again."
        )

    # -------------------------------------------------------- what is missing
    def _get_setup_gaps(self):
        """What is missing before all orders can come in, in words by step of the assistant."""
        self.ensure_one()
        gaps = {}
        if not self.shop_name:
            gaps["connection"] = self.env._("the shop has not answered yet")
        if self.push_stock and not self.location_ids.warehouse_ids:
            gaps["stock"] = self.env._("no location stands for a warehouse")
        if untaxed := len(self.tax_ids.filtered(lambda row: not row.tax_id)):
            gaps["taxes"] = self.env._("%s rates without a tax", untaxed)
        if payments := self._get_payment_gaps():
            gaps["payments"] = ", ".join(payments)
        if self.setup_step not in ("live", "done"):
            gaps["trial"] = self.env._("the first import")
        return gaps

    def _get_payment_gaps(self):
        gaps = []
        if unclear := len(self.method_ids.filtered(lambda method: not method.kind)):
            gaps.append(self.env._("%s ways to pay without a meaning", unclear))
        if not self.payment_journal_id:
            gaps.append(self.env._("no payment journal"))
        return gaps

    @api.depends(
        "shop_name",
        "push_stock",
        "location_ids.warehouse_ids",
        "tax_ids.tax_id",
        "method_ids.kind",
        "payment_journal_id",
        "setup_step",
    )
    def _compute_setup_gap_text(self):
        for channel in self:
            channel.setup_gap_text = "; ".join(channel._get_setup_gaps().values())

    # ---------------------------------------------------------------- trial
    def _compute_trial(self):
        """The last dry run of this user, problems first."""
        order = {"attention": 0, "create": 1, "follow": 2}
        for channel in self:
            channel.trial_id = self.env["sales.channel.preview"].search(
                [("channel_id", "in", channel.ids), ("create_uid", "=", self.env.uid)],
                order="id desc",
                limit=1,
            )
            channel.trial_line_ids = channel.trial_id.line_ids.sorted(
                lambda line: order.get(line.outcome, 3)
            )
            channel.trial_create_count = channel.trial_id.create_count
            channel.trial_attention_count = channel.trial_id.attention_count

    @api.depends("setup_listing_ids.product_id")
    def _compute_mapped_listing_count(self):
        for channel in self:
            channel.mapped_listing_count = len(channel.setup_listing_ids.product_id)

    @api.depends("order_ids.state")
    def _compute_imported_count(self):
        counts = self._count("sales.channel.order", [("state", "=", "imported")])
        for channel in self:
            channel.imported_count = counts[channel]
