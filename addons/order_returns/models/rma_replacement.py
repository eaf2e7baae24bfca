# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class Rma(models.Model):
    """A replacement is an order like others, only that it costs nothing."""

    _inherit = "rma"

    replacement_order_id = fields.Many2one(
        "sale.order", "Replacement", readonly=True, copy=False, index="btree_not_null"
    )
    replacement_line_id = fields.Many2one("sale.order.line", readonly=True, copy=False)

    can_get_replacement = fields.Boolean(compute="_compute_can_get_replacement")

    @api.depends("state", "operation_id", "replacement_order_id")
    def _compute_can_get_replacement(self):
        for rma in self:
            rma.can_get_replacement = rma._can_be_replaced_by_order()

    def _can_be_replaced_by_order(self):
        needs_goods = self.operation_id.action_create_receipt
        return (
            self.customer_gets == "replacement"
            and not self.replacement_order_id
            and self.state in (("received",) if needs_goods else ("confirmed", "received"))
        )

    def action_create_replacement(self):
        """One order for all complaints of an order; it is checked and planned like another."""
        for rma in self:
            if not rma._can_be_replaced_by_order():
                raise UserError(self.env._("%s: there is nothing to replace.", rma.name))
        orders = self.env["sale.order"]
        for rmas in self.grouped(
            lambda rma: (rma.company_id, rma.order_id, rma.partner_id, rma.partner_shipping_id)
        ).values():
            orders |= rmas._create_replacement()
        orders.action_check_materials()
        orders.action_confirm()
        return orders._get_records_action(name=self.env._("Replacement"))

    def _create_replacement(self):
        order = self.env["sale.order"].create(self._prepare_replacement())
        for rma, line in zip(self, order.order_line.filtered("product_id"), strict=True):
            rma.write(
                {
                    "replacement_order_id": order.id,
                    "replacement_line_id": line.id,
                    "state": "waiting_replacement",
                }
            )
        order.message_post_with_source(
            "mail.message_origin_link",
            render_values={"self": order, "origin": self},
            subtype_xmlid="mail.mt_note",
        )
        return order

    def _prepare_replacement(self):
        first = self[0]
        sold = first.order_id
        return {
            "company_id": first.company_id.id,
            "partner_id": first.partner_id.id,
            "partner_invoice_id": first.partner_invoice_id.id,
            "partner_shipping_id": first.partner_shipping_id.id,
            "warehouse_id": first.warehouse_id.id,
            "user_id": sold.user_id.id or self.env.uid,
            "origin": ", ".join([*filter(None, [sold.name]), *self.mapped("name")]),
            "client_order_ref": sold.client_order_ref,
            "order_line": [
                Command.create(self._prepare_replacement_note()),
                *(Command.create(rma._prepare_replacement_line()) for rma in self),
            ],
        }

    def _prepare_replacement_note(self):
        """Delivery and invoice say why they cost nothing, in the customer's language."""
        first = self[0].with_context(lang=self[0].partner_id.lang)
        return {
            "display_type": "line_note",
            "name": first.env._(
                "Replacement free of charge: order %(order)s, complaint %(complaints)s",
                order=first.order_id.name or first.origin,
                complaints=", ".join(self.mapped("name")),
            ),
        }

    def _prepare_replacement_line(self):
        return {
            "product_id": self.product_id.id,
            "product_uom_qty": self.product_uom_qty,
            "product_uom_id": self.product_uom.id,
            "price_unit": 0.0,
            "discount": 0.0,
        }

    def _reopen_replacement(self):
        for rma in self.filtered(lambda rma: rma.state in ("waiting_replacement", "replaced")):
            rma.state = "received" if rma.reception_move_id.state == "done" else "confirmed"
        self.write({"replacement_order_id": False, "replacement_line_id": False})

    def _note_replaced(self):
        """The replacement has left: nothing is open any more."""
        for rma in self.filtered(lambda rma: rma.state == "waiting_replacement"):
            line = rma.replacement_line_id
            if line.product_uom_id.compare(line.qty_delivered, line.product_uom_qty) >= 0:
                rma.state = "replaced"

    def action_view_replacement(self):
        return self.replacement_order_id._get_records_action()
