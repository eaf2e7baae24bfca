# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class StockPickingPack(models.TransientModel):
    """The parcels of a delivery, one after the other."""

    _name = "stock.picking.pack"
    _description = "Pack"

    picking_id = fields.Many2one("stock.picking", "Delivery", required=True, readonly=True)
    carrier_id = fields.Many2one(related="picking_id.carrier_id")
    partner_id = fields.Many2one(related="picking_id.partner_id")
    package_type_id = fields.Many2one("stock.package.type")
    weight = fields.Float(
        "Weight of the Parcel",
        digits="Stock Weight",
        compute="_compute_weight",
        store=True,
        readonly=False,
        help="Of the goods and the box; enter what the scale says.",
    )
    weight_uom_name = fields.Char(related="picking_id.weight_uom_name")
    line_ids = fields.One2many(
        "stock.picking.pack.line",
        "pack_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    package_ids = fields.Many2many("stock.package", string="Packed", compute="_compute_package_ids")

    @api.depends("picking_id")
    def _compute_line_ids(self):
        for pack in self:
            lines = pack.picking_id._get_open_lines().filtered(
                lambda line: not line.result_package_id
            )
            pack.line_ids = [Command.clear()] + [
                Command.create({"move_line_id": line.id, "quantity": line.quantity})
                for line in lines
            ]

    @api.depends("picking_id")
    def _compute_package_ids(self):
        for pack in self:
            pack.package_ids = pack.picking_id.move_line_ids.result_package_id

    @api.depends("line_ids.quantity", "package_type_id")
    def _compute_weight(self):
        for pack in self:
            goods = sum(
                line.move_line_id.product_uom_id._compute_quantity(
                    line.quantity, line.product_id.uom_id
                )
                * line.product_id.weight
                for line in pack.line_ids
            )
            pack.weight = goods + pack.package_type_id.base_weight

    def action_pack(self):
        """Close this parcel; what is left is packed into the next one."""
        self.ensure_one()
        packed = self._take_lines()
        package = packed.with_context(all_move_line_ids=packed.ids)._put_in_pack(
            package_type_id=self.package_type_id.id
        )
        package.shipping_weight = self.weight
        rest = self.picking_id._get_open_lines().filtered(lambda line: not line.result_package_id)
        if rest:
            return self.picking_id.action_pack()
        return self.picking_id._tell(self.env._("%s is packed.", self.picking_id.name))

    def _take_lines(self):
        """The move lines of this parcel, split off where a part stays."""
        packed = self.env["stock.move.line"]
        for line in self.line_ids:
            source, unit = line.move_line_id, line.move_line_id.product_uom_id
            if unit.compare(line.quantity, source.quantity) > 0:
                raise UserError(
                    self.env._(
                        "Of %(product)s only %(quantity)s are here.",
                        product=line.product_id.display_name,
                        quantity=unit._get_quantity_text(source.quantity),
                    )
                )
            if unit.compare(line.quantity, 0) <= 0:
                continue
            rest = source.quantity - line.quantity
            if not unit.is_zero(rest):
                source.quantity = line.quantity
                source.copy({"quantity": rest, "result_package_id": False})
            packed |= source
        if not packed:
            raise UserError(self.env._("Enter what goes into the parcel."))
        return packed

    def action_rest_later(self):
        """What is not in a parcel leaves later, as a delivery of its own."""
        self.ensure_one()
        lines = self.picking_id._get_open_lines()
        unpacked = lines.filtered(lambda line: not line.result_package_id)
        if unpacked == lines:
            raise UserError(self.env._("Nothing is packed yet."))
        unpacked.quantity = 0
        self.picking_id.action_split_transfer()
        return self.picking_id._tell(self.env._("The rest is a delivery of its own."))


class StockPickingPackLine(models.TransientModel):
    _name = "stock.picking.pack.line"
    _description = "Goods of a Parcel"

    pack_id = fields.Many2one("stock.picking.pack", required=True, ondelete="cascade")
    move_line_id = fields.Many2one("stock.move.line", required=True, ondelete="cascade")
    product_id = fields.Many2one(related="move_line_id.product_id")
    lot_id = fields.Many2one(related="move_line_id.lot_id")
    open_qty = fields.Float("To Pack", related="move_line_id.quantity")
    uom_id = fields.Many2one(related="move_line_id.product_uom_id")
    quantity = fields.Float("In This Parcel", digits="Product Unit")
