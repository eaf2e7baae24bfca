# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import fields
from odoo.tests import Form, new_test_user

from .common import BatchCase


class TestOrderLife(BatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = fields.Datetime.now()
        cls.short = cls._stock_up(cls.jar, 10, "SHORT", cls.now + timedelta(days=40))
        cls.long = cls._stock_up(cls.jar, 3, "LONG", cls.now + timedelta(days=200))
        cls.seller = new_test_user(
            cls.env, "seller", groups="sales_team.group_sale_salesman_all_leads"
        )
        cls.customer.min_remaining_days = 60

    def _line(self, quantity=5, confirm=False, product=None):
        order = self._create_order((product or self.jar, quantity), confirm=confirm)
        return order.with_user(self.seller).order_line

    def test_quotation_says_what_is_demanded_and_what_is_too_short(self):
        line = self._line()
        self.assertEqual(line.demanded_life_days, 60)
        self.assertIn("2 Units of Blossom honey 500 g in stock do not keep", line.life_warning)
        self.assertEqual(line.order_id.life_warning, line.life_warning)
        self.assertFalse(line.reserved_lots)

    def test_enough_that_keeps_is_no_reason_to_warn(self):
        self.assertFalse(self._line(3).life_warning)

    def test_what_is_not_there_is_not_too_short(self):
        self.assertFalse(self._line(product=self.bulk).life_warning)

    def test_no_demand_no_warning(self):
        self.customer.min_remaining_days = 0
        line = self._line()
        self.assertEqual((line.demanded_life_days, line.life_warning), (0, False))

    def test_order_shows_the_reserved_lots(self):
        line = self._line(confirm=True)
        line.move_ids.sudo()._action_assign()
        self.env.invalidate_all()
        self.assertRegex(line.reserved_lots, r"^LONG \(best before .+\)$")
        self.assertIn("2 Units", line.life_warning, "the rest is not served by what there is")

    def test_best_before_is_shown_where_it_differs_from_the_expiry(self):
        self.long.use_date = self.now + timedelta(days=190)
        self.assertIn(
            self.env["sale.order.line"]._describe_lot(self.long), self._line(2, True).reserved_lots
        )

    def test_reserved_lot_that_does_not_keep_is_named(self):
        self.customer.min_remaining_days = 0
        line = self._line(10, confirm=True)
        self.assertFalse(line.life_warning)
        self.customer.min_remaining_days = 60
        self.env.invalidate_all()
        self.assertRegex(line.life_warning, r"Reserved lot SHORT \(.+\) does not keep for 60 days")

    def test_delivered_lines_are_quiet(self):
        self.customer.min_remaining_days = 0
        order = self._create_order((self.jar, 10))
        self._ship(order)
        self.customer.min_remaining_days = 60
        self.env.invalidate_all()
        self.assertFalse(order.order_line.life_warning)
        self.assertFalse(order.order_line.reserved_lots)

    def test_kit_shows_the_lots_of_its_components(self):
        box = self._create_product("Box", self.unit, tracking="none")
        self._create_recipe(box, 1, self.unit, [(self.jar, 2, self.unit)], kind="phantom")
        self.assertIn("LONG", self._line(1, True, box).reserved_lots)

    def test_changing_a_quotation_changes_the_warning(self):
        line = self._line(2)
        with Form(line.order_id) as form:
            self.assertFalse(form.life_warning)
            with form.order_line.edit(0) as edited:
                edited.product_uom_qty = 9
            self.assertIn("6 Units", form.life_warning)

    def test_portal_does_not_see_it(self):
        portal = new_test_user(self.env, "portal_user", groups="base.group_portal")
        order = self._create_order((self.jar, 1), confirm=False, partner_id=portal.partner_id.id)
        self.assertNotIn("life_warning", order.with_user(portal).fields_get())

    def test_many_lines_cost_the_same_queries(self):
        def count(lines):
            self.env.flush_all()
            self.env.invalidate_all()
            lines = lines.with_user(self.seller)
            lines.mapped("name")
            before = self.env.cr.sql_log_count
            lines.mapped("life_warning")
            return self.env.cr.sql_log_count - before

        orders = [self._create_order((self.jar, 1), (self.bulk, 2)) for _number in range(8)]
        few = orders[0].order_line | orders[-1].order_line
        count(few)
        self.assertEqual(
            count(few),
            count(self.env["sale.order.line"].union(*(order.order_line for order in orders))),
        )


class TestDeliverySlip(BatchCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        now = fields.Datetime.now()
        cls.lot = cls._stock_up(cls.jar, 10, "JAR-1", now + timedelta(days=40))
        cls.lot.use_date = now + timedelta(days=33)
        cls.order = cls._create_order((cls.jar, 5))
        cls.picking = cls.order.picking_ids

    def _render(self):
        worker = new_test_user(self.env, "packer", groups="stock.group_stock_user")
        html, _kind = (
            self.env["ir.actions.report"]
            .with_user(worker)
            ._render_qweb_html("stock.action_report_delivery", self.picking.ids)
        )
        return html.decode()

    def _date(self, moment):
        return self.env["ir.qweb.field.date"].value_to_html(moment, {})

    def test_slip_before_the_goods_leave(self):
        html = self._render()
        self.assertIn("JAR-1", html)
        self.assertIn(self._date(self.lot.use_date), html)

    def test_slip_of_what_has_left(self):
        self._ship(self.order)
        html = self._render()
        self.assertIn("JAR-1", html)
        self.assertIn('name="th_best_before"', html)
        self.assertIn(self._date(self.lot.use_date), html)
        self.assertNotIn(self._date(self.lot.expiration_date), html)
