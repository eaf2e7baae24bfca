# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from collections import defaultdict
from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import format_date

from odoo.addons.order_hub.checks.address import find_flaws


class Problem(NamedTuple):
    """Why a delivery cannot leave: the kind decides which way out is offered."""

    kind: str
    text: str


class StockPicking(models.Model):
    """What keeps a delivery from leaving, looked at for many at once."""

    _inherit = "stock.picking"

    ship_problem = fields.Char(
        "Cannot Leave", compute="_compute_ship_problem", help="Why the delivery must not leave yet."
    )
    ship_lots = fields.Char("Lots", compute="_compute_ship_lots")
    piece_count = fields.Float(
        "Pieces", digits="Product Unit", compute="_compute_ship_lots", help="Pieces that leave."
    )

    @api.depends(
        "state",
        "carrier_id",
        "partner_id",
        "shipping_weight",
        "carrier_tracking_ref",
        "move_ids.quantity",
        "move_line_ids.lot_id.is_blocked",
        "move_line_ids.picked",
        "move_line_ids.quantity",
        "move_line_ids.scanned_qty",
    )
    def _compute_ship_problem(self):
        problems = self._find_ship_problems()
        for picking in self:
            texts = [problem.text for problem in problems.get(picking.id, [])]
            picking.ship_problem = "; ".join(texts)

    @api.depends("move_line_ids.lot_id", "move_line_ids.quantity")
    def _compute_ship_lots(self):
        for picking in self:
            lines = picking.move_line_ids
            names = sorted({lot.name for lot in lines.lot_id})
            rest = f" +{len(names) - 3}" if len(names) > 3 else ""
            picking.ship_lots = ", ".join(names[:3]) + rest
            picking.piece_count = sum(line.quantity_product_uom for line in lines)

    def _find_ship_problems(self):
        """Problems by delivery; one that is not named can leave."""
        found = defaultdict(list)
        all_together = self.with_prefetch(self.ids)
        for looks in (
            all_together._find_state_problems,
            all_together._find_hold_problems,
            all_together._find_address_problems,
            all_together._find_lot_problems,
            all_together._find_missing_problems,
            all_together._find_scan_problems,
            all_together._find_parcel_problems,
        ):
            for picking, kind, text in looks():
                found[picking.id].append(Problem(kind, text))
        return dict(found)

    def _find_state_problems(self):
        for picking in self:
            if picking.state == "done":
                yield picking, "done", self.env._("Has left already")
            elif picking.state != "assigned":
                yield picking, "state", self.env._("Not ready: no goods are set aside")

    def _find_hold_problems(self):
        # sudo: whoever ships need not see the orders
        for picking in self.sudo():
            order = picking.sale_id
            reason = order and (order.planning_block_reason or order._get_shipping_hold_reason())
            if reason:
                yield picking, "hold", self.env._("Order is held: %s", reason)

    def _find_address_problems(self):
        words = self.env["sale.order"]._get_flaw_words()
        for picking in self:
            if not picking.partner_id:
                yield picking, "address", self.env._("No delivery address")
            # An address that the channel still withholds is a hold.
            elif not picking.sudo().sale_id.channel_address_missing:
                flaws = find_flaws(picking.partner_id._get_checked_address())
                if flaws:
                    text = ", ".join(words[flaw] for flaw in flaws)
                    yield picking, "address", self.env._("Address: %s", text)

    def _find_lot_problems(self):
        """Lots that are missing, blocked or do not keep long enough, as shipping would refuse."""
        today = fields.Date.context_today(self)
        quants = self.env["stock.quant"]
        for picking in self:
            for line in picking._get_open_lines():
                lot, product = line.lot_id, line.product_id
                if not lot:
                    if product.tracking != "none" and not line.lot_name:
                        yield picking, "lot", self.env._("%s: lot missing", product.name)
                    continue
                if lot.is_blocked:
                    yield picking, "lot", self.env._("Lot %s is blocked", lot.name)
                # sudo: what a customer demands of the goods is not for everybody who ships
                days = line.sudo().move_id._get_min_remaining_days()
                last_day = quants._get_last_day(lot)
                if last_day and last_day <= today + timedelta(days=days):
                    yield (
                        picking,
                        "lot",
                        self.env._(
                            "Lot %(lot)s keeps until %(day)s only",
                            lot=lot.name,
                            day=format_date(self.env, last_day),
                        ),
                    )

    def _find_missing_problems(self):
        """Goods that are not set aside, or that were not found when picking."""
        for picking in self:
            if picking.state != "assigned":
                continue
            begun = any(line.picked for line in picking.move_line_ids)
            for move in picking.move_ids:
                if move.state in ("done", "cancel"):
                    continue
                leaving = sum(
                    line.quantity_product_uom
                    for line in move.move_line_ids
                    if line.picked or not begun
                )
                unit = move.product_id.uom_id
                if unit.compare(leaving, move.product_qty) < 0:
                    yield (
                        picking,
                        "missing",
                        self.env._(
                            "%(product)s: %(there)s of %(wanted)s",
                            product=move.product_id.name,
                            there=unit._get_quantity_text(leaving),
                            wanted=unit._get_quantity_text(move.product_qty),
                        ),
                    )

    def _find_scan_problems(self):
        for picking in self:
            lines = picking._get_open_lines()
            if any(line.scanned_qty for line in lines):
                open_lines = sum(1 for line in lines if line._get_missing_scans())
                if open_lines:
                    yield picking, "scan", self.env._("%s lines not scanned yet", open_lines)

    def _find_parcel_problems(self):
        for picking in self:
            carrier = picking.carrier_id
            if not picking.label_provider or picking.carrier_tracking_ref:
                continue
            if picking.label_state == "uncertain":
                yield picking, "label", self.env._("A label may have been bought: decide on it")
            if picking.shipping_weight <= 0:
                yield picking, "weight", self.env._("Weight missing")
            elif 0 < carrier.max_weight < picking.shipping_weight:
                yield picking, "weight", self.env._("Too heavy for %s", carrier.name)
