# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from datetime import timedelta
from fractions import Fraction

from odoo import api, fields, models
from odoo.tools import format_date

from ..planning.quantity import exact, readable_decimals


class SaleOrderLine(models.Model):
    """An order shows how long its goods must keep, how long they do, and where that is too
    short."""

    _inherit = "sale.order.line"

    demanded_life_days = fields.Integer(
        "Demanded Life",
        compute="_compute_life",
        groups="base.group_user",
        help="Days the goods must still keep when the customer gets them: the larger of what the "
        "product and the customer ask for.",
    )
    reserved_lots = fields.Char(
        compute="_compute_life",
        groups="base.group_user",
        help="Lots that are reserved for this line, with their best-before dates.",
    )
    life_warning = fields.Char(
        "Shelf Life Warning",
        compute="_compute_life",
        groups="base.group_user",
        help="Which reserved or free goods do not keep as long as demanded.",
    )

    @api.depends(
        "product_id", "product_uom_qty", "qty_delivered", "order_id.partner_shipping_id", "state"
    )
    @api.depends_context("lang")
    def _compute_life(self):
        self.demanded_life_days = 0
        self.reserved_lots = self.life_warning = False
        # Sales staff see what is reserved for their orders without rights in the warehouse.
        lines = self.sudo().filtered(
            lambda line: line.product_id.use_expiration_date or line._origin.move_ids
        )
        lines = lines.with_prefetch(self._prefetch_ids)
        free = lines._get_free_lots()
        items = lines._origin.move_ids.move_line_ids  # read together
        for line in lines:
            line.demanded_life_days = line._get_min_remaining_days()
            moves = line._get_moves_to_ship()
            reserved = moves.move_line_ids.with_prefetch(items._prefetch_ids)
            reserved = [item for item in reserved if item.lot_id and item.quantity]
            line.reserved_lots = ", ".join(
                dict.fromkeys(line._describe_lot(item.lot_id) for item in reserved)
            )
            warnings = [
                *line._get_reserved_warnings(reserved),
                *line._get_free_warnings(free.get(line._get_free_key(), ())),
            ]
            line.life_warning = " ".join(warnings) or False

    def _get_moves_to_ship(self):
        """Open moves of the line whose goods leave the stock."""
        moves = self._origin.move_ids
        return moves.filtered(
            lambda move: (
                move.state not in ("draft", "done", "cancel")
                and move.location_id.usage in ("internal", "view")
            )
        ).with_prefetch(moves._prefetch_ids)

    def _get_free_key(self):
        return (self.product_id.id, self.order_id.warehouse_id.id)

    def _get_free_lots(self):
        """Free goods of the products of these lines, by product and warehouse.

        :return: (first day on which they may no longer be used or None, exact quantity)
        """
        free = {}
        waiting = self.filtered(
            lambda line: (
                line.product_id.use_expiration_date
                and line.state != "cancel"
                and line._get_unserved_quantity() > 0
            )
        )
        for warehouse, lines in waiting.grouped(lambda line: line.order_id.warehouse_id).items():
            for product_id, last_day, quantity in self.env["stock.quant"]._get_usable_lots(
                lines.product_id, warehouse
            ):
                free.setdefault((product_id, warehouse.id), []).append((last_day, quantity))
        return free

    def _get_unserved_quantity(self):
        """What is neither delivered nor reserved, exact, in the product's unit."""
        factor = self.product_uom_id._get_exact_ratio(self.product_id.uom_id)
        ordered = (exact(self.product_uom_qty) - exact(self.qty_delivered)) * factor
        return ordered - sum(
            exact(item.quantity_product_uom)
            for item in self._get_moves_to_ship().move_line_ids
            if item.product_id == self.product_id
        )

    def _get_day_needed(self):
        """The day on which the goods leave: as promised, today at the earliest."""
        order = self.order_id
        planned = order.commitment_date or (
            fields.Datetime.now() + timedelta(days=self.customer_lead)
        )
        return max(planned.date(), fields.Date.today())

    @api.model
    def _describe_lot(self, lot):
        best_before = lot._get_best_before()
        if not best_before:
            return lot.name
        return self.env._(
            "%(lot)s (best before %(date)s)", lot=lot.name, date=format_date(self.env, best_before)
        )

    def _get_reserved_warnings(self, reserved):
        warnings = {}
        for item in reserved:
            last_day = self.env["stock.quant"]._get_last_day(item.lot_id)
            needed = item.move_id._get_usable_context().get("alive_on")
            if last_day and needed and last_day <= needed:
                days = item.move_id._get_min_remaining_days()
                warnings[item.lot_id.id] = self.env._(
                    "Reserved lot %(lot)s does not keep for %(days)s days after delivery.",
                    lot=self._describe_lot(item.lot_id),
                    days=days,
                )
        return list(warnings.values())

    def _get_free_warnings(self, free):
        """Free goods that would serve the line if they kept longer."""
        wanted = self._get_unserved_quantity() if free else Fraction(0)
        if wanted <= 0:
            return []
        needed = self._get_day_needed() + timedelta(days=self.demanded_life_days)
        lasting = sum(quantity for day, quantity in free if not day or day > needed)
        short = sum(quantity for day, quantity in free if day and day <= needed)
        lacking = min(short, wanted - lasting)
        if lacking <= 0:
            return []
        rounded = round(float(lacking), readable_decimals(float(lacking)))
        return [
            self.env._(
                "%(quantity)s %(unit)s of %(product)s in stock do not keep for %(days)s days "
                "after delivery.",
                quantity=self.env["ir.qweb.field.float"].value_to_html(
                    rounded, {"decimal_precision": "Product Unit"}
                ),
                unit=self.product_id.uom_id.name,
                product=self.product_id.display_name,
                days=self.demanded_life_days,
            )
        ]


class SaleOrder(models.Model):
    _inherit = "sale.order"

    life_warning = fields.Text(
        "Shelf Life Warning", compute="_compute_life_warning", groups="base.group_user"
    )

    @api.depends("order_line.life_warning")
    def _compute_life_warning(self):
        for order in self:
            warnings = [line.life_warning for line in order.order_line if line.life_warning]
            order.life_warning = "\n".join(warnings) or False
