# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

CONFIRMED_WHEN = ("paid", "partially_refunded")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    workflow_error = fields.Char(
        copy=False,
        readonly=True,
        help="Why the last automatic step failed. It is tried again at the next run.",
    )

    @api.model
    def action_process_channel_orders(self):
        """Bring all channel orders one step further: confirm what is paid, invoice what
        has shipped, credit what was refunded. Safe to repeat."""
        paid = self.search(self._get_confirmable_domain())
        confirmed = paid._process_in_sets("_confirm_checked")
        shipped = self.search(self._get_invoiceable_domain())
        invoiced = shipped._process_in_sets("_invoice_shipped")
        refunded = self.search(self._get_creditable_domain())
        credited = refunded._process_in_sets("_credit_refunds")
        failed = (paid - confirmed) | (shipped - invoiced) | (refunded - credited)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if failed else "success",
                "title": self.env._("Channel orders processed"),
                "message": self.env._(
                    "%(confirmed)s confirmed, %(invoiced)s invoiced, %(credited)s credited, "
                    "%(failed)s failed",
                    confirmed=len(confirmed),
                    invoiced=len(invoiced),
                    credited=len(credited),
                    failed=len(failed),
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.model
    def _get_confirmable_domain(self):
        return (
            Domain("channel_id", "!=", False)
            & Domain("state", "in", ("draft", "sent"))
            & Domain("channel_payment_state", "in", CONFIRMED_WHEN)
        )

    @api.model
    def _get_invoiceable_domain(self):
        return (
            Domain("channel_id", "!=", False)
            & Domain("production_status", "in", ("shipped", "delivered"))
            & Domain("invoice_status", "=", "to invoice")
        )

    @api.model
    def _get_creditable_domain(self):
        return Domain("channel_refund_ids", "any", [("move_id", "=", False)]) & Domain(
            "order_line.invoice_lines.parent_state", "=", "posted"
        )

    def _process_in_sets(self, step):
        """Call the method ``step`` on all orders at once; what fails is narrowed down
        to the single orders, which then show the reason.

        :return: the orders for which the step went through
        """
        if not self:
            return self
        try:
            with self.env.cr.savepoint():
                getattr(self, step)()
        except UserError as error:
            if len(self) == 1:
                self.workflow_error = str(error)
                return self.browse()
            middle = len(self) // 2
            return self[:middle]._process_in_sets(step) | self[middle:]._process_in_sets(step)
        self.filtered("workflow_error").workflow_error = False
        return self

    def _confirm_checked(self):
        """Confirm what is paid; what fails the order check is blocked before planning."""
        self.with_context(confirm_anyway=True).action_confirm()
        self.action_check_materials()

    def _invoice_shipped(self):
        """Invoice what has left, dated on the day it left, with the channel's payment."""
        invoices = self._create_invoices(grouped=True)
        invoices.action_post()
        self._register_channel_payments(invoices)

    def _credit_refunds(self):
        """Credit, line by line and to the cent, what the channel has paid back."""
        self.action_create_channel_credit_notes()
        credit_notes = self.channel_refund_ids.move_id
        credit_notes.filtered(lambda move: move.state == "draft").action_post()

    def _prepare_invoice(self):
        """The invoice of a channel order carries the date of its last shipment."""
        values = super()._prepare_invoice()
        if self.channel_id:
            shipments = self.picking_ids.filtered(
                lambda picking: picking.state == "done" and picking.picking_type_code == "outgoing"
            )
            if shipments:
                shipped = fields.Datetime.context_timestamp(
                    self, max(shipments.mapped("date_done"))
                )
                values["invoice_date"] = shipped.date()
        return values
