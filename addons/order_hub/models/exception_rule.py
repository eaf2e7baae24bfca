# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import AccessError

CHECK_METHODS = [
    ("_find_address_flaws", "Delivery address incomplete or implausible"),
    ("_find_unsellable_lines", "Line without a product that can be sold"),
    ("_find_prices_below_cost", "Price below cost"),
    ("_find_channel_differences", "Total differs from the sales channel"),
    ("_find_exceeded_credit", "Credit limit exceeded"),
    ("_find_short_shelf_life", "Product cannot keep as long as demanded"),
    ("_find_restricted_destinations", "Product is not shipped to this country"),
]


class ExceptionRule(models.Model):
    _inherit = "exception.rule"

    method = fields.Selection(
        selection_add=CHECK_METHODS,
        ondelete={name: "cascade" for name, _label in CHECK_METHODS},
        readonly=False,
        string="Check",
    )
    blocks_order = fields.Boolean(
        default=True,
        help="A quotation that fails cannot be confirmed, a confirmed order is not planned, "
        "until somebody has fixed or released it. Otherwise the finding is only shown.",
    )

    def _to_cache_entry(self):
        return {**super()._to_cache_entry(), "blocks_order": self.blocks_order}

    @api.model_create_multi
    def create(self, vals_list):
        self._check_code_access(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._check_code_access([vals])
        return super().write(vals)

    @api.model
    def _check_code_access(self, vals_list):
        """Rules by filter are for everybody who may manage rules, code is for administrators."""
        if any(vals.get("code") for vals in vals_list) and not (
            self.env.su or self.env.user.has_group("base.group_system")
        ):
            raise AccessError(self.env._("Only administrators may write rules in Python."))
