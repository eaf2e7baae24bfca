# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models
from odoo.fields import Command


class MrpProduction(models.Model):
    """What a run has used before it was closed belongs to the genealogy of what it makes.

    Core links what is made with the ingredients that are consumed at that moment, and only
    with those: a kettle filled in the morning would have lost its honey in the evening.
    """

    _inherit = "mrp.production"

    def _post_inventory(self, cancel_backorder=False):
        earlier = self.move_raw_ids.filtered(lambda move: move.state == "done")
        res = super()._post_inventory(cancel_backorder=cancel_backorder)
        for run, moves in earlier.grouped("raw_material_production_id").items():
            made = run.move_finished_ids.move_line_ids
            used = moves.filtered(lambda move: move.location_dest_id.usage == "production")
            made.consume_line_ids = [Command.link(line.id) for line in used.move_line_ids]
        return res


class MrpUnbuild(models.Model):
    """What goods were taken apart into was made of them.

    Core links only the by-products that are taken apart with it, not the product itself.
    """

    _inherit = "mrp.unbuild"

    def action_unbuild(self):
        res = super().action_unbuild()
        moves = self.produce_line_ids.filtered(lambda move: move.state == "done")
        taken = moves.filtered(lambda move: move.location_dest_id.usage == "production")
        regained = moves.filtered(lambda move: move.location_id.usage == "production")
        taken.move_line_ids.produce_line_ids = [
            Command.link(line.id) for line in regained.move_line_ids if line.quantity > 0
        ]
        return res
