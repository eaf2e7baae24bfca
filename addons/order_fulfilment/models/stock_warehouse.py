# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import models


class StockWarehouse(models.Model):
    _inherit = "stock.warehouse"

    def _get_picking_type_create_values(self, max_sequence):
        """Deliveries are put into batches by a plan.

        Core makes a batch for each customer as goods are reserved, one delivery after the other.
        """
        data, next_sequence = super()._get_picking_type_create_values(max_sequence)
        for values in data.values():
            if values.get("code") == "outgoing":
                values["auto_batch"] = False
        return data, next_sequence
