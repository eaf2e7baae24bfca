# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..planning.quantity import exact


class MrpFloorDialog(models.AbstractModel):
    _name = "mrp.floor.dialog"
    _description = "Dialog of the Operator's Screen"

    def _get_action(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env["ir.model"]._get(self._name).name,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }


class MrpFloorWeigh(models.TransientModel):
    """The scale: one lot of one ingredient."""

    _name = "mrp.floor.weigh"
    _inherit = ["mrp.floor.dialog", "barcodes.barcode_events_mixin"]
    _description = "Weigh"

    move_id = fields.Many2one("stock.move", required=True, ondelete="cascade")
    production_id = fields.Many2one(related="move_id.raw_material_production_id")
    product_id = fields.Many2one(related="move_id.product_id")
    tracking = fields.Selection(related="product_id.tracking")
    instruction = fields.Char(related="move_id.weighing_instruction")
    stock_uom_id = fields.Many2one(related="product_id.uom_id", string="Stock Unit")
    uom_id = fields.Many2one(
        "uom.uom", "Unit", required=True, domain="[('id', 'in', allowed_uom_ids)]"
    )
    allowed_uom_ids = fields.Many2many("uom.uom", compute="_compute_allowed_uom_ids")
    quantity = fields.Float("Scale Shows", digits="Product Unit")
    lot_id = fields.Many2one(
        "stock.lot",
        domain="[('product_id', '=', product_id)]",
    )
    choice_ids = fields.One2many("mrp.floor.weigh.lot", "wizard_id", "Lots in Stock")
    is_scanned = fields.Boolean()
    is_last = fields.Boolean("Nothing more follows")
    reason = fields.Char("Reason for the Deviation")
    target = fields.Char(compute="_compute_state")
    allowed = fields.Char(compute="_compute_state")
    weighed = fields.Char(compute="_compute_state")
    missing = fields.Char(compute="_compute_state")
    warning = fields.Text(compute="_compute_warning")
    refusal = fields.Char(compute="_compute_warning")
    token = fields.Char(required=True, default=lambda self: uuid4().hex)

    @api.depends("product_id")
    def _compute_allowed_uom_ids(self):
        for wizard in self:
            family = wizard.stock_uom_id._get_family()
            wizard.allowed_uom_ids = self.env["uom.uom"].search([("id", "child_of", family.id)])

    @api.depends("move_id", "uom_id", "quantity")
    def _compute_state(self):
        for wizard in self:
            unit, move = wizard.uom_id, wizard.move_id
            target = move._get_target(unit)
            weighed = move.weighing_ids._get_in_unit(unit)
            text = unit._get_quantity_text
            wizard.target = text(float(target.quantity))
            wizard.allowed = f"{text(float(target.low))} – {text(float(target.high))}"
            wizard.weighed = text(float(weighed))
            wizard.missing = text(float(target.missing(exact(weighed) + exact(wizard.quantity))))

    @api.depends("move_id", "uom_id", "quantity", "lot_id", "is_last")
    def _compute_warning(self):
        for wizard in self:
            move, lot = wizard.move_id, wizard.lot_id._origin
            wizard.warning = wizard.refusal = False
            options = move._get_lot_options()
            amount = exact(wizard.quantity or 0)
            try:
                move._check_lot_to_weigh(lot, amount if lot else 0, options)
                if amount or wizard.is_last:
                    values = move._prepare_weighing(amount, wizard.uom_id, lot)
                    found = move._get_deviations({**values, "is_last": wizard.is_last}, options)
                    wizard.warning = "\n".join(d["subject"] for d in found)
            except UserError as error:
                # What will be refused is shown before it is entered.
                wizard.refusal = error.args[0]

    # -------------------------------------------------------------------------- lots
    def _load_lots(self, lot=None):
        """List the lots in stock; the scanned one is chosen, or else the first to be used."""
        self.ensure_one()
        options = self.move_id._get_lot_options() if self.tracking != "none" else {}
        good = [o for o in options.values() if not o.refusal and o.free > 0]
        first = good[0].lot if good else self.env["stock.lot"]
        self.choice_ids = [
            fields.Command.create(
                {
                    "lot_id": option.lot.id,
                    "free": float(option.free),
                    "expires": option.expires,
                    "refusal": option.refusal,
                    "is_suggested": option.lot == first,
                }
            )
            for option in options.values()
            if option.free > 0 or option.refusal
        ]
        self.lot_id = lot or first

    def on_barcode_scanned(self, barcode):
        """A code scanned at the scale chooses the lot."""
        lot, product = self.production_id._find_scanned(barcode)
        if product != self.product_id or (self.tracking != "none" and not lot):
            name = ", ".join(n for n in (lot.name, product.display_name) if n) or barcode
            return {
                "warning": {
                    "title": self.env._("Wrong goods"),
                    "message": self.env._(
                        "%(name)s is not %(product)s. The ingredient is not replaced.",
                        name=name,
                        product=self.product_id.display_name,
                    ),
                }
            }
        self.lot_id = lot
        self.is_scanned = True
        return None

    # ------------------------------------------------------------------------ actions
    def action_weigh(self):
        """Enter the weighing; pressed twice it is entered once."""
        self.ensure_one()
        if not self.quantity and not self.is_last:
            raise UserError(self.env._("Enter what the scale shows."))
        self.production_id._weigh(
            self.move_id,
            self.quantity,
            self.uom_id,
            self.lot_id,
            is_last=self.is_last,
            reason=self.reason,
            token=self.token,
            is_scanned=self.is_scanned,
        )
        return {"type": "ir.actions.act_window_close"}

    def action_fill_missing(self):
        """Take what is still missing as weighed: for pieces that are counted, not weighed."""
        self.ensure_one()
        target = self.move_id._get_target(self.uom_id)
        weighed = self.move_id.weighing_ids._get_in_unit(self.uom_id)
        self.quantity = float(target.missing(exact(weighed)))
        return self._get_action()


class MrpFloorWeighLot(models.TransientModel):
    """A lot that may be put on the scale, or must not, and why."""

    _name = "mrp.floor.weigh.lot"
    _description = "Lot to Weigh"

    wizard_id = fields.Many2one("mrp.floor.weigh", required=True, ondelete="cascade")
    lot_id = fields.Many2one("stock.lot", required=True, ondelete="cascade")
    free = fields.Float(digits="Product Unit")
    free_text = fields.Char(compute="_compute_free_text")
    expires = fields.Date()
    refusal = fields.Char()
    is_suggested = fields.Boolean()

    @api.depends("free")
    def _compute_free_text(self):
        for choice in self:
            choice.free_text = choice.wizard_id.stock_uom_id._get_quantity_text(choice.free)

    def action_choose(self):
        self.ensure_one()
        self.wizard_id.write({"lot_id": self.lot_id.id, "is_scanned": False})
        return self.wizard_id._get_action()
