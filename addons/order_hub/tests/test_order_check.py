# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user

from odoo.addons.batch_mrp_orders.tests.common import BatchCase


class TestOrderCheck(BatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.germany = cls.env.ref("base.de")
        cls.customer.write(
            {
                "street": "Lindenweg 4",
                "zip": "79098",
                "city": "Freiburg",
                "country_id": cls.germany.id,
            }
        )
        cls.stranger = cls.env["res.partner"].create(
            {
                "name": "Unknown",
                "street": "Lindenweg",
                "zip": "7909",
                "city": "Freiburg",
                "country_id": cls.germany.id,
            }
        )
        cls._stock_up(cls.jar, 1000)
        cls.seller = new_test_user(cls.env, "seller", groups="sales_team.group_sale_salesman")

    def _order(self, *lines, **values):
        return self._create_order(*(lines or [(self.jar, 2)]), confirm=False, **values)

    def _found(self, order):
        order.action_check_order()
        return order.check_note or ""

    # --------------------------------------------------------------------- rules
    def test_good_order_passes_every_rule(self):
        order = self._order()
        self.assertEqual(self._found(order), "")
        order.action_confirm()
        self.assertEqual((order.state, order.production_status), ("sale", "ready"))

    def test_implausible_address(self):
        order = self._order(partner_id=self.stranger.id)
        note = self._found(order)
        self.assertIn("postcode", note)
        self.assertIn("house number", note)

    def test_gift_cards_need_no_address(self):
        card = self.env["product.product"].create({"name": "Gift card", "type": "service"})
        nobody = self.env["res.partner"].create({"name": "No address"})
        self.assertEqual(self._found(self._order((card, 1), partner_id=nobody.id)), "")

    def test_archived_product(self):
        order = self._order()
        self.jar.active = False
        self.assertIn(self.jar.display_name, self._found(order))

    def test_price_below_cost_in_the_unit_of_the_line(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self.jar.standard_price = 3
        order = self._order((self.jar, 1))
        line = order.order_line
        line.write({"product_uom_id": dozen.id, "price_unit": 36, "tax_ids": False})
        self.assertEqual(self._found(order), "")
        line.price_unit = 35.88
        self.assertIn("costs", self._found(order))
        self.assertFalse(order.blocked_by_check, "shown, but it blocks nothing")

    def test_total_of_the_channel(self):
        channel = self.env["sales.channel"].create({"name": "Shop"})
        order = self._order(channel_id=channel.id)
        order.channel_amount_total = order.amount_total
        self.assertEqual(self._found(order), "")
        order.channel_amount_total += 0.01
        self.assertIn("in the channel", self._found(order))

    def test_credit_limit_counts_the_older_quotation_first(self):
        self.company.account_use_credit_limit = True
        first, second = self._order((self.jar, 10)), self._order((self.jar, 10))
        self.customer.credit_limit = first.amount_total * 1.5
        (first | second).action_check_order()
        self.assertFalse(first.check_note)
        self.assertIn("limit", second.check_note)

    def test_shelf_life_nobody_can_keep(self):
        self.jar.expiration_time = 30
        self.assertEqual(self._found(self._order()), "")
        self.customer.min_remaining_days = 31
        self.assertIn("30 days", self._found(self._order()))
        # What the recipe says goes before what the product says.
        recipe = self.env["mrp.bom"]._bom_find(self.jar)[self.jar]
        recipe.shelf_life_days = 40
        self.assertEqual(self._found(self._order()), "")

    def test_restricted_destination(self):
        self.jar.restricted_country_ids = self.env.ref("base.us")
        order = self._order()
        self.assertEqual(self._found(order), "")
        self.customer.write(
            {"country_id": self.env.ref("base.us").id, "zip": "10001", "state_id": False}
        )
        self.assertIn("not shipped to", self._found(order))

    def test_missing_material_is_shown_and_goes(self):
        order = self._order((self.jar, 5000))
        order.action_check_materials()
        self.assertIn("Material is missing", self._found(order))
        order.order_line.product_uom_qty = 5
        order.action_check_materials()
        self.assertEqual(self._found(order), "")

    def test_consultant_adds_a_rule_by_a_filter(self):
        manager = new_test_user(self.env, "boss", groups="sales_team.group_sale_manager")
        form = Form(
            self.env["exception.rule"]
            .with_user(manager)
            .with_context(default_model="sale.order", default_exception_type="by_domain")
        )
        form.name = "Too many"
        form.domain = '[("order_line.product_uom_qty", ">", 20)]'
        form.save()
        order = self._order((self.jar, 21))
        self.assertEqual(self._found(order), "Too many")
        self.assertTrue(order.blocked_by_check)

    def test_line_rules_and_python_rules_count(self):
        self.env["exception.rule"].create(
            {
                "name": "Even number",
                "model": "sale.order.line",
                "exception_type": "by_py_code",
                "code": "failed = self.product_uom_qty % 2 == 0",
            }
        )
        self.assertEqual(self._found(self._order((self.jar, 2))), "Even number")
        self.assertEqual(self._found(self._order((self.jar, 3))), "")

    # -------------------------------------------------------------- confirmation
    def test_one_bad_order_opens_the_dialog(self):
        order = self._order(partner_id=self.stranger.id, user_id=self.seller.id)
        action = order.with_user(self.seller).action_confirm()
        self.assertEqual(action["res_model"], "sale.exception.confirm")
        self.assertEqual((order.state, order.production_status), ("draft", "blocked"))
        wizard = self.env[action["res_model"]].with_user(self.seller)
        wizard = wizard.with_context(**action["context"]).create({"ignore": True})
        wizard.action_confirm()
        self.assertEqual((order.state, order.production_status), ("sale", "ready"))

    def test_batch_confirms_the_good_and_marks_the_bad(self):
        orders = self.env["sale.order"]
        for number in range(6):
            partner = self.stranger if number in (1, 4) else self.customer
            orders |= self._order(partner_id=partner.id)
        action = orders.action_confirm()
        bad = orders[1] | orders[4]
        self.assertEqual(set((orders - bad).mapped("state")), {"sale"})
        self.assertEqual(bad.mapped("state"), ["draft", "draft"])
        self.assertEqual(bad.mapped("production_status"), ["blocked", "blocked"])
        self.assertIn("postcode", bad[0].planning_block_reason)
        for order in bad:
            self.assertIn(order.name, action["params"]["message"])
        self.stranger.write({"zip": "79098", "street": "Lindenweg 1"})
        self.assertIs(bad.action_confirm(), True)
        self.assertEqual(bad.mapped("production_status"), ["ready", "ready"])

    def test_signed_order_is_confirmed_and_blocked_before_planning(self):
        order = self._order((self.jar, 5000), partner_id=self.stranger.id)
        order._validate_order()
        self.assertEqual((order.state, order.production_status), ("sale", "blocked"))
        self.assertFalse(self.env["mrp.plan.runs"].create({}).line_ids)

    def test_paid_quotation_is_confirmed(self):
        provider = self.env["payment.provider"].create({"name": "Test", "code": "none"})
        order = self._order((self.jar, 5000), partner_id=self.stranger.id)
        method = self.env["payment.method"].create({"name": "Test", "code": "order_hub_test"})
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "reference": order.name,
                "amount": order.amount_total,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "sale_order_ids": [Command.set(order.ids)],
            }
        )
        transaction._set_done()
        transaction._check_amount_and_confirm_order()
        self.assertEqual((order.state, order.production_status), ("sale", "blocked"))

    # ------------------------------------------------------------ fix and release
    def test_edit_of_a_confirmed_order_never_raises(self):
        order = self._order()
        order.action_confirm()
        self.env["exception.rule"].create(
            {
                "name": "Too many",
                "model": "sale.order",
                "exception_type": "by_domain",
                "domain": '[("order_line.product_uom_qty", ">", 20)]',
            }
        )
        with Form(order) as form, form.order_line.edit(0) as line:
            line.product_uom_qty = 30
        self.assertTrue(order.order_check_due)
        self._run_job("order_hub.ir_cron_check_orders")
        self.assertEqual(order.planning_block_reason, "Too many")
        with Form(order) as form, form.order_line.edit(0) as line:
            line.product_uom_qty = 3
        self._run_job("order_hub.ir_cron_check_orders")
        self.assertFalse(order.planning_block_reason)

    def test_fixed_address_releases_by_itself(self):
        order = self._order(partner_id=self.stranger.id)
        order._validate_order()
        self.assertTrue(order.blocked_by_check)
        self.stranger.write({"zip": "79098", "street": "Lindenweg 1"})
        self._run_job("order_hub.ir_cron_check_orders")
        self.assertFalse(order.planning_block_reason)
        self.assertFalse(order.blocked_by_check)
        self.assertEqual(order.production_status, "ready")

    def test_released_order_stays_released(self):
        order = self._order(partner_id=self.stranger.id)
        order._validate_order()
        order.action_release_planning()
        order.action_check_order()
        self.assertFalse(order.planning_block_reason)
        self.assertEqual(order.production_status, "ready")

    def test_rule_that_nobody_may_pass_over(self):
        self.env.ref("order_hub.rule_address").is_blocking = True
        order = self._order(partner_id=self.stranger.id)
        order._validate_order()
        with self.assertRaises(UserError):
            order.action_release_planning()
        self.assertTrue(order.planning_block_reason)

    def test_reason_of_a_person_stays(self):
        order = self._order()
        order.action_confirm()
        order.planning_block_reason = "Customer calls back"
        order.action_check_order()
        self.assertEqual(order.planning_block_reason, "Customer calls back")

    # -------------------------------------------------------------------- access
    def test_salesperson_checks_and_cannot_write_rules(self):
        order = self._order(partner_id=self.stranger.id, user_id=self.seller.id)
        order.with_user(self.seller).action_check_order()
        self.assertTrue(order.check_note)
        with self.assertRaises(AccessError):
            self.env.ref("order_hub.rule_address").with_user(self.seller).active = False

    def test_only_administrators_write_code(self):
        manager = new_test_user(self.env, "boss", groups="sales_team.group_sale_manager")
        rule = self.env["exception.rule"].with_user(manager)
        values = {"name": "Code", "model": "sale.order", "code": "failed = True"}
        with self.assertRaises(AccessError):
            rule.create(values)
        with self.assertRaises(AccessError):
            rule.browse(self.env.ref("order_hub.rule_address").id).code = "failed = True"

    # --------------------------------------------------------------- performance
    def test_queries_do_not_grow_with_orders(self):
        orders = self.env["sale.order"]
        for number in range(24):
            orders |= self._order(partner_id=(self.customer | self.stranger)[number % 2].id)

        def count(checked):
            checked.write({"exception_ids": False, "planning_block_reason": False})
            checked.write({"check_note": False, "blocked_by_check": False})
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            checked.action_check_order()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(orders[:2])
        self.assertLessEqual(count(orders) - count(orders[:2]), 3)

    def test_list_keeps_its_order(self):
        self.assertEqual(self.env["sale.order"]._order, "date_order desc, id desc")
