# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain


class MrpBom(models.Model):
    """Versions of a recipe: each is in force from its day until the next one is."""

    _inherit = "mrp.bom"

    version = fields.Integer(default=1, copy=False, readonly=True)
    valid_from = fields.Date(
        copy=False, tracking=True, help="Runs that start on this day or later use this version."
    )
    valid_until = fields.Date(
        "Superseded On",
        compute="_compute_valid_until",
        store=True,
        help="First day on which a later version is used instead.",
    )
    previous_version_id = fields.Many2one(
        "mrp.bom", copy=False, readonly=True, index="btree_not_null", ondelete="set null"
    )
    next_version_ids = fields.One2many("mrp.bom", "previous_version_id")
    version_state = fields.Selection(
        [("future", "Future"), ("current", "In Force"), ("superseded", "Superseded")],
        compute="_compute_version_state",
        search="_search_version_state",
        string="Validity",
    )

    _one_successor = models.UniqueIndex(
        "(previous_version_id) WHERE active AND previous_version_id IS NOT NULL",
        "A recipe has one next version. Archive the other one first.",
    )

    @api.depends("next_version_ids.valid_from", "next_version_ids.active")
    def _compute_valid_until(self):
        for bom in self:
            days = bom.next_version_ids.filtered("active").mapped("valid_from")
            bom.valid_until = min((day for day in days if day), default=False)

    @api.depends("valid_from", "valid_until")
    def _compute_version_state(self):
        today = self._get_recipe_date()
        for bom in self:
            if bom.valid_until and bom.valid_until <= today:
                bom.version_state = "superseded"
            elif bom.valid_from and bom.valid_from > today:
                bom.version_state = "future"
            else:
                bom.version_state = "current"

    @api.model
    def _search_version_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = self._get_recipe_date()
        domains = {
            "current": self._get_in_force_domain(today),
            "future": Domain("valid_from", ">", today)
            & (Domain("valid_until", "=", False) | Domain("valid_until", ">", today)),
            "superseded": Domain("valid_until", "<=", today),
        }
        return Domain.OR(domains[state] for state in value if state in domains)

    @api.constrains("valid_from", "previous_version_id", "active")
    def _check_valid_from(self):
        for bom in self.filtered(lambda bom: bom.active and bom.previous_version_id):
            earlier = bom.previous_version_id
            if not bom.valid_from or (earlier.valid_from and bom.valid_from <= earlier.valid_from):
                raise ValidationError(
                    self.env._(
                        "%(recipe)s replaces version %(version)s: it needs a day from which it "
                        "is valid, later than that of the version before.",
                        recipe=bom.display_name,
                        version=earlier.version,
                    )
                )

    @api.depends("version")
    def _compute_display_name(self):
        res = super()._compute_display_name()
        for bom in self.filtered(lambda bom: bom.version > 1):
            bom.display_name = self.env._(
                "%(recipe)s (version %(version)s)", recipe=bom.display_name, version=bom.version
            )
        return res

    def action_new_version(self):
        """Copy the recipe into a next version, valid from tomorrow, and open it.

        The earlier version stays in force until then; runs keep the version they were
        made from.
        """
        self.ensure_one()
        following = self.next_version_ids.filtered("active")
        if following:
            raise UserError(
                self.env._(
                    "%(recipe)s has a next version already, version %(version)s. Make a new one "
                    "from that.",
                    recipe=self.display_name,
                    version=following[0].version,
                )
            )
        today = fields.Date.context_today(self)
        in_force = max(today, self.valid_from or today)
        copied = self.copy(
            {
                "version": self.version + 1,
                "previous_version_id": self.id,
                "valid_from": in_force + timedelta(days=1),
                "sequence": self.sequence,
            }
        )
        return copied._get_version_action()

    def action_view_versions(self):
        self.ensure_one()
        first = self
        while first.previous_version_id:
            first = first.previous_version_id
        versions = level = first.with_context(active_test=False)
        while level:
            level = level.next_version_ids - versions
            versions |= level
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Versions of %s", self.product_tmpl_id.display_name),
            "res_model": "mrp.bom",
            "view_mode": "list,form",
            "domain": [("id", "in", versions.ids)],
            "context": {"active_test": False},
        }

    def _get_version_action(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": "mrp.bom",
            "view_mode": "form",
            "res_id": self.id,
        }

    # ------------------------------------------------------------ recipe in force
    @api.model
    def _get_recipe_date(self):
        """The day for which recipes are looked up: ``recipe_date`` in the context, or today."""
        return self.env.context.get("recipe_date") or fields.Date.context_today(self)

    @api.model
    def _get_in_force_domain(self, day):
        return (Domain("valid_from", "=", False) | Domain("valid_from", "<=", day)) & (
            Domain("valid_until", "=", False) | Domain("valid_until", ">", day)
        )

    @api.model
    def _bom_find_domain(self, products, picking_type=None, company_id=False, bom_type=False):
        """Of the versions of a recipe only the one in force on the day is found."""
        domain = super()._bom_find_domain(
            products, picking_type=picking_type, company_id=company_id, bom_type=bom_type
        )
        return domain & self._get_in_force_domain(self._get_recipe_date())
