# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..channels.base.adapter import adapter_class, channel_types
from ..channels.base.errors import RefusedError

CHANNEL_GROUP = "channel_connectors.group_channel_user"


class SalesChannel(models.Model):
    _name = "sales.channel"
    _description = "Sales Channel"
    _inherit = ["mail.thread"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    channel_type = fields.Selection(
        selection=lambda self: channel_types(), required=True, default="shopify"
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )

    warehouse_id = fields.Many2one(
        "stock.warehouse",
        check_company=True,
        compute="_compute_warehouse_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        help="The currency the shop keeps its books in. Orders are imported in it.",
    )
    pricelist_id = fields.Many2one(
        "product.pricelist",
        check_company=True,
        compute="_compute_pricelist_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('currency_id', '=', currency_id)]",
        help="Only used for the currency of the orders: prices come from the channel.",
    )
    team_id = fields.Many2one("crm.team", "Sales Team", check_company=True)

    shipping_product_id = fields.Many2one(
        "product.product",
        "Product for Shipping",
        check_company=True,
        default=lambda self: self._default_product("shipping"),
    )
    custom_product_id = fields.Many2one(
        "product.product",
        "Product for Custom Items",
        check_company=True,
        default=lambda self: self._default_product("custom"),
    )
    tip_product_id = fields.Many2one(
        "product.product",
        "Product for Tips",
        check_company=True,
        default=lambda self: self._default_product("tip"),
    )
    gift_card_product_id = fields.Many2one(
        "product.product",
        "Product for Gift Cards",
        check_company=True,
        default=lambda self: self._default_product("gift_card"),
        help="Gift cards sold are a liability: give this product an account for it.",
    )
    fee_product_id = fields.Many2one(
        "product.product",
        "Product for Fees and Duties",
        check_company=True,
        default=lambda self: self._default_product("fee"),
    )

    payment_journal_id = fields.Many2one(
        "account.journal",
        check_company=True,
        domain="[('type', 'in', ('bank', 'cash'))]",
        help="Payments of the channel are booked here. The inbound payment method needs an "
        "outstanding account: the clearing account of the channel.",
    )
    gift_card_journal_id = fields.Many2one(
        "account.journal",
        check_company=True,
        domain="[('type', 'in', ('bank', 'cash'))]",
        help="What customers pay with gift cards, if it is to be booked apart.",
    )

    tax_ids = fields.One2many("sales.channel.tax", "channel_id", "Taxes", groups=CHANNEL_GROUP)
    import_test_orders = fields.Boolean(
        help="Import orders the channel marks as tests, as quotations to look at."
    )
    auto_import = fields.Boolean("Import Automatically", default=True)
    orders_cursor = fields.Datetime(
        "Orders Imported Until",
        copy=False,
        help="Changes since this moment are asked for at the next import.",
    )
    last_success = fields.Datetime(readonly=True, copy=False)
    last_error = fields.Text(readonly=True, copy=False)
    last_error_date = fields.Datetime(readonly=True, copy=False)
    shop_name = fields.Char("Shop", readonly=True, copy=False)
    served_version = fields.Char("Interface Version", readonly=True, copy=False)

    order_ids = fields.One2many(
        "sales.channel.order", "channel_id", "Channel Orders", groups=CHANNEL_GROUP
    )
    order_count = fields.Integer(compute="_compute_order_counts", groups=CHANNEL_GROUP)
    attention_count = fields.Integer(compute="_compute_order_counts", groups=CHANNEL_GROUP)
    unmapped_listing_count = fields.Integer(compute="_compute_order_counts", groups=CHANNEL_GROUP)

    # A secret is written and never read: the column is closed to every group, and what
    # clients can see is a field that is always empty.
    api_base = fields.Char(
        "Shop Address",
        compute="_compute_api_base",
        store=True,
        readonly=False,
        precompute=True,
        groups=CHANNEL_GROUP,
        help="Filled in by itself where it is the same for all shops.",
    )
    client_id = fields.Char("Client ID", groups=CHANNEL_GROUP, copy=False)
    client_secret = fields.Char(
        compute="_compute_secrets",
        inverse="_inverse_client_secret",
        groups="channel_connectors.group_channel_manager",
        copy=False,
        help="Written and never shown again. The environment variable "
        "ODOO_CHANNEL_<ID>_CLIENT_SECRET takes precedence.",
    )
    access_token = fields.Char(
        compute="_compute_secrets",
        inverse="_inverse_access_token",
        groups="channel_connectors.group_channel_manager",
        copy=False,
        help="Only for apps with a token that does not expire; else leave it empty.",
    )
    client_secret_stored = fields.Char(groups=fields.NO_ACCESS, copy=False)
    client_secret_previous_stored = fields.Char(groups=fields.NO_ACCESS, copy=False)
    access_token_stored = fields.Char(groups=fields.NO_ACCESS, copy=False)
    has_client_secret = fields.Boolean(
        "Secret Set",
        compute="_compute_has_client_secret",
        compute_sudo=True,  # tells whether there is a secret, not which
    )
    has_previous_secret = fields.Boolean(
        "Previous Secret Kept",
        compute="_compute_has_client_secret",
        compute_sudo=True,  # see above
    )

    @api.model
    def _default_product(self, kind):
        return self.env.ref(f"channel_connectors.product_{kind}", raise_if_not_found=False)

    @api.depends("company_id")
    def _compute_warehouse_id(self):
        warehouses = self.env["stock.warehouse"]
        for company in self.company_id:
            warehouse = warehouses.search([("company_id", "=", company.id)], limit=1)
            for channel in self.filtered(lambda c, company=company: c.company_id == company):
                if channel.warehouse_id.company_id != company:
                    channel.warehouse_id = warehouse

    @api.depends("company_id")
    def _compute_currency_id(self):
        for channel in self:
            channel.currency_id = channel.currency_id or channel.company_id.currency_id

    @api.depends("company_id", "currency_id")
    def _compute_pricelist_id(self):
        """Orders take their currency from their pricelist, so a foreign one needs one."""
        for channel in self:
            current = channel.pricelist_id
            if current.currency_id == channel.currency_id:
                continue
            channel.pricelist_id = self.env["product.pricelist"].search(
                [
                    ("currency_id", "=", channel.currency_id.id),
                    ("company_id", "in", (False, channel.company_id.id)),
                ],
                limit=1,
            )

    def _count(self, model, domain):
        """How many records of a model that match there are, by channel."""
        domain = [("channel_id", "in", self.ids), *domain]
        groups = self.env[model]._read_group(domain, ["channel_id"], ["__count"])
        return Counter(dict(groups))

    @api.depends("order_ids.state")
    def _compute_order_counts(self):
        groups = self.env["sales.channel.order"]._read_group(
            [("channel_id", "in", self.ids)], ["channel_id", "state"], ["__count"]
        )
        counts = {(channel.id, state): count for channel, state, count in groups}
        unmapped = self._count("sales.channel.listing", [("is_mapped", "=", False)])
        for channel in self:
            channel.order_count = sum(
                count for (channel_id, _state), count in counts.items() if channel_id == channel.id
            )
            channel.attention_count = counts.get((channel.id, "attention"), 0)
            channel.unmapped_listing_count = unmapped[channel]

    @api.depends("channel_type")
    def _compute_api_base(self):
        """One channel's address is no address of another one."""
        everywhere = [adapter_class(name).capabilities.api_base for name, _label in channel_types()]
        for channel in self:
            fixed = channel._adapter_class().capabilities.api_base
            own = channel.api_base if channel.api_base not in everywhere else False
            channel.api_base = fixed or own

    def _compute_secrets(self):
        self.client_secret = False
        self.access_token = False

    @api.depends("client_secret_stored", "client_secret_previous_stored")
    def _compute_has_client_secret(self):
        for channel in self:
            channel.has_client_secret = bool(channel._secret("client_secret"))
            channel.has_previous_secret = bool(channel._secret("client_secret_previous"))

    def _inverse_client_secret(self):
        """A new secret; the one before it still counts until it is revoked at the channel."""
        for channel in self:
            # sudo: see _store_secret()
            stored = channel.sudo()
            old = stored.client_secret_stored
            if channel.client_secret and old and old != channel.client_secret:
                stored.client_secret_previous_stored = old
        self._store_secret("client_secret")

    def action_forget_previous_secret(self):
        """The previous secret has been revoked: what it signed is no longer accepted."""
        self.check_access("write")
        # sudo: see _store_secret()
        self.sudo().client_secret_previous_stored = False

    def _inverse_access_token(self):
        self._store_secret("access_token")

    def _store_secret(self, name):
        for channel in self:
            # An empty field means "unchanged": the form never shows what is stored.
            if channel[name]:
                # sudo: the column is closed to everybody, its writer included
                channel.sudo()[f"{name}_stored"] = channel[name]

    @api.constrains("api_base", "channel_type")
    def _check_api_base(self):
        for channel in self.filtered("api_base"):
            adapter = channel._adapter_class()
            try:
                adapter.check_api_base(channel.api_base, local=self._stand_in_allowed())
            except RefusedError as error:
                raise ValidationError(
                    self.env._(
                        "%(address)s is not the address of a shop. It looks like %(example)s.",
                        address=channel.api_base,
                        example=adapter.capabilities.example,
                    )
                ) from error

    @api.constrains("pricelist_id", "currency_id")
    def _check_currency(self):
        for channel in self:
            pricelist = channel.pricelist_id
            if pricelist and pricelist.currency_id != channel.currency_id:
                raise ValidationError(
                    self.env._("The pricelist of a channel has to be in the channel's currency.")
                )

    def _adapter_class(self):
        self.ensure_one()
        return adapter_class(self.channel_type)

    def action_view_orders(self):
        return self._action_orders([])

    def action_view_attention(self):
        return self._action_orders([("state", "=", "attention")])

    def _action_orders(self, domain):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "channel_connectors.action_sales_channel_order"
        )
        action["domain"] = [("channel_id", "=", self.id), *domain]
        action["context"] = {"default_channel_id": self.id}
        return action

    def action_view_listings(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "channel_connectors.action_sales_channel_listing"
        )
        action["domain"] = [("channel_id", "=", self.id)]
        action["context"] = {"default_channel_id": self.id, "search_default_unmapped": 1}
        return action
