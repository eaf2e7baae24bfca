# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta

from odoo import fields, models


class StockMove(models.Model):
    """Reservation takes usable stock only: released, and alive when it is needed."""

    _inherit = "stock.move"

    def _get_min_remaining_days(self):
        """Days the goods must keep beyond the move; asked for by customers only."""
        self.ensure_one()
        destination = self.location_final_id or self.location_dest_id
        if destination.usage != "customer":
            return 0
        if self.sale_line_id:
            return self.sale_line_id._get_min_remaining_days(self.product_id)
        return self.product_id._get_min_remaining_days(
            self.partner_id or self.picking_id.partner_id
        )

    def _get_usable_context(self):
        """What keeps a search for quants to usable stock.

        The goods are needed on the later of the scheduled day and the deadline; a late
        move is served today at the earliest.
        """
        self.ensure_one()
        context = {"released_only": True}
        if self.product_id.use_expiration_date:
            needed = max(
                moment
                for moment in (self.date, self.date_deadline, fields.Datetime.now())
                if moment
            )
            days = self.sudo()._get_min_remaining_days()  # customers are not for every picker
            context["alive_on"] = needed.date() + timedelta(days=days)
        return context

    def _update_reserved_quantity_vals(
        self, need, location_id, lot_id=None, package_id=None, owner_id=None, strict=True
    ):
        move = self.with_context(**self._get_usable_context())
        return super(StockMove, move)._update_reserved_quantity_vals(
            need, location_id, lot_id, package_id, owner_id, strict
        )

    def _get_available_quantity(
        self,
        location_id,
        lot_id=None,
        package_id=None,
        owner_id=None,
        strict=False,
        allow_negative=False,
    ):
        move = self.with_context(**self._get_usable_context())
        return super(StockMove, move)._get_available_quantity(
            location_id, lot_id, package_id, owner_id, strict, allow_negative
        )

    def _set_quantity_done_prepare_vals(self, qty):
        """Lots that Odoo fills in for an entered quantity are usable ones, too."""
        move = self.with_context(**self._get_usable_context())
        return super(StockMove, move)._set_quantity_done_prepare_vals(qty)
