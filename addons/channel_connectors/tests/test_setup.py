# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user

from tests.sandbox.shopify import CLIENT_ID, CLIENT_SECRET
from tests.sandbox.shopify.store import SCOPES

from .common import ChannelCase

MANAGER = "base.group_user,channel_connectors.group_channel_manager"
STEPS = ["connection", "stock", "taxes", "payments", "shipping", "products", "trial", "live"]


class TestSetup(ChannelCase):
    """The assistant, step by step, for those who may use it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(cls.env, "setup_manager", MANAGER)
        cls.consultant = new_test_user(
            cls.env, "setup_consultant", f"{MANAGER},account.group_account_manager"
        )

    def setUp(self):
        super().setUp()
        self.store.scopes = set(SCOPES)

    def keep(self, *names):
        """Let the shop have these orders only."""
        every = self.store.orders
        self.addCleanup(setattr, self.store, "orders", every)
        self.store.orders = {key: o for key, o in every.items() if o["name"] in names}

    def start(self, user=None, **vals):
        """A shop nobody has connected yet."""
        form = Form(
            self.env["sales.channel"]
            .with_user(user or self.consultant)
            .with_context(
                default_setup_step="connection",
                default_auto_import=False,
                default_prove_nightly=False,
            ),
            view="channel_connectors.view_sales_channel_setup_form",
        )
        form.api_base = self.sandbox.url
        form.client_id = CLIENT_ID
        form.client_secret = CLIENT_SECRET
        for name, value in vals.items():
            form[name] = value
        return form.save()

    def go(self, channel, step):
        channel.action_setup_connect()
        while channel.setup_step != step:
            channel.action_setup_next()
        return channel

    def test_connection(self):
        channel = self.start(client_secret="wrong")
        channel.action_setup_connect()
        self.assertTrue(channel.last_error)
        self.assertFalse(channel.shop_name)
        channel.client_secret = CLIENT_SECRET
        channel.action_setup_connect()
        self.assertFalse(channel.last_error)
        self.assertFalse(channel.has_previous_secret, "what never worked is no secret")
        self.assertEqual(channel.name, channel.shop_name)
        self.assertEqual(channel.shop_country_id.code, "DE")
        self.assertEqual((channel.shop_currency, channel.shop_prices), ("EUR", "included"))
        self.assertFalse(channel.missing_rights)
        self.assertEqual(set(channel.needed_rights.split(",")), SCOPES - {"read_all_orders"})
        channel.name = "Our Name"
        channel.action_setup_connect()
        self.assertEqual(channel.name, "Our Name")

    def test_missing_rights(self):
        """Missing rights are named with what they are for; basic ones stop the assistant."""
        self.store.scopes -= {"write_inventory", "read_locations"}
        channel = self.start()
        channel.action_setup_connect()
        rights = {row[0]: row[2] for row in channel.shop_facts["missing_rights"]}
        self.assertEqual(rights, {"read_locations": True, "write_inventory": False})
        self.assertIn("read_locations", channel.missing_rights)
        channel.action_setup_next()
        self.assertEqual(channel.setup_step, "connection")
        self.assertTrue(channel.last_error)
        self.store.scopes |= {"read_locations"}
        channel.action_setup_connect()
        channel.action_setup_next()
        self.assertEqual(channel.setup_step, "stock")

    def test_steps(self):
        """What the shop's orders need is there to be decided on, and nothing is imported."""
        channel = self.start()
        channel.action_setup_connect()
        seen = [channel.setup_step]
        while channel.setup_step != "trial":
            channel.action_setup_next()
            seen.append(channel.setup_step)
        self.assertEqual(seen, STEPS[:-1])
        self.assertEqual(channel._get_setup_steps()[:-1], STEPS)
        self.assertEqual(len(channel.location_ids), 2)
        rates = {(row.country_id.code, row.rate, row.price_include) for row in channel.tax_ids}
        self.assertLessEqual(
            {("DE", 19, True), ("DE", 7, True), ("AT", 20, True), ("CH", 0, True)}, rates
        )
        self.assertIn("shopify_payments", channel.method_ids.mapped("gateway"))
        self.assertLessEqual({"HON-500", "GUT-25"}, set(channel.setup_listing_ids.mapped("sku")))
        self.assertEqual(channel.mapped_listing_count, len(self.products))
        self.assertFalse(channel.order_ids)
        self.assertFalse(channel.orders_cursor)
        self.assertFalse(channel.auto_import)
        channel.action_setup_back()
        self.assertEqual(channel.setup_step, "products")

    def test_left_and_continued(self):
        self.keep("#1001")
        channel = self.go(self.start(), "payments")
        self.assertTrue(channel.setup_gap_text)
        action = channel.with_user(self.manager).action_setup()
        self.assertEqual((action["res_id"], channel.setup_step), (channel.id, "payments"))
        channel.setup_step = "done"
        channel.action_setup()
        self.assertEqual(channel.setup_step, next(iter(channel._get_setup_gaps())))

    def test_clearing_journal(self):
        self.keep("#1001")
        channel = self.go(self.start(), "payments")
        transit = self.company.transfer_account_id
        channel.action_setup_journal()
        journal = channel.payment_journal_id
        account = journal.default_account_id
        self.assertEqual(channel._get_clearing_account(), account)
        self.assertTrue(account.reconcile)
        self.assertEqual(
            int(account.code) // 10, int(transit.code) // 10, "beside money in transit"
        )
        self.assertEqual(
            journal.outbound_payment_method_line_ids.payment_account_id, account, "refunds too"
        )
        channel.action_setup_journal()
        self.assertEqual(channel.payment_journal_id, journal, "only once")
        channel._check_payout_setup()
        self.assertNotIn("payments", channel._get_setup_gaps())
        channel._import_orders()
        order = self.order("#1001", channel)
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.action_post()
        payment = order._register_channel_payments()
        self.assertIn(account, payment.move_id.line_ids.account_id)
        self.assertEqual(invoice.amount_residual, 0)

    def test_manager_without_accounting(self):
        """Taxes that exist are found, none is made; the journal is for accountants."""
        taxes = self.env["account.tax"].with_context(active_test=False)
        before = taxes.search_count([])
        channel = self.go(self.start(self.manager), "payments")
        self.assertEqual(taxes.search_count([]), before)
        self.assertTrue(channel.tax_ids.filtered("tax_id"))
        self.assertTrue(channel.tax_ids.filtered(lambda row: not row.tax_id))
        with self.assertRaises(AccessError):
            channel.action_setup_journal()

    def test_trial_and_import(self):
        self.keep("#1001", "#1002")
        self.products["KER-1"].default_code = "OTHER"
        channel = self.go(self.start(), "trial")
        channel.action_setup_try()
        self.assertFalse(channel.order_ids)
        self.assertEqual(channel.setup_order_count, len(self.store.orders))
        problems = channel.trial_line_ids.filtered(lambda line: line.outcome == "attention")
        self.assertEqual(channel.trial_line_ids[: len(problems)], problems)
        self.assertEqual(channel.trial_attention_count, len(problems))
        line = problems.filtered(lambda line: line.reason_code == "product")[0]
        line.action_fix()
        self.assertEqual(channel.setup_step, "products")
        listing = channel.setup_listing_ids.filtered(lambda row: not row.product_id)
        listing.product_id = self.products["KER-1"]
        channel.action_setup_next()
        channel.action_setup_try()
        self.assertNotIn("product", channel.trial_line_ids.mapped("reason_code"))
        channel.action_setup_import()
        self.assertEqual(channel.setup_step, "live")
        self.assertTrue(channel.auto_import and channel.prove_nightly)
        self.assertEqual(channel.imported_count, channel.trial_create_count)
        channel.action_setup_finish()
        self.assertEqual(channel.setup_step, "done")

    def test_failure_of_the_shop(self):
        """Nothing half: a shop that stops answering leaves the step as it was."""
        channel = self.start()
        channel.action_setup_connect()
        self.store.secrets, secrets = ["another"], self.store.secrets
        self.store.tokens.clear()
        channel.action_setup_next()
        self.assertEqual(channel.setup_step, "connection")
        self.assertTrue(channel.last_error)
        self.assertFalse(channel.location_ids or channel.tax_ids)
        self.store.secrets = secrets
        channel.action_setup_next()
        self.assertEqual(channel.setup_step, "stock")
        self.assertFalse(channel.last_error)

    def test_shop_without_orders(self):
        self.keep()
        channel = self.go(self.start(), "taxes")
        rates = {(row.country_id.code, row.price_include) for row in channel.tax_ids}
        self.assertEqual(rates, {("DE", True)})
        self.assertTrue(all(row.tax_id for row in channel.tax_ids))

    def test_roles(self):
        channel = self.start()
        for group in ("reader", "user"):
            user = new_test_user(
                self.env,
                f"setup_{group}",
                f"base.group_user,channel_connectors.group_channel_{group}",
            )
            seen = channel.with_user(user)
            for name in ("", "_connect", "_next", "_back", "_read", "_try", "_import", "_finish"):
                with self.subTest(group=group, name=name), self.assertRaises(AccessError):
                    getattr(seen, f"action_setup{name}")()
            with self.assertRaises(AccessError):
                self.start(user)
            view = seen.get_view(
                view_id=self.env.ref("channel_connectors.view_sales_channel_form").id
            )
            self.assertNotIn('name="action_setup"', view["arch"])
        self.assertEqual(channel.setup_step, "connection")

    def test_one_import_at_a_time(self):
        channel = self.start()
        with self.registry.cursor() as other:
            other.execute("SELECT pg_advisory_xact_lock(%s, %s)", [channel._LOCK_CLASS, channel.id])
            with self.assertRaises(UserError):
                channel.action_setup_import()
