# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.batch_mrp_orders.tests.common_genealogy import GenealogyCase


class Complaints:
    """What tests do with complaints."""

    def reason(self, name):
        return self.env.ref(f"order_returns.reason_{name}")

    def solution(self, name):
        return self.env.ref(f"order_returns.operation_{name}")

    def take(self, order, quantity, solution="note", reason="quality", user=None, **values):
        """Take a complaint about the only line of an order, as staff do."""
        wizard = (
            self.env["order.complaint"]
            .with_user(user or self.env.user)
            .create(
                {
                    "order_id": order.id,
                    "reason_id": self.reason(reason).id,
                    "operation_id": self.solution(solution).id,
                    **values,
                }
            )
        )
        wizard.line_ids[0].quantity = quantity
        action = wizard.action_create()
        return wizard.env["rma"].browse(action["res_id"])

    def receive(self, rma):
        picking = rma.reception_move_id.picking_id
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertEqual(picking.state, "done")
        return picking

    def invoice(self, order):
        invoice = order._create_invoices()
        invoice.action_post()
        return invoice

    def on_hand(self, lot, location):
        quants = self.env["stock.quant"].search(
            [("lot_id", "=", lot.id), ("location_id", "child_of", location.id)]
        )
        return sum(quants.mapped("quantity"))

    def raw_vals(self, order, **values):
        """Values of a complaint as they could come past every form."""
        move = order.order_line.move_ids
        return {
            "partner_id": order.partner_id.id,
            "order_id": order.id,
            "picking_id": move.picking_id.id,
            "move_id": move.id,
            "product_id": move.product_id.id,
            "lot_id": move.move_line_ids.lot_id.id,
            "product_uom_qty": 1,
            "product_uom": move.product_uom.id,
            "operation_id": self.solution("note").id,
            "reason_id": self.reason("quality").id,
            "company_id": order.company_id.id,
            **values,
        }

    def set_tax(self, order, percent):
        tax = self.env["account.tax"].create(
            {"name": f"VAT {percent}", "amount": percent, "type_tax_use": "sale"}
        )
        order.order_line.tax_ids = [Command.set(tax.ids)]
        return tax


class ComplaintCase(Complaints, GenealogyCase):
    """Orders of honey that were shipped: the customers complain. The jars were bought."""

    @classmethod
    def setUpClass(cls):
        # Its runs take long, and only the statistics need them.
        super(GenealogyCase, cls).setUpClass()
        cls.quality = new_test_user(
            cls.env, "quality", groups="batch_mrp_orders.group_quality,base.group_user"
        )
        cls.customer.email = "shop@example.com"
        cls.supply = cls._create_customer("Imkerei Probe")
        cls.cafe = cls._create_customer("Café Morgenrot")
        cls.jar_lot = cls._receive(cls.jar, 80, "J-1")
        cls.control_jar = cls._receive(cls.jar, 100, "J-2")
        cls.order_shop = cls._sell(cls.jar, 12, cls.jar_lot)
        cls.order_again = cls._sell(cls.jar, 8, cls.jar_lot)
        cls.order_cafe = cls._sell(cls.jar, 10, cls.jar_lot, cls.cafe)
        cls.control_order = cls._sell(cls.jar, 5, cls.control_jar, cls.cafe)
