# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..labelling.nutrition import Nutrition
from ..planning.quantity import exact

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


class ProductTemplate(models.Model):
    """What labels say of a product, on its own and as an ingredient of others."""

    _inherit = "product.template"

    # ------------------------------------------------------------- the goods sold
    declaration_type = fields.Selection(
        [("food", "Food"), ("cosmetic", "Cosmetic"), ("chemical", "Chemical")],
        "Declared As",
        help="What the product label shows: ingredients with allergens and nutrition, INCI "
        "names, or the hazard note and pictogram.",
    )
    net_quantity = fields.Float(
        digits="Product Unit",
        compute="_compute_net_quantity",
        inverse="_inverse_net_quantity",
        help="Content of one piece, as printed on the label.",
    )
    net_uom_id = fields.Many2one(
        "uom.uom",
        "Unit of the Net Quantity",
        default=lambda self: self.env["uom.uom"]._get_gram(),
    )
    drained_quantity = fields.Float(
        "Drained Weight",
        digits="Product Unit",
        compute="_compute_drained_quantity",
        inverse="_inverse_drained_quantity",
        help="Solid food in a liquid: printed beside the net quantity, and the base price is "
        "that of the drained weight.",
    )
    storage_hint = fields.Char("Storage", translate=True)
    date_mark = fields.Selection(
        [("best_before", "Best before"), ("use_by", "Use by")],
        "Date Wording",
        default="best_before",
        required=True,
        help="“Use by” is for food that perishes quickly and endangers health soon after.",
    )
    pao_months = fields.Integer(
        "Period After Opening (Months)", help="Cosmetics that keep longer than 30 months unopened."
    )
    label_partner_id = fields.Many2one(
        "res.partner",
        "Responsible Business",
        help="Name and address on the label; by default those of the company.",
    )
    label_note = fields.Text(
        "Further Text on the Label",
        translate=True,
        help="Mandatory notes, instructions for use, hazard statements.",
    )
    label_pictogram = fields.Image("Pictogram", max_width=512, max_height=512)

    # --------------------------------------------------------- as an ingredient
    declared_name = fields.Char(
        translate=True,
        help="Legal name of the food, and how the product is called in lists of ingredients.",
    )
    declared_as = fields.Selection(
        [
            ("own", "Under its name"),
            ("compound", "Under its name, ingredients in brackets"),
            ("parts", "As the ingredients it is made from"),
            ("aid", "Not at all (processing aid)"),
        ],
        "In Lists of Ingredients",
        help="Left empty, what has a recipe is declared as its ingredients, anything else that "
        "is weighed or measured under its name; what is counted in pieces is packaging.",
    )
    own_ingredients = fields.Text(
        "Ingredients by the Supplier",
        translate=True,
        help="Of a bought compound: stands in brackets after its name.",
    )
    inci_name = fields.Char(
        "INCI Name", help="Of a bought mixture: “Aqua 70 %; Sodium Hydroxide 30 %”."
    )
    fragrance_allergens = fields.Char(
        help="INCI names of a fragrance's allergens that must be named, separated by commas."
    )
    is_colourant = fields.Boolean("Colourant", help="Stands last in the list of a cosmetic.")
    is_nano = fields.Boolean("Nanomaterial")
    is_quid = fields.Boolean(
        "With Percentage",
        help="The ingredient is in the name of the food or highlighted on the label (QUID).",
    )
    is_volatile = fields.Boolean(
        "Water or Volatile", help="Counts with what is left of it in the finished product."
    )
    allergen_words = fields.Char(
        "Allergen Words in Its Name",
        translate=True,
        help="Separated by commas. Only where the words of the allergen itself do not fit.",
    )
    additive_class = fields.Selection(
        [
            ("acid", "Acid"),
            ("acidity_regulator", "Acidity regulator"),
            ("anti_caking", "Anti-caking agent"),
            ("anti_foaming", "Anti-foaming agent"),
            ("antioxidant", "Antioxidant"),
            ("bulking", "Bulking agent"),
            ("colour", "Colour"),
            ("emulsifier", "Emulsifier"),
            ("emulsifying_salts", "Emulsifying salts"),
            ("firming", "Firming agent"),
            ("flavour_enhancer", "Flavour enhancer"),
            ("flour_treatment", "Flour treatment agent"),
            ("foaming", "Foaming agent"),
            ("gelling", "Gelling agent"),
            ("glazing", "Glazing agent"),
            ("humectant", "Humectant"),
            ("modified_starch", "Modified starch"),
            ("preservative", "Preservative"),
            ("propellent_gas", "Propellent gas"),
            ("raising", "Raising agent"),
            ("sequestrant", "Sequestrant"),
            ("stabiliser", "Stabiliser"),
            ("sweetener", "Sweetener"),
            ("thickener", "Thickener"),
        ],
        "Additive: Class",
    )
    e_number = fields.Char(help="Stands for the name where it is entered.")

    # ----------------------------------------------------------------- nutrition
    has_nutrition = fields.Boolean(
        "Nutrition Known",
        help="The values of 100 g below are used. Otherwise they are computed from the recipe.",
    )
    energy_kj = fields.Float("Energy (kJ)", digits=(8, 1))
    energy_kcal = fields.Float("Energy (kcal)", digits=(8, 1))
    fat = fields.Float("Fat (g)", digits=(6, 3))
    saturates = fields.Float("of which saturates (g)", digits=(6, 3))
    carbohydrate = fields.Float("Carbohydrate (g)", digits=(6, 3))
    sugars = fields.Float("of which sugars (g)", digits=(6, 3))
    protein = fields.Float("Protein (g)", digits=(6, 3))
    salt = fields.Float("Salt (g)", digits=(6, 4))

    _nutrition = models.Constraint(
        "CHECK (LEAST(energy_kj, energy_kcal, fat, saturates, carbohydrate, sugars, protein, salt)"
        " >= 0)",
        "Nutrition values must not be negative.",
    )
    _pao_months = models.Constraint(
        "CHECK (pao_months >= 0)", "The period after opening must not be negative."
    )

    @api.constrains("saturates", "fat", "sugars", "carbohydrate")
    def _check_nutrition_parts(self):
        for template in self:
            for part, whole in (("saturates", "fat"), ("sugars", "carbohydrate")):
                if template[part] > template[whole]:
                    names = template.fields_get([part, whole], ["string"])
                    raise ValidationError(
                        self.env._(
                            "%(product)s: “%(part)s” cannot be more than “%(whole)s”.",
                            product=template.display_name,
                            part=names[part]["string"],
                            whole=names[whole]["string"],
                        )
                    )

    @api.depends("product_variant_ids.net_quantity")
    def _compute_net_quantity(self):
        self._compute_template_field_from_variant_field("net_quantity")

    def _inverse_net_quantity(self):
        self._set_product_variant_field("net_quantity")

    @api.depends("product_variant_ids.drained_quantity")
    def _compute_drained_quantity(self):
        self._compute_template_field_from_variant_field("drained_quantity")

    def _inverse_drained_quantity(self):
        self._set_product_variant_field("drained_quantity")

    def _get_related_fields_variant_template(self):
        """Also when a product is created with them."""
        return [*super()._get_related_fields_variant_template(), "net_quantity", "drained_quantity"]


class ProductProduct(models.Model):
    _inherit = "product.product"

    # Sizes are often variants: the rest of the declaration is the same for all of them.
    net_quantity = fields.Float(digits="Product Unit")
    drained_quantity = fields.Float("Drained Weight", digits="Product Unit")

    _net_quantity = models.Constraint(
        "CHECK (net_quantity >= 0 AND drained_quantity >= 0)",
        "Net quantity and drained weight must not be negative.",
    )

    def _get_given_nutrition(self):
        """What was entered, None when nothing was."""
        if not self.has_nutrition:
            return None
        return Nutrition(*(exact(self[name]) for name in NUTRIENTS))

    def _get_content(self):
        """Net quantity for the base price, in grams or millilitres; 0 when unknown.

        A drained weight takes its place.
        """
        return self.net_uom_id._get_base_quantity(self.drained_quantity or self.net_quantity)


class ProductAllergen(models.Model):
    _inherit = "product.allergen"

    words = fields.Char(
        "Words on Labels",
        translate=True,
        help="Separated by commas: where one of them stands in the name of an ingredient with "
        "this allergen, it is printed bold.",
    )


class UomUom(models.Model):
    _inherit = "uom.uom"

    def _is_volume(self):
        """Whether the unit is one of volume."""
        litre_id = self.env["ir.model.data"]._xmlid_to_res_id("uom.product_uom_litre")
        return bool(self) and self._get_family() == self.browse(litre_id)._get_family()

    def _is_measured(self):
        """Whether the unit is one of mass or volume: anything else is counted."""
        return self._is_mass() or self._is_volume()

    def _get_base_quantity(self, quantity):
        """``quantity`` of this unit in grams or millilitres, exact; 0 for other units."""
        if self._is_mass():
            unit = self._get_gram()
        elif self._is_volume():
            millilitre_id = self.env["ir.model.data"]._xmlid_to_res_id("uom.product_uom_milliliter")
            unit = self.browse(millilitre_id)
        else:
            return exact(0)
        return exact(quantity) * self._get_exact_ratio(unit)
