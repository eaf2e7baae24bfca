# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.channel_connectors.models.sale_order_payment import UNBOOKED_PAYMENT

PAID = ("paid", "partially_refunded")
UNSENT_INVOICE = (
    Domain("state", "=", "posted")
    & Domain("move_type", "=", "out_invoice")
    & Domain("is_move_sent", "=", False)
)


class SaleOrder(models.Model):
    """The steps of a workflow: which orders are due, and what is done with a set of them."""

    _inherit = "sale.order"

    confirmation_sent_on = fields.Datetime(copy=False, readonly=True)

    _workflow_confirm = models.Index(
        "(workflow_process_id) WHERE state IN ('draft', 'sent') AND workflow_process_id IS NOT NULL"
    )
    _workflow_acknowledge = models.Index(
        "(workflow_process_id) WHERE state = 'sale' AND confirmation_sent_on IS NULL "
        "AND workflow_process_id IS NOT NULL"
    )
    _workflow_invoice = models.Index(
        "(workflow_process_id) WHERE state = 'sale' AND invoice_status = 'to invoice' "
        "AND workflow_process_id IS NOT NULL"
    )
    _workflow_lock = models.Index(
        "(workflow_process_id) WHERE state = 'sale' AND locked IS NOT TRUE "
        "AND workflow_process_id IS NOT NULL"
    )

    # -------------------------------------------------------------------- confirm
    def _get_confirm_domain(self):
        Workflow = self.env["sale.workflow.process"]
        return (
            Workflow._get_workflow_domain("validate_order", "order_filter_id")
            & Domain("state", "in", ("draft", "sent"))
            & Domain("channel_is_test", "=", False)
            & (
                Domain("workflow_process_id.confirm_when", "=", "order")
                & Domain("channel_awaits_payment", "=", False)
                | self._get_paid_domain()
            )
            & (Domain("blocked_by_check", "=", False) | self._get_paid_domain())
        )

    def _get_paid_domain(self):
        """Orders that the customer has paid."""
        return Domain("channel_payment_state", "in", PAID)

    def _step_confirm(self):
        """Confirm; of what is paid, what fails the order check is blocked before planning."""
        self.action_confirm()
        self.filtered(lambda order: order.state == "sale").action_check_materials()

    # ---------------------------------------------------------------- acknowledge
    def _get_acknowledge_domain(self):
        Workflow = self.env["sale.workflow.process"]
        return (
            Workflow._get_workflow_domain("send_order_confirmation_mail")
            & Domain("state", "=", "sale")
            & Domain("confirmation_sent_on", "=", False)
            & Domain("planning_block_reason", "=", False)
        )

    def _step_acknowledge(self):
        self._check_mail_addresses(self.partner_id)
        self._send_order_confirmation_mail()

    @api.model
    def _check_mail_addresses(self, partners):
        for partner in partners:
            if not partner.email:
                raise UserError(self.env._("%s has no e-mail address.", partner.display_name))

    def _send_order_confirmation_mail(self):
        """Sent once, by whichever way the order was confirmed."""
        unsent = self.filtered(lambda order: not order.confirmation_sent_on)
        res = super(SaleOrder, unsent)._send_order_confirmation_mail()
        # sudo: a visitor of the portal confirms without write access
        unsent.sudo().confirmation_sent_on = fields.Datetime.now()
        return res

    def _get_confirmation_template(self):
        return (
            self.workflow_process_id.confirmation_template_id
            or super()._get_confirmation_template()
        )

    # -------------------------------------------------------------------- invoice
    def _get_invoice_domain(self):
        Workflow = self.env["sale.workflow.process"]
        shipped = Domain("production_status", "in", ("shipped", "delivered"))
        return (
            Workflow._get_workflow_domain("create_invoice", "create_invoice_filter_id")
            & Domain("state", "=", "sale")
            & Domain("invoice_status", "=", "to invoice")
            & (
                shipped
                | (
                    Domain("workflow_process_id.invoice_partial", "=", True)
                    & Domain("production_status", "=", "partially_shipped")
                )
            )
        )

    def _step_invoice(self):
        """Invoice what has left, dated on the day it left, with the channel's payment."""
        invoices = self._create_invoices(grouped=True)
        final = self.filtered("workflow_process_id.validate_invoice").invoice_ids & invoices
        final.action_post()
        paid = self.filtered("workflow_process_id.register_payment")
        paid._register_channel_payments(final)

    def _prepare_invoice(self):
        """An invoice made by a workflow carries the date of the last shipment."""
        values = super()._prepare_invoice()
        workflow = self.workflow_process_id
        if workflow.create_invoice and not workflow.invoice_date_is_order_date:
            shipments = self.picking_ids.filtered(
                lambda picking: picking.state == "done" and picking.picking_type_code == "outgoing"
            )
            if shipments:
                shipped = max(shipments.mapped("date_done"))
                values["invoice_date"] = self.company_id._get_local_day(shipped)
        return values

    # ------------------------------------------------------------------------ pay
    def _get_pay_domain(self):
        """Orders with a posted invoice and money of the channel that is not booked yet."""
        Workflow = self.env["sale.workflow.process"]
        return (
            Workflow._get_workflow_domain("register_payment")
            & Domain("channel_payment_ids", "any", UNBOOKED_PAYMENT)
            & Domain("order_line.invoice_lines.parent_state", "=", "posted")
        )

    def _step_pay(self):
        self._register_channel_payments()

    # ----------------------------------------------------------------------- send
    def _get_send_domain(self):
        Workflow = self.env["sale.workflow.process"]
        return Domain(
            "order_line.invoice_lines.move_id",
            "any",
            Workflow._get_workflow_domain("send_invoice") & UNSENT_INVOICE,
        )

    def _step_send(self):
        """Send the invoices as the customers want them; core makes PDF and e-invoice."""
        moves = self.invoice_ids.filtered("workflow_process_id.send_invoice")
        moves = moves.filtered_domain(UNSENT_INVOICE)
        self._check_mail_addresses(moves.partner_id)
        self.env["account.move.send"]._generate_and_send_invoices(moves)

    # --------------------------------------------------------------------- credit
    def _get_credit_domain(self):
        Workflow = self.env["sale.workflow.process"]
        return (
            Workflow._get_workflow_domain("create_invoice")
            & Domain(
                "channel_refund_ids", "any", [("move_id", "=", False), ("is_settled", "=", False)]
            )
            & Domain("order_line.invoice_lines.parent_state", "=", "posted")
        )

    def _step_credit(self):
        """Credit, line by line and to the cent, what the channel has paid back."""
        self.action_create_channel_credit_notes()
        credit_notes = self.channel_refund_ids.move_id
        credit_notes.filtered(lambda move: move.state == "draft").action_post()

    # ----------------------------------------------------------------------- lock
    def _get_lock_domain(self):
        Workflow = self.env["sale.workflow.process"]
        return (
            Workflow._get_workflow_domain("sale_done", "sale_done_filter_id")
            & Domain("state", "=", "sale")
            & Domain("locked", "=", False)
            & Domain("production_status", "=", "done")
        )

    def _step_lock(self):
        self.action_lock()


class AccountMove(models.Model):
    _inherit = "account.move"

    _workflow_send = models.Index(
        "(workflow_process_id) WHERE state = 'posted' AND is_move_sent IS NOT TRUE "
        "AND workflow_process_id IS NOT NULL"
    )
