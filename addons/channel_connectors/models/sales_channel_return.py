# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import Command, fields, models
from odoo.exceptions import UserError


class SalesChannelRefund(models.Model):
    """Goods that came back with a refund: whether they go to stock is for a person to say."""

    _inherit = "sales.channel.refund"

    goods_state = fields.Selection(
        [
            ("none", "Nothing Came Back"),
            ("ask", "To Decide"),
            ("returned", "Returned"),
            ("kept_out", "Not Restocked"),
        ],
        "Goods",
        default="none",
        required=True,
        readonly=True,
        copy=False,
    )
    return_picking_id = fields.Many2one(
        "stock.picking", "Return", readonly=True, copy=False, check_company=True
    )

    def _ask_about_goods(self):
        """Refunds the shop took goods back for: ask whether they go to stock here too."""
        for refund in self:
            goods = refund._get_returned_goods()
            if not goods or not refund._get_shipments():
                continue
            refund.goods_state = "ask"
            names = ", ".join(f"{quantity:g} × {line.name}" for line, quantity in goods.items())
            refund.order_id.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=self.env._("Goods came back: to stock?"),
                note=names,
                user_id=refund.order_id.user_id.id or self.env.uid,
            )

    def _get_returned_goods(self):
        """Pieces that came back by order line."""
        quantities = {
            entry["line"]: float(entry["quantity"])
            for entry in self.lines or ()
            if entry["restock"] == "return"
        }
        lines = self.order_id.order_line.filtered(
            lambda line: line.channel_line_id in quantities and line.product_id.type == "consu"
        )
        return {line: quantities[line.channel_line_id] for line in lines}

    def _get_shipments(self):
        return self.order_id.picking_ids.filtered(
            lambda picking: picking.state == "done" and picking.picking_type_code == "outgoing"
        )

    def action_return_goods(self):
        """A return for the goods, with the lots that were shipped; opens it to be checked.

        It changes stock only: the money is in the credit note.
        """
        self.ensure_one()
        if not self.return_picking_id:
            self.return_picking_id = self._create_return()
            self.goods_state = "returned"
        return {
            "type": "ir.actions.act_window",
            "res_model": "stock.picking",
            "res_id": self.return_picking_id.id,
            "views": [(False, "form")],
        }

    def _create_return(self):
        open_quantities = self._get_returned_goods()
        returns = self.env["stock.picking"]
        for shipment in self._get_shipments():
            moves = []
            for move in shipment.move_ids.filtered(lambda move: move.state == "done"):
                wanted = min(open_quantities.get(move.sale_line_id, 0.0), move.quantity)
                if wanted > 0:
                    open_quantities[move.sale_line_id] -= wanted
                    moves.append((move, wanted))
            if moves:
                returns |= self._return_moves(shipment, moves)
        if not returns:
            raise UserError(self.env._("These goods were not shipped from here."))
        return returns[0]

    def _return_moves(self, shipment, moves):
        wizard = self.env["stock.return.picking"].create({"picking_id": shipment.id})
        wizard.product_return_moves = [
            Command.clear(),
            *(
                Command.create(
                    {
                        "product_id": move.product_id.id,
                        "quantity": quantity,
                        "move_id": move.id,
                        "to_refund": False,
                    }
                )
                for move, quantity in moves
            ),
        ]
        return wizard._create_return()

    def action_keep_goods_out(self):
        """The goods are not put back to stock, for instance because they are opened."""
        self.filtered(lambda refund: refund.goods_state == "ask").goods_state = "kept_out"
