# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import datetime

from .common import BatchCase

NUTRIENTS = (
    "energy_kj",
    "energy_kcal",
    "fat",
    "saturates",
    "carbohydrate",
    "sugars",
    "protein",
    "salt",
)


class LabelCase(BatchCase):
    """A baker: bread from spelt flour, a rye sourdough, water and salt."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_US")
        gluten = cls.env.ref("batch_mrp_orders.allergen_gluten")
        milk = cls.env.ref("batch_mrp_orders.allergen_milk")
        gluten.words, milk.words = "spelt, rye", "milk, butter"
        cls.gluten, cls.milk = gluten, milk
        cls.spelt = cls._create_ingredient(
            "Spelt flour <630>", (1450, 343, 1.5, 0.2, 69, 1.5, 12, 0.01), gluten, is_quid=True
        )
        cls.rye = cls._create_ingredient(
            "Rye flour", (1370, 325, 1.3, 0.2, 67, 1.2, 8, 0.01), gluten
        )
        cls.water = cls._create_ingredient("Water", (0,) * 8, is_volatile=True)
        cls.salt = cls._create_ingredient("Salt", (0, 0, 0, 0, 0, 0, 0, 100))
        cls.sourdough = cls._create_product(
            "Sourdough", cls.kg, declared_name="Sourdough", declared_as="compound"
        )
        cls.bread = cls._create_product(
            "Spelt bread",
            cls.unit,
            list_price=5.0,
            taxes_id=False,
            declaration_type="food",
            declared_name="Spelt and rye bread",
            net_quantity=500,
            barcode="4006381333931",
            storage_hint="Store dry.",
        )
        cls.bag = cls._create_product("Paper bag", cls.unit, tracking="none", weight=0.01)
        cls._create_recipe(
            cls.sourdough, 10, cls.kg, [(cls.rye, 4, cls.kg), (cls.water, 6, cls.kg)]
        )
        cls.bread_recipe = cls._create_recipe(
            cls.bread,
            20,
            cls.unit,
            [
                (cls.spelt, 5000, cls.gram),
                (cls.sourdough, 4, cls.kg),
                (cls.water, 2.3, cls.kg),
                (cls.salt, 200, cls.gram),
                (cls.bag, 20, cls.unit),
            ],
        )
        cls.lot = cls._stock_up(cls.bread, 12, "B-1", expires=datetime(2027, 3, 5, 22, 30))

    @classmethod
    def _create_ingredient(cls, name, values=None, allergens=None, **more):
        known = dict(zip(NUTRIENTS, values, strict=True)) if values else {}
        return cls._create_product(
            name,
            cls.kg,
            declared_name=name,
            has_nutrition=bool(values),
            allergen_ids=allergens.ids if allergens else False,
            **known,
            **more,
        )

    @classmethod
    def _open_wizard(cls, records, kind=None, **values):
        action = records.action_print_labels(kind)
        wizard = records.env[action["res_model"]].browse(action["res_id"])
        wizard.write({"lang": "en_US", **values})
        return wizard

    def _read(self, field, recipe=None):
        """What a person who opens the recipe would see."""
        recipe = recipe or self.bread_recipe
        recipe.invalidate_recordset([field])
        return recipe[field]
