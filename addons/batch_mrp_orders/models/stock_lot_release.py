# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models


class StockLot(models.Model):
    """Lots that wait for the release of the batch record of the run that made them."""

    _inherit = "stock.lot"

    release_production_id = fields.Many2one(
        "mrp.production",
        "Waits for Release Of",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The lot is blocked until quality has released the batch record of this run.",
    )

    def action_block(self, reason):
        """A block for another reason is not lifted by the release of a batch record."""
        if not self.env.context.get("until_release"):
            # Quality alone blocks lots; this field only tells why.
            self.sudo().filtered("release_production_id").release_production_id = False
        return super().action_block(reason)

    def action_release(self, reason=None):
        res = super().action_release(reason)
        self.sudo().filtered("release_production_id").release_production_id = False
        return res

    def _block_until_release(self, production):
        """Block what a run has made until its batch record is released.

        The claims of those it was made for stay: the goods are there, they only wait.
        """
        # Whoever closes the run, the house rule blocks the goods.
        lots = self.sudo().filtered(lambda lot: not lot.is_blocked)
        lots.release_production_id = production
        lots.with_context(until_release=True).action_block(
            self.env._("Batch record of %s not released yet", production.name)
        )
