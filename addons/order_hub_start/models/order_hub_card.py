# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, models
from odoo.fields import Domain

from odoo.addons.order_hub.models.order_hub_card import CardSource, Figures

FIRST_STEPS = "first_steps"


class OrderHubCard(models.Model):
    """The hub of a new company shows what has to be set up, until its first run is planned."""

    _inherit = "order.hub.card"

    @api.model
    def _get_sources(self):
        return super()._get_sources() | {
            FIRST_STEPS: CardSource(
                "order.hub.start.step",
                "order_hub_start.order_hub_start_action",
                Domain.FALSE,
                group="base.group_system",
            )
        }

    @api.model
    def _can_open(self, source):
        return super()._can_open(source) and (
            source.model != "order.hub.start.step" or not self.env.company.has_first_run
        )

    @api.model
    def _count_figures(self, sources):
        """The state of a step is read from many places at once, not by a search."""
        figures = super()._count_figures(sources)
        source = sources.get(FIRST_STEPS)
        if source and self._can_open(source):
            steps = self.env["order.hub.start.step"]._get_steps()
            missing = steps.filtered(lambda step: step.required and step.state == "open")
            figures[FIRST_STEPS] = Figures(len(missing))
        return figures

    def action_open(self):
        if self.code == FIRST_STEPS:
            return self.env["order.hub.start"].action_open()
        return super().action_open()
