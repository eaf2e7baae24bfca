# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import fields, models

from odoo.addons.channel_connectors.channels.base.products import unit_price


class ProductProduct(models.Model):
    """Channels show the unit price of the declared net content."""

    _inherit = "product.product"

    def _get_channel_unit_price(self):
        content = self._get_content()
        if not content:
            return super()._get_channel_unit_price()
        return unit_price(content, is_volume=self.net_uom_id._is_volume())


class StockLot(models.Model):
    """Channels are told until when a lot is at its best."""

    _inherit = "stock.lot"

    def _prepare_channel_note(self, zone):
        vals = super()._prepare_channel_note(zone)
        if moment := self._get_best_before():
            local = fields.Datetime.context_timestamp(self.with_context(tz=zone), moment)
            vals["best_before"] = local.date().isoformat()
        return vals
