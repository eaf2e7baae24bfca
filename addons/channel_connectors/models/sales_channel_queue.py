# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models

# Less goes first: what customers wait for before what only keeps the books complete.
PRIORITIES = {
    "events": 2,
    "cancellation": 3,
    "fulfilment": 4,
    "stock": 5,
    "tracking": 6,
    "refund": 6,
    "lots": 7,
    "process": 8,
    "import": 10,
    "product": 12,
    "change": 12,
    "products": 19,
    "payouts": 20,
    "sweep": 20,
    "reconcile": 20,
    "proof": 20,
    "bulk": 30,
}
# These may run for minutes: of one shop one at a time, so that the others get through.
LONG = frozenset({"import", "products", "payouts", "reconcile", "proof", "sweep", "bulk"})


class SalesChannel(models.Model):
    """Jobs of a shop have a job channel of their own: what it may hold at once is the capacity of
    that, so that a shop that answers slowly holds up itself and no other.
    """

    _inherit = "sales.channel"

    def _get_job_channel(self, name):
        """Full name of the job channel for a kind of job. It follows from the id alone: a
        delivery that is noted in two statements has none to spare for asking.
        """
        shop = f"root.sales_channels.shop_{self.id}"
        return f"{shop}.long" if name in LONG else shop

    def _get_job_options(self, name, description, eta=None):
        """How a job of this channel is queued; one that waits is not queued again."""
        self.ensure_one()
        return {
            "identity_key": f"sales_channel_{name}_{self.id}",
            "channel": self._get_job_channel(name),
            "priority": PRIORITIES[name],
            "description": description,
            "eta": eta,
        }

    def _in_background(self, name, description, eta=None):
        """This channel for a job: call the job's method on what is returned."""
        options = self._get_job_options(name, description, eta)
        return self._in_company_language().with_delay(**options)

    def _in_company_language(self):
        """What jobs write is read by the company's people, whoever the job runs as."""
        return self.with_context(lang=self.company_id.partner_id.lang)
