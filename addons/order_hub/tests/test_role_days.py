# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form

from odoo.addons.batch_mrp_orders.tests.common_floor import FloorCase

from .test_role_menus import ROLES, make_role_users


class TestRoleDays(FloorCase):
    """What each role does in a day, as a plain user who has this role and no other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.roles = make_role_users(cls.env)

    def acting(self, role, model):
        return self.env[model].with_user(self.roles[role])

    def test_sales_takes_an_order_and_tells_the_date(self):
        self._stock_up(self.jar, 6)
        form = Form(self.acting("sales", "sale.order"))
        form.partner_id = self.customer
        with form.order_line.new() as line:
            line.product_id = self.jar
            line.product_uom_qty = 4
        order = form.save()
        order.action_check_materials()
        self.assertEqual(order.material_state, "available")
        order.action_promise()
        self.assertTrue(order.promise_date)
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertTrue(order.commitment_date)
        self.assertTrue(order.production_status)

    def test_planner_plans_and_orders_material(self):
        order = self._create_order((self.jar, 20))
        wizard = self.acting("planner", "mrp.plan.runs").create({"warehouse_id": self.warehouse.id})
        action = wizard.action_confirm()
        runs = self.acting("planner", "mrp.production").search(action["domain"])
        self.assertIn(order, runs.sale_order_ids)
        self.assertEqual(order.production_status, "planned")
        purchase = self.acting("planner", "purchase.order").create(
            {
                "partner_id": self._create_customer("Imkerei Probe").id,
                "order_line": [
                    Command.create({"product_id": self.raw.id, "product_qty": 20, "price_unit": 5})
                ],
            }
        )
        purchase.button_confirm()
        self.assertEqual(purchase.state, "purchase")
        recipe = self.jar_recipe.with_user(self.roles["planner"])
        recipe.bom_line_ids[0].product_qty = 501

    def test_production_runs_a_batch_record(self):
        run = self._create_balm_run().with_user(self.roles["production"])
        run.action_floor_start()
        self._weigh_all(run)
        self._answer_all(run)
        run._floor_finish(10)
        self.assertEqual(run.state, "done")
        self.assertEqual(len(run.weighing_ids), 4)
        self.assertEqual(run.weighing_ids.user_id, self.roles["production"])

    def test_warehouse_receives_picks_and_ships(self):
        purchase = self.env["purchase.order"].create(
            {
                "partner_id": self._create_customer("Glas Probe").id,
                "order_line": [Command.create({"product_id": self.glass.id, "product_qty": 9})],
            }
        )
        purchase.button_confirm()
        receipt = purchase.picking_ids.with_user(self.roles["warehouse"])
        receipt.move_ids.picked = True
        receipt.button_validate()
        self.assertEqual(receipt.state, "done")
        order = self._create_order((self.glass, 5))
        delivery = order.picking_ids.with_user(self.roles["warehouse"])
        delivery.action_assign()
        delivery.move_ids.picked = True
        delivery.button_validate()
        self.assertEqual(delivery.state, "done")
        self.assertIn(order.production_status, ("shipped", "delivered", "done"))

    def test_quality_blocks_a_lot_and_rehearses_a_recall(self):
        wizard = self.acting("quality", "stock.lot.block").create(
            {"lot_ids": self.early.ids, "reason": "Cloudy"}
        )
        wizard.action_apply()
        self.assertTrue(self.early.is_blocked)
        recall = self.acting("quality", "stock.recall").create(
            {"lot_ids": [Command.set(self.late.ids)], "reason": "Drill", "rehearsal": True}
        )
        recall.action_activate()
        self.assertFalse(self.late.is_blocked)
        self.assertIn(self.late, recall.line_ids.lot_id)

    def test_accounting_writes_and_collects_an_invoice(self):
        self._stock_up(self.glass, 5)
        order = self._create_order((self.glass, 5))
        self._ship(order)
        invoice = self.acting("accounting", "account.move").browse(order._create_invoices().id)
        invoice.action_post()
        register = self.acting("accounting", "account.payment.register").with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        register.create({}).action_create_payments()
        self.assertIn(invoice.payment_state, ("paid", "in_payment"))
        if "datev.export" in self.env:
            last = fields.Date.context_today(order).replace(day=1) - timedelta(days=1)
            export = self.acting("accounting", "datev.export").create(
                {"date_from": last.replace(day=1), "date_to": last}
            )
            export.action_export()
            self.assertIn(export.state, ("draft", "exported"))

    def test_manager_changes_settings_and_gives_roles(self):
        settings = self.acting("manager", "res.config.settings").create(
            {"use_security_lead": True, "security_lead": 3}
        )
        settings.execute()
        self.assertEqual(self.company.security_lead, 3)
        user = self.roles["warehouse"].with_user(self.roles["manager"])
        user.group_ids += self.env.ref("order_hub.group_role_quality")
        self.assertTrue(user.has_group("batch_mrp_orders.group_quality"))
        self.acting("manager", "sales.channel").create({"name": "Role Shop"})


# Who may; everybody else is refused. Read as: (model, operation) -> roles.
RIGHTS = {
    ("sale.order", "create"): {"sales", "manager"},
    ("sale.order", "read"): set(ROLES),
    ("purchase.order", "create"): {"planner", "manager"},
    ("mrp.plan.runs", "create"): {"planner", "production", "manager"},
    ("mrp.bom", "write"): {"planner", "manager"},
    ("mrp.workcenter", "write"): {"planner", "manager"},
    ("mrp.production", "unlink"): {"planner", "production", "manager"},
    ("stock.quant", "write"): {"planner", "production", "warehouse", "quality", "manager"},
    ("stock.warehouse", "write"): {"manager"},
    ("stock.lot.block", "create"): {"quality", "manager"},
    ("stock.recall", "create"): {"quality", "manager"},
    # Core lets buyers write vendor bills.
    ("account.move", "unlink"): {"planner", "accounting", "manager"},
    ("account.journal", "write"): {"accounting", "manager"},
    ("account.payment", "create"): {"accounting", "manager"},
    ("sales.channel", "create"): {"manager"},
    ("sales.channel", "write"): {"sales", "manager"},
    ("exception.rule", "write"): {"manager"},
    ("sale.workflow.process", "write"): {"manager"},
    ("res.users", "write"): {"manager"},
    ("ir.cron", "read"): {"manager"},
    # Of addons that may be there.
    ("datev.export", "read"): {"accounting", "manager"},
    ("carrier.label.account", "write"): {"manager"},
    ("carrier.label.account", "read"): {
        "planner",
        "production",
        "warehouse",
        "quality",
        "manager",
    },
    ("order.goods.decide", "create"): {
        "planner",
        "production",
        "warehouse",
        "quality",
        "manager",
    },
    ("payment.reminder", "create"): {"accounting", "manager"},
    ("bank.matching.rule", "write"): {"accounting", "manager"},
}


class TestRoleRights(FloorCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.roles = make_role_users(cls.env)

    def test_each_role_may_what_it_needs_and_no_more(self):
        found = {
            (model, operation): {
                role
                for role, user in self.roles.items()
                if self.env[model].with_user(user).has_access(operation)
            }
            for model, operation in RIGHTS
            if model in self.env
        }
        self.assertGreater(len(found), 20)
        self.assertEqual({k: v for k, v in found.items() if v != RIGHTS[k]}, {})

    def test_what_is_refused(self):
        order = self._create_order((self.jar, 3), confirm=False)
        lot = self._stock_up(self.jar, 3, "ROLE-LOT")
        run = self._create_balm_run()
        refused = {
            "sales": (lambda user: lot.with_user(user).action_block("No"),),
            "planner": (
                lambda user: order.with_user(user).copy(),
                lambda user: lot.with_user(user).action_block("No"),
            ),
            "production": (
                lambda user: self.recipe.with_user(user).write({"product_qty": 11}),
                lambda user: order.with_user(user).copy(),
            ),
            "warehouse": (
                lambda user: order.with_user(user).unlink(),
                lambda user: run.with_user(user).action_floor_start(),
                lambda user: lot.with_user(user).action_block("No"),
            ),
            "quality": (
                lambda user: order.with_user(user).copy(),
                lambda user: self.recipe.with_user(user).write({"product_qty": 11}),
            ),
            "accounting": (
                lambda user: lot.with_user(user).write({"ref": "No"}),
                lambda user: run.with_user(user).action_cancel(),
            ),
        }
        done = []
        for role, attempts in refused.items():
            for number, attempt in enumerate(attempts):
                try:
                    with self.env.cr.savepoint():
                        attempt(self.roles[role])
                    done.append((role, number))
                except AccessError:
                    self.env.invalidate_all()
        self.assertFalse(done)
