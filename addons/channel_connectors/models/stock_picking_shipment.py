# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict
from math import floor

from odoo import models

from ..channels.base.outgoing import Tracking

SHIPPING_CODES = ("outgoing", "dropship")
TRACKING_FIELDS = {"carrier_id", "carrier_tracking_ref"}


class StockPicking(models.Model):
    """Goods of a channel's order that have left are reported to the channel, once."""

    _inherit = "stock.picking"

    def _action_done(self):
        result = super()._action_done()
        self._intend_shipments()
        return result

    def write(self, vals):
        result = super().write(vals)
        if TRACKING_FIELDS & vals.keys():
            self._intend_tracking()
        return result

    def _intend_shipments(self):
        # sudo: whoever ships need not be allowed to see the channel or the order
        pickings = self.sudo().filtered(
            lambda picking: (
                picking.state == "done" and picking.picking_type_id.code in SHIPPING_CODES
            )
        )
        vals_list = [
            vals
            for picking in pickings
            for order in picking.move_ids.sale_line_id.order_id
            if order._reports_shipments()
            for vals in picking._prepare_shipments(order)
        ]
        return self.env["sales.channel.intent"].sudo()._intend(vals_list)

    def _prepare_shipments(self, order):
        """Values of the intents for what this transfer has shipped of an order, one for
        each parcel that can be told apart by its tracking.
        """
        self.ensure_one()
        rest = order._get_unreported_pieces()
        vals_list = []
        for number, (tracking, wanted) in enumerate(self._get_parcels(order), start=1):
            lines = {}
            for line, quantity in wanted.items():
                pieces = min(floor(quantity + 1e-6), rest.get(line, 0))
                if pieces > 0:
                    rest[line] -= pieces
                    lines[line.channel_line_id] = pieces
            if not lines:
                continue
            vals_list.append(
                {
                    **order._prepare_intent("fulfilment"),
                    "name": f"{order.client_order_ref or order.name}: {self.name}",
                    "subject": f"picking:{self.id}:{order.id}:{number}",
                    "picking_id": self.id,
                    "payload": {
                        "lines": lines,
                        "tracking": tracking.as_json(),
                        "places": self._get_channel_places(order.channel_id),
                        "notify": order.channel_id.notify_shipments,
                    },
                }
            )
        return vals_list

    def _get_parcels(self, order):
        """Tracking and quantities by order line of each parcel of this transfer.

        Packages are parcels of their own if there is a number for each; else the transfer
        is one shipment with all numbers. Pieces that no package holds, and kits whose parts
        are spread over packages, belong to the last one.
        """
        numbers = self._get_tracking_numbers()
        packages = defaultdict(lambda: defaultdict(float))
        shipped = order._get_shipped_quantities(self)
        simple = {line for line in shipped if line.move_ids.product_id == line.product_id}
        for move_line in self.move_line_ids:
            line = move_line.move_id.sale_line_id
            package = move_line.result_package_id
            if line in simple and package:
                packages[package.outermost_package_id or package][line] += (
                    move_line.product_uom_id._compute_quantity(
                        move_line.quantity, line.product_uom_id, round=False
                    )
                )
        if len(packages) < 2 or len(packages) != len(numbers):
            return [(self._get_tracking(numbers), shipped)]
        parcels = [
            (self._get_tracking([number]), dict(packages[package]))
            for number, package in zip(
                numbers, sorted(packages, key=lambda package: package.id), strict=True
            )
        ]
        for line, quantity in shipped.items():
            packed = sum(content.get(line, 0) for _tracking, content in parcels)
            if quantity > packed:
                last = parcels[-1][1]
                last[line] = last.get(line, 0) + quantity - packed
        return parcels

    def _get_tracking_numbers(self):
        self.ensure_one()
        return [
            part.strip() for part in (self.carrier_tracking_ref or "").split(",") if part.strip()
        ]

    def _get_tracking(self, numbers):
        """Tracking of parcels with these numbers."""
        self.ensure_one()
        carrier = self.carrier_id
        urls = []
        if carrier.tracking_url:
            urls = [
                carrier.tracking_url.replace("<shipmenttrackingnumber>", number)
                for number in numbers
            ]
        company = carrier.channel_carrier_name or carrier.name or ""
        return Tracking(company if numbers else "", tuple(numbers), tuple(urls))

    def _get_channel_places(self, channel):
        """Places of the channel that stand for the warehouse the goods left from."""
        warehouse = self.picking_type_id.warehouse_id
        places = channel.location_ids.filtered(lambda place: warehouse in place.warehouse_ids)
        return places.mapped("external_id")

    def _intend_tracking(self):
        """Numbers that came after the goods had left."""
        # sudo: see _intend_shipments
        intents = (
            self.env["sales.channel.intent"]
            .sudo()
            .search([("picking_id", "in", self.ids), ("kind", "=", "fulfilment")], order="id")
        )
        for picking, shipments in intents.grouped("picking_id").items():
            picking._update_tracking(shipments)

    def _update_tracking(self, shipments):
        """Give shipments the tracking their transfer has now."""
        self.ensure_one()
        numbers = self._get_tracking_numbers()
        if not numbers:
            return
        apart = len(shipments) > 1 and len(shipments) == len(numbers)
        for index, shipment in enumerate(shipments):
            tracking = self._get_tracking([numbers[index]] if apart else numbers)
            shipment._set_tracking(tracking)
