# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, new_test_user

from .common import LOTS, PARTNERS, PRODUCTS, RECIPES, StartCase

ROLES = ("sales", "planner", "production", "warehouse", "quality", "accounting")


class TestSteps(StartCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Second House"})
        cls.boss = new_test_user(
            cls.env,
            "start_boss",
            "base.group_system",
            company_id=cls.company.id,
            company_ids=[Command.set((cls.company | cls.other).ids)],
        )

    def step(self, code, company=None):
        steps = self.env["order.hub.start.step"].with_user(self.boss)
        steps = steps.with_company(company or self.company)
        return steps.search([("code", "=", code)])

    def page(self, company=None):
        pages = self.env["order.hub.start"].with_user(self.boss)
        return pages.with_company(company or self.company).create({})

    def test_what_is_missing_of_the_company_is_named(self):
        self.company.email = False
        step = self.step("company")
        self.assertEqual(step.state, "open")
        label = self.company._fields["email"]._description_string(self.env)
        self.assertIn(label, step.fact)
        self.company.email = "post@maker.example"
        step.invalidate_recordset()
        self.assertEqual((step.state, step.fact), ("done", self.company.name))

    def test_company_page_checks_the_vat_number(self):
        pages = self.env["order.hub.start.company"].with_user(self.boss)
        with Form(pages) as form:
            self.assertEqual(form.street or "", self.company.street or "")
            form.email = "post@maker.example"
            form.vat = "DE136695976"
        form.save().action_save()
        self.assertEqual((self.company.email, self.company.vat), (form.email, "DE136695976"))
        form = Form(pages)
        form.vat = "DE136695977"
        with self.assertRaises(ValidationError):
            form.save()

    def test_time_zone_is_that_of_the_company(self):
        worker = self.env.ref("base.user_root")
        hours = self.other.resource_calendar_ids
        self.other.partner_id.tz = worker.tz = False
        hours.tz = "UTC"
        label = self.other.partner_id._fields["tz"]._description_string(self.env)
        self.assertIn(label, self.step("company", self.other).fact)
        pages = self.env["order.hub.start.company"].with_user(self.boss).with_company(self.other)
        with Form(pages) as form:
            self.assertEqual(form.tz, "Europe/Berlin")
            form.country_id = self.env.ref("base.at")
            self.assertEqual(form.tz, "Europe/Vienna")
            form.country_id = self.env.ref("base.de")
            form.street, form.zip, form.city = "Lindenweg 4", "79098", "Freiburg"
            form.email, form.vat = "post@maker.example", "DE136695976"
        form.save().action_save()
        self.assertEqual(self.other.partner_id.tz, "Europe/Berlin")
        self.assertEqual(set(hours.mapped("tz")), {"Europe/Berlin"})
        self.assertEqual(worker.tz, "Europe/Berlin")
        self.assertEqual(self.step("company", self.other).state, "done")
        worker.tz = "Europe/Vienna"
        self.other.partner_id.tz = "Europe/Vienna"
        with Form(pages) as form:
            self.assertEqual(form.tz, "Europe/Vienna", "what somebody has chosen stays")

    def test_hub_of_a_new_company_leads_to_the_steps(self):
        def cards(company, user):
            hub = self.env["order.hub.card"].with_user(user).with_company(company)
            return hub.search([("code", "=", "first_steps")])

        card = cards(self.other, self.boss)
        needed = self.page(self.other).step_ids.filtered("required")
        self.assertEqual(card.count, len(needed.filtered(lambda step: step.state == "open")))
        self.assertTrue(card.has_work)
        self.assertEqual(card.action_open()["res_model"], "order.hub.start")
        seller = new_test_user(self.env, "start_seller", "order_hub.group_role_sales")
        self.assertFalse(cards(self.company, seller))
        self.env["mrp.production"].with_company(self.other).create(
            {"product_id": self.env["product.product"].create({"name": "Salve"}).id}
        ).action_confirm()
        self.assertFalse(cards(self.other, self.boss))

    def test_page_of_a_new_company_takes_few_queries(self):
        def open_page():
            cards = self.env["order.hub.card"].with_user(self.boss).with_company(self.other)
            read = {"name": {}, "code": {}, "count": {}, "amount": {}, "level": {}}
            return cards.web_read_group(
                [], ["area"], auto_unfold=True, unfold_read_specification=read
            )

        open_page()
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(12):
            cards = [card for group in open_page()["groups"] for card in group["__records"]]
        self.assertIn("first_steps", [card["code"] for card in cards])

    def test_files_make_steps_done(self):
        tables = {"products": PRODUCTS, "recipes": RECIPES, "lots": LOTS, "partners": PARTNERS}
        for table, text in tables.items():
            code = "stock" if table == "lots" else table
            self.bring(table, text)
            self.env.flush_all()
            step = self.step(code)
            step.invalidate_recordset()
            self.assertEqual(step.state, "done", code)
            self.assertGreater(int(step.fact), 0, code)

    def test_settled_by_hand_in_one_company(self):
        step = self.step("channel", self.other)
        self.assertEqual(step.state, "open")
        before = self.page(self.other).progress
        step.action_settle()
        self.assertEqual(step.state, "settled")
        self.assertGreater(self.page(self.other).progress, before)
        self.assertNotEqual(self.step("channel").state, "settled", "the first company's")
        step.action_reopen()
        self.assertEqual(step.state, "open")

    def test_each_company_has_a_state_of_its_own(self):
        self.assertEqual(self.step("chart").state, "done")
        self.assertEqual(self.step("chart", self.other).state, "open")
        self.bring("products", PRODUCTS)
        self.bring("lots", LOTS)
        self.env.flush_all()
        self.assertEqual(self.step("stock", self.other).state, "open")

    def test_ready_when_nothing_needed_is_open(self):
        page = self.page(self.other)
        self.assertFalse(page.is_ready)
        needed = page.step_ids.filtered(lambda step: step.required and step.state == "open")
        for step in needed:
            step.action_settle()
        page = self.page(self.other)
        self.assertTrue(page.is_ready)
        self.assertLess(page.progress, 100, "others are open, and may be")

    def test_each_step_opens_a_screen(self):
        for step in self.page().step_ids:
            action = step.action_open()
            self.assertIn(action["type"], ("ir.actions.act_window", "ir.actions.server"), step.code)

    def test_no_step_without_its_screen(self):
        self.env["order.hub.start.step"].create(
            {"name": "Later", "code": "later", "action": "order_hub_start.not_there"}
        )
        self.assertNotIn("later", self.page().step_ids.mapped("code"))

    def test_nothing_of_it_for_other_roles(self):
        menu = self.env.ref("order_hub_start.menu_steps")
        for role in ROLES:
            user = new_test_user(self.env, f"start_{role}", f"order_hub.group_role_{role}")
            with self.assertRaises(AccessError, msg=role):
                self.env["order.hub.start.step"].with_user(user).search([])
            with self.assertRaises(AccessError, msg=role):
                self.env["order.hub.start"].with_user(user).create({})
            shown = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
            self.assertNotIn(menu.id, shown, role)

    def test_a_constant_number_of_queries(self):
        """The state of one step costs as much as that of all."""
        steps = self.page().step_ids
        steps.mapped("state")
        counts = []
        for some in (steps[:1], steps):
            self.env.flush_all()
            some.invalidate_recordset(["state", "fact"])
            before = self.env.cr.sql_log_count
            some.mapped("state")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[1], 3)
