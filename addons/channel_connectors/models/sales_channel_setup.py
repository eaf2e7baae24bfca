# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import datetime, timedelta, timezone
from itertools import islice

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..channels.base.errors import ChannelError, PayloadError
from ..importer.payments import PaymentMap, ShippingMap
from ..importer.products import ProductFinder
from ..importer.tax_preparer import TaxPreparer

MANAGER = "channel_connectors.group_channel_manager"
# What the shop's orders need is read from so many pages of recent ones.
SAMPLE_PAGES = 4
SAMPLE_AGE = timedelta(days=60)
# More orders than this are imported in the background.
IMPORT_AT_ONCE = 200


class SalesChannel(models.Model):
    """The assistant that connects a shop.

    It works on the channel itself: whoever leaves it half way finds everything as it was. A
    channel that is being connected neither imports nor compares by itself.
    """

    _inherit = "sales.channel"

    setup_step = fields.Selection(
        [
            ("connection", "Connection"),
            ("stock", "Stock"),
            ("taxes", "Taxes"),
            ("payments", "Payment"),
            ("shipping", "Shipping"),
            ("products", "Products"),
            ("trial", "Dry Run"),
            ("live", "Start"),
            ("done", "Connected"),
        ],
        "Setup",
        required=True,
        default="done",
        copy=False,
    )
    setup_order_count = fields.Integer("Orders in the Shop", readonly=True, copy=False)

    @api.model
    def default_get(self, fields_list):
        """A shop that is being connected is called by its own name as soon as that is known."""
        vals = super().default_get(fields_list)
        if vals.get("setup_step") == "connection":
            vals.setdefault("name", self.env._("New Shop"))
        return vals

    # ------------------------------------------------------------------ hooks
    def _get_setup_steps(self):
        """The steps of this type of channel in their order. Those a channel has no use for
        are left out; what the first one asks for is in its view.
        """
        self.ensure_one()
        steps = [name for name, _label in self._fields["setup_step"].selection]
        if not self._adapter_class().capabilities.stock:
            steps.remove("stock")
        return steps

    def _read_shop(self):
        """Learn all that is to be decided on from the shop. Raises ``ChannelError``."""
        if self._adapter_class().capabilities.stock:
            self._fetch_locations()
        channel = self.with_company(self.company_id)
        orders = channel._read_sample()
        taxes = TaxPreparer(channel, orders)
        included = (self.shop_facts or {}).get("taxes_included", True)
        taxes.run(taxes.domestic_keys(included))
        PaymentMap(channel, orders)
        ShippingMap(channel, orders)
        if self.has_products:
            self._lock_products()
            channel._fetch_products()
        ProductFinder(channel, orders)

    def _read_sample(self):
        """Recent orders of the shop, or else its first ones. Nothing of them is kept."""
        adapter = self._adapter()
        payloads = []
        for since in (datetime.now(timezone.utc) - SAMPLE_AGE, None):
            pages = islice(adapter.order_pages(since), SAMPLE_PAGES)
            payloads = [payload for page in pages for payload in page.payloads]
            if payloads:
                break
        orders = []
        for payload in payloads:
            try:
                orders.append(adapter.parse_order(payload))
            except PayloadError:
                continue  # the dry run tells what is wrong with it
        return orders

    # ------------------------------------------------------------- navigation
    def _check_setup_access(self):
        self.ensure_one()
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only managers of sales channels connect shops."))

    def action_setup(self):
        """Open the assistant where it was left, or where something is missing."""
        self._check_setup_access()
        if self.setup_step == "done":
            self.setup_step = next(iter(self._get_setup_gaps()), "connection")
        view = self.env.ref("channel_connectors.view_sales_channel_setup_form")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Connect a Shop"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(view.id, "form")],
        }

    def action_setup_connect(self):
        """Test the connection; what is wrong with it stays on the page. Where the owner of the
        shop has to let us in first, go there: the connection is tested on the way back.
        """
        self._check_setup_access()
        if self.has_consent and self.consent_state in ("none", "lost"):
            return self.action_consent()
        self._test_setup()
        return None

    def _test_setup(self):
        self._require_setup()
        is_new = not self.shop_name
        try:
            self._check_connection()
        except ChannelError as error:
            self._note_failure(self._explain(error))
            return
        if is_new:
            # What was typed before the right secret was none.
            self.action_forget_previous_secret()

    def action_setup_read(self):
        """Look at the shop again: it has new orders, locations, ways to pay or to send."""
        self._check_setup_access()
        self._try_reading()

    def _try_reading(self):
        """Whether the shop could be read; if not, the reason is on the page."""
        try:
            with self.env.cr.savepoint():
                self._read_shop()
        except ChannelError as error:
            self._note_failure(self._explain(error))
            return False
        self._note_success()
        return True

    def action_setup_next(self):
        self._move_setup(1)

    def action_setup_back(self):
        self._move_setup(-1)

    def _move_setup(self, direction):
        self._check_setup_access()
        steps = self._get_setup_steps()
        if self.setup_step == "connection" and not self._try_reading():
            return
        self.setup_step = steps[steps.index(self.setup_step) + direction]

    # --------------------------------------------------------------- the end
    def action_setup_try(self):
        """Import for a trial; the result is shown in the assistant."""
        self._check_setup_access()
        self.setup_order_count = self._count_to_import()
        self.action_preview_import()

    def action_setup_import(self):
        """The first import, after which the shop is looked at regularly."""
        self._check_setup_access()
        if not self._lock_import():
            raise UserError(self.env._("An import of this channel is already running."))
        if self._count_to_import() > IMPORT_AT_ONCE:
            self._enqueue_import()
        elif self._import_orders():
            return
        self.write({"setup_step": "live", "auto_import": True, "prove_nightly": True})

    def _count_to_import(self):
        """How many orders of the shop have not been imported yet."""
        try:
            return self._adapter().order_count(self._get_import_start())
        except ChannelError as error:
            raise UserError(self._explain(error)) from error

    def action_setup_finish(self):
        """The channel is connected."""
        self._check_setup_access()
        self.setup_step = "done"
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "main",
        }
