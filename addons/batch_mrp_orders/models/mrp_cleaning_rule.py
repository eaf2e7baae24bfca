# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models

from ..planning.campaign.rules import Basis, Content, Rule, cleaning_between


class MrpCleaningFamily(models.Model):
    """Products between which a kettle needs no cleaning, such as all that are unscented."""

    _name = "mrp.cleaning.family"
    _description = "Cleaning Family"
    _order = "name"

    name = fields.Char(required=True, translate=True)

    _unique_name = models.UniqueIndex("(name)", "Another cleaning family has this name.")


class MrpCleaningRule(models.Model):
    """When a work center must be cleaned between two runs, see :mod:`..planning.campaign`."""

    _name = "mrp.cleaning.rule"
    _description = "Cleaning Rule"
    _order = "company_id, workcenter_id, basis, id"
    _check_company_auto = True

    name = fields.Char("Reason", required=True, translate=True, help="Told to the operator.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    workcenter_id = fields.Many2one(
        "mrp.workcenter", "Work Center", check_company=True, help="Empty for all work centers."
    )
    basis = fields.Selection(
        [
            ("allergen", "Allergen Change: the next run must not have it"),
            ("colour", "Colour Change: the next run is lighter"),
            ("family", "Change of Family"),
        ],
        required=True,
        default="allergen",
    )
    allergen_id = fields.Many2one("product.allergen", help="Empty for any allergen.")
    from_family_id = fields.Many2one("mrp.cleaning.family", help="Empty for any other family.")
    to_family_id = fields.Many2one("mrp.cleaning.family", help="Empty for any other family.")
    minutes = fields.Integer("Cleaning (min)", required=True)
    needs_release = fields.Boolean(
        "Release After Cleaning",
        default=True,
        help="The next run may not start before somebody has signed off the cleaning.",
    )

    _minutes = models.Constraint("CHECK (minutes >= 0)", "The minutes must not be negative.")

    def _get_engine_rules(self):
        return [
            Rule(
                key=rule.id,
                basis=Basis(rule.basis),
                minutes=rule.minutes,
                release=rule.needs_release,
                allergen=rule.allergen_id.id or None,
                from_family=rule.from_family_id.id or None,
                to_family=rule.to_family_id.id or None,
            )
            for rule in self
        ]

    def _get_broken(self, last, following):
        """Those of these rules that ask for a cleaning between two products."""
        cleaning = cleaning_between(
            last._get_kettle_content(), following._get_kettle_content(), self._get_engine_rules()
        )
        return self.browse(cleaning.reasons)

    def _get_reasons(self, last, following):
        """In words, what these rules mind between two products."""
        lost = last.contained_allergen_ids - following.contained_allergen_ids
        none = self.env._("none")
        reasons = []
        for rule in self:
            if rule.basis == "allergen":
                names = (lost & rule.allergen_id if rule.allergen_id else lost).mapped("name")
                reasons.append(self.env._("Allergen %s", ", ".join(names)))
            elif rule.basis == "colour":
                reasons.append(self.env._("dark → light"))
            else:
                families = (last.cleaning_family_id.name, following.cleaning_family_id.name)
                reasons.append(" → ".join(name or none for name in families))
        return "; ".join(dict.fromkeys(reasons))


class ProductTemplate(models.Model):
    _inherit = "product.template"

    cleaning_family_id = fields.Many2one(
        "mrp.cleaning.family", help="Products between which a kettle needs no cleaning."
    )
    colour_rank = fields.Integer(
        "Colour Strength", help="The larger, the darker: lighter runs stand before darker ones."
    )


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _get_kettle_content(self):
        self.ensure_one()
        return Content(
            allergens=frozenset(self.contained_allergen_ids.ids),
            colour=self.colour_rank,
            family=self.cleaning_family_id.id or None,
        )
