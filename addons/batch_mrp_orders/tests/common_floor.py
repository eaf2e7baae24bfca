# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from contextlib import contextmanager

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user

from .common import BatchCase

OPERATOR = "mrp.group_mrp_user,stock.group_stock_user"
QUALITY = "batch_mrp_orders.group_quality"


class FloorCase(BatchCase):
    """A kettle of balm: oil with two lots, wax in grams, jars that are not tracked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.operator = new_test_user(cls.env, "floor_operator", groups=OPERATOR)
        cls.quality = new_test_user(cls.env, "floor_quality", groups=QUALITY)
        cls.company.weighing_tolerance_percent = 1
        cls.oil = cls._create_product("Almond oil", cls.kg)
        cls.wax = cls._create_product("Beeswax", cls.kg)
        cls.tin = cls._create_product("Tin", cls.unit, tracking="none")
        cls.balm = cls._create_product("Balm", cls.kg)
        cls.recipe = cls._create_recipe(
            cls.balm,
            10,
            cls.kg,
            [(cls.oil, 8, cls.kg), (cls.wax, 600, cls.gram), (cls.tin, 4, cls.unit)],
        )
        cls.recipe.bom_line_ids[1].tolerance_percent = 5
        cls.recipe.check_ids = [
            Command.create(
                {
                    "name": "Temperature",
                    "kind": "measure",
                    "minimum": 62,
                    "maximum": 68,
                    "unit": "°C",
                }
            ),
            Command.create({"name": "Kettle is clean", "kind": "yes_no"}),
            Command.create({"name": "Scent", "kind": "yes_no", "mandatory": False}),
        ]
        cls.early = cls._stock_up(
            cls.oil, 5, "OIL-1", fields.Datetime.add(fields.Datetime.now(), days=60)
        )
        cls.late = cls._stock_up(
            cls.oil, 20, "OIL-2", fields.Datetime.add(fields.Datetime.now(), days=300)
        )
        cls.wax_lot = cls._stock_up(cls.wax, 3, "WAX-1")
        cls._stock_up(cls.tin, 100)

    @classmethod
    def _create_balm_run(cls, quantity=10, assign=True):
        run = cls.env["mrp.production"].create(
            {"product_id": cls.balm.id, "product_qty": quantity, "bom_id": cls.recipe.id}
        )
        run.action_confirm()
        if assign:
            run.action_assign()
        return run.with_user(cls.operator)

    @contextmanager
    def assertRefused(self, message):
        """The user is told so, and nothing is kept of it."""
        with self.assertRaisesRegex(UserError, message), self.env.cr.savepoint():
            yield
        self.env.invalidate_all()

    def _move(self, run, product):
        return run.move_raw_ids.filtered(lambda move: move.product_id == product)

    def _weigh(self, run, product, quantity, unit, lot=None, **values):
        return run._weigh(self._move(run, product), quantity, unit, lot, **values)

    def _weigh_all(self, run):
        self._weigh(run, self.oil, 5, self.kg, self.early)
        self._weigh(run, self.oil, 3, self.kg, self.late)
        self._weigh(run, self.wax, 600, self.gram, self.wax_lot)
        self._weigh(run, self.tin, 4, self.unit)

    def _check(self, run, name):
        return run.check_ids.filtered(lambda c: c.name == name and c.result != "void")

    def _answer_all(self, run):
        self._check(run, "Temperature")._answer(65)
        self._check(run, "Kettle is clean").action_pass()

    def _finish(self, quantity=10, **values):
        run = self._create_balm_run()
        run.action_floor_start()
        self._weigh_all(run)
        self._answer_all(run)
        run._floor_finish(quantity, **values)
        return run

    def _get_lines(self, run, product):
        return sorted(
            (line.lot_id.name or "", line.quantity_product_uom, line.picked)
            for line in self._move(run, product).move_line_ids
        )
