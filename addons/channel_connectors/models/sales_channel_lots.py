# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models

from ..channels.base import linetax
from ..channels.base.products import plain

# Under this name the order of the channel keeps its lots.
NOTE = "lots"


class SalesChannel(models.Model):
    """The lots of an order are noted with it in the channel: for its pages and messages."""

    _inherit = "sales.channel"

    has_order_notes = fields.Boolean(compute="_compute_has_order_notes")
    report_lots = fields.Boolean(
        "Note Lots with the Order",
        help="After each shipment the order in the channel says which lots the customer has got, "
        "with their dates where they are known.",
    )

    @api.depends("channel_type")
    def _compute_has_order_notes(self):
        for channel in self:
            channel.has_order_notes = channel._adapter_class().capabilities.order_notes

    def _job_send_lots(self):
        self._send_intents("lots", commit=True)


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _reports_lots(self):
        """True if the channel of this order is to be told of lots."""
        self.ensure_one()
        channel = self.channel_id
        return bool(
            channel.report_lots
            and channel.has_order_notes
            and not channel.is_shadow
            and self.channel_order_id
        )

    def _get_lot_note(self):
        """All lots shipped so far, by shipment."""
        self.ensure_one()
        pickings = self.picking_ids.filtered(lambda picking: picking._ships_lots(self))
        return [picking._prepare_lot_note(self) for picking in pickings.sorted("id")]


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _action_done(self):
        result = super()._action_done()
        self._intend_lots()
        return result

    def _get_lots_shipped(self, order):
        """Moves of goods with a lot for the lines of an order."""
        self.ensure_one()
        return self.move_line_ids.filtered(
            lambda line: (
                line.state == "done"
                and line.lot_id
                and line.quantity
                and line.move_id.sale_line_id.order_id == order
            )
        )

    def _ships_lots(self, order):
        """True if goods with a lot have left with this transfer."""
        self.ensure_one()
        return (
            self.state == "done"
            and self.picking_type_id.code in ("outgoing", "dropship")
            and bool(self._get_lots_shipped(order))
        )

    def _intend_lots(self):
        # sudo: whoever ships need not be allowed to see the channel or the order
        vals_list = [
            {
                **order._prepare_intent("lots"),
                "name": f"{order.client_order_ref or order.name}: {picking.name}",
                "subject": f"picking:{picking.id}:{order.id}",
                "picking_id": picking.id,
            }
            for picking in self.sudo()
            for order in picking.move_ids.sale_line_id.order_id
            if order._reports_lots() and picking._ships_lots(order)
        ]
        return self.env["sales.channel.intent"].sudo()._intend(vals_list)

    def _prepare_lot_note(self, order):
        """What the channel is told of the lots of one shipment."""
        self.ensure_one()
        zone = order.company_id.partner_id.tz or "UTC"
        shipped = fields.Datetime.context_timestamp(self.with_context(tz=zone), self.date_done)
        quantities = {}
        for line in self._get_lots_shipped(order):
            key = (line.move_id.sale_line_id, line.lot_id)
            pieces = linetax.exact(line.quantity_product_uom)
            quantities[key] = quantities.get(key, 0) + pieces
        return {
            "shipment": self.name,
            "shipped": shipped.date().isoformat(),
            "lots": [
                {
                    "line": sale_line.channel_line_id or "",
                    "sku": lot.product_id.default_code or "",
                    "quantity": plain(quantity),
                    **lot._prepare_channel_note(zone),
                }
                for (sale_line, lot), quantity in quantities.items()
            ],
        }


class StockLot(models.Model):
    _inherit = "stock.lot"

    def _prepare_channel_note(self, zone):
        """What a channel is told of a lot; ``zone`` is the one its dates are meant in."""
        self.ensure_one()
        return {"lot": self.name}


class SalesChannelIntent(models.Model):
    _inherit = "sales.channel.intent"

    def _execute_lots(self, adapter, _commit):
        """Note all lots of the order anew, whatever was noted before: asking twice, and late,
        leads to the same.
        """
        # sudo: the inbox and deliveries are not for everybody who sends
        adapter.note_on_order(
            self._get_external_order(), NOTE, self.order_id.sudo()._get_lot_note()
        )
        return {}
