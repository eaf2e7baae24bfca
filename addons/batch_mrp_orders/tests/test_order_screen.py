# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.tests import Form, new_test_user

from .common import BatchCase


class TestOrderScreen(BatchCase):
    def test_order_form_opens_with_production(self):
        order = self._create_order((self.jar, 3))
        self._plan()
        with Form(order) as form:
            self.assertEqual(form.production_status, "planned")
            self.assertEqual(form.production_run_count, 2)

    def test_lines_are_marked_as_personalised(self):
        order = self._create_order((self.jar, 3), (self.jar, 4))
        with Form(order) as form, form.order_line.edit(1) as line:
            line.is_personal = True
        self._plan()
        filling = self.env["mrp.production"].search([("product_id", "=", self.jar.id)])
        self.assertEqual(sorted(filling.mapped("product_qty")), [3, 4])

    def test_buttons_lead_to_runs_and_lots(self):
        order = self._create_order((self.jar, 3))
        runs = self._plan()
        action = order.action_view_production_runs()
        self.assertEqual(self.env["mrp.production"].search(action["domain"]), runs)
        self._make(runs)
        self.assertEqual(order.action_view_delivered_lots()["res_id"], order.delivered_lot_ids.id)

    def test_salespersons_open_runs_and_lots(self):
        """The forms of manufacturing and inventory would refuse them."""
        order = self._create_order((self.jar, 3))
        runs = self._plan()
        self._make(runs)
        salesperson = new_test_user(
            self.env, "sales", groups="sales_team.group_sale_salesman_all_leads"
        )
        own = order.with_user(salesperson)
        self.env.invalidate_all()
        for action in (own.action_view_production_runs(), own.action_view_delivered_lots()):
            records = own.env[action["res_model"]].search(action["domain"])
            self.assertTrue(records)
            for view_id, kind in action["views"]:
                if kind == "form":
                    for record in records:
                        shown = Form(record, view=self.env["ir.ui.view"].browse(view_id))
                        self.assertEqual(shown.name, record.name)
                else:
                    self.assertTrue(self._read_list(records, view_id))

    def test_planners_keep_the_forms_of_manufacturing(self):
        order = self._create_order((self.jar, 3))
        self._plan()
        planner = new_test_user(
            self.env,
            "planner",
            groups="mrp.group_mrp_user,sales_team.group_sale_salesman_all_leads",
        )
        views = order.with_user(planner).action_view_production_runs()["views"]
        self.assertEqual(views, [(False, "list"), (False, "form")])

    def _make(self, runs):
        self._stock_up(self.glass, 10)
        self._stock_up(self.raw, 20)
        for run in runs[::-1]:
            self._produce(run)

    def _read_list(self, records, view_id):
        """What the web client reads for a list."""
        fields = records.get_views([(view_id, "list")])["models"][records._name]["fields"]
        return records.web_read({name: {} for name in fields})
