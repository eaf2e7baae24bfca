# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class Rma(models.Model):
    """Goods that come back lie in quarantine until somebody decides about each piece."""

    _inherit = "rma"

    goods_state = fields.Selection(
        [
            ("none", "Stay with the Customer"),
            ("expected", "Expected"),
            ("to_decide", "In Quarantine"),
            ("decided", "Decided"),
        ],
        "Goods",
        compute="_compute_goods_state",
        compute_sudo=True,
        store=True,
        index=True,
    )
    decision_ids = fields.One2many("order.goods.decision", "rma_id", "Decisions", readonly=True)
    undecided_qty = fields.Float(
        "In Quarantine", compute="_compute_undecided_qty", digits="Product Unit"
    )

    @api.depends("decision_ids.quantity", "product_uom_qty", "reception_move_id.state")
    def _compute_undecided_qty(self):
        for rma in self.sudo():  # sudo: the receipt is not for sales staff
            rma.undecided_qty = 0.0
            if rma.reception_move_id.state == "done":
                rma.undecided_qty = rma.product_uom.round(
                    rma.product_uom_qty - sum(rma.decision_ids.mapped("quantity"))
                )

    @api.depends("undecided_qty", "reception_move_id.state")
    def _compute_goods_state(self):
        for rma in self:
            move = rma.reception_move_id
            if not move or move.state == "cancel":
                rma.goods_state = "none"
            elif move.state != "done":
                rma.goods_state = "expected"
            else:
                rma.goods_state = "to_decide" if rma.undecided_qty else "decided"

    def _create_receipt(self):
        """The receipt asks for the lot of the complaint, whatever else was shipped with it."""
        res = super()._create_receipt()
        for rma in self:
            move = rma.sudo().reception_move_id  # sudo: as in super
            if rma.lot_id and move.state not in ("done", "cancel"):
                move._do_unreserve()
                vals = move._prepare_move_line_vals(quantity=move.product_qty)
                move.move_line_ids = [Command.create({**vals, "lot_id": rma.lot_id.id})]
        return res

    def action_decide_goods(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Decide About the Goods"),
            "res_model": "order.goods.decide",
            "view_mode": "form",
            "target": "new",
            "context": {"default_rma_id": self.id, "default_quantity": self.undecided_qty},
        }

    def _decide_goods(self, decision, quantity, note):
        """Move ``quantity`` from quarantine to where it belongs, as the same lot."""
        self.ensure_one()
        self.reception_move_id._take_turns()
        if self.product_uom.compare(quantity, 0) <= 0:
            raise UserError(self.env._("Enter a quantity."))
        if self.product_uom.compare(quantity, self.undecided_qty) > 0:
            raise UserError(
                self.env._(
                    "Only %(quantity)s %(unit)s are in quarantine.",
                    quantity=self.undecided_qty,
                    unit=self.product_uom.name,
                )
            )
        move, scrap = self.env["stock.move"], self.env["stock.scrap"]
        if decision == "destroy":
            scrap = self._destroy_goods(quantity)
            move = scrap.move_ids
        else:
            move = self._move_goods(quantity, self._get_place(decision))
        row = self.env["order.goods.decision"].create(
            {
                "rma_id": self.id,
                "decision": decision,
                "quantity": quantity,
                "note": note,
                "move_id": move.id,
                "scrap_id": scrap.id,
            }
        )
        self.message_post(body=row._get_text())
        return row

    def _get_place(self, decision):
        if decision == "restock":
            self._check_sellable()
            return self.warehouse_id.lot_stock_id
        suppliers = self.product_id.seller_ids.partner_id
        if not suppliers:
            raise UserError(self.env._("%s has no supplier.", self.product_id.display_name))
        return suppliers[0].property_stock_supplier

    def _check_sellable(self):
        """Only what may be sold again goes back to stock."""
        lot = self.lot_id
        if lot.is_blocked:
            raise UserError(
                self.env._(
                    "Lot %(lot)s is blocked: %(reason)s", lot=lot.name, reason=lot.block_reason
                )
            )
        if lot.expiration_date and lot.expiration_date <= fields.Datetime.now():
            raise UserError(self.env._("The best-before date of lot %s has passed.", lot.name))

    def _prepare_goods_move(self, quantity, place):
        return {
            "origin": self.name,
            "company_id": self.company_id.id,
            "product_id": self.product_id.id,
            "product_uom": self.product_uom.id,
            "product_uom_qty": quantity,
            "location_id": self.location_id.id,
            "location_dest_id": place.id,
            "picked": True,
            "move_line_ids": [
                Command.create(
                    {
                        "product_id": self.product_id.id,
                        "product_uom_id": self.product_uom.id,
                        "quantity": quantity,
                        "location_id": self.location_id.id,
                        "location_dest_id": place.id,
                        "lot_id": self.lot_id.id,
                    }
                )
            ],
        }

    def _move_goods(self, quantity, place):
        move = self.env["stock.move"].create(self._prepare_goods_move(quantity, place))
        move._action_done()
        return move

    def _destroy_goods(self, quantity):
        scrap = self.env["stock.scrap"].create(
            {
                "origin": self.name,
                "company_id": self.company_id.id,
                "product_id": self.product_id.id,
                "product_uom_id": self.product_uom.id,
                "scrap_qty": quantity,
                "location_id": self.location_id.id,
                "lot_id": self.lot_id.id,
            }
        )
        scrap.do_scrap()
        return scrap
