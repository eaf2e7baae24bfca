# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user

from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.addons.batch_mrp_orders.tests.common import BatchCase

LATER = timedelta(minutes=11)


class MailCase(BatchCase):
    """Orders of a shop and a mail server that keeps what it is given."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("de_DE")
        cls.customer.write({"email": "hofladen@example.com", "lang": "de_DE"})
        cls._stock_up(cls.jar, 1000)
        cls.notices = cls.env["sale.order.notice"]
        cls.rules = cls.env["sale.order.notice.rule"].search(
            [("company_id", "=", cls.company.id), ("channel_id", "=", False)]
        )
        cls.rules.enabled = False
        cls.env["mail.mail"].search([("state", "=", "outgoing")]).state = "cancel"

    def rule(self, kind, **values):
        rule = self.rules.filtered(lambda rule: rule.kind == kind)
        rule.write({"enabled": True, **values})
        # What happens within the second of the switch counts.
        rule.enabled_on -= timedelta(minutes=1)
        return rule

    def run_job(self, after=LATER, fail=None):
        """What the cron job does, after some time; returns the mails that left."""
        outbox = []

        def send_email(server, message, *args, **kwargs):
            if fail:
                fail(message)
            outbox.append(message)
            return message["Message-Id"]

        def flush(*args, **kwargs):
            self.env.flush_all()
            return 1

        with (
            freeze_time(fields.Datetime.now() + after),
            patch.object(IrMail_Server, "_disable_send", lambda server: False),
            patch.object(IrMail_Server, "_connect__", lambda server, *a, **k: None),
            patch.object(IrMail_Server, "send_email", send_email),
            patch.object(type(self.env["ir.cron"]), "_commit_progress", flush),
        ):
            self.notices._cron_send()
        return outbox

    def tell(self, fail=None):
        """Collect now, send when the waiting time is over."""
        self.assertFalse(self.run_job(timedelta()))
        return self.run_job(fail=fail)


class TestCustomerMails(MailCase):
    def test_each_kind_is_told_once_in_its_turn(self):
        for kind in ("confirmation", "in_production", "shipped", "delivered"):
            self.rule(kind, days=0)
        order = self._create_order((self.jar, 4))
        (mail,) = self.tell()
        self.assertIn("hofladen@example.com", mail["To"])
        self.assertTrue(order.confirmation_sent_on)
        order.production_status = "in_production"
        self.assertEqual(len(self.tell()), 1)
        picking = self._ship(order)
        (mail,) = self.tell()
        self.assertIn(order.name, mail["Subject"])
        picking.action_mark_delivered()
        self.assertEqual(len(self.tell()), 1)
        self.assertEqual(self.run_job(), [])
        self.assertEqual(
            order.notice_ids.sorted("id").mapped("kind"),
            ["confirmation", "in_production", "shipped", "delivered"],
        )
        self.assertEqual(set(order.notice_ids.mapped("state")), {"sent"})
        # Answers arrive at the order, and the mails stand in its history.
        messages = order.notice_ids.mail_id.mail_message_id
        self.assertEqual(set(messages.mapped("model")), {"sale.order"})
        self.assertEqual(set(messages.mapped("res_id")), {order.id})

    # -------------------------------------------------------------------- delayed
    def _late(self, days):
        order = self._create_order((self.jar, 4), confirm=False)
        day = fields.Date.today() + timedelta(days=30)
        order.commitment_date = fields.Datetime.to_datetime(day) + timedelta(hours=10)
        order.action_confirm()
        self._move(order, day + timedelta(days=days))
        return order, day

    def _move(self, order, day):
        line = order.order_line
        line.promise_date = day
        line.promise_facts = {"day": str(day)}
        self.env.flush_all()

    def test_delay_is_told_once_for_each_new_date(self):
        self.rule("delayed", days=2)
        order, agreed = self._late(2)
        self.assertEqual(self.tell(), [], "two days are not more than two")
        self._move(order, agreed + timedelta(days=3))
        self.assertEqual(len(self.tell()), 1)
        self.assertEqual(order.notice_ids.told_date, agreed + timedelta(days=3))
        self._move(order, agreed + timedelta(days=5))
        self.assertEqual(self.tell(), [], "not much more than what was told")
        self._move(order, agreed + timedelta(days=6))
        self.assertEqual(len(self.tell()), 1)
        self._ship(order)
        self._move(order, agreed + timedelta(days=20))
        self.assertEqual(self.tell(), [])

    def test_quick_correction_sends_nothing_and_a_second_delay_does(self):
        self.rule("delayed", days=1)
        order, agreed = self._late(9)
        self.run_job(timedelta())
        self._move(order, agreed)
        self.assertEqual(self.run_job(), [])
        self.assertEqual(order.notice_ids.mapped("reason"), ["outdated"])
        self._move(order, agreed + timedelta(days=9))
        self.assertEqual(len(self.tell()), 1)
        self.assertEqual(order.notice_ids.mapped("state"), ["sent"])

    def test_switching_on_tells_nothing_of_before(self):
        order, _agreed = self._late(9)
        shipped = self._create_order((self.jar, 1))
        self._ship(shipped)
        with freeze_time(fields.Datetime.now() + timedelta(hours=1)):
            self.rules.filtered(lambda rule: rule.kind in ("delayed", "shipped")).enabled = True
        with freeze_time(fields.Datetime.now() + timedelta(hours=2)):
            self.assertEqual(self.tell(), [])
        self.assertEqual(order.notice_ids.reason, "before")
        self.assertFalse(shipped.notice_ids)

    # -------------------------------------------------------------------- shipped
    def test_shipped_waits_for_the_number_but_not_forever(self):
        self.rule("shipped", show_lots=True)
        carrier = self.env["delivery.carrier"].search([("delivery_type", "=", "fixed")], limit=1)
        number, none = self._create_order((self.jar, 4)), self._create_order((self.jar, 4))
        for order in (number, none):
            order.picking_ids.carrier_id = carrier
            self._ship(order)
        carrier.tracking_url = "https://track.example.com/<shipmenttrackingnumber>"
        (number | none).picking_ids.carrier_tracking_ref = False
        self.assertEqual(self.tell(), [])
        number.picking_ids.carrier_tracking_ref = "0034043"
        (mail,) = self.tell()
        body = mail.get_body(("html",)).get_content()
        self.assertIn("https://track.example.com/0034043", body)
        self.assertIn(number.delivered_lot_ids.name, body)
        none.picking_ids.date_done -= timedelta(hours=25)
        self.rule("shipped").enabled_on -= timedelta(hours=26)
        self.assertEqual(len(self.tell()), 1)

    def test_links_of_several_parcels(self):
        picking = self.env["stock.picking"].new({"carrier_tracking_ref": "1, 2"})
        self.assertEqual(picking._get_parcel_links(), [("1", ""), ("2", "")])

    # ------------------------------------------------------------------- switches
    def test_channels_that_mail_themselves_and_rules_of_a_channel(self):
        self.rule("shipped")
        shop, market = self.env["sales.channel"].create(
            [
                {"name": "Shop", "channel_type": "shopify"},
                {"name": "Market", "channel_type": "etsy"},
            ]
        )
        self.assertTrue(shop.informs_buyers and market.informs_buyers)
        self.env["sale.order.notice.rule"].create(
            {
                "channel_id": market.id,
                "kind": "shipped",
                "enabled": True,
                "template_id": self.rules.filtered(lambda r: r.kind == "shipped").template_id.id,
            }
        ).enabled_on -= timedelta(minutes=1)
        shop_order, market_order = (self._create_order((self.jar, 1)) for _number in range(2))
        shop_order.channel_id, market_order.channel_id = shop, market
        self._ship(shop_order)
        self._ship(market_order)
        self.assertEqual(len(self.tell()), 1)
        self.assertFalse(shop_order.notice_ids)
        shop.informs_buyers = False
        self.assertEqual(len(self.tell()), 1)

    def test_cancelled_switched_off_and_without_address(self):
        rule = self.rule("confirmation")
        orders = [self._create_order((self.jar, 1)) for _number in range(3)]
        self.run_job(timedelta())
        orders[0]._action_cancel()
        orders[1].partner_id = self._create_customer("Without Mail")
        self.assertEqual(len(self.run_job()), 1)
        reasons = [order.notice_ids.reason for order in orders]
        self.assertEqual(reasons, ["cancelled", "no_address", False])
        order = self._create_order((self.jar, 1))
        self.run_job(timedelta())
        rule.enabled = False
        self.assertEqual(self.run_job(), [])
        self.assertEqual(order.notice_ids.reason, "disabled")

    # ----------------------------------------------------- not beside core's mails
    def test_confirmation_takes_the_place_of_cores_mail(self):
        self.rule("confirmation")
        order = self._create_order((self.jar, 1), confirm=False)
        messages = order.message_ids
        order._validate_order()
        order._send_order_confirmation_mail()
        self.assertEqual(order.message_ids, messages)
        self.assertEqual(order.notice_ids.state, "to_send")
        self.assertEqual(len(self.run_job()), 1)
        self.assertEqual(self.run_job(), [])

    def test_without_the_switch_core_sends_and_nothing_follows(self):
        order = self._create_order((self.jar, 1), confirm=False)
        order._validate_order()
        self.assertTrue(order.confirmation_sent_on)
        self.rule("confirmation").enabled_on -= timedelta(days=1)
        self.assertEqual(self.tell(), [])
        self.assertFalse(order.notice_ids)

    def test_two_mails_of_one_event_cannot_be_switched_on(self):
        self.rule("shipped")
        with self.assertRaises(ValidationError):
            self.company.stock_move_email_validation = True
        self.rules.enabled = False
        self.company.delivery_state_delivered_email_validation = True
        with self.assertRaises(ValidationError):
            self.rule("delivered")

    # ------------------------------------------------------------------- failures
    def test_one_bad_text_or_address_holds_up_nobody(self):
        self.rule("shipped")
        orders = [self._create_order((self.jar, 1)) for _number in range(3)]
        for order in orders:
            self._ship(order)
        orders[1].partner_id = self._create_customer("Bad", email="not an address")
        render = type(self.notices).get_lots

        def get_lots(notice):
            if notice.order_id == orders[0]:
                raise UserError("Bad text")  # pylint: disable=translation-required
            return render(notice)

        def refuse(message):
            if "not an address" in message["To"]:
                raise AssertionError(IrMail_Server.NO_VALID_RECIPIENT)

        with patch.object(type(self.notices), "get_lots", get_lots):
            self.assertEqual(len(self.tell(fail=refuse)), 1)
        self.assertEqual([order.notice_ids.state for order in orders], ["failed", "failed", "sent"])
        self.assertIn("Bad text", orders[0].notice_ids.error)
        self.assertTrue(orders[1].notice_ids.error)

    def test_interrupted_is_told_in_the_language_of_the_company(self):
        self.company.partner_id.lang = "de_DE"
        self.rule("shipped")
        order = self._create_order((self.jar, 1))
        self._ship(order)
        self.notices._collect()
        order.notice_ids.write({"state": "sending", "attempted_at": "2026-01-01 00:00:00"})
        self.tell()
        self.assertIn("unterbrochen", order.notice_ids.error)

    def test_without_mail_server_it_is_tried_again(self):
        self.rule("shipped")
        order = self._create_order((self.jar, 1))
        self._ship(order)
        self.run_job(timedelta())

        def connect(*args, **kwargs):
            raise UserError("No connection")  # pylint: disable=translation-required

        with patch.object(IrMail_Server, "_connect__", connect):
            self._run_without_server(connect)
        notice = order.notice_ids
        self.assertEqual((notice.state, notice.attempts), ("to_send", 1))
        self.assertIn("No connection", notice.error)
        self.assertEqual(len(self.run_job(timedelta(hours=1))), 1)
        self.assertEqual(notice.state, "sent")

    def _run_without_server(self, connect):
        with (
            freeze_time(fields.Datetime.now() + LATER),
            patch.object(IrMail_Server, "_connect__", connect),
            patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *a, **k: 1),
        ):
            self.notices._cron_send()

    def test_only_the_job_sends(self):
        self.rule("shipped")
        order = self._create_order((self.jar, 1))
        self._ship(order)
        self.notices._collect()
        order.notice_ids._prepare_mails()
        mail = order.notice_ids.mail_id
        with patch.object(type(mail), "_send") as send:
            mail.send()
            self.assertFalse(send.called)
        self.assertEqual(mail.state, "outgoing")

    # ---------------------------------------------------------------------- people
    def test_send_again_by_hand_is_logged(self):
        self.rule("shipped")
        order = self._create_order((self.jar, 1))
        self._ship(order)
        clerk = new_test_user(
            self.env, "mail_clerk", groups="sales_team.group_sale_salesman_all_leads"
        )
        self.tell()
        before = order.message_ids
        notice = order.notice_ids.with_user(clerk)
        preview = self.env[notice.action_preview()["res_model"]].with_user(clerk)
        self.assertTrue(preview.browse(notice.action_preview()["res_id"]).body)
        notice.action_send_again()
        with self.assertRaises(UserError):
            notice.action_send_again()
        self.assertEqual(len(order.message_ids - before), 1)
        self.assertEqual(len(self.run_job()), 1)
        self.assertEqual(self.run_job(), [])
        with self.assertRaises(AccessError):
            notice.write({"state": "to_send"})

    def test_rights_and_companies(self):
        self.rule("confirmation")
        order = self._create_order((self.jar, 1))
        self.notices._collect()
        own = new_test_user(self.env, "mail_own", groups="sales_team.group_sale_salesman")
        packer = new_test_user(self.env, "mail_packer", groups="stock.group_stock_user")
        order.user_id = self.env.ref("base.user_admin")
        self.assertFalse(self.notices.with_user(own).search([("order_id", "=", order.id)]))
        with self.assertRaises(AccessError):
            order.notice_ids.with_user(packer).read(["state"])
        other = self.env["res.company"].create({"name": "Second Company"})
        rules = self.env["sale.order.notice.rule"].search([("company_id", "=", other.id)])
        self.assertEqual(len(rules), 5)
        stranger = new_test_user(
            self.env,
            "mail_stranger",
            groups="sales_team.group_sale_manager",
            company_id=other.id,
            company_ids=[other.id],
        )
        self.assertFalse(self.notices.with_user(stranger).search([("order_id", "=", order.id)]))
        seen = self.env["sale.order.notice.rule"].with_user(stranger).search([])
        self.assertEqual(seen.company_id, other)

    # ----------------------------------------------------------------------- cost
    def _queries(self, count):
        orders = self.env["sale.order"].concat(
            *[self._create_order((self.jar, 1)) for _number in range(count)]
        )
        for order in orders:
            self._ship(order)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.notices._collect()
        collected = self.env.cr.sql_log_count
        due = self.notices.search([("order_id", "in", orders.ids)])
        self.assertEqual(len(due), count)
        due._prepare_mails()
        self.env.flush_all()
        self.assertTrue(all(due.mapped("mail_id")))
        return collected - before, self.env.cr.sql_log_count - collected

    def test_queries_do_not_grow_with_orders(self):
        self.rule("shipped", show_lots=True)
        self._queries(2)
        few, many = self._queries(2), self._queries(6)
        self.assertEqual(few[0], many[0])
        self.assertLessEqual(many[1] - few[1], 3)
