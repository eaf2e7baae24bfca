# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, models
from odoo.fields import Domain

from odoo.addons.order_hub.models.order_hub_card import CardSource


class OrderHubCard(models.Model):
    """The hub of a new company shows what has to be set up, until its first run is planned."""

    _inherit = "order.hub.card"

    @api.model
    def _get_sources(self):
        open_steps = Domain("required", "=", True) & Domain("state", "=", "open")
        return super()._get_sources() | {
            "first_steps": CardSource(
                "order.hub.start.step",
                "order_hub_start.order_hub_start_action",
                open_steps,
                group="base.group_system",
            )
        }

    @api.model
    def _can_open(self, source):
        return super()._can_open(source) and (
            source.model != "order.hub.start.step" or self._is_new_company()
        )

    @api.model
    def _is_new_company(self):
        """True until the last of the first steps is done."""
        # sudo: whoever sets a company up need not be a planner
        return not (
            self.env["mrp.production"]
            .sudo()
            .search_count(
                [
                    ("company_id", "=", self.env.company.id),
                    ("state", "not in", ("draft", "cancel")),
                ],
                limit=1,
            )
        )

    def action_open(self):
        if self.code == "first_steps":
            return self.env["order.hub.start"].action_open()
        return super().action_open()
